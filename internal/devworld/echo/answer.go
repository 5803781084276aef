package echo

import (
	"encoding/json"
	"net/http"
	"strings"
)

type usageBody struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
	TotalTokens      int64 `json:"total_tokens"`
}

// usage is what the answer says of itself; nil when it says nothing.
func (a *answer) usage() *usageBody { return reported(a.prompt, a.choices*len(a.tokens), a.fault) }

// reported turns a true usage into what a fault makes of it.
func reported(prompt, completion int, fault Fault) *usageBody {
	u := usageBody{PromptTokens: int64(prompt), CompletionTokens: int64(completion)}
	switch fault {
	case FaultNoUsage:
		return nil
	case FaultZeroUsage:
		return &usageBody{}
	case FaultAbsurdUsage:
		u.PromptTokens, u.CompletionTokens = 1<<40, 1<<40
	case FaultNegativeUsage:
		u.PromptTokens, u.CompletionTokens = -u.PromptTokens, -u.CompletionTokens
	default: // the truth
	}
	u.TotalTokens = u.PromptTokens + u.CompletionTokens
	return &u
}

type chatMessage struct {
	Role    string  `json:"role,omitempty"`
	Content string  `json:"content"`
	Refusal *string `json:"refusal"`
}

type wholeChoice struct {
	Index        int         `json:"index"`
	Message      chatMessage `json:"message"`
	Logprobs     *string     `json:"logprobs"`
	FinishReason string      `json:"finish_reason"`
}

// whole sends the answer as one JSON object.
func (s *Server) whole(w http.ResponseWriter, r *http.Request, a answer) {
	if !s.pause(r) {
		return
	}
	body := struct {
		ID      string        `json:"id"`
		Object  string        `json:"object"`
		Created int64         `json:"created"`
		Model   string        `json:"model"`
		Choices []wholeChoice `json:"choices"`
		Usage   *usageBody    `json:"usage,omitempty"`
	}{a.id, "chat.completion", a.created, ChatModel, nil, a.usage()}
	for i := range a.choices {
		body.Choices = append(body.Choices, wholeChoice{
			Index: i, FinishReason: a.finish,
			Message: chatMessage{Role: "assistant", Content: strings.Join(a.tokens, "")},
		})
	}
	s.sendWhole(w, r, body, a.fault)
}

// sendWhole writes a JSON answer, or as much of it as the fault lets through.
func (s *Server) sendWhole(w http.ResponseWriter, r *http.Request, body any, fault Fault) {
	switch fault {
	case FaultStall:
		<-r.Context().Done()
	case FaultDisconnect:
		text, _ := json.Marshal(body) // plain structs
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text[:len(text)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	default:
		writeJSON(w, http.StatusOK, body)
	}
}

type delta struct {
	Role    string `json:"role,omitempty"`
	Content string `json:"content,omitempty"`
}

type chunkChoice struct {
	Index        int     `json:"index"`
	Delta        delta   `json:"delta"`
	Logprobs     *string `json:"logprobs"`
	FinishReason *string `json:"finish_reason"`
}

type chunk struct {
	ID      string        `json:"id"`
	Object  string        `json:"object"`
	Created int64         `json:"created"`
	Model   string        `json:"model"`
	Choices []chunkChoice `json:"choices"`
	Usage   *usageBody    `json:"usage,omitempty"`
}

// chunks lists everything that a stream sends before [DONE]: for each choice its
// role, its tokens one by one and its end, then the usage if it was asked for.
func (a *answer) chunks(includeUsage bool) []chunk {
	base := chunk{ID: a.id, Object: "chat.completion.chunk", Created: a.created, Model: ChatModel}
	var all []chunk
	add := func(choices []chunkChoice, usage *usageBody) {
		c := base
		c.Choices, c.Usage = choices, usage
		all = append(all, c)
	}
	for i := range a.choices {
		add([]chunkChoice{{Index: i, Delta: delta{Role: "assistant"}}}, nil)
		for _, token := range a.tokens {
			add([]chunkChoice{{Index: i, Delta: delta{Content: token}}}, nil)
		}
		add([]chunkChoice{{Index: i, FinishReason: &a.finish}}, nil)
	}
	if usage := a.usage(); includeUsage && usage != nil {
		add([]chunkChoice{}, usage)
	}
	return all
}

// stream sends the answer as server-sent events.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, a answer, includeUsage bool) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	out := http.NewResponseController(w)
	chunks := a.chunks(includeUsage)
	for i, c := range chunks {
		if !s.pause(r) {
			return
		}
		switch {
		case a.fault == FaultStall && i == 2:
			<-r.Context().Done()
			return
		case a.fault == FaultDisconnect && i == len(chunks)/2:
			panic(http.ErrAbortHandler)
		}
		text, _ := json.Marshal(c) // plain structs
		if _, err := w.Write([]byte("data: " + string(text) + "\n\n")); err != nil {
			return
		}
		_ = out.Flush()
	}
	_, _ = w.Write([]byte("data: [DONE]\n\n")) // the client has left; it was billed already
}
