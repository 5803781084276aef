package devworld

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// How often a hostile server misbehaves, in percent of the requests to the
// mint, and for how long it may dawdle. Everything that it does is within the
// contract: a client that retries as the API says gets through.
const (
	hostileRefusesPercent = 10 // of good tokens, as expired
	hostileLosesPercent   = 5  // of answers, after the request took effect
	hostileDelaysPercent  = 30
	hostileMaxDelay       = 1500 * time.Millisecond
)

// Hostile makes a server misbehave within its contract, so that its clients
// learn to cope: it refuses good validation tokens now and then, dawdles, and
// cuts connections after the request took effect.
func Hostile(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if percent(hostileDelaysPercent) && !pause(r.Context(), rand.N(hostileMaxDelay)) {
			return
		}
		minting := r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/generate_web3_key")
		if minting && percent(hostileRefusesPercent) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"error":"JWT has expired","code":"TOKEN_EXPIRED","message":"Get a new token; it lives for 15 minutes."}`))
			return
		}
		if strings.Contains(r.URL.Path, "/api_keys/generate_web3_key") && percent(hostileLosesPercent) {
			next.ServeHTTP(&lost{header: http.Header{}}, r)
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}

func percent(n int) bool { return rand.IntN(100) < n }

// pause waits, and reports whether the client is still there.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// lost takes an answer that nobody will get.
type lost struct{ header http.Header }

func (l *lost) Header() http.Header { return l.header }

func (l *lost) WriteHeader(int) {}

func (l *lost) Write(data []byte) (int, error) { return len(data), nil }
