package echo

import (
	"encoding/json"
	"strconv"
)

// absurd is beyond any context.
const absurd = 1 << 40

// number is a token count as it is written, which a fault may spoil.
type number = json.RawMessage

func whole(n int64) number { return strconv.AppendInt(nil, n, 10) }

// claim is what a server says that it used.
type claim struct {
	prompt, cached, written, completion number
	text                                bool // the usage is a text
}

// claimed turns a true usage into what a fault makes of it; nil for none.
func claimed(u Usage, fault Fault) *claim {
	switch fault {
	case FaultNoUsage:
		return nil
	case FaultZeroUsage:
		u = Usage{}
	case FaultAbsurdUsage:
		u.PromptTokens, u.CompletionTokens = absurd, absurd
	case FaultNegativeUsage:
		u.PromptTokens, u.CompletionTokens = -u.PromptTokens, -u.CompletionTokens
	case FaultFixedUsage:
		u = Usage{PromptTokens: FixedPrompt, CompletionTokens: FixedCompletion}
	default: // the truth
	}
	c := &claim{whole(u.PromptTokens), whole(u.CachedTokens), whole(u.CacheWriteTokens), whole(u.CompletionTokens), fault == FaultTextUsage}
	if fault == FaultFractionalUsage {
		c.prompt, c.completion = append(c.prompt, ".5"...), append(c.completion, ".5"...)
	}
	return c
}

// sum adds two numbers that may not be whole.
func sum(a, b number) number {
	x, _ := strconv.ParseFloat(string(a), 64) // they were written here
	y, _ := strconv.ParseFloat(string(b), 64)
	return strconv.AppendFloat(nil, x+y, 'f', -1, 64)
}

type openAIUsageBody struct {
	PromptTokens     number             `json:"prompt_tokens"`
	CompletionTokens number             `json:"completion_tokens"`
	TotalTokens      number             `json:"total_tokens"`
	Prompt           *promptDetails     `json:"prompt_tokens_details,omitempty"`
	Completion       *completionDetails `json:"completion_tokens_details,omitempty"`
}

type promptDetails struct {
	CachedTokens number `json:"cached_tokens"`
	// CacheWrite is Venice's member.
	CacheWrite number `json:"cache_creation_input_tokens,omitempty"`
}

type completionDetails struct {
	ReasoningTokens int `json:"reasoning_tokens"`
}

// openAIUsage writes a usage as OpenAI does; details only where there are any.
func openAIUsage(u Usage, reasoning int) any { return openAIClaim(claimed(u, FaultNone), reasoning) }

func openAIClaim(c *claim, reasoning int) any {
	switch {
	case c == nil:
		return nil
	case c.text:
		return "many tokens"
	}
	body := openAIUsageBody{PromptTokens: c.prompt, CompletionTokens: c.completion, TotalTokens: sum(c.prompt, c.completion)}
	if string(c.cached) != "0" || string(c.written) != "0" {
		body.Prompt = &promptDetails{CachedTokens: c.cached}
		if string(c.written) != "0" {
			body.Prompt.CacheWrite = c.written
		}
	}
	if reasoning > 0 {
		body.Completion = &completionDetails{reasoning}
	}
	return body
}

// report is what a reply says of itself; nil when it says nothing.
func (a *reply) report(fault Fault) any {
	return openAIClaim(claimed(a.usage(), fault), a.choices*len(a.thought))
}
