package gateway

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

// chatRequest is a chat completion request that was understood completely.
type chatRequest struct {
	model        string
	n            int64
	outputCap    int64 // what the client asked for; 0: nothing
	capMember    string
	stream       bool
	includeUsage bool
	venice       bool // venice_parameters were sent
	prompt       catalog.Prompt
	messages     []byte   // rebuilt
	forwarded    []member // other members, checked, for the upstream
}

// rule checks one member of the request and keeps what it says.
type rule func(r *chatRequest, name string, value jsontext.Value) *Error

// chatRules is the allow-list. A member that could cost more than the bound
// says has no rule or one that refuses it by name; what is not in it is
// unknown, and refused too, because nobody knows what it would cost.
var chatRules = map[string]rule{
	"model":                 (*chatRequest).readModel,
	"messages":              (*chatRequest).readMessages,
	"n":                     (*chatRequest).readN,
	"max_tokens":            (*chatRequest).readCap,
	"max_completion_tokens": (*chatRequest).readCap,
	"stream":                (*chatRequest).readStream,
	"stream_options":        (*chatRequest).readStreamOptions,
	"tools":                 (*chatRequest).readTools,
	"tool_choice":           (*chatRequest).readToolChoice,
	"response_format":       (*chatRequest).readResponseFormat,
	"venice_parameters":     (*chatRequest).readVenice,

	"frequency_penalty":   number(-2, 2),
	"presence_penalty":    number(-2, 2),
	"temperature":         number(0, 2),
	"min_temp":            number(0, 2),
	"max_temp":            number(0, 2),
	"top_p":               number(0, 1),
	"min_p":               number(0, 1),
	"repetition_penalty":  number(0, 1000),
	"top_k":               whole(0, 1_000_000_000),
	"top_logprobs":        whole(0, 20),
	"seed":                whole(-1<<63, 1<<63-1),
	"logprobs":            boolean,
	"parallel_tool_calls": boolean,
	"logit_bias":          logitBias,
	"stop":                stop,
	"stop_token_ids":      stopTokenIDs,
	"reasoning_effort":    oneOf("none", "minimal", "low", "medium", "high", "xhigh", "max"),
	"reasoning":           reasoning,
	"verbosity":           oneOf("low", "medium", "high", "auto"),
	"text":                textOptions,

	// Accepted because clients send them; they change nothing here and go no
	// further: the upstream has no business with them, or they would make it
	// dearer (a longer cache) without a price.
	"user": ignored, "store": ignored, "metadata": ignored, "include": ignored,
	"prompt_cache_key": ignored, "prompt_cache_retention": ignored,
	"safety_identifier": ignored, "fallbacks": ignored,

	"modalities":   onlyText,
	"service_tier": onlyTier,

	"audio":                refuse("has no bounded cost here; leave it out"),
	"prediction":           refuse("has no bounded cost here; leave it out"),
	"web_search_options":   refuse("has no bounded cost here; leave it out"),
	"previous_response_id": refuse("is not supported; send the whole conversation in messages"),
	"best_of":              refuse("is not supported; use n"),
	"functions":            refuse("is not supported; use tools"),
	"function_call":        refuse("is not supported; use tool_choice"),
}

// parseChat reads a request's body. Every error is a 400 that names the
// member.
func parseChat(body []byte) (*chatRequest, *Error) {
	members, err := strictjson.Members(body)
	if err != nil {
		return nil, malformed(err)
	}
	r := &chatRequest{n: 1}
	for _, m := range members {
		check, known := chatRules[m.Name]
		if !known {
			return nil, invalid(m.Name, "is not a known member (names are case-sensitive)")
		}
		if isNull(m.Value) && m.Name != "model" && m.Name != "messages" {
			continue // null says "not given"
		}
		if problem := check(r, m.Name, m.Value); problem != nil {
			return nil, problem
		}
	}
	switch {
	case r.model == "":
		return nil, invalid("model", "is required")
	case r.messages == nil:
		return nil, invalid("messages", "is required")
	}
	return r, nil
}

// forward is the body for the upstream: rebuilt, with the held cap.
func (r *chatRequest) forward(model string, outputCap int64) []byte {
	out := append(make([]byte, 0, len(r.messages)+512), '{')
	out = field(out, "model", quote(nil, model))
	out = field(out, "messages", r.messages)
	for _, m := range r.forwarded {
		out = field(out, m.name, m.value)
	}
	if r.n > 1 {
		out = field(out, "n", strconv.AppendInt(nil, r.n, 10))
	}
	out = field(out, "max_tokens", strconv.AppendInt(nil, outputCap, 10))
	if r.stream {
		out = field(out, "stream", []byte("true"))
		out = field(out, "stream_options", []byte(`{"include_usage":true}`))
	}
	return append(out, '}')
}

// pass keeps a checked member for the upstream, in compact form.
func (r *chatRequest) pass(name string, value jsontext.Value) *Error {
	r.forwarded = append(r.forwarded, member{name, compact(value)})
	return nil
}

func (r *chatRequest) readModel(name string, value jsontext.Value) *Error {
	text, ok := str(value)
	if !ok || text == "" {
		return invalid(name, "must be a model's id, trait or compatibility name")
	}
	r.model = text
	return nil
}

func (r *chatRequest) readN(name string, value jsontext.Value) *Error {
	n, ok := integer(value)
	if !ok || n < 1 || n > catalog.MaxChoices {
		return invalid(name, "must be a whole number from 1 to "+strconv.Itoa(catalog.MaxChoices))
	}
	r.n = n
	return nil
}

// readCap keeps the smaller one, if both names of the cap are used.
func (r *chatRequest) readCap(name string, value jsontext.Value) *Error {
	outputCap, ok := integer(value)
	if !ok || outputCap < 1 {
		return invalid(name, "must be a whole number above 0")
	}
	if r.outputCap == 0 || outputCap < r.outputCap {
		r.outputCap, r.capMember = outputCap, name
	}
	return nil
}

func (r *chatRequest) readStream(name string, value jsontext.Value) *Error {
	if kind := value.Kind(); kind != 't' && kind != 'f' {
		return invalid(name, "must be true or false")
	}
	r.stream = value.Kind() == 't'
	return nil
}

func (r *chatRequest) readStreamOptions(name string, value jsontext.Value) *Error {
	members, ok := object(value)
	if !ok {
		return invalid(name, "must be an object")
	}
	for _, m := range members {
		switch kind := m.value.Kind(); {
		case m.name != "include_usage" && m.name != "include_obfuscation":
			return invalid(name+"."+m.name, "is not a known member (names are case-sensitive)")
		case kind != 't' && kind != 'f' && kind != 'n':
			return invalid(name+"."+m.name, "must be true or false")
		case m.name == "include_usage":
			r.includeUsage = kind == 't'
		}
	}
	return nil
}
