package responses

import (
	"strconv"

	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// parser reads one request and writes the chat request.
type parser struct {
	dialect.Reader
	instructions string
	input        dialect.Conversation
	echo         echo
}

// rule reads one member of the request, which is not null.
type rule func(p *parser, v strictjson.Value)

// rules are the members that are understood.
var rules = dialect.Rules[*parser]{
	"model": (*parser).ReadModel,
	"input": (*parser).readInput,
	"instructions": func(p *parser, v strictjson.Value) {
		p.instructions = p.Text(v)
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
	"stream":              (*parser).Stream,

	"background":           (*parser).readBackground,
	"previous_response_id": refuse("is not supported, nothing is kept here; send the whole conversation in input"),
	"conversation":         refuse("is not supported, nothing is kept here; send the whole conversation in input"),
	"prompt":               refuse("is not supported, nothing is kept here; send its text in instructions and input"),
}

func refuse(problem string) rule {
	return func(p *parser, v strictjson.Value) { p.Fail(v, problem) }
}

// pass hands a member on under the chat request's name for it, where it is
// checked, and remembers it for the answer.
func pass(name string, remember func(*echo) *[]byte) rule {
	return func(p *parser, v strictjson.Value) {
		value := dialect.Compact(v)
		p.Option(name, value)
		if remember != nil {
			*remember(&p.echo) = value
		}
	}
}

func (p *parser) readCap(v strictjson.Value) {
	p.echo.maxOutputTokens = dialect.Compact(v)
	p.Cap(v)
}

func (p *parser) readBackground(v strictjson.Value) {
	if v.Kind() != strictjson.False {
		p.Fail(v, "must be false; nothing is kept here to be fetched later")
	}
}

func (p *parser) readTruncation(v strictjson.Value) {
	if !v.Is("auto") && !v.Is("disabled") {
		p.Fail(v, "must be auto or disabled")
	}
	// Nothing is ever cut off here, which is what "disabled" says.
}

const maxMetadata = 16

func (p *parser) readMetadata(v strictjson.Value) {
	if v.Kind() != strictjson.Object || v.Len() > maxMetadata {
		p.Fail(v, "must be an object of at most "+strconv.Itoa(maxMetadata)+" strings")
	}
	for _, value := range v.Members() {
		p.Text(value)
	}
	p.echo.metadata = dialect.Compact(v)
}

func (p *parser) readReasoning(v strictjson.Value) {
	if v.Kind() != strictjson.Object {
		p.Fail(v, "must be an object")
	}
	if effort := v.Get("effort"); dialect.Given(effort) {
		p.Option("reasoning_effort", dialect.Compact(effort))
		p.echo.effort = dialect.Compact(effort)
	}
	// A summary is written at no price of its own by no server that is known
	// here; the reasoning itself is in the answer if the server tells it.
}

func (p *parser) readText(v strictjson.Value) {
	if v.Kind() != strictjson.Object {
		p.Fail(v, "must be an object")
	}
	p.echo.text = dialect.Compact(v)
	if verbosity := v.Get("verbosity"); dialect.Given(verbosity) {
		p.Option("verbosity", dialect.Compact(verbosity))
	}
	format := v.Get("format")
	kind := format.Get("type")
	switch {
	case !format.Exists() || format.Kind() == strictjson.Null || kind.Is("text"):
	case kind.Is("json_object"):
		p.Option("response_format", []byte(`{"type":"json_object"}`))
	case kind.Is("json_schema"):
		schema := p.members(format, "name", "description", "schema", "strict")
		out := dialect.TextField([]byte{'{'}, "type", "json_schema")
		p.Option("response_format", append(dialect.Field(out, "json_schema", schema), '}'))
	default:
		p.Fail(format, "must be of type text, json_object or json_schema")
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
		p.Fail(v, "must be an array of tools")
	}
	out := []byte{'['}
	for _, tool := range v.Elements() {
		kind := tool.Get("type")
		if !kind.Is("function") {
			if !kind.Exists() {
				kind = tool
			}
			p.Fail(kind, noTool)
			return
		}
		function := tool
		if nested := tool.Get("function"); nested.Kind() == strictjson.Object {
			function = nested // as Venice describes it
		}
		p.Needed(function, "name")
		one := dialect.TextField([]byte{'{'}, "type", "function")
		one = dialect.Field(one, "function", p.members(function, "name", "description", "parameters", "strict"))
		out = dialect.Item(out, append(one, '}'))
	}
	if v.Len() > 0 {
		p.Option("tools", append(out, ']'))
	}
	p.echo.tools = dialect.Compact(v)
}

func (p *parser) readToolChoice(v strictjson.Value) {
	p.echo.toolChoice = dialect.Compact(v)
	if v.Is("auto") || v.Is("none") || v.Is("required") {
		p.Option("tool_choice", dialect.Compact(v))
		return
	}
	if !v.Get("type").Is("function") {
		p.Fail(v, "must be auto, none, required or an object of type function with its name")
		return
	}
	function := v
	if nested := v.Get("function"); nested.Exists() {
		function = nested
	}
	name := dialect.TextField([]byte{'{'}, "name", p.Needed(function, "name"))
	out := dialect.TextField([]byte{'{'}, "type", "function")
	p.Option("tool_choice", append(dialect.Field(out, "function", append(name, '}')), '}'))
}
