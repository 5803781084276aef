package gateway

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of members that a model reads.
const (
	maxStops        = 4
	maxTools        = 128
	maxLogitBiases  = 1024
	maxStopTokenIDs = 128
)

// integer reads a whole number in plain digits; 1.0 and 1e3 are not, so that
// no two programs can disagree about them.
func integer(value jsontext.Value) (int64, bool) {
	if value.Kind() != '0' {
		return 0, false
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	return n, err == nil
}

func number(least, most float64) rule {
	return func(r *chatRequest, name string, value jsontext.Value) *Error {
		n, err := strconv.ParseFloat(string(value), 64)
		if value.Kind() != '0' || err != nil || n < least || n > most {
			return invalid(name, fmt.Sprintf("must be a number from %v to %v", least, most))
		}
		return r.pass(name, value)
	}
}

func whole(least, most int64) rule {
	return func(r *chatRequest, name string, value jsontext.Value) *Error {
		if n, ok := integer(value); !ok || n < least || n > most {
			return invalid(name, fmt.Sprintf("must be a whole number from %d to %d", least, most))
		}
		return r.pass(name, value)
	}
}

func boolean(r *chatRequest, name string, value jsontext.Value) *Error {
	if kind := value.Kind(); kind != 't' && kind != 'f' {
		return invalid(name, "must be true or false")
	}
	return r.pass(name, value)
}

func oneOf(words ...string) rule {
	return func(r *chatRequest, name string, value jsontext.Value) *Error {
		if word, ok := str(value); !ok || !slices.Contains(words, word) {
			return invalid(name, "must be one of "+strings.Join(words, ", "))
		}
		return r.pass(name, value)
	}
}

func ignored(*chatRequest, string, jsontext.Value) *Error { return nil }

// refuse is the rule of a member that cannot be bounded.
func refuse(problem string) rule {
	return func(_ *chatRequest, name string, _ jsontext.Value) *Error { return invalid(name, problem) }
}

func onlyText(_ *chatRequest, name string, value jsontext.Value) *Error {
	elements, ok := array(value)
	for _, e := range elements {
		if word, _ := str(e.value); word != "text" {
			ok = false
		}
	}
	if !ok {
		return invalid(name, `must be ["text"]; other kinds of answers have no bounded cost here`)
	}
	return nil
}

func onlyTier(_ *chatRequest, name string, value jsontext.Value) *Error {
	if tier, _ := str(value); tier != "auto" && tier != "default" {
		return invalid(name, "must be auto or default; other tiers have no price here")
	}
	return nil
}

func stop(r *chatRequest, name string, value jsontext.Value) *Error {
	elements, isArray := array(value)
	ok := value.Kind() == '"' || (isArray && len(elements) > 0 && len(elements) <= maxStops)
	for _, e := range elements {
		ok = ok && e.value.Kind() == '"'
	}
	if !ok {
		return invalid(name, fmt.Sprintf("must be a string or 1 to %d strings", maxStops))
	}
	return r.pass(name, value)
}

func stopTokenIDs(r *chatRequest, name string, value jsontext.Value) *Error {
	elements, ok := array(value)
	ok = ok && len(elements) <= maxStopTokenIDs
	for _, e := range elements {
		_, isWhole := integer(e.value)
		ok = ok && isWhole
	}
	if !ok {
		return invalid(name, fmt.Sprintf("must be at most %d whole numbers", maxStopTokenIDs))
	}
	return r.pass(name, value)
}

func logitBias(r *chatRequest, name string, value jsontext.Value) *Error {
	members, ok := object(value)
	ok = ok && len(members) <= maxLogitBiases
	for _, m := range members {
		_, err := strconv.ParseUint(m.name, 10, 32)
		bias, biasErr := strconv.ParseFloat(string(m.value), 64)
		ok = ok && err == nil && biasErr == nil && bias >= -100 && bias <= 100
	}
	if !ok {
		return invalid(name, "must map token ids to numbers from -100 to 100")
	}
	return r.pass(name, value)
}

// words is a rule for an object whose members are words out of a list.
func words(known map[string][]string) rule {
	return func(r *chatRequest, name string, value jsontext.Value) *Error {
		members, ok := object(value)
		if !ok {
			return invalid(name, "must be an object")
		}
		for _, m := range members {
			list, found := known[m.name]
			if !found {
				return invalid(name+"."+m.name, "is not a known member (names are case-sensitive)")
			}
			if word, isText := str(m.value); !isNull(m.value) && (!isText || !slices.Contains(list, word)) {
				return invalid(name+"."+m.name, "must be one of "+strings.Join(list, ", "))
			}
		}
		return r.pass(name, value)
	}
}

var (
	reasoning = words(map[string][]string{
		"effort":  {"none", "minimal", "low", "medium", "high", "xhigh", "max"},
		"summary": {"auto", "concise", "detailed"},
	})
	textOptions = words(map[string][]string{"verbosity": {"low", "medium", "high", "auto"}})
)

// addDocument counts a JSON document that a template renders into the prompt.
func (r *chatRequest) addDocument(value jsontext.Value) {
	r.prompt.Documents++
	r.addJSON(value)
}

func (r *chatRequest) addJSON(value jsontext.Value) {
	r.prompt.JSONBytes += int64(len(compact(value)))
	r.prompt.JSONDepth = max(r.prompt.JSONDepth, depth(value))
}

func (r *chatRequest) readTools(name string, value jsontext.Value) *Error {
	tools, ok := array(value)
	if !ok || len(tools) > maxTools {
		return invalid(name, fmt.Sprintf("must be an array of at most %d tools", maxTools))
	}
	for i, tool := range tools {
		at := fmt.Sprintf("%s.%d", name, i)
		members, ok := object(tool.value)
		if !ok {
			return invalid(at, "must be an object")
		}
		if kind, given := find(members, "type"); given {
			// Other types run on the upstream's side, at a cost that nobody bounds.
			if word, _ := str(kind); word != "function" {
				return invalid(at+".type", "must be function; other tools have no bounded cost here")
			}
		}
		function, _ := find(members, "function")
		parts, ok := object(function)
		if !ok {
			return invalid(at+".function", "must be an object")
		}
		functionName, _ := find(parts, "name")
		if text, ok := str(functionName); !ok || text == "" {
			return invalid(at+".function.name", "must be a function's name")
		}
		for _, m := range members {
			if m.name != "type" && m.name != "function" && m.name != "id" {
				return invalid(at+"."+m.name, "is not a known member (names are case-sensitive)")
			}
		}
	}
	r.addDocument(value)
	return r.pass(name, value)
}

func (r *chatRequest) readToolChoice(name string, value jsontext.Value) *Error {
	word, isText := str(value)
	_, isObject := object(value)
	if isText && word != "none" && word != "auto" && word != "required" || !isText && !isObject {
		return invalid(name, "must be none, auto, required or an object that names a tool")
	}
	r.addJSON(value)
	return r.pass(name, value)
}

func (r *chatRequest) readResponseFormat(name string, value jsontext.Value) *Error {
	members, ok := object(value)
	if !ok {
		return invalid(name, "must be an object")
	}
	kind, _ := find(members, "type")
	word, _ := str(kind)
	if word != "text" && word != "json_object" && word != "json_schema" {
		return invalid(name+".type", "must be text, json_object or json_schema")
	}
	for _, m := range members {
		if m.name != "type" && m.name != "json_schema" {
			return invalid(name+"."+m.name, "is not a known member (names are case-sensitive)")
		}
	}
	r.addDocument(value)
	return r.pass(name, value)
}

// veniceFree are the Venice parameters that cost nothing. They have no effect
// here: there is no prompt of our own, no search and no character.
var veniceFree = map[string]bool{
	"strip_thinking_response": true, "disable_thinking": true, "enable_e2ee": true,
	"enable_web_citations": true, "include_search_results_in_stream": true,
	"return_search_results_as_documents": true, "include_venice_system_prompt": true,
}

// veniceCosts are those that would send the upstream searching.
var veniceCosts = map[string]bool{
	"enable_web_search": true, "enable_web_scraping": true, "enable_x_search": true,
}

func (r *chatRequest) readVenice(name string, value jsontext.Value) *Error {
	members, ok := object(value)
	if !ok {
		return invalid(name, "must be an object")
	}
	for _, m := range members {
		word, _ := str(m.value)
		off := m.value.Kind() == 'f' || isNull(m.value) || word == "off" || word == "false"
		isBool := m.value.Kind() == 't' || m.value.Kind() == 'f' || isNull(m.value)
		switch {
		case veniceCosts[m.name] && !off:
			return invalid(name+"."+m.name, "must be off; searching has no bounded cost here")
		case veniceFree[m.name] && !isBool:
			return invalid(name+"."+m.name, "must be true or false")
		case m.name == "character_slug" && !isNull(m.value):
			return invalid(name+"."+m.name, "is not supported; there are no characters here")
		case !veniceCosts[m.name] && !veniceFree[m.name] && m.name != "character_slug":
			return invalid(name+"."+m.name, "is not a known member (names are case-sensitive)")
		}
	}
	r.venice = true
	return nil
}

// veniceEcho is what an answer says about Venice's parameters: what holds here,
// whatever was asked.
const veniceEcho = `{"enable_e2ee":false,"enable_web_search":"off","enable_web_citations":false,` +
	`"enable_web_scraping":false,"include_venice_system_prompt":false,` +
	`"include_search_results_in_stream":false,"return_search_results_as_documents":false,` +
	`"strip_thinking_response":false,"disable_thinking":false,"web_search_citations":[]}`
