package gateway

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

const maxDimensions = 65_536

// embedRequest is an embeddings request that was understood completely.
type embedRequest struct {
	model      string
	input      []byte // rebuilt
	format     string
	dimensions jsontext.Value
	prompt     catalog.Prompt
}

// parseEmbed reads a request's body. Every error is a 400 that names the
// member.
func parseEmbed(body []byte) (*embedRequest, *Error) {
	members, err := strictjson.Members(body)
	if err != nil {
		return nil, malformed(err)
	}
	r := &embedRequest{}
	for _, m := range members {
		if problem := r.read(m.Name, m.Value); problem != nil {
			return nil, problem
		}
	}
	switch {
	case r.model == "":
		return nil, invalid("model", "is required")
	case r.input == nil:
		return nil, invalid("input", "is required")
	}
	return r, nil
}

func (r *embedRequest) read(name string, value jsontext.Value) *Error {
	switch name {
	case "model":
		text, ok := str(value)
		if !ok || text == "" {
			return invalid(name, "must be a model's id, trait or compatibility name")
		}
		r.model = text
	case "input":
		return r.readInput(name, value)
	case "encoding_format":
		if isNull(value) {
			return nil
		}
		r.format, _ = str(value)
		if r.format != "float" && r.format != "base64" {
			return invalid(name, "must be float or base64")
		}
	case "dimensions":
		if isNull(value) {
			return nil
		}
		if n, ok := integer(value); !ok || n < 1 || n > maxDimensions {
			return invalid(name, fmt.Sprintf("must be a whole number from 1 to %d", maxDimensions))
		}
		r.dimensions = value
	case "user": // accepted because clients send it
	default:
		return invalid(name, "is not a known member (names are case-sensitive)")
	}
	return nil
}

func (r *embedRequest) readInput(name string, value jsontext.Value) *Error {
	if text, ok := str(value); ok {
		if text == "" {
			return invalid(name, "must not be empty")
		}
		r.prompt.AddText(text)
		r.input = quote(nil, text)
		return nil
	}
	texts, ok := array(value)
	if !ok || len(texts) == 0 || len(texts) > catalog.MaxEmbeddingInputs {
		return invalid(name, fmt.Sprintf("must be a string or 1 to %d strings", catalog.MaxEmbeddingInputs))
	}
	out := append(make([]byte, 0, len(value)), '[')
	for i, e := range texts {
		text, ok := str(e.value)
		switch {
		case !ok:
			return invalid(name, "must be a string or an array of strings; arrays of tokens are not accepted "+
				"(LangChain: check_embedding_ctx_length=False)")
		case text == "":
			return invalid(fmt.Sprintf("%s.%d", name, i), "must not be empty")
		}
		if i > 0 {
			out = append(out, ',')
		}
		r.prompt.AddText(text)
		out = quote(out, text)
	}
	r.input = append(out, ']')
	return nil
}

// forward is the body for the upstream.
func (r *embedRequest) forward(model string) []byte {
	out := append(make([]byte, 0, len(r.input)+128), '{')
	out = field(out, "model", quote(nil, model))
	out = field(out, "input", r.input)
	if r.format != "" {
		out = field(out, "encoding_format", quote(nil, r.format))
	}
	if r.dimensions != nil {
		out = field(out, "dimensions", r.dimensions)
	}
	return append(out, '}')
}
