package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/httpapi"
)

// countingKeys counts how often keys are read from the database.
type countingKeys struct {
	*rooms
	reads int
	err   error
}

func (c *countingKeys) KeyByHash(context.Context, [32]byte) (apikey.Key, error) {
	c.reads++
	return c.key, c.err
}

// A paid call reads nothing from the database before its hold; only the first
// large body of a key in a minute is worth a look at the key.
func TestAPaidCallReadsNoKeyBeforeItsHold(t *testing.T) {
	d := newDoor(t)
	keys, at := &countingKeys{rooms: d.rooms}, now
	handler := httpapi.New(httpapi.Config{
		Spend: d, Keys: keys, Hasher: apikey.NewHasher(bytes.Repeat([]byte{1, 2, 3, 4}, 8)), Failures: httpapi.NewFailures(httpapi.FailuresConfig{KeyLimit: 50, SourceLimit: 50}),
		Now: func() time.Time { return at }, Logger: slog.New(slog.DiscardHandler),
	})
	call := func(prefix string, size int) int {
		request := httptest.NewRequest(http.MethodPost, prefix+"/chat/completions", strings.NewReader(strings.Repeat(" ", size)))
		request.Header.Set("Authorization", "Bearer "+d.secret)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		return answer.Code
	}
	const large = 64<<10 + 1
	for _, step := range []struct{ size, reads, status int }{
		{10, 0, http.StatusTeapot}, {large - 1, 0, http.StatusTeapot}, {large, 1, http.StatusTeapot}, {large, 1, http.StatusTeapot},
	} {
		if status := call("/v1", step.size); status != step.status || keys.reads != step.reads {
			t.Errorf("%d bytes: %d after %d reads of the key, want %d after %d", step.size, status, keys.reads, step.status, step.reads)
		}
	}
	at = at.Add(time.Minute)
	for _, step := range []struct {
		err    error
		status int
	}{{apikey.ErrNotFound, http.StatusUnauthorized}, {errors.New("away"), http.StatusInternalServerError}, {nil, http.StatusTeapot}} {
		keys.err = step.err
		if status := call("/api/v1", large); status != step.status {
			t.Errorf("%v: %d, want %d", step.err, status, step.status)
		}
	}
	at = at.Add(time.Minute)
	keys.key.RevokedAt = &at
	if status := call("/api/v1", large); status != http.StatusUnauthorized {
		t.Errorf("a large body under a revoked key: %d", status)
	}
}
