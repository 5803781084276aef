package responses_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakegate/internal/dialect/dialecttest"
	"stakegate/internal/dialect/responses"
)

type object = map[string]any

// follow puts the output together from its events as OpenAI's SDK does, piece
// by piece, and holds the pieces against what the events of an end say. It
// returns the last event's response.
func follow(events []dialecttest.Event) (object, error) {
	var items []object
	at := func(e dialecttest.Event) object { return items[int(e.Data["output_index"].(float64))] }
	part := func(e dialecttest.Event) object {
		return at(e)["content"].([]any)[int(e.Data["content_index"].(float64))].(object)
	}
	for i, e := range events {
		if e.Data["sequence_number"] != float64(i) {
			return nil, fmt.Errorf("event %d has number %v", i, e.Data["sequence_number"])
		}
		name, _ := strings.CutPrefix(e.Name, "response.")
		wrong := false
		switch name {
		case "created", "in_progress":
			wrong = i > 1 || e.Data["response"].(object)["status"] != "in_progress"
		case "output_item.added":
			items = append(items, e.Data["item"].(object))
			wrong = len(items)-1 != int(e.Data["output_index"].(float64))
		case "content_part.added":
			at(e)["content"] = append(at(e)["content"].([]any), e.Data["part"])
		case "output_text.delta", "reasoning_text.delta":
			part(e)["text"] = part(e)["text"].(string) + e.Data["delta"].(string)
		case "output_text.done", "reasoning_text.done":
			wrong = part(e)["text"] != e.Data["text"] || e.Data["item_id"] != at(e)["id"]
		case "content_part.done":
			wrong = !reflect.DeepEqual(part(e), e.Data["part"])
		case "function_call_arguments.delta":
			at(e)["arguments"] = at(e)["arguments"].(string) + e.Data["delta"].(string)
		case "function_call_arguments.done":
			wrong = at(e)["arguments"] != e.Data["arguments"] || at(e)["name"] != e.Data["name"]
		case "output_item.done":
			at(e)["status"] = e.Data["item"].(object)["status"]
			wrong = !reflect.DeepEqual(at(e), e.Data["item"])
		case "completed", "incomplete":
			response := e.Data["response"].(object)
			output := response["output"].([]any)
			wrong = i != len(events)-1 || len(output) != len(items) || response["status"] != name
			for k := range items {
				wrong = wrong || !reflect.DeepEqual(any(items[k]), output[k])
			}
			if !wrong {
				return response, nil
			}
		default:
			wrong = true
		}
		if wrong {
			return nil, fmt.Errorf("event %d makes no sense: %v", i, e)
		}
	}
	return nil, errors.New("no end")
}

var requests = dialecttest.Parse(responses.Parse)

func TestAStreamedResponseIsTheWholeResponse(t *testing.T) {
	requests.StreamIsWhole(t, with(`,"stream":true`), follow)
}

// What a response says can be sent back as input: text and calls arrive in the
// chat request as the model said them.
func TestOutputIsInputOfTheNextRequest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		told, front := dialecttest.Draw(t), requests.Front(t, with(``))
		whole, err := front.Answer(told.Completion())
		if err != nil {
			t.Fatal(err)
		}
		var response struct{ Output []json.RawMessage }
		if err := json.Unmarshal(whole, &response); err != nil {
			t.Fatal(err)
		}
		input, _ := json.Marshal(append([]json.RawMessage{[]byte(`{"role":"user","content":"q"}`)}, response.Output...))
		chat, _, err := responses.Parse([]byte(`{"model":"m","input":` + string(input) + `}`))
		if err != nil {
			t.Fatal(err)
		}
		var request struct {
			Messages []struct {
				Role, Content string
				Calls         []struct {
					ID       string
					Function struct{ Name, Arguments string }
				} `json:"tool_calls"`
			}
		}
		if err := json.Unmarshal(chat, &request); err != nil {
			t.Fatal(err)
		}
		if told.Text == "" && told.Calls == nil {
			if len(request.Messages) != 1 {
				t.Fatalf("got %s", chat)
			}
			return
		}
		said := request.Messages[1]
		if len(request.Messages) != 2 || said.Role != "assistant" || said.Content != told.Text || len(said.Calls) != len(told.Calls) {
			t.Fatalf("%s became %s", whole, chat)
		}
		for i, call := range told.Calls {
			if got := said.Calls[i]; got.ID != call.ID || got.Function.Name != call.Name || got.Function.Arguments != call.Arguments {
				t.Fatalf("call %d became %v", i, got)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		with(``), with(`,"instructions":"x","stream":true,"tools":[{"type":"function","name":"f","parameters":{}}],"tool_choice":{"type":"function","name":"f"}`), `{}`, `[`,
		`{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"https://x"}]},{"type":"function_call","call_id":"a","name":"f","arguments":""},{"type":"function_call_output","call_id":"a","output":[{"type":"input_image","image_url":"x"}]}]}`,
		with(`,"text":{"format":{"type":"json_schema","name":"n","schema":{}}},"reasoning":{"effort":"low"},"metadata":{"a":"b"}`),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, front := requests.Any(t, body)
		if front == nil {
			return
		}
		events, err := dialecttest.Events(front.Stream().End(nil, []byte(`{}`)))
		if err != nil || len(events) != 3 {
			t.Fatalf("%v, %v", events, err)
		}
	})
}

func FuzzChunks(f *testing.F) { requests.FuzzChunks(f, with(``)) }
