package gateway

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

// defaultModel is a trait: the model of a route on which naming one is not
// needed.
const defaultModel = "default"

var imageFormat = oneOf("b64_json", "url")

const maxImagePrompt = 1500 // characters, unless the model says another number

// imagesRequest is a request for images that was understood completely.
type imagesRequest struct {
	rebuilt
	model         string
	n             int64
	prompt        int64 // characters; 0: none
	size, quality string
	// format is how the images are wanted: "b64_json" or "url"; "" is the
	// former.
	format  string
	unknown []given
}

var imagesRules = newTable(map[string]rule[imagesRequest]{
	"model":   func(r *imagesRequest, m given) *Error { return readModel(&r.model, m) },
	"prompt":  (*imagesRequest).readPrompt,
	"n":       (*imagesRequest).readN,
	"size":    func(r *imagesRequest, m given) *Error { return readWord(&r.size, m) },
	"quality": func(r *imagesRequest, m given) *Error { return readWord(&r.quality, m) },
	"response_format": func(r *imagesRequest, m given) *Error {
		r.format = string(m.value.Text())
		_, problem := imageFormat(nil, m.value)
		return problem
	},
	"style":              forwards[imagesRequest](oneOf("vivid", "natural")),
	"background":         forwards[imagesRequest](oneOf("transparent", "opaque", "auto")),
	"moderation":         forwards[imagesRequest](oneOf("low", "auto")),
	"output_format":      forwards[imagesRequest](oneOf("jpeg", "png", "webp")),
	"output_compression": forwards[imagesRequest](whole(0, 100)),
	"user":               ignored[imagesRequest],

	"stream":         onlyFalse[imagesRequest],
	"partial_images": refuse[imagesRequest]("is not supported: images are not streamed; leave it out"),
	"image":          refuse[imagesRequest]("is not supported: this route makes images of a text"),
	"mask":           refuse[imagesRequest]("is not supported: this route makes images of a text"),
	"width":          refuse[imagesRequest]("is not supported; use size"),
	"height":         refuse[imagesRequest]("is not supported; use size"),
	"resolution":     refuse[imagesRequest]("is not supported; use size"),
	"aspect_ratio":   refuse[imagesRequest]("is not supported; use size"),
	"variants":       refuse[imagesRequest]("is not supported; use n"),
	"steps":          refuse[imagesRequest]("has no bounded cost here; leave it out"),
})

// parseImages reads a request's body. Every error is a 400 that names the
// member.
func parseImages(body []byte) (*imagesRequest, *Error) {
	r := &imagesRequest{model: defaultModel, n: 1}
	r.start(body)
	var problem *Error
	if r.unknown, problem = imagesRules.read(body, r); problem != nil {
		return nil, problem
	}
	if r.prompt == 0 {
		return nil, invalid("prompt", "is required")
	}
	return r, nil
}

func (r *imagesRequest) readPrompt(m given) *Error {
	if m.value.Size() == 0 {
		return m.invalid("must be a text that describes the image")
	}
	r.prompt = int64(utf8.RuneCount(m.value.Text()))
	return r.keep(m, anyValue)
}

func (r *imagesRequest) readN(m given) *Error {
	n, ok := m.value.Int()
	if !ok || n < 1 || n > catalog.MaxImages {
		return m.invalid(fmt.Sprintf("must be a whole number from 1 to %d", catalog.MaxImages))
	}
	r.n = n
	return nil
}

const maxWord = 64 // bytes

// readWord is the rule of a short word that the model's entry explains.
func readWord(into *string, m given) *Error {
	word := string(m.value.Text())
	if word == "" || len(word) > maxWord || strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return m.invalid("must be a word")
	}
	*into = word
	return nil
}

// onlyFalse is the rule of what a route does not do.
func onlyFalse[R any](_ *R, m given) *Error {
	if m.value.Kind() != strictjson.False {
		return m.invalid("must be false; this route does not stream")
	}
	return nil
}

// fit checks what depends on the model, and returns what is asked of it. The
// size and quality that are sent are those of the price, by name: an upstream
// is not asked to choose.
func (r *imagesRequest) fit(resolution catalog.Resolution) (catalog.Demand, *Error) {
	if problem := noParameters(resolution); problem != nil {
		return catalog.Demand{}, problem
	}
	constraints := &resolution.Model.Constraints
	most := constraints.PromptCharacters
	if most == 0 {
		most = maxImagePrompt
	}
	if r.prompt > most {
		return catalog.Demand{}, invalid("prompt", fmt.Sprintf("must have at most %d characters", most))
	}
	variant, priced := resolution.Model.Variant(r.size, r.quality)
	if !priced {
		return catalog.Demand{}, r.unpriced(constraints)
	}
	r.size = chosen(r.size, constraints.Sizes, constraints.DefaultSize)
	r.quality = chosen(r.quality, constraints.Qualities, constraints.DefaultQuality)
	return catalog.Demand{Units: r.n, Variant: variant}, nil
}

// chosen is the word to send: where the price depends on it never "auto".
func chosen(word string, priced []string, usual string) string {
	if len(priced) > 0 && (word == "" || word == "auto") {
		return usual
	}
	return word
}

// unpriced names the member to change, and to what.
func (r *imagesRequest) unpriced(constraints *catalog.Constraints) *Error {
	unknown := func(word string, priced []string) bool {
		return word != "" && word != "auto" && len(priced) > 0 && !slices.Contains(priced, word)
	}
	if unknown(r.size, constraints.Sizes) {
		return invalid("size", "must be auto or one of "+strings.Join(constraints.Sizes, ", "))
	}
	if unknown(r.quality, constraints.Qualities) {
		return invalid("quality", "must be auto or one of "+strings.Join(constraints.Qualities, ", "))
	}
	return invalid("size", "has no price with this quality; change one of them or leave them out")
}

// forwardTo is the body for an upstream, after fit.
func (r *imagesRequest) forwardTo(upstream catalog.Upstream, model string) []byte {
	out := quote(appendName(r.rest(), "model"), model)
	out = strconv.AppendInt(appendName(out, "n"), r.n, 10)
	if r.size != "" {
		out = quote(appendName(out, "size"), r.size)
	}
	if r.quality != "" {
		out = quote(appendName(out, "quality"), r.quality)
	}
	if r.format != "" { // not every model has the member
		out = append(out, `,"response_format":"b64_json"`...) // a URL would be the upstream's own
	}
	return append(appendPassed(out, r.unknown, upstream), '}')
}
