package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	failureWindow = 30 * time.Second // unless the configuration says otherwise
	maxCallers    = 1 << 16          // with failures, remembered at once
	maxKnownKeys  = 1 << 17
	sharedTimeout = 2 * time.Second // to count where all replicas see it
)

// FailuresConfig says who is blocked.
type FailuresConfig struct {
	// KeyLimit and SourceLimit are how many requests of a key, and of a network
	// without a valid one, may fail within the window; one more blocks it for as
	// long. 0 blocks none.
	KeyLimit, SourceLimit int
	// Window is 30 s unless it is set.
	Window time.Duration
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Shared, if set, counts the failures of keys for all replicas. Whoever
	// sets it calls Block for the keys that others have blocked.
	Shared SharedFailures
	// Refused is told of every request that is turned away, because too many of
	// its key's failed or of its network's; nil: nobody is.
	Refused func(byKey bool)
	// Blocked is told of every key that is blocked, by its hash; nil: nobody
	// is.
	Blocked func(ctx context.Context, keyHash [32]byte)
}

// SharedFailures counts the failures of keys where all replicas see them.
type SharedFailures interface {
	// CountFailure notes a failure and reports whether it is one more than the
	// limit within the window, which blocks the key for the time given.
	CountFailure(ctx context.Context, keyHash [32]byte, limit int, window, block time.Duration) (bool, error)
}

// Failures counts requests that failed by their sender's fault: by the key, if
// it was lately seen to be a valid one, else by the client's address (an IPv4
// address or an IPv6 /64). So a stranger who guesses keys cannot block those
// who have one, on the same address either. Addresses are counted by each
// process for itself; so are keys, exactly, unless replicas share their count.
// A request that does not fail costs two look-ups in memory.
type Failures struct {
	config FailuresConfig

	mu      sync.Mutex
	callers map[string]*failing
	known   map[[32]byte]bool // hashes of keys that were seen to be valid
}

// failing is a caller with failures.
type failing struct {
	times   []time.Time // of the failures in the window, oldest first
	blocked time.Time   // until then
}

// NewFailures makes the counter.
func NewFailures(config FailuresConfig) *Failures {
	if config.Window <= 0 {
		config.Window = failureWindow
	}
	if config.Blocked == nil {
		config.Blocked = func(context.Context, [32]byte) {}
	}
	if config.Refused == nil {
		config.Refused = func(bool) {}
	}
	return &Failures{config: config, callers: map[string]*failing{}, known: map[[32]byte]bool{}}
}

// guardFailures turns blocked callers away from the API, and learns from what
// becomes of the others' requests.
func (s *server) guardFailures(w http.ResponseWriter, r *http.Request, serve func()) {
	failures := s.config.Failures
	if failures == nil || !isAPI(r.URL.Path) {
		serve()
		return
	}
	sent := s.credentials(r)
	hash, hasKey := sent.hash, sent.err == nil
	if byKey, wait := failures.blocked(r, hash, hasKey, s.config.Now()); wait > 0 {
		failures.config.Refused(byKey)
		s.writeError(w, r, failures.tooMany(byKey, wait))
		return
	}
	serve()
	e := eventOf(r)
	name, byKey := failures.judge(r, hash, hasKey, e.proven, e.status)
	if name != "" && !e.mends && failures.fail(r.Context(), name, hash, byKey, s.config.Now()) && byKey {
		failures.config.Blocked(r.Context(), hash)
	}
}

// Guard serves what strangers may guess at, beside the API: a source whose
// requests were answered 401 too often waits for a while.
func (f *Failures) Guard(next http.Handler, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, wait := f.blocked(r, [32]byte{}, false, now()); wait > 0 {
			f.config.Refused(false)
			w.Header().Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
			http.Error(w, "Too many failed attempts. Please wait.", http.StatusTooManyRequests)
			return
		}
		seen := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		if seen.status == http.StatusUnauthorized {
			f.fail(r.Context(), f.name(r, [32]byte{}, false), [32]byte{}, false, now())
		}
	})
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (f *Failures) tooMany(byKey bool, wait time.Duration) *Error {
	return &Error{
		Status: http.StatusTooManyRequests, Code: "ERROR_BUDGET", RetryAfter: wait,
		Text: fmt.Sprintf("Too many failed attempts (> %d) resulting in a non-success status code. Please wait %s and try again.", f.limit(byKey), f.config.Window),
		Next: "Correct the requests before you send more of them.",
	}
}

// isFailure reports whether an answer counts: the request was not acceptable.
// Spent budgets, rates, repeats and clients that leave are no such thing; nor
// is a stake that is not there yet, which its error says (Error.mends).
func isFailure(status int) bool {
	switch status {
	case http.StatusPaymentRequired, http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests, 499:
		return false
	}
	return status >= 400 && status <= 499
}

