// Package echo is a model server for development and tests: OpenAI-compatible
// routes and Anthropic's messages, no model behind them. Its answers say so,
// are the same for the same request, and carry a usage that is always right,
// unless a test asks it to misbehave.
//
// Tokens: a token is a run of at most six characters that are not white space,
// together with the white space before it; white space at the end of a text is
// one token. So a text never has more tokens than UTF-8 bytes, and the tokens
// put together are the text again. A prompt is counted over the contents of its
// messages, and over tool calls and tool definitions as they were sent; each
// image is ImageTokens.
//
// What it does beyond repeating the last message:
//   - tools: `call NAME {"a":1}` in the last message of the user becomes a call
//     of that tool, if the request has it; several become several calls. The
//     result of a tool is repeated as a user's message is.
//   - JSON: if a JSON object is asked for, the answer is the first one in the
//     last message, or {"echo": the message}.
//   - caches: what stands before the assistant's last message was sent in an
//     earlier call. It counts as cached if it has at least AutoCache tokens, or
//     if anything has a cache_control; then the rest of the prompt up to the
//     last mark counts as written.
//   - reasoning: ReasoningModel thinks first, about as much as was said.
//   - images are a pattern made of the prompt's hash; speech is a tone for each
//     character, in a WAV that carries the text, so that transcription can read
//     it back. Of other audio it tells the length.
package echo

import (
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// The models that are served, and the limits of the text models in tokens.
const (
	ChatModel          = "echo-1"
	ReasoningModel     = "echo-think-1"
	EmbeddingModel     = "echo-embed-1"
	ImageModel         = "echo-image-1"
	SpeechModel        = "echo-tts-1"
	TranscriptionModel = "echo-asr-1"

	ContextTokens = 32768
	MaxOutput     = 4096
	ImageTokens   = 85
	AutoCache     = 1024

	maxBody = 32 << 20
)

// Config sets a server up. The zero value of every field works.
type Config struct {
	// APIKey, when set, is the only key that is let in, as a bearer token or
	// as Anthropic's x-api-key.
	APIKey string
	// Delay is waited before each chunk of a stream and before every other answer.
	Delay time.Duration
	// Fault is how to misbehave from the start; see SetFault.
	Fault Fault
	// FaultOf, if set, chooses how to misbehave by the body of a call, in place
	// of SetFault. It must be safe for concurrent use.
	FaultOf func(body []byte) Fault
	// Now gives the "created" times; default time.Now.
	Now func() time.Time
	// Billed, if set, is told of each call as it is booked, with its body. It
	// must be safe for concurrent use.
	Billed func(body []byte, prompt, completion int64)
	// Reached, if set, is called when an answer has come to a point, before
	// anything behind it is sent, and may wait there. It must be safe for
	// concurrent use.
	Reached func(Point)
}

// Server is the http.Handler. It is safe for concurrent use.
type Server struct {
	cfg   Config
	mux   *http.ServeMux
	fault atomic.Int32
	books books
}

// New makes a server; see the package comment.
func New(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Reached == nil {
		cfg.Reached = func(Point) {}
	}
	s := &Server{cfg: cfg, mux: http.NewServeMux()}
	s.fault.Store(int32(cfg.Fault))
	s.books.tally.Models = map[string]Usage{}
	s.mux.HandleFunc("GET /v1/models", s.models)
	for route, call := range map[string]handler{
		"chat/completions": s.chat, "completions": s.completions, "embeddings": s.embeddings,
		"images/generations": s.images, "audio/speech": s.speech, "audio/transcriptions": s.transcribe,
	} {
		s.mux.HandleFunc("POST /v1/"+route, s.guard(call, writeError))
	}
	s.mux.HandleFunc("POST /v1/messages", s.guard(s.messages, writeMessagesError))
	s.mux.HandleFunc("POST "+redirectedTo, s.redirected)
	return s
}

// SetFault changes how calls misbehave that arrive from now on.
func (s *Server) SetFault(f Fault) { s.fault.Store(int32(f)) }

// Tally returns a copy of the account so far.
func (s *Server) Tally() Tally { return s.books.copy() }

// ServeHTTP answers the routes under /v1.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// handler answers one call, or returns an *apiError.
type handler func(c *call) error

// call is one request on its way. Its fault is fixed when it arrives.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	body  []byte
	fault Fault
}

// guard wraps a call's handler with the key check, the body limit, the faults
// that come before everything else, and the error body.
func (s *Server) guard(answer handler, refuse func(http.ResponseWriter, *apiError)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		c := &call{w: w, r: r, body: body, fault: Fault(s.fault.Load())}
		if s.cfg.FaultOf != nil {
			c.fault = s.cfg.FaultOf(body)
		}
		switch {
		case !s.keyFits(r):
			err = &apiError{status: http.StatusUnauthorized, Message: "incorrect API key provided", Type: "invalid_request_error"}
		case err != nil:
			err = invalid("body", "the body could not be read, or is larger than %d bytes", maxBody)
		default:
			c.leak()
			if err = c.refuseAtOnce(); err == nil {
				err = answer(c)
			}
		}
		var refused *apiError
		if errors.As(err, &refused) {
			s.books.refuse()
			refuse(w, refused)
		}
	}
}

func (s *Server) keyFits(r *http.Request) bool {
	if s.cfg.APIKey == "" {
		return true
	}
	given := r.Header.Get("X-Api-Key")
	if given == "" {
		given = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	return subtle.ConstantTimeCompare([]byte(given), []byte(s.cfg.APIKey)) == 1
}

func (s *Server) models(w http.ResponseWriter, _ *http.Request) {
	type model struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Created int64  `json:"created"`
		OwnedBy string `json:"owned_by"`
	}
	var data []model
	for _, id := range []string{ChatModel, ReasoningModel, EmbeddingModel, ImageModel, SpeechModel, TranscriptionModel} {
		data = append(data, model{id, "model", 1767225600, "stakegate"})
	}
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": data})
}
