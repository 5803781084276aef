package gateway

import (
	"crypto/sha256"
	"fmt"
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

// mark reads the idempotency key, if there is one.
func (c *call) mark(body []byte) *Error {
	values := c.r.Header.Values(IdempotencyHeader)
	if len(values) == 0 {
		return nil
	}
	unprintable := func(r rune) bool { return r < ' ' || r > '~' }
	if name := values[0]; len(values) > 1 || len(name) < minIdempotencyKey || len(name) > maxIdempotencyKey || strings.ContainsFunc(name, unprintable) {
		return invalid(IdempotencyHeader, "must be 16 to 64 printable ASCII characters, once")
	}
	digest, problem := digestOf(c.path, c.r.Header.Get("Content-Type"), body)
	c.marked = ledger.Idempotency{Name: values[0], Digest: digest}
	return problem
}

// digestOf is the same for bodies that ask for the same: of JSON, whatever the
// order of its members and its spaces (RFC 8785); of a form, whatever its
// boundary, which clients make anew when they send a request again.
func digestOf(path, contentType string, body []byte) ([32]byte, *Error) {
	digest := sha256.New()
	fmt.Fprintln(digest, path)
	if parts, problem := splitForm(contentType, body); problem == "" {
		for _, p := range parts {
			fmt.Fprintf(digest, "%q %t %d\n", p.name, p.file, len(p.data))
			digest.Write(p.data)
		}
		return [32]byte(digest.Sum(nil)), nil
	}
	canonical := jsontext.Value(body).Clone()
	if err := canonical.Canonicalize(); err != nil {
		return [32]byte{}, malformed(err)
	}
	digest.Write(canonical)
	return [32]byte(digest.Sum(nil)), nil
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
