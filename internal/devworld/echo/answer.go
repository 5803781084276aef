package echo

// chatAnswer renders a reply in the shapes of the chat route.
type chatAnswer struct {
	*reply
	id           string
	created      int64
	model        string
	fault        Fault
	includeUsage bool
}

type chatMessage struct {
	Role             string         `json:"role"`
	Content          *string        `json:"content"`
	ReasoningContent string         `json:"reasoning_content,omitempty"`
	Refusal          *string        `json:"refusal"`
	ToolCalls        []chatToolCall `json:"tool_calls,omitempty"`
}

type chatToolCall struct {
	Index    *int         `json:"index,omitempty"`
	ID       string       `json:"id,omitempty"`
	Type     string       `json:"type,omitempty"`
	Function chatFunction `json:"function"`
}

type chatFunction struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

type wholeChoice struct {
	Index        int         `json:"index"`
	Message      chatMessage `json:"message"`
	Logprobs     *string     `json:"logprobs"`
	FinishReason string      `json:"finish_reason"`
}

type wholeAnswer struct {
	ID      string        `json:"id"`
	Object  string        `json:"object"`
	Created int64         `json:"created"`
	Model   string        `json:"model"`
	Choices []wholeChoice `json:"choices"`
	Usage   any           `json:"usage,omitempty"`
}

// whole is the answer as one object.
func (a *chatAnswer) whole() wholeAnswer {
	m := chatMessage{Role: "assistant", ReasoningContent: join(a.thought)}
	if text := join(a.text); text != "" || len(a.calls) == 0 {
		m.Content = &text
	}
	for _, c := range a.calls {
		m.ToolCalls = append(m.ToolCalls, chatToolCall{nil, c.id, "function", chatFunction{c.name, join(c.arguments)}})
	}
	body := wholeAnswer{ID: a.id, Object: "chat.completion", Created: a.created, Model: a.model, Usage: a.report(a.fault)}
	for i := range a.choices {
		body.Choices = append(body.Choices, wholeChoice{Index: wrongIndex(i, a.fault), Message: m, FinishReason: a.finish})
	}
	return body
}

type delta struct {
	Role             string         `json:"role,omitempty"`
	Content          string         `json:"content,omitempty"`
	ReasoningContent string         `json:"reasoning_content,omitempty"`
	ToolCalls        []chatToolCall `json:"tool_calls,omitempty"`
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
	Usage   any           `json:"usage,omitempty"`
}

// events lists everything that a stream sends: for each choice its role, its
// tokens one by one and its end, then the usage if it was asked for, then [DONE].
func (a *chatAnswer) events() []event {
	var all []event
	sent := Usage{PromptTokens: int64(a.prompt), CachedTokens: int64(a.cached)}
	add := func(choices []chunkChoice, usage any) {
		if usage == nil && a.fault == FaultUsageInChunks {
			usage = openAIUsage(sent, 0)
		}
		e := jsonEvent("", chunk{a.id, "chat.completion.chunk", a.created, a.model, choices, usage})
		e.usage = len(choices) == 0
		all = append(all, e)
	}
	for i := range a.choices {
		for _, d := range a.deltas() {
			if d.Role == "" {
				sent.CompletionTokens++
			}
			add([]chunkChoice{{Index: wrongIndex(i, a.fault), Delta: d}}, nil)
		}
		add([]chunkChoice{{Index: wrongIndex(i, a.fault), FinishReason: &a.finish}}, nil)
	}
	if usage := a.report(a.fault); a.includeUsage && usage != nil {
		if a.fault == FaultTwoUsages {
			half := a.usage()
			half.CompletionTokens /= 2
			add([]chunkChoice{}, openAIUsage(half, 0))
		}
		add([]chunkChoice{}, usage)
	}
	return append(all, event{data: []byte("[DONE]"), end: true})
}

// deltas are the pieces of one choice.
func (a *chatAnswer) deltas() []delta {
	all := []delta{{Role: "assistant"}}
	for _, token := range a.thought {
		all = append(all, delta{ReasoningContent: token})
	}
	for _, token := range a.text {
		all = append(all, delta{Content: token})
	}
	for i, c := range a.calls {
		all = append(all, delta{ToolCalls: []chatToolCall{{&i, c.id, "function", chatFunction{c.name, ""}}}})
		for _, token := range c.arguments {
			all = append(all, delta{ToolCalls: []chatToolCall{{Index: &i, Function: chatFunction{"", token}}}})
		}
	}
	return all
}
