package echo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// chatRequest has the members that change the answer. All others are ignored,
// as sampling parameters are by a model that does not sample.
type chatRequest struct {
	Model               string          `json:"model"`
	Messages            []message       `json:"messages"`
	MaxTokens           *int            `json:"max_tokens"`
	MaxCompletionTokens *int            `json:"max_completion_tokens"`
	N                   *int            `json:"n"`
	Stop                stopTexts       `json:"stop"`
	Stream              bool            `json:"stream"`
	StreamOptions       *streamOptions  `json:"stream_options"`
	Tools               json.RawMessage `json:"tools"`
	ResponseFormat      *responseFormat `json:"response_format"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type responseFormat struct {
	Type string `json:"type"`
}

type message struct {
	Role      string          `json:"role"`
	Content   content         `json:"content"`
	ToolCalls json.RawMessage `json:"tool_calls"`
}

// content is a text, a list of text parts, or null.
type content string

func (c *content) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		var parts []struct {
			Type string `json:"type"`
			Text string `json:"text"`
		}
		if err := json.Unmarshal(text, &parts); err != nil {
			return err
		}
		for _, part := range parts {
			if part.Type != "text" {
				return invalid("messages", "%s reads text only, not parts of type %.40q", ChatModel, part.Type)
			}
			*c += content(part.Text)
		}
		return nil
	}
	return json.Unmarshal(text, (*string)(c))
}

// stopTexts is one text or a list of them.
type stopTexts []string

func (s *stopTexts) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, (*[]string)(s))
	}
	var one *string
	if err := json.Unmarshal(text, &one); err != nil || one == nil {
		return err
	}
	*s = stopTexts{*one}
	return nil
}

const maxChoices = 16

// answer is what a request gets, worked out before anything is sent.
type answer struct {
	id      string
	created int64
	tokens  []string // of one choice; all choices are alike
	choices int
	finish  string
	prompt  int
	fault   Fault
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request, body []byte) error {
	var req chatRequest
	if err := decode(body, &req); err != nil {
		return err
	}
	if err := req.check(); err != nil {
		return err
	}
	a := answer{
		id: "chatcmpl-" + digest(body)[:24], created: s.cfg.Now().Unix(),
		choices: 1, prompt: req.promptTokens(), fault: Fault(s.fault.Load()),
	}
	if req.N != nil {
		a.choices = *req.N
	}
	limit := min(req.outputCap(), ContextTokens-a.prompt)
	if limit < 1 {
		code := "context_length_exceeded"
		err := invalid("messages", "the prompt has %d tokens, of a context of %d", a.prompt, ContextTokens)
		err.Code = &code
		return err
	}
	a.tokens, a.finish = req.generate(limit, a.fault)
	s.bill(ChatModel, body, a.prompt, a.choices*len(a.tokens))
	if req.Stream {
		s.stream(w, r, a, req.StreamOptions != nil && req.StreamOptions.IncludeUsage)
	} else {
		s.whole(w, r, a)
	}
	return nil
}

func (q *chatRequest) check() error {
	if q.Model != ChatModel {
		return unknownModel(q.Model)
	}
	if len(q.Messages) == 0 {
		return invalid("messages", "messages must not be empty")
	}
	for _, n := range []struct {
		name  string
		value *int
		most  int
	}{{"max_tokens", q.MaxTokens, 1 << 30}, {"max_completion_tokens", q.MaxCompletionTokens, 1 << 30}, {"n", q.N, maxChoices}} {
		if n.value != nil && (*n.value < 1 || *n.value > n.most) {
			return invalid(n.name, "%s must be from 1 to %d", n.name, n.most)
		}
	}
	if q.StreamOptions != nil && !q.Stream {
		return invalid("stream_options", "stream_options is only for stream: true")
	}
	if q.ResponseFormat != nil && q.ResponseFormat.Type != "" && q.ResponseFormat.Type != "text" {
		return invalid("response_format", "%s writes plain text only", ChatModel)
	}
	return nil
}

// outputCap is the smaller of the two caps, and never more than the model's.
func (q *chatRequest) outputCap() int {
	limit := MaxOutput
	for _, asked := range []*int{q.MaxTokens, q.MaxCompletionTokens} {
		if asked != nil {
			limit = min(limit, *asked)
		}
	}
	return limit
}

func (q *chatRequest) promptTokens() int {
	n := countRaw(q.Tools)
	for _, m := range q.Messages {
		n += CountTokens(string(m.Content)) + countRaw(m.ToolCalls)
	}
	return n
}

func countRaw(raw json.RawMessage) int {
	if len(raw) == 0 || string(raw) == "null" {
		return 0
	}
	return CountTokens(string(raw))
}

// generate is the model: it repeats the last message of the user.
func (q *chatRequest) generate(limit int, fault Fault) (tokens []string, finish string) {
	last := string(q.Messages[len(q.Messages)-1].Content)
	for _, m := range q.Messages {
		if m.Role == "user" {
			last = string(m.Content)
		}
	}
	text := ChatModel + " is not a language model; it repeats: " + last
	for _, stop := range q.Stop {
		if i := strings.Index(text, stop); stop != "" && i >= 0 {
			text = text[:i]
		}
	}
	tokens = Tokens(text)
	if fault == FaultIgnoresCap {
		whole := tokens
		for len(tokens) < 4*limit {
			tokens = append(tokens, whole...)
		}
		return tokens[:4*limit], "stop"
	}
	if len(tokens) > limit {
		return tokens[:limit], "length"
	}
	return tokens, "stop"
}

func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	if refused := (*apiError)(nil); errors.As(err, &refused) {
		return refused
	}
	if err != nil {
		return invalid("body", "the body is not the JSON of this call: %.200s", err.Error())
	}
	return nil
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
