package gateway

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/ledger"
)

// IdempotencyHeader marks a call that its client may send again without
// paying twice.
const IdempotencyHeader = "Idempotency-Key"

// Bounds of an idempotency key: long enough not to be met by chance.
const (
	minIdempotencyKey = 16
	maxIdempotencyKey = 64
)

// mark reads the idempotency key, if there is one. The digest is of the body's
// canonical form (RFC 8785), so that another order of members or other spaces
// are the same call, and of the route.
func (c *call) mark(body []byte) *Error {
	values := c.r.Header.Values(IdempotencyHeader)
	if len(values) == 0 {
		return nil
	}
	unprintable := func(r rune) bool { return r < ' ' || r > '~' }
	if name := values[0]; len(values) > 1 || len(name) < minIdempotencyKey || len(name) > maxIdempotencyKey || strings.ContainsFunc(name, unprintable) {
		return invalid(IdempotencyHeader, "must be 16 to 64 printable ASCII characters, once")
	}
	canonical := jsontext.Value(body).Clone()
	if err := canonical.Canonicalize(); err != nil {
		return malformed(err)
	}
	c.marked = ledger.Idempotency{
		Name:   values[0],
		Digest: sha256.Sum256(append([]byte(c.path+"\n"), canonical...)),
	}
	return nil
}

// repeated is the answer to a call whose idempotency key was used before.
// Answers are not kept, so that there is none to give again.
func repeated(repeat *ledger.Repeated) *Error {
	e := &Error{Status: http.StatusConflict, Repeated: repeat, NoRetry: true}
	switch {
	case repeat.Mismatch:
		e.Status, e.Code = http.StatusUnprocessableEntity, "IDEMPOTENCY_MISMATCH"
		e.Message = "This idempotency key was used for another request. Nothing was charged for this one."
	case repeat.State == ledger.Reserved:
		e.Code, e.NoRetry, e.RetryAfter = "IDEMPOTENCY_IN_FLIGHT", false, time.Second
		e.Message = "The first request with this idempotency key is still running. This one was not made."
	default:
		e.Code = "IDEMPOTENCY_FINISHED"
		e.Message = "The first request with this idempotency key is over and was charged; its answer is not kept. This one was not made."
	}
	return e
}
