package gateway_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/catalog"
	"stakegate/internal/dialect/dialecttest"
	"stakegate/internal/money"
)

// tongue is a client's dialect: how it asks, and what it reads of an answer.
type tongue struct {
	path    string
	request string // with room for further members
	cap     string // the member's name
	// read returns the text, the arguments of the calls and the tokens that an
	// answer tells.
	read func(t *testing.T, body []byte) heard
	// whole turns a stream into the answer that it is of; failed says that the
	// stream ends with an error instead.
	whole func(t *testing.T, stream string) (body []byte, failed bool)
}

type heard struct {
	text, arguments    string
	input, output      int64
	why                string // it ended
	reasoning, charged bool
}

type object = map[string]any

func parsed(t *testing.T, body []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
}

var tongues = map[string]tongue{
	"chat": {
		"/chat/completions", `{"model":"small","messages":[{"role":"user","content":"hello"}]%s}`, "max_tokens", readCompletion, wholeCompletion,
	},
	"responses": {"/responses", `{"model":"small","input":"hello"%s}`, "max_output_tokens", readResponse, wholeResponse},
	"messages":  {"/messages", `{"model":"small","messages":[{"role":"user","content":"hello"}]%s}`, "max_tokens", readMessage, wholeMessage},
}

func readCompletion(t *testing.T, body []byte) (h heard) {
	var answer struct {
		Choices []struct {
			Message struct {
				Content, Reasoning string
				Thought            string                                          `json:"reasoning_content"`
				Calls              []struct{ Function struct{ Arguments string } } `json:"tool_calls"`
			}
			Finish string `json:"finish_reason"`
		}
		Usage struct {
			Prompt     int64 `json:"prompt_tokens"`
			Completion int64 `json:"completion_tokens"`
		}
		Cost *struct{}
	}
	parsed(t, body, &answer)
	m := answer.Choices[0].Message
	for _, call := range m.Calls {
		h.arguments += call.Function.Arguments
	}
	h.text, h.reasoning, h.why = m.Content, m.Thought != "", answer.Choices[0].Finish
	h.input, h.output, h.charged = answer.Usage.Prompt, answer.Usage.Completion, answer.Cost != nil
	return h
}

// wholeCompletion needs include_usage.
func wholeCompletion(t *testing.T, stream string) (body []byte, failed bool) {
	message, out := object{"content": "", "reasoning_content": ""}, object{}
	arguments := ""
	list := events(stream)
	for _, event := range list {
		if event == "[DONE]" {
			break
		}
		var chunk struct {
			Error   any
			Choices []struct {
				Delta struct {
					Content   string
					Reasoning string                                          `json:"reasoning_content"`
					Calls     []struct{ Function struct{ Arguments string } } `json:"tool_calls"`
				}
				Finish string `json:"finish_reason"`
			}
			Usage, Cost any
		}
		parsed(t, []byte(event), &chunk)
		if chunk.Error != nil {
			return nil, true
		}
		for _, c := range chunk.Choices {
			message["content"] = message["content"].(string) + c.Delta.Content
			message["reasoning_content"] = message["reasoning_content"].(string) + c.Delta.Reasoning
			for _, call := range c.Delta.Calls {
				arguments += call.Function.Arguments
			}
			if c.Finish != "" {
				out["choices"] = []any{object{"message": message, "finish_reason": c.Finish}}
			}
		}
		out["usage"], out["cost"] = chunk.Usage, chunk.Cost
	}
	if arguments != "" {
		message["tool_calls"] = []any{object{"function": object{"arguments": arguments}}}
	}
	body, _ = json.Marshal(out)
	return body, len(list) == 0 || list[len(list)-1] != "[DONE]"
}

func readResponse(t *testing.T, body []byte) (h heard) {
	var answer struct {
		Status     string
		Incomplete struct{ Reason string } `json:"incomplete_details"`
		Output     []struct {
			Type, Arguments string
			Content         []struct{ Text string }
		}
		Usage struct {
			Input  int64 `json:"input_tokens"`
			Output int64 `json:"output_tokens"`
		}
		Cost *struct{}
	}
	parsed(t, body, &answer)
	for _, item := range answer.Output {
		switch item.Type {
		case "message":
			h.text += item.Content[0].Text
		case "reasoning":
			h.reasoning = true
		case "function_call":
			h.arguments += item.Arguments
		}
	}
	h.input, h.output, h.charged, h.why = answer.Usage.Input, answer.Usage.Output, answer.Cost != nil, answer.Status
	if answer.Incomplete.Reason != "" {
		h.why = answer.Incomplete.Reason
	}
	return h
}

