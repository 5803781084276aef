package echo

import "encoding/json"

const (
	defaultCompletion = 16
	maxPrompts        = 128
)

// completionRequest is a call of the legacy route.
type completionRequest struct {
	Model         string         `json:"model"`
	Prompt        prompts        `json:"prompt"`
	MaxTokens     *int           `json:"max_tokens"`
	N             *int           `json:"n"`
	Echo          bool           `json:"echo"`
	Stop          texts          `json:"stop"`
	Stream        bool           `json:"stream"`
	StreamOptions *streamOptions `json:"stream_options"`
}

// prompts is one text or a list of them.
type prompts struct{ texts }

func (p *prompts) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &p.texts); err != nil {
		return invalid("prompt", "prompt must be a text or a list of texts")
	}
	return nil
}

type completionChoice struct {
	Text         string  `json:"text"`
	Index        int     `json:"index"`
	Logprobs     *string `json:"logprobs"`
	FinishReason *string `json:"finish_reason"`
}

type completionAnswer struct {
	ID      string             `json:"id"`
	Object  string             `json:"object"`
	Created int64              `json:"created"`
	Model   string             `json:"model"`
	Choices []completionChoice `json:"choices"`
	Usage   any                `json:"usage,omitempty"`
}

func (q *completionRequest) check() error {
	if q.Model != ChatModel {
		return unknownModel(q.Model)
	}
	if n := len(q.Prompt.texts); n == 0 || n > maxPrompts {
		return invalid("prompt", "prompt must hold 1 to %d texts", maxPrompts)
	}
	if err := inRange("max_tokens", q.MaxTokens, 1, 1<<30); err != nil {
		return err
	}
	return inRange("n", q.N, 1, maxChoices)
}

// replies answers each prompt by itself.
func (q *completionRequest) replies(fault Fault) ([]*reply, error) {
	p := prompt{model: q.Model, stop: q.Stop, limit: defaultCompletion, choices: 1}
	if q.MaxTokens != nil {
		p.limit = min(*q.MaxTokens, MaxOutput)
	}
	if q.N != nil {
		p.choices = *q.N
	}
	var all []*reply
	for _, text := range q.Prompt.texts {
		p.history = []turn{{"user", text, CountTokens(text)}}
		r, err := p.answer(fault)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func (s *Server) completions(c *call) error {
	var req completionRequest
	if err := decode(c.body, &req); err != nil {
		return err
	}
	if err := req.check(); err != nil {
		return err
	}
	replies, err := req.replies(c.fault)
	if err != nil {
		return err
	}
	var used Usage
	for _, r := range replies {
		used.PromptTokens += int64(r.prompt)
		used.CompletionTokens += int64(r.completion())
	}
	s.bill(c, req.Model, used)
	answer := completionAnswer{
		ID: "cmpl-" + digest(c.body)[:24], Object: "text_completion", Created: s.cfg.Now().Unix(), Model: req.Model,
	}
	usage := openAIClaim(claimed(used, c.fault), 0)
	if req.Stream {
		s.sendEvents(c, req.events(answer, replies, usage, c.fault))
		return nil
	}
	answer.Usage = usage
	for i, r := range replies {
		text := join(r.text)
		if req.Echo {
			text = req.Prompt.texts[i] + text
		}
		for range r.choices {
			answer.Choices = append(answer.Choices, completionChoice{text, wrongIndex(len(answer.Choices), c.fault), nil, &r.finish})
		}
	}
	s.sendJSON(c, answer)
	return nil
}

// wrongIndex is a choice's index, or what the fault makes of it.
func wrongIndex(i int, fault Fault) int {
	if fault == FaultWrongIndex {
		return 99 - i
	}
	return i
}

// events lists everything that a stream sends.
func (q *completionRequest) events(base completionAnswer, replies []*reply, usage any, fault Fault) []event {
	var all []event
	add := func(choices []completionChoice, usage any) {
		base.Choices, base.Usage = choices, usage
		e := jsonEvent("", base)
		e.usage = len(choices) == 0
		all = append(all, e)
	}
	index := 0
	for i, r := range replies {
		tokens := r.text
		if q.Echo {
			tokens = append([]string{q.Prompt.texts[i]}, tokens...)
		}
		for range r.choices {
			at := wrongIndex(index, fault)
			for _, token := range tokens {
				add([]completionChoice{{Text: token, Index: at}}, nil)
			}
			add([]completionChoice{{Index: at, FinishReason: &r.finish}}, nil)
			index++
		}
	}
	if q.StreamOptions != nil && q.StreamOptions.IncludeUsage && usage != nil {
		add([]completionChoice{}, usage)
	}
	return append(all, event{data: []byte("[DONE]"), end: true})
}
