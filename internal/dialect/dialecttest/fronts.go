package dialecttest

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// Parse is a front's reading of a request.
type Parse func(body []byte) (chat []byte, front dialect.Front, err error)

// Front is that of a request that must be understood.
func (p Parse) Front(t rapid.TB, body string) dialect.Front {
	t.Helper()
	_, front, err := p([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return front
}

// StreamIsWhole holds that a streamed answer says what the whole one does.
// gather puts the events together as the front's clients do.
func (p Parse) StreamIsWhole(t *testing.T, body string, gather func([]Event) (map[string]any, error)) {
	rapid.Check(t, func(t *rapid.T) {
		told, front := Draw(t), p.Front(t, body)
		whole, err := front.Answer(told.Completion())
		if err != nil {
			t.Fatal(err)
		}
		events, err := Events(Encode(front.Stream(), told.Chunks(t), told.Last()))
		if err != nil {
			t.Fatal(err)
		}
		got, err := gather(events)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := json.Unmarshal(whole, &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("the stream says %v, the whole %v", got, want)
		}
	})
}

// Any reads any body: what is understood becomes a chat request that is one
// reading of itself, and what is refused says why. front is nil then.
func (p Parse) Any(t *testing.T, body []byte) (chat []byte, front dialect.Front) {
	chat, front, err := p(body)
	if err != nil {
		var refused *strictjson.Error
		if !errors.As(err, &refused) || refused.Problem == "" {
			t.Fatalf("not a refusal: %v", err)
		}
		return nil, nil
	}
	if _, err := strictjson.Parse(chat); err != nil {
		t.Fatalf("%s became %s: %v", body, chat, err)
	}
	front.Member("messages.0.content")
	return chat, front
}

// FuzzChunks holds that chunks of any server, one a line, never make anything
// but events, and a whole answer nothing but JSON.
func (p Parse) FuzzChunks(f *testing.F, body string) {
	f.Add(`{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}},{"index":1,"function":{"name":"g"}},{"index":0,"function":{"arguments":"}"}}]}}]}`)
	f.Add(`{"id":1,"choices":[{"delta":{"content":[{"type":"text","text":"a"}],"reasoning":"b","refusal":"c"},"finish_reason":"stop"}],"cost":{"usd":1}}`)
	f.Fuzz(func(t *testing.T, chunks string) {
		front := p.Front(t, body)
		var lines [][]byte
		for line := range strings.Lines(chunks) {
			lines = append(lines, []byte(line))
		}
		if _, err := Events(Encode(front.Stream(), lines, []byte(chunks))); err != nil {
			t.Fatal(err)
		}
		if whole, err := front.Answer([]byte(chunks)); err == nil && !json.Valid(whole) {
			t.Fatalf("%s became %s", chunks, whole)
		}
	})
}
