package responses

import (
	"strconv"
	"strings"

	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// parser reads one request and writes the chat request. The first error
// stays; what is read after it is of no use.
type parser struct {
	err          *strictjson.Error
	model        string
	instructions string
	input        dialect.Conversation
	options      []byte // members of the chat request, after '{'
	echo         echo
}

func (p *parser) fail(v strictjson.Value, problem string) {
	if p.err == nil {
		p.err = dialect.Invalid(v, problem)
	}
}

// text reads a string.
func (p *parser) text(v strictjson.Value) string {
	if v.Kind() != strictjson.String {
		p.fail(v, "must be a string")
	}
	return string(v.Text())
}

// needed reads a member that must be a string.
func (p *parser) needed(object strictjson.Value, name string) string {
	v := object.Get(name)
	if !v.Exists() && p.err == nil {
		p.err = &strictjson.Error{Member: strings.TrimPrefix(object.Path()+"."+name, "."), Problem: "is required"}
	}
	return p.text(v)
}

// rule reads one member of the request, which is not null.
type rule func(p *parser, v strictjson.Value)

// rules are the members that are understood. A member that is in no rule is
// left out of the chat request, so that it can cost nothing; one that would
// change what the answer costs, or needs a memory that is not here, is refused.
var rules = map[string]rule{
	"model": func(p *parser, v strictjson.Value) { p.model = p.text(v) },
	"input": (*parser).readInput,
	"instructions": func(p *parser, v strictjson.Value) {
		p.instructions = p.text(v)
		p.echo.instructions = dialect.Compact(v)
	},

	"tools":       (*parser).readTools,
	"tool_choice": (*parser).readToolChoice,
	"text":        (*parser).readText,
	"reasoning":   (*parser).readReasoning,
	"metadata":    (*parser).readMetadata,
	"truncation":  (*parser).readTruncation,

	"max_output_tokens":   (*parser).readCap,
	"temperature":         pass("temperature", func(e *echo) *[]byte { return &e.temperature }),
	"top_p":               pass("top_p", func(e *echo) *[]byte { return &e.topP }),
	"parallel_tool_calls": pass("parallel_tool_calls", func(e *echo) *[]byte { return &e.parallelToolCalls }),
	"service_tier":        pass("service_tier", nil),
	"venice_parameters":   pass("venice_parameters", nil),
	"stream":              (*parser).readStream,

	"background":           (*parser).readBackground,
	"previous_response_id": refuse("is not supported, nothing is kept here; send the whole conversation in input"),
	"conversation":         refuse("is not supported, nothing is kept here; send the whole conversation in input"),
	"prompt":               refuse("is not supported, nothing is kept here; send its text in instructions and input"),
}

func refuse(problem string) rule {
	return func(p *parser, v strictjson.Value) { p.fail(v, problem) }
}

// pass hands a member on under the chat request's name for it, where it is
// checked, and remembers it for the answer.
func pass(name string, remember func(*echo) *[]byte) rule {
	return func(p *parser, v strictjson.Value) {
		value := dialect.Compact(v)
		p.option(name, value)
		if remember != nil {
			*remember(&p.echo) = value
		}
	}
}

func (p *parser) readCap(v strictjson.Value) {
	if n, ok := v.Int(); !ok || n < 1 {
		p.fail(v, "must be a whole number above 0")
	}
	p.echo.maxOutputTokens = dialect.Compact(v)
	p.option("max_tokens", dialect.Compact(v))
}

func (p *parser) option(name string, value []byte) {
	p.options = dialect.Field(p.options, name, value)
}

func (p *parser) readStream(v strictjson.Value) {
	stream, ok := v.Bool()
	if !ok {
		p.fail(v, "must be true or false")
	}
	if stream {
		p.option("stream", []byte("true"))
		p.option("stream_options", []byte(`{"include_usage":true}`))
	}
}

func (p *parser) readBackground(v strictjson.Value) {
	if v.Kind() != strictjson.False {
		p.fail(v, "must be false; nothing is kept here to be fetched later")
	}
}

func (p *parser) readTruncation(v strictjson.Value) {
	if !v.Is("auto") && !v.Is("disabled") {
		p.fail(v, "must be auto or disabled")
	}
	// Nothing is ever cut off here, which is what "disabled" says.
}

const maxMetadata = 16

func (p *parser) readMetadata(v strictjson.Value) {
	if v.Kind() != strictjson.Object || v.Len() > maxMetadata {
		p.fail(v, "must be an object of at most "+strconv.Itoa(maxMetadata)+" strings")
	}
	for _, value := range v.Members() {
		p.text(value)
	}
	p.echo.metadata = dialect.Compact(v)
}

func (p *parser) readReasoning(v strictjson.Value) {
	if v.Kind() != strictjson.Object {
		p.fail(v, "must be an object")
	}
	if effort := v.Get("effort"); dialect.Given(effort) {
		p.option("reasoning_effort", dialect.Compact(effort))
		p.echo.effort = dialect.Compact(effort)
	}
	// A summary is written at no price of its own by no server that is known
	// here; the reasoning itself is in the answer if the server tells it.
}

func (p *parser) readText(v strictjson.Value) {
	if v.Kind() != strictjson.Object {
		p.fail(v, "must be an object")
	}
	p.echo.text = dialect.Compact(v)
	if verbosity := v.Get("verbosity"); dialect.Given(verbosity) {
		p.option("verbosity", dialect.Compact(verbosity))
	}
	format := v.Get("format")
	kind := format.Get("type")
	switch {
	case !format.Exists() || format.Kind() == strictjson.Null || kind.Is("text"):
	case kind.Is("json_object"):
		p.option("response_format", []byte(`{"type":"json_object"}`))
	case kind.Is("json_schema"):
		schema := p.members(format, "name", "description", "schema", "strict")
		out := dialect.TextField([]byte{'{'}, "type", "json_schema")
		p.option("response_format", append(dialect.Field(out, "json_schema", schema), '}'))
	default:
		p.fail(format, "must be of type text, json_object or json_schema")
	}
}

// members copies the members of an object that have these names.
func (p *parser) members(v strictjson.Value, names ...string) []byte {
	out := []byte{'{'}
	for _, name := range names {
		if member := v.Get(name); dialect.Given(member) {
			out = dialect.Field(out, name, dialect.Compact(member))
		}
	}
	return append(out, '}')
}

const noTool = "must be function; other tools run elsewhere and have no bounded cost here"

func (p *parser) readTools(v strictjson.Value) {
	if v.Kind() != strictjson.Array {
		p.fail(v, "must be an array of tools")
	}
	out := []byte{'['}
	for _, tool := range v.Elements() {
		kind := tool.Get("type")
		if !kind.Is("function") {
			if !kind.Exists() {
				kind = tool
			}
			p.fail(kind, noTool)
			return
		}
		function := tool
		if nested := tool.Get("function"); nested.Kind() == strictjson.Object {
			function = nested // as Venice describes it
		}
		p.needed(function, "name")
		one := dialect.TextField([]byte{'{'}, "type", "function")
		one = dialect.Field(one, "function", p.members(function, "name", "description", "parameters", "strict"))
		out = dialect.Item(out, append(one, '}'))
	}
	if v.Len() > 0 {
		p.option("tools", append(out, ']'))
	}
	p.echo.tools = dialect.Compact(v)
}

func (p *parser) readToolChoice(v strictjson.Value) {
	p.echo.toolChoice = dialect.Compact(v)
	if v.Is("auto") || v.Is("none") || v.Is("required") {
		p.option("tool_choice", dialect.Compact(v))
		return
	}
	if !v.Get("type").Is("function") {
		p.fail(v, "must be auto, none, required or an object of type function with its name")
		return
	}
	function := v
	if nested := v.Get("function"); nested.Exists() {
		function = nested
	}
	name := dialect.TextField([]byte{'{'}, "name", p.needed(function, "name"))
	out := dialect.TextField([]byte{'{'}, "type", "function")
	p.option("tool_choice", append(dialect.Field(out, "function", append(name, '}')), '}'))
}
