package gateway

import (
	"strconv"
	"strings"
	"testing"
)

// What is sent with long texts is what is sent with short ones, but for the
// texts, to servers with cache hints and without, and also the second time.
func TestLongTextsAreSentWhereShortOnesWere(t *testing.T) {
	c := fitWorld(t)
	const hint = `,"cache_control":{"type":"ephemeral"}`
	const short = `{"model":"cached","tools":[{"type":"function","function":{"name":"f"}` + hint + `}],"messages":[` +
		`{"role":"system","content":"<0>"},` +
		`{"name":"ann", "content" : "<1>", "role":"user"},` +
		`{"role":"user","content":[{"type":"text","text":"<2>"` + hint + `}]},` +
		`{"content":"<3>","role":"user"},{"role":"assistant","content":"<4>","reasoning":"<5>"},` +
		`{"role":"user","content":[{"type":"text","text":"<6>"` + hint + `}]},{"role":"user","content":"<7>"}],"temperature":0.5}`
	for _, sizes := range [][]int{
		{0, 0, 0, 0, 0, 0, 0, 0}, {longText, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0, longText},
		{9000, longText - 2, longText - 3, 20_000, 0, 0, 0, 0}, {9000, 9001, 9002, 9003, 9004, 9005, 9006, 9007},
		{0, 100_000, 9000, 30_000, 0, 30_000, 0, 30_000},
	} {
		filled := func(text []byte) string {
			filled := string(text)
			for i, size := range sizes {
				name := "<" + strconv.Itoa(i) + ">"
				filled = strings.Replace(filled, name, name+strings.Repeat("x", size), 1)
			}
			return filled
		}
		few, problem := fitted(t, c, short)
		if problem != nil {
			t.Fatal(problem)
		}
		body := filled([]byte(short))
		many, problem := fitted(t, c, body)
		if problem != nil {
			t.Fatal(problem)
		}
		for _, name := range []string{"main", "venice", "main"} {
			want := filled(few.forwardTo(server(t, c, name), "up", 5))
			parts := many.partsFor(server(t, c, name), "up", 5)
			if got := string(joined(parts)); got != want {
				t.Fatalf("%v: %s gets %.300s, want %.300s", sizes, name, got, want)
			}
			if len(parts) > 2*maxApart+1 {
				t.Errorf("%v: %d parts", sizes, len(parts))
			}
		}
	}
}
