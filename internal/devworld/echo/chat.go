package echo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	Stop                texts           `json:"stop"`
	Stream              bool            `json:"stream"`
	StreamOptions       *streamOptions  `json:"stream_options"`
	Tools               json.RawMessage `json:"tools"`
	ToolChoice          toolChoice      `json:"tool_choice"`
	ResponseFormat      *responseFormat `json:"response_format"`
	ReasoningEffort     string          `json:"reasoning_effort"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type responseFormat struct {
	Type   string          `json:"type"`
	Schema json.RawMessage `json:"json_schema"`
}

type message struct {
	Role      string          `json:"role"`
	Content   content         `json:"content"`
	ToolCalls json.RawMessage `json:"tool_calls"`
}

// content is a text, a list of parts, or null.
type content struct {
	text   string
	images int
	marked bool // for the cache
}

func (c *content) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, &c.text)
	}
	var parts []struct {
		Type         string          `json:"type"`
		Text         string          `json:"text"`
		CacheControl json.RawMessage `json:"cache_control"`
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	for _, part := range parts {
		c.marked = c.marked || countRaw(part.CacheControl) > 0
		switch part.Type {
		case "text":
			c.text += part.Text
		case "image_url":
			c.images++
		default:
			return invalid("messages", "parts of type %.40q cannot be read, only text and image_url", part.Type)
		}
	}
	return nil
}

// texts is one text or a list of them.
type texts []string

func (s *texts) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, (*[]string)(s))
	}
	var one *string
	if err := json.Unmarshal(text, &one); err != nil || one == nil {
		return err
	}
	*s = texts{*one}
	return nil
}

// toolChoice is a word, or an object that names a tool.
type toolChoice string

func (c *toolChoice) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		return json.Unmarshal(text, (*string)(c))
	}
	var named struct {
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
	}
	err := json.Unmarshal(text, &named)
	*c = toolChoice(named.Function.Name)
	return err
}

const maxChoices = 16

func (s *Server) chat(c *call) error {
	var req chatRequest
	if err := decode(c.body, &req); err != nil {
		return err
	}
	p, err := req.prompt()
	if err != nil {
		return err
	}
	reply, err := p.answer(c.fault)
	if err != nil {
		return err
	}
	s.bill(c, p.model, reply.usage())
	a := chatAnswer{
		reply: reply, id: "chatcmpl-" + digest(c.body)[:24], created: s.cfg.Now().Unix(), model: p.model,
		fault: c.fault, includeUsage: req.StreamOptions != nil && req.StreamOptions.IncludeUsage,
	}
	if req.Stream {
		s.sendEvents(c, a.events())
	} else {
		s.sendJSON(c, a.whole())
	}
	return nil
}

// prompt checks the request and turns it into what the model reads.
func (q *chatRequest) prompt() (*prompt, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	p := &prompt{
		model: q.Model, stop: q.Stop, limit: MaxOutput, choices: 1, choice: string(q.ToolChoice),
		thinks: q.Model == ReasoningModel && q.ReasoningEffort != "none", extra: countRaw(q.Tools),
	}
	for _, asked := range []*int{q.MaxTokens, q.MaxCompletionTokens} {
		if asked != nil {
			p.limit = min(p.limit, *asked)
		}
	}
	if q.N != nil {
		p.choices = *q.N
	}
	if q.ResponseFormat != nil {
		p.json = strings.HasPrefix(q.ResponseFormat.Type, "json")
		p.extra += countRaw(q.ResponseFormat.Schema)
	}
	total, marked := p.extra, -1
	if bytes.Contains(q.Tools, []byte(`"cache_control"`)) {
		marked = total
	}
	for _, m := range q.Messages {
		tokens := CountTokens(m.Content.text) + countRaw(m.ToolCalls) + m.Content.images*ImageTokens
		total += tokens
		if m.Content.marked {
			marked = total
		}
		p.history = append(p.history, turn{m.Role, m.Content.text, tokens})
	}
	var err error
	if p.tools, err = toolNames(q.Tools); err != nil {
		return nil, err
	}
	p.cache(marked)
	return p, nil
}

func (q *chatRequest) check() error {
	if q.Model != ChatModel && q.Model != ReasoningModel {
		return unknownModel(q.Model)
	}
	if len(q.Messages) == 0 {
		return invalid("messages", "messages must not be empty")
	}
	for _, number := range []struct {
		name  string
		value *int
		most  int
	}{{"max_tokens", q.MaxTokens, 1 << 30}, {"max_completion_tokens", q.MaxCompletionTokens, 1 << 30}, {"n", q.N, maxChoices}} {
		if err := inRange(number.name, number.value, 1, number.most); err != nil {
			return err
		}
	}
	if q.StreamOptions != nil && !q.Stream {
		return invalid("stream_options", "stream_options is only for stream: true")
	}
	if q.ResponseFormat != nil {
		switch q.ResponseFormat.Type {
		case "", "text", "json_object", "json_schema":
		default:
			return invalid("response_format", "response_format must be text, json_object or json_schema")
		}
	}
	return nil
}

func toolNames(tools json.RawMessage) ([]string, error) {
	var list []struct {
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
	}
	if countRaw(tools) > 0 && json.Unmarshal(tools, &list) != nil {
		return nil, invalid("tools", "tools must be a list of functions")
	}
	var names []string
	for _, tool := range list {
		names = append(names, tool.Function.Name)
	}
	return names, nil
}

func countRaw(raw json.RawMessage) int {
	if len(raw) == 0 || string(raw) == "null" {
		return 0
	}
	return CountTokens(string(raw))
}

func join(tokens []string) string { return strings.Join(tokens, "") }

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
