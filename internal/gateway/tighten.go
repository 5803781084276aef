package gateway

import (
	"context"
	"errors"
	"iter"

	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
	"stakegate/internal/strictjson"
)

// counted are prompts whose texts can be counted by the model's vocabulary.
type counted []countedPrompt

type countedPrompt struct {
	prompt catalog.Prompt
	texts  iter.Seq[string]
}

// countable is the prompt for a second look at its size; nil if the model's
// vocabulary is not known.
func countable(m *catalog.Model, prompt catalog.Prompt, texts iter.Seq[string]) counted {
	if !m.CanCount(prompt) {
		return nil
	}
	return counted{{prompt, texts}}
}

// least is what tight cannot be below.
func (c counted) least(m *catalog.Model) (tokens int64) {
	for _, p := range c {
		tokens += m.LeastPromptBound(p.prompt)
	}
	return tokens
}

// tight bounds the prompts together by the tokens of their texts.
func (c counted) tight(m *catalog.Model) (tokens int64) {
	for _, p := range c {
		tokens += m.TightPromptBound(p.prompt, p.texts)
	}
	return tokens
}

// maxCounting is how many prompts are counted at once: it takes milliseconds
// for a long one, and is done for callers who are short of money.
const maxCounting = 2

// tighten is for a demand that was refused for money: it bounds the prompt by
// the tokens of its texts, where that can help, and reports whether the demand
// is affordable so. If not, at least the cap that would be is known exactly.
func (c *call) tighten(ctx context.Context, err error, d *demand, least catalog.Demand) bool {
	var refusal *ledger.Refusal
	if d.counted == nil || !errors.As(err, &refusal) {
		return false
	}
	shortest := least
	shortest.Prompt, shortest.OutputCap = d.counted.least(c.model), min(1, least.OutputCap)
	if c.model.BoundOf(shortest) > refusal.Affordable {
		return false // whatever the count is, nothing could be asked
	}
	c.count(ctx, d)
	least.Prompt = d.Prompt
	return c.model.BoundOf(least) <= refusal.Affordable
}

// count bounds the demand's prompt by the tokens of its texts, if they can be
// counted.
func (c *call) count(ctx context.Context, d *demand) {
	if d.counted == nil {
		return
	}
	select {
	case c.g.counting <- struct{}{}:
		defer func() { <-c.g.counting }()
	case <-ctx.Done():
		return
	}
	d.Prompt = d.counted.tight(c.model)
	d.counted = nil
}

// texts are the texts of the conversation, as addText counted them.
func (r *chatRequest) texts(yield func(string) bool) {
	for _, message := range r.conversation.Elements() {
		for name, value := range message.Members() {
			switch string(name.Text()) {
			case "content":
				if !contentTexts(value, yield) {
					return
				}
			case "name", "tool_call_id", "reasoning_content", "reasoning", "refusal", "thought_signature":
				if value.Kind() == strictjson.String && !yield(string(value.Text())) {
					return
				}
			}
		}
	}
}

func contentTexts(content strictjson.Value, yield func(string) bool) bool {
	if content.Kind() == strictjson.String {
		return yield(string(content.Text()))
	}
	for _, part := range content.Elements() {
		for _, name := range []string{"text", "refusal"} {
			if part.Get("type").Is(name) && !yield(string(part.Get(name).Text())) {
				return false
			}
		}
	}
	return true
}

// texts are the request's inputs.
func (r *embedRequest) texts(yield func(string) bool) {
	if r.input.Kind() == strictjson.String {
		yield(string(r.input.Text()))
		return
	}
	for _, text := range r.input.Elements() {
		if !yield(string(text.Text())) {
			return
		}
	}
}

// countable are the prompts for a second look at their size, each with the
// suffix that the model reads with it. Together they are no longer than one may
// be, because they are counted for one call.
func (r *completionRequest) countable(m *catalog.Model, prompts []catalog.Prompt) counted {
	var all catalog.Prompt
	for _, p := range prompts {
		all.Texts += p.Texts
		all.TextBytes += p.TextBytes
	}
	if !m.CanCount(all) {
		return nil
	}
	var each counted
	for i, p := range prompts {
		each = append(each, countedPrompt{p, func(yield func(string) bool) {
			if yield(r.text(i)) && r.suffix.Exists() {
				yield(string(r.suffix.Text()))
			}
		}})
	}
	return each
}

// text is the text of a prompt.
func (r *completionRequest) text(i int) string {
	for at, e := range r.prompt.Elements() {
		if at == i {
			return string(e.Text())
		}
	}
	return string(r.prompt.Text())
}