func lastEvent(t *testing.T, stream string) dialecttest.Event {
	t.Helper()
	list, err := dialecttest.Events([]byte(stream))
	if err != nil || len(list) == 0 {
		t.Fatalf("%v in %q", err, stream)
	}
	return list[len(list)-1]
}

func wholeResponse(t *testing.T, stream string) (body []byte, failed bool) {
	last := lastEvent(t, stream)
	body, _ = json.Marshal(last.Data["response"])
	return body, last.Name == "error"
}

func readMessage(t *testing.T, body []byte) (h heard) {
	var answer struct {
		Content []struct {
			Type, Text string
			Input      json.RawMessage
		}
		Reason string `json:"stop_reason"`
		Usage  struct {
			Input  int64 `json:"input_tokens"`
			Read   int64 `json:"cache_read_input_tokens"`
			Write  int64 `json:"cache_creation_input_tokens"`
			Output int64 `json:"output_tokens"`
		}
		Cost *struct{}
	}
	parsed(t, body, &answer)
	for _, block := range answer.Content {
		h.text += block.Text
		h.arguments += string(block.Input)
		h.reasoning = h.reasoning || block.Type == "thinking"
	}
	h.input, h.output = answer.Usage.Input+answer.Usage.Read+answer.Usage.Write, answer.Usage.Output
	h.why, h.charged = answer.Reason, answer.Cost != nil
	return h
}

func wholeMessage(t *testing.T, stream string) (body []byte, failed bool) {
	list, err := dialecttest.Events([]byte(stream))
	if err != nil {
		t.Fatal(err)
	}
	var content []any
	out := object{}
	input := ""
	for _, e := range list {
		switch e.Name {
		case "error":
			return nil, true
		case "content_block_start":
			block := e.Data["content_block"].(object)
			delete(block, "input")
			content = append(content, block)
			input = ""
		case "content_block_delta":
			block, delta := content[len(content)-1].(object), e.Data["delta"].(object)
			if text, ok := delta["text"].(string); ok {
				block["text"] = block["text"].(string) + text
			}
			if piece, ok := delta["partial_json"].(string); ok {
				input += piece
				block["input"] = json.RawMessage(input)
			}
		case "content_block_stop":
			content[len(content)-1], _ = json.Marshal(content[len(content)-1])
			content[len(content)-1] = json.RawMessage(content[len(content)-1].([]byte))
		case "message_delta":
			out["stop_reason"] = e.Data["delta"].(object)["stop_reason"]
			out["usage"], out["cost"] = e.Data["usage"], e.Data["cost"]
		}
	}
	out["content"] = content
	body, _ = json.Marshal(out)
	return body, list[len(list)-1].Name != "message_stop"
}

// What the model says: reasoning, text and a call, in the two dialects of model
// servers. It used 20 tokens of input, 5 of them cached, and 7 of output.
var (
	saidByChat = `{"id":"chatcmpl-up","object":"chat.completion","created":1700000000,"model":"vendor/small","choices":[{"index":0,"message":{"role":"assistant",
		"content":"good day","reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"finish_reason":"tool_calls"}],
		"usage":{"prompt_tokens":20,"completion_tokens":7,"total_tokens":27,"prompt_tokens_details":{"cached_tokens":5}}}`
	saidByMessages = `{"id":"msg_up","type":"message","role":"assistant","model":"vendor/small","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"good day"},
		{"type":"tool_use","id":"c1","name":"f","input":{"x":1}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":15,"cache_read_input_tokens":5,"output_tokens":7}}`
	spokenByChat = []string{
		`{"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}`, piece("good ", ""), piece("day", ""),
		`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}}]}`,
		`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":1}"}}]}}]}`,
		piece("", "tool_calls"), usagePiece("20", "7"), "[DONE]",
	}
	spokenByMessages = []string{
		`{"type":"message_start","message":{"id":"msg_up","model":"vendor/small","usage":{"input_tokens":15,"cache_read_input_tokens":5,"output_tokens":1}}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}`,
		`{"type":"content_block_stop","index":0}`,
		`{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}`,
		`{"type":"ping"}`,
		`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"good "}}`,
		`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"day"}}`,
		`{"type":"content_block_stop","index":1}`,
		`{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"c1","name":"f","input":{}}}`,
		`{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"x\":1}"}}`,
		`{"type":"content_block_stop","index":2}`,
		`{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":7}}`,
		`{"type":"message_stop"}`,
	}
)

