package echo

import (
	"bytes"
	"encoding/json"
)

// messagesRequest is a call of Anthropic's route.
type messagesRequest struct {
	Model         string          `json:"model"`
	MaxTokens     *int            `json:"max_tokens"`
	System        blocks          `json:"system"`
	Messages      []blockMessage  `json:"messages"`
	StopSequences []string        `json:"stop_sequences"`
	Stream        bool            `json:"stream"`
	Tools         json.RawMessage `json:"tools"`
	ToolChoice    struct {
		Type string `json:"type"`
		Name string `json:"name"`
	} `json:"tool_choice"`
	Thinking struct {
		Type string `json:"type"`
	} `json:"thinking"`
}

type blockMessage struct {
	Role    string `json:"role"`
	Content blocks `json:"content"`
}

// blocks is a text, or a list of content blocks.
type blocks []block

type block struct {
	Type         string          `json:"type"`
	Text         string          `json:"text"`
	Thinking     string          `json:"thinking"`
	Name         string          `json:"name"`
	Input        json.RawMessage `json:"input"`
	Content      blocks          `json:"content"`
	CacheControl json.RawMessage `json:"cache_control"`
}

func (b *blocks) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, (*[]block)(b))
	}
	var one string
	if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	*b = blocks{{Type: "text", Text: one}}
	return nil
}

// read returns what the blocks say, their tokens, and the tokens up to the last
// mark of a cache (-1 without one).
func (b blocks) read() (text string, tokens, marked int, err error) {
	marked = -1
	for _, part := range b {
		switch part.Type {
		case "text":
			text += part.Text
			tokens += CountTokens(part.Text)
		case "thinking":
			tokens += CountTokens(part.Thinking)
		case "image":
			tokens += ImageTokens
		case "tool_use":
			tokens += CountTokens(part.Name) + countRaw(part.Input)
		case "tool_result":
			inner, n, _, err := part.Content.read()
			if err != nil {
				return "", 0, 0, err
			}
			text += inner
			tokens += n
		default:
			return "", 0, 0, invalid("messages", "blocks of type %.40q cannot be read", part.Type)
		}
		if countRaw(part.CacheControl) > 0 {
			marked = tokens
		}
	}
	return text, tokens, marked, nil
}

func (q *messagesRequest) check() error {
	if q.Model != ChatModel && q.Model != ReasoningModel {
		return unknownModel(q.Model)
	}
	if q.MaxTokens == nil {
		return invalid("max_tokens", "max_tokens: field required")
	}
	if len(q.Messages) == 0 {
		return invalid("messages", "messages: at least one message is required")
	}
	for _, m := range q.Messages {
		if m.Role != "user" && m.Role != "assistant" {
			return invalid("messages", "messages: roles are user and assistant, not %.40q", m.Role)
		}
	}
	return inRange("max_tokens", q.MaxTokens, 1, 1<<30)
}

// prompt checks the request and turns it into what the model reads.
func (q *messagesRequest) prompt() (*prompt, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	p := &prompt{
		model: q.Model, stop: q.StopSequences, limit: min(*q.MaxTokens, MaxOutput), choices: 1,
		thinks: q.Model == ReasoningModel && q.Thinking.Type != "disabled", extra: countRaw(q.Tools),
	}
	if err := q.readTools(p); err != nil {
		return nil, err
	}
	total, marked := p.extra, -1
	if bytes.Contains(q.Tools, []byte(`"cache_control"`)) {
		marked = total
	}
	for _, m := range append([]blockMessage{{"system", q.System}}, q.Messages...) {
		text, tokens, mark, err := m.Content.read()
		if err != nil {
			return nil, err
		}
		if mark >= 0 {
			marked = total + mark
		}
		total += tokens
		role := m.Role
		if len(m.Content) > 0 && m.Content[0].Type == "tool_result" {
			role = "tool"
		}
		p.history = append(p.history, turn{role, text, tokens})
	}
	p.cache(marked)
	return p, nil
}

func (q *messagesRequest) readTools(p *prompt) error {
	var list []struct {
		Name string `json:"name"`
	}
	if countRaw(q.Tools) > 0 && json.Unmarshal(q.Tools, &list) != nil {
		return invalid("tools", "tools must be a list")
	}
	for _, tool := range list {
		p.tools = append(p.tools, tool.Name)
	}
	switch q.ToolChoice.Type {
	case "tool":
		p.choice = q.ToolChoice.Name
	case "any":
		p.choice = "required"
	default:
		p.choice = q.ToolChoice.Type
	}
	return nil
}

func (s *Server) messages(c *call) error {
	if c.r.Header.Get("Anthropic-Version") == "" {
		return invalid("anthropic-version", "anthropic-version: header is required")
	}
	var req messagesRequest
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
	a := messagesAnswer{reply: reply, id: "msg_" + digest(c.body)[:24], model: p.model, fault: c.fault}
	if req.Stream {
		s.sendEvents(c, a.events())
	} else {
		s.sendJSON(c, a.whole())
	}
	return nil
}
