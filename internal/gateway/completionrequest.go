package gateway

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

// completionRequest is a request of the older text route that was understood
// completely.
type completionRequest struct {
	rebuilt
	model        string
	n            int64 // answers to each prompt
	outputCap    int64 // what the client asked for; 0: nothing
	capMember    string
	stream       bool
	includeUsage bool
	prompts      []catalog.Prompt // each is a request of its own to the model
	prompt       strictjson.Value // a text, or one for each of prompts
	suffix       strictjson.Value
	unknown      []given
}

var completionRules = newTable(map[string]rule[completionRequest]{
	"model":  func(r *completionRequest, m given) *Error { return readModel(&r.model, m) },
	"prompt": (*completionRequest).readPrompt,
	"suffix": (*completionRequest).readSuffix,
	"n":      func(r *completionRequest, m given) *Error { return readChoices(&r.n, m) },
	"max_tokens": func(r *completionRequest, m given) *Error {
		return readCap(&r.outputCap, &r.capMember, m)
	},
	"stream":         func(r *completionRequest, m given) *Error { return readFlag(&r.stream, m) },
	"stream_options": func(r *completionRequest, m given) *Error { return readStreamOptions(&r.includeUsage, m) },
	"echo":           readEcho,

	"frequency_penalty":  forwards[completionRequest](number(-2, 2)),
	"presence_penalty":   forwards[completionRequest](number(-2, 2)),
	"temperature":        forwards[completionRequest](number(0, 2)),
	"top_p":              forwards[completionRequest](number(0, 1)),
	"min_p":              forwards[completionRequest](number(0, 1)),
	"repetition_penalty": forwards[completionRequest](number(0, 1000)),
	"top_k":              forwards[completionRequest](whole(0, 1_000_000_000)),
	"logprobs":           forwards[completionRequest](whole(0, 5)),
	"seed":               forwards[completionRequest](whole(math.MinInt64, math.MaxInt64)),
	"logit_bias":         forwards[completionRequest](logitBias),
	"stop":               readStop[completionRequest],
	"stop_token_ids":     forwards[completionRequest](stopTokenIDs),

	"user": ignored[completionRequest], "store": ignored[completionRequest], "metadata": ignored[completionRequest],
	"service_tier": onlyTier[completionRequest],

	"best_of":               refuse[completionRequest]("is not supported; use n"),
	"messages":              refuse[completionRequest]("is not supported here; use /chat/completions"),
	"max_completion_tokens": refuse[completionRequest]("is not supported here; use max_tokens"),
	"max_new_tokens":        refuse[completionRequest]("is not supported; use max_tokens"),
	"prompt_embeds":         refuse[completionRequest]("has no bounded cost here; send text in prompt"),
	"prompt_logprobs":       refuse[completionRequest]("is not supported; leave it out"),
	"use_beam_search":       refuse[completionRequest]("is not supported; use n"),
	"models":                refuse[completionRequest]("is not supported; name one model in model"),
})

// parseCompletion reads a request's body. Every error is a 400 that names the
// member.
func parseCompletion(body []byte) (*completionRequest, *Error) {
	r := &completionRequest{n: 1}
	r.start(body)
	var problem *Error
	if r.unknown, problem = completionRules.read(body, r); problem != nil {
		return nil, problem
	}
	switch {
	case r.model == "":
		return nil, invalid("model", "is required")
	case r.prompts == nil:
		return nil, invalid("prompt", "is required")
	case r.choices() > catalog.MaxChoices:
		return nil, invalid("prompt", fmt.Sprintf("asks for more than %d answers, with n to each prompt", catalog.MaxChoices))
	}
	return r, nil
}

// choices is how many answers there will be.
func (r *completionRequest) choices() int64 { return r.n * int64(len(r.prompts)) }

func (r *completionRequest) readPrompt(m given) *Error {
	problem := fmt.Sprintf("must be a string or 1 to %d strings; arrays of tokens are not accepted", catalog.MaxChoices)
	texts := m.value.Len()
	r.prompt = m.value
	switch {
	case m.value.Kind() == strictjson.String:
		r.prompts = []catalog.Prompt{{Texts: 1, TextBytes: int64(m.value.Size())}}
	case m.value.Kind() != strictjson.Array || texts == 0 || texts > catalog.MaxChoices:
		return m.invalid(problem)
	}
	for _, e := range m.value.Elements() {
		if e.Kind() != strictjson.String {
			return m.invalid(problem)
		}
		r.prompts = append(r.prompts, catalog.Prompt{Texts: 1, TextBytes: int64(e.Size())})
	}
	return r.keep(m, anyValue)
}

// readSuffix takes the text that follows what is to be written: the model reads
// it too.
func (r *completionRequest) readSuffix(m given) *Error {
	r.suffix = m.value
	return r.keep(m, anyText())
}

// readEcho refuses to have the prompt in the answer, whose length is what was
// paid for.
func readEcho(_ *completionRequest, m given) *Error {
	echo := false
	if problem := readFlag(&echo, m); problem != nil {
		return problem
	}
	if echo {
		return m.invalid("must be false; put the prompt before the answer yourself")
	}
	return nil
}

// fit checks what depends on the model, and returns the prompts as they are
// sent: an upstream answers each by itself.
func (r *completionRequest) fit(c *catalog.Catalog, resolution catalog.Resolution) ([]catalog.Prompt, *Error) {
	model := resolution.Model
	if r.outputCap > model.MaxOutput {
		return nil, invalid(r.capMember, fmt.Sprintf("must be at most %d for this model", model.MaxOutput))
	}
	if problem := noParameters(resolution); problem != nil {
		return nil, problem
	}
	prompts := slices.Clone(r.prompts)
	for i := range prompts {
		p := &prompts[i]
		if r.suffix.Exists() {
			p.Texts++
			p.TextBytes += int64(r.suffix.Size())
		}
		for _, placement := range model.Placements {
			upstream, _ := c.Upstream(placement.Upstream)
			countPassed(p, r.unknown, upstream.Pass)
		}
	}
	return prompts, nil
}

// forwardTo is the body for an upstream: rebuilt, with the held cap, for the
// model as the upstream calls it.
func (r *completionRequest) forwardTo(upstream catalog.Upstream, model string, outputCap int64) []byte {
	out := quote(appendName(r.rest(), "model"), model)
	if r.n > 1 {
		out = strconv.AppendInt(appendName(out, "n"), r.n, 10)
	}
	out = strconv.AppendInt(appendName(out, "max_tokens"), outputCap, 10)
	if r.stream {
		out = append(appendName(out, "stream"), `true,"stream_options":{"include_usage":true}`...)
	}
	return append(appendPassed(out, r.unknown, upstream), '}')
}