// speaks is an upstream of a kind that refuses what is not for it.
func speaks(t *testing.T, kind string, answer string, stream []string) http.HandlerFunc {
	path := map[string]string{catalog.KindOpenAI: "/v1/chat/completions", catalog.KindAnthropic: "/v1/messages"}[kind]
	return func(w http.ResponseWriter, r *http.Request) {
		var request struct{ Stream bool }
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &request); err != nil || r.URL.Path != path {
			t.Errorf("the upstream got %s on %s: %v", body, r.URL.Path, err)
		}
		if request.Stream {
			streams(stream...)(w, r)
			return
		}
		answers(answer)(w, r)
	}
}

func TestEveryClientSpeaksWithEveryServerAtTheSamePrice(t *testing.T) {
	why := map[string]string{"chat": "tool_calls", "responses": "completed", "messages": "tool_use"}
	for kind, script := range map[string]http.HandlerFunc{
		catalog.KindOpenAI:    speaks(t, catalog.KindOpenAI, saidByChat, spokenByChat),
		catalog.KindAnthropic: speaks(t, catalog.KindAnthropic, saidByMessages, spokenByMessages),
	} {
		for name, client := range tongues {
			for _, stream := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s to %s, stream %v", name, kind, stream), func(t *testing.T) {
					w := newWorld(t, script, options{kind: kind})
					more := fmt.Sprintf(`,"%s":10,"stream":%v`, client.cap, stream)
					if name == "chat" && stream {
						more += `,"stream_options":{"include_usage":true}`
					}
					response, body := w.do(w.post(client.path, fmt.Sprintf(client.request, more)))
					if response.StatusCode != 200 {
						t.Fatalf("%d: %s", response.StatusCode, body)
					}
					answer, failed := []byte(body), false
					if stream {
						answer, failed = client.whole(t, body)
					}
					if failed {
						t.Fatalf("the stream failed: %s", body)
					}
					want := heard{"good day", `{"x":1}`, 20, 7, why[name], true, true}
					if got := client.read(t, answer); got != want {
						t.Errorf("heard %+v, want %+v in %s", got, want, body)
					}
					if h := w.books.last(); h.settled.Cost != charge(20, 7) || h.amount != helloHold {
						t.Errorf("charged %v with a hold of %v", h.settled.Cost, h.amount)
					}
					if got := w.forwarded(); got["max_tokens"] != 10.0 || got["model"] != "vendor/small" {
						t.Errorf("forwarded %v", got)
					}
				})
			}
		}
	}
}

// A stream that breaks off is charged as the table says whatever is spoken, and
// its client hears of it in its own words.
func TestBrokenStreamsOfAnyServerFailInTheClientsDialect(t *testing.T) {
	said := spokenByMessages[:7]
	const total = `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}`
	for name, test := range map[string]struct {
		events []string
		want   money.Nano
		source string
		fails  bool
	}{
		"an end too early":  {said, helloHold, "hold", true},
		"an error":          {append(said[:7:7], `{"type":"error","error":{"type":"overloaded_error","message":"secret"}}`), helloHold, "hold", true},
		"no JSON":           {append(said[:7:7], `secret`), helloHold, "hold", true},
		"two messages":      {append(said[:7:7], spokenByMessages[0]), helloHold, "hold", true},
		"no usage":          {append(said[:7:7], `{"type":"message_stop"}`), charge(helloPrompt, 7), "estimated", false},
		"usage, no stop":    {append(said[:7:7], total), charge(20, 7), "usage", false},
		"usage, no end yet": {append(said[:7:7], strings.Replace(total, `"end_turn"`, "null", 1)), helloHold, "hold", true},
		"absurd usage":      {append(said[:7:7], strings.Replace(total, "7}", "7000000}", 1), `{"type":"message_stop"}`), charge(20, 10), "usage", false},
		"more than the cap": {append(said[:7:7], repeated(said[6], 12)...), helloHold, "hold", false},
	} {
		for speaker, client := range tongues {
			t.Run(name+" to "+speaker, func(t *testing.T) {
				w := newWorld(t, streams(test.events...), options{kind: catalog.KindAnthropic})
				response, body := w.do(w.post(client.path, fmt.Sprintf(client.request, `,"`+client.cap+`":10,"stream":true`)))
				if response.StatusCode != 200 || strings.Contains(body, "secret") {
					t.Fatalf("%d: %s", response.StatusCode, body)
				}
				if _, failed := client.whole(t, body); failed != test.fails {
					t.Errorf("failed: %v, want %v: %s", failed, test.fails, body)
				}
				if h := w.books.last(); h.settled.Cost != test.want || h.settled.Source != test.source {
					t.Errorf("charged %v by %s, want %v by %s", h.settled.Cost, h.settled.Source, test.want, test.source)
				}
			})
		}
	}
}

func repeated(event string, times int) []string {
	list := make([]string, times)
	for i := range list {
		list[i] = event
	}
	return list
}