// blocked is how long a request's caller, its key or its network, has to wait
// yet; 0: it may go on.
func (f *Failures) blocked(r *http.Request, hash [32]byte, hasKey bool, now time.Time) (byKey bool, wait time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	byKey = hasKey && f.known[hash]
	caller := f.callers[f.name(r, hash, byKey)]
	if caller == nil {
		return byKey, 0
	}
	return byKey, caller.blocked.Sub(now)
}

func (f *Failures) limit(byKey bool) int {
	if byKey {
		return f.config.KeyLimit
	}
	return f.config.SourceLimit
}

func keyName(hash [32]byte) string { return "key " + string(hash[:]) }

// name names who sent a request.
func (f *Failures) name(r *http.Request, hash [32]byte, byKey bool) string {
	if byKey {
		return keyName(hash)
	}
	return "net " + clientNetwork(r, f.config.TrustedProxies)
}

// judge learns from an answer whether the key is valid, and names whom a
// failure counts for; "" if it is none.
func (f *Failures) judge(r *http.Request, hash [32]byte, hasKey, proven bool, status int) (name string, byKey bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if hasKey {
		f.learn(hash, proven, status)
	}
	if !isFailure(status) {
		return "", false
	}
	byKey = hasKey && f.known[hash]
	return f.name(r, hash, byKey), byKey
}

// fail counts a failure and reports whether it is the one that blocks. While
// the shared count is away, this process counts.
func (f *Failures) fail(ctx context.Context, name string, hash [32]byte, byKey bool, now time.Time) bool {
	limit := f.limit(byKey)
	if limit <= 0 {
		return false
	}
	if byKey && f.config.Shared != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sharedTimeout)
		defer cancel()
		blocks, err := f.config.Shared.CountFailure(ctx, hash, limit, f.config.Window, f.config.Window)
		if blocks {
			f.Block(hash, now.Add(f.config.Window))
		}
		if err == nil {
			return blocks
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count(name, limit, now)
}

// Block blocks a key until an instant, because another replica did.
func (f *Failures) Block(keyHash [32]byte, until time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.learn(keyHash, true, 0) // only failures of valid keys are counted by key
	f.caller(keyName(keyHash), until.Add(-f.config.Window)).blocked = until
}

// learn notes that a key is valid, or that it is not any more.
func (f *Failures) learn(hash [32]byte, proven bool, status int) {
	switch {
	case proven && !f.known[hash]:
		if len(f.known) >= maxKnownKeys {
			clear(f.known)
		}
		f.known[hash] = true
	case !proven && status == http.StatusUnauthorized:
		delete(f.known, hash)
	}
}

// count adds a failure and reports whether it is the one that blocks.
func (f *Failures) count(name string, limit int, now time.Time) bool {
	caller := f.caller(name, now)
	caller.times = append(slices.DeleteFunc(caller.times, func(at time.Time) bool { return now.Sub(at) >= f.config.Window }), now)
	if len(caller.times) <= limit {
		return false
	}
	caller.times, caller.blocked = nil, now.Add(f.config.Window)
	return true
}

func (f *Failures) caller(name string, now time.Time) *failing {
	caller := f.callers[name]
	if caller == nil {
		f.makeRoom(now)
		caller = &failing{}
		f.callers[name] = caller
	}
	return caller
}

// makeRoom forgets callers whose failures are old, and if that is not enough
// any ones, so many at once that it is seldom done.
func (f *Failures) makeRoom(now time.Time) {
	if len(f.callers) < maxCallers {
		return
	}
	for name, caller := range f.callers {
		last := len(caller.times) - 1
		if !now.Before(caller.blocked) && (last < 0 || now.Sub(caller.times[last]) >= f.config.Window) {
			delete(f.callers, name)
		}
	}
	for name := range f.callers {
		if len(f.callers) <= maxCallers/2 {
			return
		}
		delete(f.callers, name)
	}
}

// clientAddress is the address that a request comes from; the zero one if that
// cannot be told.
func clientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	client, ok := parseHop(r.RemoteAddr)
	if !ok {
		return netip.Addr{}
	}
	return forwardedFor(r.Header["X-Forwarded-For"], client, trusted)
}

// clientNetwork is a request's source as text; "" if it has none.
func clientNetwork(r *http.Request, trusted []netip.Prefix) string {
	source := sourceOf(r, trusted)
	switch {
	case !source.IsValid():
		return ""
	case source.Addr().Is4():
		return source.Addr().String()
	}
	return source.String()
}
