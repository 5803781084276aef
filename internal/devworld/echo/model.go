package echo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// prompt is what a text model reads, whatever API it came by.
type prompt struct {
	model   string
	history []turn
	tools   []string // names
	choice  string   // a tool's name, or "required", "none", "auto"
	stop    []string
	limit   int // output tokens
	choices int
	thinks  bool
	json    bool // the answer must be a JSON object
	extra   int  // tokens of the tools' definitions
	cached  int  // tokens that count as read from a cache
	written int  // and as written to one
}

// turn is one message.
type turn struct {
	role   string
	text   string
	tokens int
}

// tokens counts the whole prompt.
func (p *prompt) tokens() int {
	n := p.extra
	for _, t := range p.history {
		n += t.tokens
	}
	return n
}

// sentBefore counts what stands before the assistant's last message.
func (p *prompt) sentBefore() int {
	n, before := p.extra, 0
	for _, t := range p.history {
		if t.role == "assistant" {
			before = n
		}
		n += t.tokens
	}
	return before
}

// cache works out what counts as cached and as written; marked is how much of
// the prompt stands before the last mark's end, -1 if there is no mark.
func (p *prompt) cache(marked int) {
	before := p.sentBefore()
	if marked >= 0 {
		p.cached, p.written = before, max(marked-before, 0)
	} else if before >= AutoCache {
		p.cached = before
	}
}

// Why an answer ends.
const (
	finishStop   = "stop"
	finishLength = "length"
	finishTools  = "tool_calls"
)

// reply is an answer, worked out before anything is sent. All choices are alike.
type reply struct {
	thought []string // tokens
	text    []string // tokens
	calls   []toolCall
	finish  string
	stopped string // the stop text that was met
	prompt  int
	cached  int
	written int
	choices int
}

// toolCall asks the client to do something.
type toolCall struct {
	id, name  string
	arguments []string // tokens
}

func (c toolCall) tokens() int { return CountTokens(c.name) + len(c.arguments) }

// completion counts the tokens of all choices.
func (a *reply) completion() int {
	n := len(a.thought) + len(a.text)
	for _, c := range a.calls {
		n += c.tokens()
	}
	return a.choices * n
}

func (a *reply) usage() Usage {
	return Usage{
		PromptTokens: int64(a.prompt), CachedTokens: int64(a.cached), CacheWriteTokens: int64(a.written),
		CompletionTokens: int64(a.completion()),
	}
}

// answer is the model: it repeats the last message of the user or of a tool, or
// makes the calls that the user's message spells out.
func (p *prompt) answer(fault Fault) (*reply, error) {
	a := &reply{
		prompt: p.tokens(), cached: p.cached, written: p.written, choices: p.choices, finish: finishStop,
	}
	limit := min(p.limit, ContextTokens-a.prompt)
	if limit < 1 {
		code := "context_length_exceeded"
		err := invalid("messages", "the prompt has %d tokens, of a context of %d", a.prompt, ContextTokens)
		err.Code = &code
		return nil, err
	}
	last := p.last()
	if p.thinks {
		a.thought = Tokens(fmt.Sprintf("There are %d tokens to repeat. I shall repeat them.", CountTokens(last.text)))
	}
	if last.role == "user" {
		a.calls = p.calls(last.text)
	}
	if len(a.calls) > 0 {
		a.finish = finishTools
	} else {
		a.text, a.stopped = p.repeat(last.text)
	}
	a.cut(limit)
	if fault == FaultIgnoresCap {
		a.ignore(limit)
	}
	return a, nil
}

// last is the message that is answered.
func (p *prompt) last() turn {
	for i := len(p.history) - 1; i >= 0; i-- {
		if role := p.history[i].role; role == "user" || role == "tool" {
			return p.history[i]
		}
	}
	return p.history[len(p.history)-1]
}

func (p *prompt) repeat(said string) (tokens []string, stopped string) {
	text := p.model + " is not a language model; it repeats: " + said
	if p.json {
		text = object(said)
	}
	for _, stop := range p.stop {
		if i := strings.Index(text, stop); stop != "" && i >= 0 {
			text, stopped = text[:i], stop
		}
	}
	return Tokens(text), stopped
}

// maxTries is how many places of a message are looked at for JSON.
const maxTries = 16

// object is the first JSON object in a text, or one around the text.
func object(said string) string {
	tries := 0
	for i, r := range said {
		if r != '{' {
			continue
		}
		if tries++; tries > maxTries {
			break
		}
		var found json.RawMessage
		if json.NewDecoder(strings.NewReader(said[i:])).Decode(&found) == nil {
			return string(found)
		}
	}
	whole, _ := json.Marshal(map[string]string{"echo": said}) // a text
	return string(whole)
}

var callText = regexp.MustCompile(`\bcall ([A-Za-z0-9_-]{1,64}) *(\{)`)

// calls reads what the user's message spells out. A tool that must be called
// although nothing is spelled out is called with nothing.
func (p *prompt) calls(said string) []toolCall {
	if p.choice == "none" || len(p.tools) == 0 {
		return nil
	}
	var calls []toolCall
	for _, at := range callText.FindAllStringSubmatchIndex(said, maxTries) {
		name := said[at[2]:at[3]]
		var arguments json.RawMessage
		if !p.has(name) || json.NewDecoder(strings.NewReader(said[at[4]:])).Decode(&arguments) != nil {
			continue
		}
		calls = append(calls, newToolCall(len(calls), name, arguments))
	}
	if len(calls) > 0 || p.choice == "auto" || p.choice == "" {
		return calls
	}
	name := p.choice
	if !p.has(name) {
		name = p.tools[0]
	}
	return []toolCall{newToolCall(0, name, json.RawMessage("{}"))}
}

func newToolCall(i int, name string, arguments json.RawMessage) toolCall {
	var short bytes.Buffer
	_ = json.Compact(&short, arguments) // it was decoded
	id := "call_" + digest(fmt.Appendf(nil, "%d %s %s", i, name, short.Bytes()))[:24]
	return toolCall{id, name, Tokens(short.String())}
}

func (p *prompt) has(tool string) bool {
	for _, name := range p.tools {
		if name == tool {
			return true
		}
	}
	return false
}

// cut keeps an answer within its cap. A tool call is whole or cut in its
// arguments.
func (a *reply) cut(limit int) {
	left := limit
	take := func(tokens []string) []string {
		if len(tokens) > left {
			a.finish, a.stopped = finishLength, ""
			tokens = tokens[:left]
		}
		left -= len(tokens)
		return tokens
	}
	a.thought = take(a.thought)
	a.text = take(a.text)
	for i, call := range a.calls {
		name := CountTokens(call.name)
		if name > left {
			a.calls, a.finish = a.calls[:i], finishLength
			return
		}
		left -= name
		a.calls[i].arguments = take(call.arguments)
	}
}

// ignore makes the answer four times as long as its cap.
func (a *reply) ignore(limit int) {
	more := a.text
	if len(more) == 0 {
		more = []string{" more"}
	}
	for len(a.text) < 4*limit {
		a.text = append(a.text, more...)
	}
	a.thought, a.calls = nil, nil
	a.text, a.finish = a.text[:4*limit], finishStop
}
