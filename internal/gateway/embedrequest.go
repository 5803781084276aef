package gateway

import (
	"fmt"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

const maxDimensions = 65_536

// embedRequest is an embeddings request that was understood completely.
type embedRequest struct {
	rebuilt
	model  string
	prompt catalog.Prompt
	input  strictjson.Value
}

var embedRules = newTable(map[string]rule[embedRequest]{
	"model":           func(r *embedRequest, m given) *Error { return readModel(&r.model, m) },
	"input":           (*embedRequest).readInput,
	"encoding_format": forwards[embedRequest](oneOf("float", "base64")),
	"dimensions":      forwards[embedRequest](whole(1, maxDimensions)),
	"user":            ignored[embedRequest],
})

// parseEmbed reads a request's body. Every error is a 400 that names the
// member.
func parseEmbed(body []byte) (*embedRequest, *Error) {
	r := &embedRequest{}
	r.start(body)
	if _, problem := embedRules.read(body, r); problem != nil {
		return nil, problem
	}
	switch {
	case r.model == "":
		return nil, invalid("model", "is required")
	case r.prompt.Texts == 0:
		return nil, invalid("input", "is required")
	}
	return r, nil
}

func (r *embedRequest) readInput(m given) *Error {
	size := m.value.Len()
	r.input = m.value
	switch {
	case m.value.Kind() == strictjson.String:
		if problem := r.count(m.value); problem != nil {
			return problem
		}
	case m.value.Kind() != strictjson.Array || size == 0 || size > catalog.MaxEmbeddingInputs:
		return m.invalid(fmt.Sprintf("must be a string or 1 to %d strings", catalog.MaxEmbeddingInputs))
	}
	for _, e := range m.value.Elements() {
		if e.Kind() != strictjson.String {
			return m.invalid("must be a string or an array of strings; arrays of tokens are not accepted " +
				"(LangChain: check_embedding_ctx_length=False)")
		}
		if problem := r.count(e); problem != nil {
			return problem
		}
	}
	r.out = m.value.AppendCompact(appendName(r.out, m.name))
	return nil
}

func (r *embedRequest) count(v strictjson.Value) *Error {
	if v.Size() == 0 {
		return invalidAt(v, "must not be empty")
	}
	r.prompt.Texts++
	r.prompt.TextBytes += int64(v.Size())
	return nil
}

// fit checks what depends on the model, and returns what is sent to it.
func (r *embedRequest) fit(resolution catalog.Resolution) (catalog.Prompt, *Error) {
	return r.prompt, noParameters(resolution)
}

// noParameters refuses a suffix of the model's name where nothing reads it.
func noParameters(resolution catalog.Resolution) *Error {
	if len(resolution.Parameters) > 0 {
		return invalid("model", "has a suffix of parameters, which this route does not read")
	}
	return nil
}

// forward is the body for the upstream.
func (r *embedRequest) forward(model string) []byte {
	return append(quote(appendName(r.rest(), "model"), model), '}')
}
