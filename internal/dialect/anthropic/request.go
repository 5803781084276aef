package anthropic

import (
	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// parser reads one request and writes the chat request.
type parser struct {
	dialect.Reader
	code     string // the API's own for the error, "" for most
	capped   bool
	system   dialect.Parts
	messages dialect.Conversation
	stops    []string
	effort   []byte
	chosen   bool // effort was given as such, not as a budget
}

// readCap reads the output cap, which must be given.
func (p *parser) readCap(v strictjson.Value) {
	p.capped = true
	p.Cap(v)
}

// rule reads one member of the request, which is not null.
type rule func(p *parser, v strictjson.Value)

// rules are the members that are understood.
var rules = dialect.Rules[*parser]{
	"model":      (*parser).ReadModel,
	"max_tokens": (*parser).readCap,
	"system":     (*parser).readSystem,
	"messages":   (*parser).readMessages,

	"temperature":    pass("temperature"),
	"top_p":          pass("top_p"),
	"top_k":          pass("top_k"),
	"stop_sequences": (*parser).readStops,
	"stream":         (*parser).Stream,

	"tools":         (*parser).readTools,
	"tool_choice":   (*parser).readToolChoice,
	"thinking":      (*parser).readThinking,
	"output_config": (*parser).readOutputConfig,
	"output_format": (*parser).readFormat,

	"service_tier":  only("must be auto or standard_only; other tiers have no price here", "auto", "standard_only"),
	"speed":         only("must be standard; other speeds have no price here", "standard"),
	"inference_geo": only("must be global; there is no choice of a place here", "global"),
	"thread":        (*parser).readThread,
	"container":     refuse("is not supported, nothing is run here; leave it out"),
	"mcp_servers":   (*parser).readServers,
}

func pass(name string) rule {
	return func(p *parser, v strictjson.Value) { p.Option(name, dialect.Compact(v)) }
}

func refuse(problem string) rule {
	return func(p *parser, v strictjson.Value) { p.Fail(v, problem) }
}

// only is the rule of a member that may have values which change nothing.
func only(problem string, values ...string) rule {
	return func(p *parser, v strictjson.Value) {
		for _, value := range values {
			if v.Is(value) {
				return
			}
		}
		p.Fail(v, problem)
	}
}

func (p *parser) readServers(v strictjson.Value) {
	if v.Kind() != strictjson.Array || v.Len() > 0 {
		p.Fail(v, "must be empty; tools that run elsewhere have no bounded cost here")
	}
}

// readThread reads whether the messages go on from an earlier answer. Anthropic's
// SDK sends all of them when it hears that the thread is not there.
func (p *parser) readThread(v strictjson.Value) {
	if !v.Get("type").Is("create") {
		p.Fail(v, "is not supported, nothing is kept here; send the whole conversation in messages")
		p.code = "thread_not_found"
	}
}

func (p *parser) readStops(v strictjson.Value) {
	if v.Kind() != strictjson.Array {
		p.Fail(v, "must be an array of strings")
	}
	for _, stop := range v.Elements() {
		p.stops = append(p.stops, p.Text(stop))
	}
	if len(p.stops) > 0 {
		p.Option("stop", dialect.Compact(v))
	}
}

const noTool = "must be custom, with an input_schema; other tools have no bounded cost here"

func (p *parser) readTools(v strictjson.Value) {
	if v.Kind() != strictjson.Array {
		p.Fail(v, "must be an array of tools")
	}
	out := []byte{'['}
	for _, tool := range v.Elements() {
		if kind := tool.Get("type"); dialect.Given(kind) && !kind.Is("custom") {
			p.Fail(kind, noTool)
			return
		}
		function := dialect.TextField([]byte{'{'}, "name", p.Needed(tool, "name"))
		if description := tool.Get("description"); dialect.Given(description) {
			function = dialect.TextField(function, "description", p.Text(description))
		}
		schema := tool.Get("input_schema")
		if schema.Kind() != strictjson.Object {
			p.Fail(tool, noTool)
			return
		}
		function = dialect.Field(function, "parameters", dialect.Compact(schema))
		if strict := tool.Get("strict"); dialect.Given(strict) {
			function = dialect.Field(function, "strict", dialect.Compact(strict))
		}
		one := dialect.TextField([]byte{'{'}, "type", "function")
		one = append(dialect.Field(one, "function", append(function, '}')), '}')
		out = dialect.Item(out, dialect.Marked(tool, one))
	}
	if v.Len() > 0 {
		p.Option("tools", append(out, ']'))
	}
}

func (p *parser) readToolChoice(v strictjson.Value) {
	switch kind := v.Get("type"); {
	case kind.Is("auto"), kind.Is("none"):
		p.Option("tool_choice", dialect.Compact(kind))
	case kind.Is("any"):
		p.Option("tool_choice", []byte(`"required"`))
	case kind.Is("tool"):
		name := dialect.TextField([]byte{'{'}, "name", p.Needed(v, "name"))
		out := dialect.TextField([]byte{'{'}, "type", "function")
		p.Option("tool_choice", append(dialect.Field(out, "function", append(name, '}')), '}'))
	default:
		p.Fail(v, "must be an object of type auto, any, tool or none")
	}
	if one := v.Get("disable_parallel_tool_use"); dialect.Given(one) {
		disabled, ok := one.Bool()
		if !ok {
			p.Fail(one, "must be true or false")
		}
		if disabled {
			p.Option("parallel_tool_calls", []byte("false"))
		}
	}
}

// Budgets up to which a thinking budget is called low and medium.
const (
	lowBudget    = 4_096
	mediumBudget = 16_384
)

func (p *parser) readThinking(v strictjson.Value) {
	switch kind := v.Get("type"); {
	case kind.Is("adaptive"), kind.Is("disabled"), kind.Is("between_tools"):
	case kind.Is("enabled"):
		budget, ok := v.Get("budget_tokens").Int()
		if !ok || budget < 1 {
			p.Fail(v, "must have budget_tokens, a whole number above 0")
		}
		if p.chosen {
			return
		}
		switch {
		case budget <= lowBudget:
			p.effort = []byte(`"low"`)
		case budget <= mediumBudget:
			p.effort = []byte(`"medium"`)
		default:
			p.effort = []byte(`"high"`)
		}
	default:
		p.Fail(v, "must be an object of type enabled, adaptive or disabled")
	}
}

func (p *parser) readOutputConfig(v strictjson.Value) {
	if v.Kind() != strictjson.Object {
		p.Fail(v, "must be an object")
	}
	if effort := v.Get("effort"); dialect.Given(effort) {
		p.effort, p.chosen = dialect.Compact(effort), true
	}
	if format := v.Get("format"); dialect.Given(format) {
		p.readFormat(format)
	}
}

// readFormat reads the schema that the answer must follow. A chat request
// wants a name for it.
func (p *parser) readFormat(v strictjson.Value) {
	schema := v.Get("schema")
	if !v.Get("type").Is("json_schema") || schema.Kind() != strictjson.Object {
		p.Fail(v, "must be an object of type json_schema with a schema")
		return
	}
	inner := dialect.TextField([]byte{'{'}, "name", formatName)
	inner = dialect.Field(inner, "schema", dialect.Compact(schema))
	inner = append(dialect.Field(inner, "strict", []byte("true")), '}')
	out := dialect.TextField([]byte{'{'}, "type", "json_schema")
	p.Option("response_format", append(dialect.Field(out, "json_schema", inner), '}'))
}

const formatName = "answer"