func TestAnAnswerThatIsCutSaysSoInTheClientsDialect(t *testing.T) {
	why := map[string]string{"chat": "length", "responses": "max_output_tokens", "messages": "max_tokens"}
	script := streams(append(repeated(piece("a", ""), 20), "[DONE]")...)
	for name, client := range tongues {
		w := newWorld(t, script, options{})
		more := fmt.Sprintf(`,"%s":10,"stream":true`, client.cap)
		if name == "chat" {
			more += `,"stream_options":{"include_usage":true}`
		}
		_, body := w.do(w.post(client.path, fmt.Sprintf(client.request, more)))
		answer, failed := client.whole(t, body)
		got := client.read(t, answer)
		if failed || got.why != why[name] || got.text != "aaaaaaaaaa" || got.output != 10 {
			t.Errorf("%s: failed %v, heard %+v in %s", name, failed, got, body)
		}
	}
}

// What a dialect cannot say is refused before anything is sent, and costs
// nothing.
func TestWhatCannotBeSaidIsRefusedByTheClientsName(t *testing.T) {
	for _, test := range []struct{ client, kind, more, code, member string }{
		{"responses", catalog.KindAnthropic, `,"text":{"format":{"type":"json_object"}}`, "INVALID_REQUEST", "text.format"},
		{"responses", catalog.KindOpenAI, `,"max_output_tokens":1001`, "INVALID_REQUEST", "max_output_tokens"},
		{"responses", catalog.KindOpenAI, `,"max_output_tokens":"x"`, "INVALID_REQUEST", "max_output_tokens"},
		{"responses", catalog.KindOpenAI, `,"tools":[{"type":"web_search"}]`, "INVALID_REQUEST", "tools.0.type"},
		{"responses", catalog.KindOpenAI, `,"reasoning":{"effort":"extreme"}`, "INVALID_REQUEST", "reasoning.effort"},
		{"responses", catalog.KindOpenAI, `,"service_tier":"priority"`, "INVALID_REQUEST", "service_tier"},
		{"messages", catalog.KindOpenAI, ``, "INVALID_REQUEST", "max_tokens"},
		{"messages", catalog.KindOpenAI, `,"max_tokens":0`, "INVALID_REQUEST", "max_tokens"},
		{"messages", catalog.KindOpenAI, `,"max_tokens":5,"stop_sequences":["a","b","c","d","e"]`, "INVALID_REQUEST", "stop_sequences"},
		{"messages", catalog.KindOpenAI, `,"max_tokens":5,"thread":{"type":"continue"}`, "thread_not_found", "thread"},
		{"chat", catalog.KindAnthropic, `,"n":2`, "INVALID_REQUEST", "n"},
		{"chat", catalog.KindAnthropic, `,"temperature":1.5`, "INVALID_REQUEST", "temperature"},
	} {
		w := newWorld(t, streams("[DONE]"), options{kind: test.kind})
		client := tongues[test.client]
		response, body := w.do(w.post(client.path, fmt.Sprintf(client.request, test.more)))
		if response.StatusCode != 400 {
			t.Fatalf("%s%s: %d %s", test.client, test.more, response.StatusCode, body)
		}
		if problem := w.problem(); problem.Code != test.code || problem.Member != test.member {
			t.Errorf("%s%s: %s of %q: %v", test.client, test.more, problem.Code, problem.Member, problem)
		}
		if w.calls.Load() != 0 || w.books.count("settled") != 0 || w.books.count("held") != 0 {
			t.Errorf("%s%s: %d calls, %d charges", test.client, test.more, w.calls.Load(), w.books.count("settled"))
		}
	}
}

// A cache hint of a message reaches a server with a price for cache writes in
// that server's own form, and no other server.
func TestCacheHintsOfMessagesGoWhereTheyHaveAPrice(t *testing.T) {
	const request = `{"model":%q,"max_tokens":5,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],` +
		`"messages":[{"role":"user","content":[{"type":"text","text":"u","cache_control":{"type":"ephemeral"}}]}],` +
		`"tools":[{"name":"f","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}]}`
	for model, hints := range map[string]int{"claude": 3, "small": 0} {
		w := newWorld(t, speaks(t, catalog.KindAnthropic, saidByMessages, nil), options{kind: catalog.KindAnthropic})
		response, body := w.do(w.post("/messages", fmt.Sprintf(request, model)))
		sent, _ := json.Marshal(w.forwarded())
		if response.StatusCode != 200 || strings.Count(string(sent), `"cache_control":{"type":"ephemeral"}`) != hints ||
			strings.Count(string(sent), "cache_control") != hints {
			t.Errorf("%s: %d %s, sent is %s", model, response.StatusCode, body, sent)
		}
	}
}
