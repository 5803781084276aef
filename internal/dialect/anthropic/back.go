package anthropic

import (
	"strings"

	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// Back speaks to a model server with the Messages API.
//
// Everything in the prompt comes from the chat request. All messages of the
// system and the developer become the system's text, in their order; messages
// of one role in a row become one; a tool without parameters gets the schema
// {"type":"object"}, which the API wants. reasoning_effort becomes
// output_config.effort with adaptive thinking ("none" switches thinking off;
// thinking is left out where a tool is forced, because the API refuses both).
// response_format of type json_schema becomes output_config.format; json_object
// has no equivalent and is refused, as are n above 1 and temperatures above 1.
// Without effect and left out: penalties, seed, logit_bias, logprobs, min_p and
// the like, names of users, and the reasoning of earlier answers.
//
// The server itself puts words of its own before tools and schemas; the model's
// hidden prompt tokens in the catalogue are for those.
type Back struct{}

// Path of the route.
func (Back) Path() string { return "/messages" }

// Request turns a chat completion request into one for a message.
func (Back) Request(chat []byte) ([]byte, error) {
	document, err := strictjson.Parse(chat)
	if err != nil {
		return nil, err
	}
	b := &builder{out: []byte{'{'}, system: []byte{'['}}
	b.turns(document.Root().Get("messages"))
	for name, value := range document.Root().Members() {
		if put, known := backRules[string(name.Text())]; known && value.Kind() != strictjson.Null {
			put(b, value)
		}
	}
	b.choose()
	b.configure()
	if b.err != nil {
		return nil, b.err
	}
	return append(b.out, '}'), nil
}

// builder writes a request for a message.
type builder struct {
	err    *strictjson.Error
	out    []byte // the request, after '{'
	system []byte // text blocks, after '['

	choice strictjson.Value
	single bool // no calls at once
	tools  bool
	effort string
	format []byte
}

func (b *builder) fail(v strictjson.Value, problem string) {
	if b.err == nil {
		b.err = dialect.Invalid(v, problem)
	}
}

func (b *builder) put(name string, value []byte) { b.out = dialect.Field(b.out, name, value) }

func copied(name string) func(*builder, strictjson.Value) {
	return func(b *builder, v strictjson.Value) { b.put(name, dialect.Compact(v)) }
}

// backRules are the members of a chat request that have an equivalent.
var backRules = map[string]func(*builder, strictjson.Value){
	"model": copied("model"), "max_tokens": copied("max_tokens"), "stream": copied("stream"),
	"top_p": copied("top_p"), "top_k": copied("top_k"),

	"temperature":           (*builder).temperature,
	"max_completion_tokens": copied("max_tokens"),
	"stop":                  (*builder).stop,
	"n":                     (*builder).n,
	"tools":                 (*builder).functions,
	"tool_choice":           func(b *builder, v strictjson.Value) { b.choice = v },
	"parallel_tool_calls":   func(b *builder, v strictjson.Value) { b.single = v.Kind() == strictjson.False },
	"reasoning_effort":      func(b *builder, v strictjson.Value) { b.effort = string(v.Text()) },
	"reasoning":             (*builder).reasoning,
	"response_format":       (*builder).responseFormat,
}

func (b *builder) temperature(v strictjson.Value) {
	if n, ok := v.Float(); !ok || n > 1 {
		b.fail(v, "must be at most 1 for this model")
	}
	b.put("temperature", dialect.Compact(v))
}

func (b *builder) n(v strictjson.Value) {
	if n, _ := v.Int(); n != 1 {
		b.fail(v, "must be 1 for this model")
	}
}

func (b *builder) stop(v strictjson.Value) {
	if v.Kind() == strictjson.String {
		b.put("stop_sequences", append(append([]byte{'['}, dialect.Compact(v)...), ']'))
		return
	}
	b.put("stop_sequences", dialect.Compact(v))
}

func (b *builder) reasoning(v strictjson.Value) {
	if effort := v.Get("effort"); b.effort == "" && dialect.Given(effort) {
		b.effort = string(effort.Text())
	}
}

func (b *builder) responseFormat(v strictjson.Value) {
	switch kind := v.Get("type"); {
	case kind.Is("text"):
	case kind.Is("json_schema") && v.Get("json_schema").Get("schema").Kind() == strictjson.Object:
		format := dialect.TextField([]byte{'{'}, "type", "json_schema")
		b.format = append(dialect.Field(format, "schema", dialect.Compact(v.Get("json_schema").Get("schema"))), '}')
	default:
		b.fail(v, "must be of type text or json_schema, with a schema, for this model")
	}
}

func (b *builder) functions(v strictjson.Value) {
	out := []byte{'['}
	for _, tool := range v.Elements() {
		function := tool.Get("function")
		one := dialect.TextField([]byte{'{'}, "name", string(function.Get("name").Text()))
		if description := function.Get("description"); description.Kind() == strictjson.String {
			one = dialect.Field(one, "description", dialect.Compact(description))
		}
		schema := []byte(`{"type":"object"}`)
		if parameters := function.Get("parameters"); parameters.Kind() == strictjson.Object && parameters.Len() > 0 {
			schema = dialect.Compact(parameters)
		}
		one = dialect.Field(one, "input_schema", schema)
		if strict := function.Get("strict"); strict.Kind() == strictjson.True {
			one = dialect.Field(one, "strict", dialect.Compact(strict))
		}
		out = dialect.Item(out, dialect.Marked(tool, append(one, '}')))
	}
	if b.tools = v.Len() > 0; b.tools {
		b.put("tools", append(out, ']'))
	}
}

// choose writes which tools may be called. The API wants no choice where there
// are no tools.
func (b *builder) choose() {
	if !b.tools || !b.choice.Exists() && !b.single {
		return
	}
	kind, name := "auto", ""
	switch v := b.choice; {
	case !v.Exists(), v.Is("auto"):
	case v.Is("none"):
		kind = "none"
	case v.Is("required"):
		kind = "any"
	case v.Get("function").Get("name").Kind() == strictjson.String:
		kind, name = "tool", string(v.Get("function").Get("name").Text())
	default:
		b.fail(v, "must be none, auto, required or a function for this model")
	}
	out := dialect.TextField([]byte{'{'}, "type", kind)
	if name != "" {
		out = dialect.TextField(out, "name", name)
	}
	if b.single && kind != "none" {
		out = dialect.Field(out, "disable_parallel_tool_use", []byte("true"))
	}
	b.put("tool_choice", append(out, '}'))
}

// forced reports whether the model must call a tool.
func (b *builder) forced() bool {
	return b.tools && b.choice.Exists() && !b.choice.Is("auto") && !b.choice.Is("none")
}

// configure writes how hard to think and how to shape the answer.
func (b *builder) configure() {
	config := []byte{'{'}
	switch b.effort {
	case "":
	case "none":
		b.put("thinking", []byte(`{"type":"disabled"}`))
	default:
		config = dialect.TextField(config, "effort", strings.Replace(b.effort, "minimal", "low", 1))
		if !b.forced() {
			b.put("thinking", []byte(`{"type":"adaptive"}`))
		}
	}
	if b.format != nil {
		config = dialect.Field(config, "format", b.format)
	}
	if len(config) > 1 {
		b.put("output_config", append(config, '}'))
	}
}
