// Package echo is a model server for development and tests: OpenAI-compatible
// routes, no model behind them. Its answers say so, are the same for the same
// request, and carry a usage that is always right, unless a test asks it to
// misbehave.
//
// Tokens: a token is a run of at most six characters that are not white space,
// together with the white space before it; white space at the end of a text is
// one token. So a text never has more tokens than UTF-8 bytes, and the tokens
// put together are the text again. A prompt is counted over the contents of its
// messages, and over tool calls and tool definitions as they were sent.
package echo

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The models that are served, and the limits of the chat model in tokens.
const (
	ChatModel      = "echo-1"
	EmbeddingModel = "echo-embed-1"
	ContextTokens  = 32768
	MaxOutput      = 4096

	maxBody = 16 << 20
)

// Fault is a way to misbehave.
type Fault int32

// Faults. Calls under FaultServerError and FaultRateLimited are not billed; all
// others are, as a real server would.
const (
	FaultNone          Fault = iota
	FaultNoUsage             // the usage is missing
	FaultZeroUsage           // the usage is all zeroes
	FaultAbsurdUsage         // the usage is beyond any context
	FaultNegativeUsage       // the usage is below zero
	FaultServerError         // 500 at once
	FaultRateLimited         // 429 at once, with Retry-After
	FaultStall               // nothing more after the first chunk, until the client leaves
	FaultDisconnect          // the connection ends in the middle of the answer
	FaultIgnoresCap          // four times as many tokens as the cap allows
)

// Config sets a server up. The zero value of every field works.
type Config struct {
	// APIKey, when set, is the only bearer token that is let in.
	APIKey string
	// Delay is waited before each chunk of a stream and before every other answer.
	Delay time.Duration
	// Fault is how to misbehave from the start; see SetFault.
	Fault Fault
	// Now gives the "created" times; default time.Now.
	Now func() time.Time
	// Billed, if set, is told of each call as it is booked, with its body. It
	// must be safe for concurrent use.
	Billed func(body []byte, prompt, completion int64)
}

// Server is the http.Handler. It is safe for concurrent use.
type Server struct {
	cfg   Config
	mux   *http.ServeMux
	fault atomic.Int32

	mu    sync.Mutex
	tally Tally
}

// Usage is what calls of one model used, in tokens.
type Usage struct {
	Calls            int64
	PromptTokens     int64
	CompletionTokens int64
}

// Tally is the server's own account of the truth. A call is booked in full when
// it arrives, before a byte of its answer is sent, whatever then happens to it.
type Tally struct {
	Calls   int64 // billed calls
	Refused int64 // answered with an error and not billed
	Models  map[string]Usage
}

// New makes a server; see the package comment.
func New(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{cfg: cfg, mux: http.NewServeMux()}
	s.fault.Store(int32(cfg.Fault))
	s.tally.Models = map[string]Usage{}
	s.mux.HandleFunc("GET /v1/models", s.models)
	s.mux.HandleFunc("POST /v1/chat/completions", s.guard(s.chat))
	s.mux.HandleFunc("POST /v1/embeddings", s.guard(s.embeddings))
	return s
}

// SetFault changes how calls misbehave that arrive from now on.
func (s *Server) SetFault(f Fault) { s.fault.Store(int32(f)) }

// Tally returns a copy of the account so far.
func (s *Server) Tally() Tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tally
	t.Models = maps.Clone(t.Models)
	return t
}

// ServeHTTP answers the routes under /v1.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// bill books a call. It is called once for each, before its answer begins.
func (s *Server) bill(model string, body []byte, prompt, completion int) {
	if s.cfg.Billed != nil {
		s.cfg.Billed(body, int64(prompt), int64(completion))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.Calls++
	u := s.tally.Models[model]
	u.Calls++
	u.PromptTokens += int64(prompt)
	u.CompletionTokens += int64(completion)
	s.tally.Models[model] = u
}

// apiError is an error in the shape of the OpenAI API.
type apiError struct {
	status  int
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    *string `json:"code"`
}

func (e *apiError) Error() string { return e.Message }

func invalid(param, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...), Type: "invalid_request_error", Param: &param}
}

func unknownModel(model string) *apiError {
	param, code := "model", "model_not_found"
	return &apiError{http.StatusNotFound, fmt.Sprintf("the model %.80q does not exist here; GET /v1/models lists those that do", model),
		"invalid_request_error", &param, &code}
}

// guard wraps a call's handler with the key check, the body limit, the faults
// that come before everything else, and the error body.
func (s *Server) guard(call func(w http.ResponseWriter, r *http.Request, body []byte) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		switch {
		case !s.keyFits(r):
			err = &apiError{status: http.StatusUnauthorized, Message: "incorrect API key provided", Type: "invalid_request_error"}
		case err != nil:
			err = invalid("body", "the body could not be read, or is larger than %d bytes", maxBody)
		case Fault(s.fault.Load()) == FaultServerError:
			err = &apiError{status: http.StatusInternalServerError, Message: "the server had an error", Type: "server_error"}
		case Fault(s.fault.Load()) == FaultRateLimited:
			w.Header().Set("Retry-After", "1")
			err = &apiError{status: http.StatusTooManyRequests, Message: "too many requests", Type: "rate_limit_error"}
		default:
			err = call(w, r, body)
		}
		var refused *apiError
		if errors.As(err, &refused) {
			s.mu.Lock()
			s.tally.Refused++
			s.mu.Unlock()
			writeJSON(w, refused.status, map[string]any{"error": refused})
		}
	}
}

func (s *Server) keyFits(r *http.Request) bool {
	if s.cfg.APIKey == "" {
		return true
	}
	given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return subtle.ConstantTimeCompare([]byte(given), []byte(s.cfg.APIKey)) == 1
}

// pause waits for the configured delay; false when the client has left.
func (s *Server) pause(r *http.Request) bool {
	if s.cfg.Delay <= 0 {
		return r.Context().Err() == nil
	}
	timer := time.NewTimer(s.cfg.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (s *Server) models(w http.ResponseWriter, _ *http.Request) {
	type model struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Created int64  `json:"created"`
		OwnedBy string `json:"owned_by"`
	}
	data := []model{{ChatModel, "model", 1767225600, "stakegate"}, {EmbeddingModel, "model", 1767225600, "stakegate"}}
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": data})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has left; it was billed already
}
