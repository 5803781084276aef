package agent_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stakegate/agent"
)

const mintRoute = "POST /api/v1/api_keys/generate_web3_key"

// failing returns a fault that answers the first n requests of a route itself.
func failing(n int, route string, answer http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method+" "+r.URL.Path != route || n == 0 {
			return false
		}
		n--
		answer(w, r)
		return true
	}
}

func answering(status int, header, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if header != "" {
			w.Header().Set("Retry-After", header)
		}
		refuse(w, status, text)
	}
}

func TestUpGetsOverAServerThatMisbehavesWithinTheContract(t *testing.T) {
	chain := devChain(t)
	lost := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"good token refused":        failing(3, mintRoute, answering(400, "", "JWT signature is invalid")),
		"token expired":             failing(1, mintRoute, answering(400, "", "JWT has expired")),
		"stake not seen yet":        failing(2, mintRoute, answering(400, "", "Wallet has no staked VVV on Base")),
		"chain not answering it":    failing(1, mintRoute, answering(503, "1", "Could not read the chain")),
		"too many requests":         failing(1, mintRoute, answering(429, "1", "Rate limit exceeded")),
		"signature not verifiable":  failing(1, mintRoute, answering(400, "", "Could not verify wallet signature")),
		"answer to the mint lost":   failing(1, mintRoute, lost),
		"answer to the token lost":  failing(2, "GET /api/v1/api_keys/generate_web3_key", lost),
		"balance not spendable yet": failing(2, "POST /api/v1/chat/completions", answering(402, "", "Insufficient USD or Diem balance to complete request")),
		"answer of the model lost":  failing(1, "POST /api/v1/chat/completions", lost),
		"models not listed":         failing(1, "GET /api/v1/models", answering(500, "", "An unknown error occurred")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newFakeAPI(t, chain)
			o := newOptions(t, chain, api)
			api.fault = fault
			result := mustUp(t, o)
			if result.Key == nil || result.Proof == nil || api.keyCount() != 1 {
				t.Errorf("got key %+v, proof %+v, %d keys", result.Key, result.Proof, api.keyCount())
			}
			if len(result.Warnings) > 0 {
				t.Errorf("warnings: got %v", result.Warnings)
			}
		})
	}
}

func TestLostAnswerAfterTheMintLeavesOneOrphan(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	first := true
	api.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method+" "+r.URL.Path != mintRoute || !first {
			return false
		}
		first = false
		api.mint(discard{}, r) // the key is made, and nobody hears of it
		panic(http.ErrAbortHandler)
	}
	result := mustUp(t, o)
	if api.keyCount() != 2 || len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "lost") {
		t.Errorf("%d keys, warnings %v", api.keyCount(), result.Warnings)
	}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func TestFinalRefusalsEndTheRunAndKeepWhatWasDone(t *testing.T) {
	chain := devChain(t)
	for name, c := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request) bool
		want  error
		key   bool
	}{
		"signature does not match": {failing(99, mintRoute, answering(400, "", "Wallet signature does not match")), nil, false},
		"unknown parameter":        {failing(99, mintRoute, answering(400, "", "Invalid request parameters")), nil, false},
		"forbidden":                {failing(99, mintRoute, answering(403, "", "Unauthorized access")), nil, false},
		"model not there":          {failing(99, "POST /api/v1/chat/completions", answering(404, "", "Specified model not found")), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newFakeAPI(t, chain)
			o := newOptions(t, chain, api)
			api.fault = c.fault
			result, err := agent.Up(t.Context(), o, nil)
			var answered *agent.APIError
			if !errors.As(err, &answered) || (result.Key != nil) != c.key {
				t.Errorf("got %v, key %+v", err, result.Key)
			}
			if got, want := stepsOf(result), []string{"buy", "approve", "stake"}; !slices.Equal(got, want) {
				t.Errorf("transactions: got %v, want %v", got, want)
			}
			api.mu.Lock()
			api.fault = nil
			api.mu.Unlock()
			if again := mustUp(t, o); len(again.Transactions) != 0 || api.keyCount() != 1 {
				t.Errorf("the next run did %v, %d keys", stepsOf(again), api.keyCount())
			}
		})
	}
}

func TestRevokedKeyIsReplacedAndAWorkingOneIsKept(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	first := mustUp(t, o)
	// A server in trouble has not revoked anything.
	api.mu.Lock()
	api.fault = failing(1, "GET /api/v1/api_keys/rate_limits", answering(503, "1", "Try later"))
	api.mu.Unlock()
	if kept := mustUp(t, o); kept.Key.ID != first.Key.ID || kept.Key.Created {
		t.Errorf("got %+v, want the first key kept", kept.Key)
	}
	api.mu.Lock()
	delete(api.keys, first.Key.Secret.Reveal())
	api.mu.Unlock()
	second := mustUp(t, o)
	if !second.Key.Created || len(second.Transactions) != 0 || second.Proof == nil {
		t.Errorf("got %+v, %v", second.Key, stepsOf(second))
	}
	// An ADMIN key is another slot; the INFERENCE key stays.
	o.Target.Key.Type = agent.Admin
	if admin := mustUp(t, o); !admin.Key.Created || admin.Key.Type != agent.Admin {
		t.Errorf("got %+v", admin.Key)
	}
	keys, err := o.Keys.Keys()
	if err != nil || len(keys) != 2 {
		t.Errorf("store: got %d keys, %v, want 2", len(keys), err)
	}
}

func TestTwoRunsAtOnceAreRefused(t *testing.T) {
	chain := devChain(t)
	o := newOptions(t, chain, newFakeAPI(t, chain))
	unlock, err := o.Keys.Lock()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := agent.Up(t.Context(), o, nil); !errors.Is(err, agent.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
}

func TestNothingThatARunSaysHoldsASecret(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	var said strings.Builder
	api.fault = failing(1, mintRoute, func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 4096)
		n, _ := r.Body.Read(body)
		refuse(w, 500, "crashed on "+string(body[:n])) // a server that repeats what it got
	})
	result, err := agent.Up(t.Context(), o, agent.ViewFunc(func(e agent.Event) { said.WriteString(e.Message + "\n") }))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "[redacted]") {
		t.Errorf("the server's words were not shown: %s", said.String())
	}
	if strings.Contains(said.String(), result.Key.Secret.Reveal()) || strings.Contains(said.String(), "eyJ") || strings.Contains(said.String(), strings.Repeat("0x", 1)+strings.Repeat("f", 65)) {
		t.Errorf("a secret was said: %s", said.String())
	}
}

// TestNoKeyIsAskedForThatCouldNotBeStored: a key whose text is lost can only be
// revoked, and one more with every run on a full disk would pile up.
func TestNoKeyIsAskedForThatCouldNotBeStored(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	_, err := agent.Up(t.Context(), o, agent.ViewFunc(func(e agent.Event) {
		if e.Kind == agent.EventSigned {
			if err := os.RemoveAll(filepath.Dir(o.Keys.Path())); err != nil {
				t.Error(err)
			}
		}
	}))
	if err == nil || !strings.Contains(err.Error(), "no key is asked for that could not be stored") || api.keyCount() != 0 {
		t.Errorf("got %v and %d keys, want none", err, api.keyCount())
	}
}
