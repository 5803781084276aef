package gateway

import (
	"fmt"
	"strconv"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

// chatRequest is a chat completion request that was understood completely.
type chatRequest struct {
	rebuilt
	model        string // as the client calls it, with its suffix
	n            int64
	outputCap    int64 // what the client asked for; 0: nothing
	capMember    string
	stream       bool
	includeUsage bool
	venice       bool // venice_parameters were sent
	parameters   veniceParameters
	prompt       catalog.Prompt // what is sent; fit completes it
	messages     int
	conversation strictjson.Value
	image        strictjson.Value // the first one
	unknown      []given
	hints        []int   // where hintText stands in the rebuilt body
	apart        []apart // long texts that do not
	// cacheWrites says that the model has a price for what hints cause; fit
	// sets it.
	cacheWrites bool
	// surcharges are the extras that the request may cause; fit sets them.
	surcharges []string
}

// chatRules are the members of a chat completion request.
var chatRules = newTable(map[string]rule[chatRequest]{
	"model":                 func(r *chatRequest, m given) *Error { return readModel(&r.model, m) },
	"messages":              (*chatRequest).readMessages,
	"n":                     func(r *chatRequest, m given) *Error { return readChoices(&r.n, m) },
	"max_tokens":            (*chatRequest).readCap,
	"max_completion_tokens": (*chatRequest).readCap,
	"stream":                func(r *chatRequest, m given) *Error { return readFlag(&r.stream, m) },
	"stream_options":        func(r *chatRequest, m given) *Error { return readStreamOptions(&r.includeUsage, m) },
	"tools":                 (*chatRequest).readTools,
	"tool_choice":           (*chatRequest).readToolChoice,
	"response_format":       (*chatRequest).readResponseFormat,
	"venice_parameters":     (*chatRequest).readVenice,

	"frequency_penalty":   forwards[chatRequest](number(-2, 2)),
	"presence_penalty":    forwards[chatRequest](number(-2, 2)),
	"temperature":         forwards[chatRequest](number(0, 2)),
	"min_temp":            forwards[chatRequest](number(0, 2)),
	"max_temp":            forwards[chatRequest](number(0, 2)),
	"top_p":               forwards[chatRequest](number(0, 1)),
	"min_p":               forwards[chatRequest](number(0, 1)),
	"repetition_penalty":  forwards[chatRequest](number(0, 1000)),
	"top_k":               forwards[chatRequest](whole(0, 1_000_000_000)),
	"top_logprobs":        forwards[chatRequest](whole(0, 20)),
	"seed":                forwards[chatRequest](whole(-1<<63, 1<<63-1)),
	"logprobs":            forwards[chatRequest](boolean()),
	"parallel_tool_calls": forwards[chatRequest](boolean()),
	"logit_bias":          forwards[chatRequest](logitBias),
	"stop":                readStop[chatRequest],
	"stop_token_ids":      forwards[chatRequest](stopTokenIDs),
	"reasoning_effort":    forwards[chatRequest](oneOf(efforts...)),
	"reasoning":           forwards[chatRequest](reasoning),
	"verbosity":           forwards[chatRequest](oneOf(verbosities...)),
	"text":                forwards[chatRequest](shape(map[string]pattern{"verbosity": oneOf(verbosities...)})),

	// Accepted because clients send them; they change nothing here and go no
	// further: the upstream has no business with them, or they would make it
	// dearer (a longer cache, another model) without a price.
	"user": ignored[chatRequest], "store": ignored[chatRequest], "metadata": ignored[chatRequest],
	"include": ignored[chatRequest], "prompt_cache_key": ignored[chatRequest],
	"prompt_cache_retention": ignored[chatRequest], "safety_identifier": ignored[chatRequest],
	"fallbacks": ignored[chatRequest],

	"modalities":   onlyText,
	"service_tier": onlyTier[chatRequest],

	// What makes an upstream do more than the bound says.
	"audio":                refuse[chatRequest]("has no bounded cost here; leave it out"),
	"prediction":           refuse[chatRequest]("has no bounded cost here; leave it out"),
	"web_search_options":   refuse[chatRequest]("is not supported; use venice_parameters.enable_web_search where the model has it"),
	"plugins":              refuse[chatRequest]("has no bounded cost here; leave it out"),
	"mcp_servers":          refuse[chatRequest]("has no bounded cost here; leave it out"),
	"container":            refuse[chatRequest]("has no bounded cost here; leave it out"),
	"models":               refuse[chatRequest]("is not supported; name one model in model"),
	"route":                refuse[chatRequest]("is not supported; name one model in model"),
	"previous_response_id": refuse[chatRequest]("is not supported; send the whole conversation in messages"),
	"conversation":         refuse[chatRequest]("is not supported; send the whole conversation in messages"),
	"file_ids":             refuse[chatRequest]("is not supported; send the text in messages"),
	"background":           refuse[chatRequest]("is not supported; leave it out"),
	"best_of":              refuse[chatRequest]("is not supported; use n"),
	"max_output_tokens":    refuse[chatRequest]("is not supported; use max_tokens"),
	"max_new_tokens":       refuse[chatRequest]("is not supported; use max_tokens"),
	"functions":            refuse[chatRequest]("is not supported; use tools"),
	"function_call":        refuse[chatRequest]("is not supported; use tool_choice"),
})

// parseChat reads a request's body. Every error is a 400 that names the
// member.
func parseChat(body []byte) (*chatRequest, *Error) {
	r := &chatRequest{n: 1, parameters: veniceDefaults}
	r.start(body)
	var problem *Error
	if r.unknown, problem = chatRules.read(body, r); problem != nil {
		return nil, problem
	}
	switch {
	case r.model == "":
		return nil, invalid("model", "is required")
	case r.messages == 0:
		return nil, invalid("messages", "is required")
	}
	return r, nil
}

// fit completes the request by what its model's name stands for, checks what
// depends on the model, and returns what is sent to it. It is called once.
func (r *chatRequest) fit(c *catalog.Catalog, resolution catalog.Resolution) (catalog.Prompt, *Error) {
	model := resolution.Model
	if r.outputCap > model.MaxOutput {
		return r.prompt, invalid(r.capMember, fmt.Sprintf("must be at most %d for this model", model.MaxOutput))
	}
	if problem := r.fitImages(model); problem != nil {
		return r.prompt, problem
	}
	for _, p := range resolution.Parameters {
		problem, known := r.parameters.set(p.Name, p.Value)
		if !known {
			problem = "is not a known parameter"
		}
		if problem != "" {
			return r.prompt, invalid("model", "has a suffix of which "+p.Name+" "+problem)
		}
		r.venice = true
	}
	allVenice := true
	for _, placement := range model.Placements {
		upstream, _ := c.Upstream(placement.Upstream)
		allVenice = allVenice && upstream.Kind == catalog.KindVenice
		countPassed(&r.prompt, r.unknown, upstream.Pass)
	}
	r.cacheWrites = pricesCacheWrites(&model.Price)
	problem := r.fitVenice(model, allVenice)
	return r.prompt, problem
}

// fitImages refuses images that the model does not take, or not so many.
func (r *chatRequest) fitImages(model *catalog.Model) *Error {
	most := model.Capabilities.MaxImages
	switch {
	case r.prompt.Images == 0:
		return nil
	case model.MaxImageTokens == 0:
		return invalidAt(r.image, "is not for this model, which takes no images; send text only")
	case r.prompt.Images > most && most > 0:
		return invalid("messages", fmt.Sprintf("must have at most %d images for this model", most))
	}
	return nil
}

// forward is the body for an upstream that needs nothing of its own.
func (r *chatRequest) forward(model string, outputCap int64) []byte {
	return r.forwardTo(catalog.Upstream{}, model, outputCap)
}

// forwardTo is the body for an upstream in one part.
func (r *chatRequest) forwardTo(upstream catalog.Upstream, model string, outputCap int64) []byte {
	return joined(r.partsFor(upstream, model, outputCap))
}

// partsFor is the body for an upstream: rebuilt, with the held cap, for the
// model as the upstream calls it.
func (r *chatRequest) partsFor(upstream catalog.Upstream, model string, outputCap int64) [][]byte {
	out, apart := r.restFor(upstream)
	out = quote(appendName(out, "model"), model)
	if r.n > 1 {
		out = strconv.AppendInt(appendName(out, "n"), r.n, 10)
	}
	out = strconv.AppendInt(appendName(out, "max_tokens"), outputCap, 10)
	if r.stream {
		out = append(appendName(out, "stream"), "true"...)
		out = append(appendName(out, "stream_options"), `{"include_usage":true}`...)
	}
	if upstream.Kind == catalog.KindVenice && r.venice {
		out = r.parameters.appendRequest(appendName(out, "venice_parameters"))
	}
	return woven(append(appendPassed(out, r.unknown, upstream), '}'), apart)
}

func readChoices(into *int64, m given) *Error {
	n, ok := m.value.Int()
	if !ok || n < 1 || n > catalog.MaxChoices {
		return m.invalid("must be a whole number from 1 to " + strconv.Itoa(catalog.MaxChoices))
	}
	*into = n
	return nil
}

func (r *chatRequest) readCap(m given) *Error { return readCap(&r.outputCap, &r.capMember, m) }

// streamOptions are not sent on: the gateway asks for the usage anyway. Venice's
// provider for the AI SDK (venice-ai-sdk-provider 2.1.1) writes includeUsage.
var streamOptions = shape(map[string]pattern{"include_usage": boolean(), "includeUsage": boolean(), "include_obfuscation": boolean()})

func readStreamOptions(includeUsage *bool, m given) *Error {
	if _, problem := streamOptions(nil, m.value); problem != nil {
		return problem
	}
	asked, _ := m.value.Get("include_usage").Bool()
	otherwise, _ := m.value.Get("includeUsage").Bool()
	*includeUsage = asked || otherwise
	return nil
}
