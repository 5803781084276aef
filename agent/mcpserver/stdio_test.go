package mcpserver_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"stakegate/agent/mcpserver"
)

// TestWhatIsAskedThroughAPipeIsAnswered: the input ends with the last request,
// and lines that are no JSON stand between them.
func TestWhatIsAskedThroughAPipeIsAnswered(t *testing.T) {
	w := newWorld(t)
	server, err := mcpserver.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	input := `{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
not json
` + strings.Repeat("x", 3<<20) + `

{"jsonrpc":"2.0","id":2,"method":"tools/list"}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"status","arguments":{}}}
{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"plan","arguments":{}}}
{"jsonrpc":"2.0","id":5,"method":"no/such/method"}`
	for n := range 10 {
		var out bytes.Buffer
		if err := server.ServeStdio(t.Context(), strings.NewReader(input), &out); err != nil {
			t.Fatal(err)
		}
		answers, refused := map[string]bool{}, 0
		for line := range strings.Lines(out.String()) {
			var answer struct {
				ID    any
				Error struct{ Code int }
			}
			if err := json.Unmarshal([]byte(line), &answer); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if answer.ID == nil && answer.Error.Code == -32700 {
				refused++
				continue
			}
			answers[fmt.Sprint(answer.ID)] = true
		}
		if len(answers) != 5 || refused != 2 {
			t.Fatalf("try %d: answers to %v, %d lines refused, want to all 5, and 2 refused", n, answers, refused)
		}
	}
}
