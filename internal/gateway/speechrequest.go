package gateway

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

// Limits of a text to be spoken, in characters.
const (
	maxSpeechInput        = 4096 // unless the model says another number
	maxSpeechInstructions = 4096
)

// speechFormat is one of the audio formats that the API knows.
var speechFormat = oneOf("mp3", "opus", "aac", "flac", "wav", "pcm")

// speechRequest is a request for speech that was understood completely.
type speechRequest struct {
	rebuilt
	model string
	input int64 // characters
	// instructions are the characters of how to speak: the model reads them
	// too, and they cost as much as the input.
	instructions  int64
	voice, format string
	unknown       []given
}

var speechRules = newTable(map[string]rule[speechRequest]{
	"model":        func(r *speechRequest, m given) *Error { return readModel(&r.model, m) },
	"input":        (*speechRequest).readInput,
	"instructions": (*speechRequest).readInstructions,
	"prompt":       (*speechRequest).readInstructions, // Venice's name
	"voice":        (*speechRequest).readVoice,
	"response_format": func(r *speechRequest, m given) *Error {
		r.format = string(m.value.Text())
		_, problem := speechFormat(nil, m.value)
		return problem
	},
	"speed":       forwards[speechRequest](number(0.25, 4)),
	"language":    forwards[speechRequest](text(32)),
	"temperature": forwards[speechRequest](number(0, 2)),
	"top_p":       forwards[speechRequest](number(0, 1)),
	"streaming":   forwards[speechRequest](boolean()),
	"user":        ignored[speechRequest],

	"stream_format": func(_ *speechRequest, m given) *Error {
		if !m.value.Is("audio") {
			return m.invalid("must be audio; speech is not sent as events here")
		}
		return nil
	},
})

// parseSpeech reads a request's body. Every error is a 400 that names the
// member.
func parseSpeech(body []byte) (*speechRequest, *Error) {
	r := &speechRequest{model: defaultModel}
	r.start(body)
	var problem *Error
	if r.unknown, problem = speechRules.read(body, r); problem != nil {
		return nil, problem
	}
	if r.input == 0 {
		return nil, invalid("input", "is required")
	}
	return r, nil
}

func (r *speechRequest) readInput(m given) *Error {
	if m.value.Size() == 0 {
		return m.invalid("must be the text to speak")
	}
	r.input = int64(utf8.RuneCount(m.value.Text()))
	return r.keep(m, anyValue)
}

func (r *speechRequest) readInstructions(m given) *Error {
	length := utf8.RuneCount(m.value.Text())
	if m.value.Kind() != strictjson.String || length > maxSpeechInstructions {
		return m.invalid(fmt.Sprintf("must be a string of at most %d characters", maxSpeechInstructions))
	}
	r.instructions += int64(length)
	return r.keep(m, anyValue)
}

const maxVoice = 512 // bytes

func (r *speechRequest) readVoice(m given) *Error {
	if m.value.Size() == 0 || m.value.Size() > maxVoice {
		return m.invalid("must be the name of a voice")
	}
	r.voice = string(m.value.Text())
	return nil
}

// fit checks what depends on the model, and returns what is asked of it.
func (r *speechRequest) fit(resolution catalog.Resolution) (catalog.Demand, *Error) {
	if problem := noParameters(resolution); problem != nil {
		return catalog.Demand{}, problem
	}
	constraints := &resolution.Model.Constraints
	most := constraints.PromptCharacters
	if most == 0 {
		most = maxSpeechInput
	}
	if r.voice == "" {
		r.voice = constraints.DefaultVoice
	}
	if r.format == "" {
		r.format = constraints.DefaultFormat
	}
	switch {
	case r.input > most:
		return catalog.Demand{}, invalid("input", fmt.Sprintf("must have at most %d characters", most))
	case len(constraints.Voices) > 0 && r.voice != "" && !slices.Contains(constraints.Voices, r.voice):
		return catalog.Demand{}, invalid("voice", "must be one of "+strings.Join(constraints.Voices, ", "))
	case len(constraints.Formats) > 0 && r.format != "" && !slices.Contains(constraints.Formats, r.format):
		return catalog.Demand{}, invalid("response_format", "must be one of "+strings.Join(constraints.Formats, ", "))
	}
	return catalog.Demand{Units: r.input + r.instructions}, nil
}

// forwardTo is the body for an upstream, after fit.
func (r *speechRequest) forwardTo(upstream catalog.Upstream, model string) []byte {
	out := quote(appendName(r.rest(), "model"), model)
	if r.voice != "" {
		out = quote(appendName(out, "voice"), r.voice)
	}
	if r.format != "" {
		out = quote(appendName(out, "response_format"), r.format)
	}
	return append(appendPassed(out, r.unknown, upstream), '}')
}
