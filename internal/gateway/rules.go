package gateway

import (
	"fmt"
	"math"
	"strconv"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

// Limits of members that a model reads.
const (
	maxStops        = 4
	maxTools        = 128
	maxLogitBiases  = 1024
	maxStopTokenIDs = 128
	maxName         = 256 // bytes of a function's name
)

var (
	efforts     = []string{"none", "minimal", "low", "medium", "high", "xhigh", "max"}
	verbosities = []string{"low", "medium", "high", "auto"}

	reasoning = shape(map[string]pattern{
		"effort":  oneOf(efforts...),
		"summary": oneOf("auto", "concise", "detailed"),
	})
	stopTokenIDs = list(0, maxStopTokenIDs, fmt.Sprintf("must be at most %d whole numbers", maxStopTokenIDs),
		whole(math.MinInt64, math.MaxInt64))
	logitBias = asIs("must map at most "+strconv.Itoa(maxLogitBiases)+" token ids to numbers from -100 to 100", isLogitBias)
)

func isLogitBias(v strictjson.Value) bool {
	if v.Kind() != strictjson.Object || v.Len() > maxLogitBiases {
		return false
	}
	for name, value := range v.Members() {
		_, err := strconv.ParseUint(string(name.Text()), 10, 32)
		bias, ok := value.Float()
		if err != nil || !ok || bias < -100 || bias > 100 {
			return false
		}
	}
	return true
}

func onlyText(_ *chatRequest, m given) *Error {
	ok := m.value.Kind() == strictjson.Array
	for _, e := range m.value.Elements() {
		ok = ok && e.Is("text")
	}
	if !ok {
		return m.invalid(`must be ["text"]; other kinds of answers have no bounded cost here`)
	}
	return nil
}

func onlyTier[R any](_ *R, m given) *Error {
	if !m.value.Is("auto") && !m.value.Is("default") {
		return m.invalid("must be auto or default; other tiers have no price here")
	}
	return nil
}

var stopList = list(0, maxStops, fmt.Sprintf("must be a string or at most %d strings", maxStops), anyText())

// readStop takes a string or a few; none at all says nothing.
func readStop[R any, P interface {
	*R
	keep(m given, p pattern) *Error
}](r *R, m given) *Error {
	switch {
	case m.value.Kind() == strictjson.String:
		return P(r).keep(m, anyValue)
	case m.value.Kind() == strictjson.Array && m.value.Len() == 0:
		return nil
	default:
		return P(r).keep(m, stopList)
	}
}

// addDocument counts a JSON document that a template renders into the prompt.
func (r *chatRequest) addDocument(v strictjson.Value) {
	r.prompt.Documents++
	addJSON(&r.prompt, v)
}

// addJSON counts JSON that a template renders.
func addJSON(p *catalog.Prompt, v strictjson.Value) {
	p.JSONBytes += int64(v.CompactLen())
	p.JSONDepth = max(p.JSONDepth, int64(v.Height()))
}

var functionName = asIs("must be a function's name", func(v strictjson.Value) bool {
	return v.Size() > 0 && v.Size() <= maxName
})

// tool is a function that the client runs. Others run on the upstream's side,
// at a cost that nobody bounds.
var tool = shape(map[string]pattern{
	"type": asIs("must be function; other tools have no bounded cost here", func(v strictjson.Value) bool {
		return v.Is("function")
	}),
	"id": text(maxName),
	"function": shape(map[string]pattern{
		"name": functionName, "description": anyText(), "parameters": anyObject(), "strict": boolean(),
	}, "name"),
})

func (r *chatRequest) readTools(m given) *Error {
	if m.value.Kind() != strictjson.Array || m.value.Len() > maxTools {
		return m.invalid(fmt.Sprintf("must be an array of at most %d tools", maxTools))
	}
	out := append(appendName(r.out, m.name), '[')
	for v := m.value.First(); v.Exists(); v = m.value.Next(v) {
		// Before the shape complains of a function that another tool has not.
		if kind := v.Get("type"); v.Kind() == strictjson.Object && v.Get("function").Kind() != strictjson.Object &&
			(!kind.Exists() || kind.Is("function")) {
			return invalidIn(v, "function", "must be an object")
		}
		if out[len(out)-1] != '[' {
			out = append(out, ',')
		}
		var problem *Error
		if out, problem = r.hinted(out, v, tool); problem != nil {
			return problem
		}
	}
	r.addDocument(m.value)
	r.out = append(out, ']')
	return nil
}

var toolChoice = shape(map[string]pattern{
	"type":          oneOf("function", "allowed_tools"),
	"function":      shape(map[string]pattern{"name": functionName}, "name"),
	"allowed_tools": anyObject(),
})

var toolChoiceWord = asIs("must be none, auto, required or an object that names a tool", func(v strictjson.Value) bool {
	return isOneOf(v, []string{"none", "auto", "required"})
})

func (r *chatRequest) readToolChoice(m given) *Error {
	addJSON(&r.prompt, m.value)
	if m.value.Kind() == strictjson.Object {
		return r.keep(m, toolChoice)
	}
	return r.keep(m, toolChoiceWord)
}

var responseFormat = shape(map[string]pattern{
	"type":        oneOf("text", "json_object", "json_schema"),
	"json_schema": anyObject(),
}, "type")

func (r *chatRequest) readResponseFormat(m given) *Error {
	r.addDocument(m.value)
	return r.keep(m, responseFormat)
}
