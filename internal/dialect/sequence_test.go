package dialect_test

import (
	"fmt"
	"strings"
	"testing"

	"stakegate/internal/dialect"
)

// script writes what happens to blocks as words.
type script struct{}

func (script) OpenBlock(dst []byte, b *dialect.Block) []byte {
	return fmt.Appendf(dst, " <%d:%s%s%s", b.Index, []string{"think", "say", "refuse", "call"}[b.Kind], b.ID, b.Name)
}

func (script) AddToBlock(dst []byte, b *dialect.Block, delta string) []byte {
	return fmt.Appendf(dst, " %d+%s", b.Index, delta)
}

func (script) CloseBlock(dst []byte, b *dialect.Block) []byte {
	return fmt.Appendf(dst, " %d>", b.Index)
}

// chunk is a chunk with that delta.
func chunk(delta string) string { return `{"id":"chatcmpl-X","choices":[{"delta":` + delta + `}]}` }

func call(index int, id, name, arguments string) string {
	return chunk(fmt.Sprintf(`{"tool_calls":[{"index":%d,"id":%q,"function":{"name":%q,"arguments":%q}}]}`, index, id, name, arguments))
}

func TestPiecesBecomeBlocksOneAfterAnother(t *testing.T) {
	for name, c := range map[string]struct {
		chunks []string
		want   string
		mixed  bool
	}{
		"nothing":             {[]string{chunk(`{}`), chunk(`{"role":"assistant","content":""}`)}, "", false},
		"a text":              {[]string{chunk(`{"content":"a"}`), chunk(`{"content":"b"}`)}, " <0:say 0+a 0+b 0>", false},
		"all kinds":           {[]string{chunk(`{"content":"b","reasoning":"a","refusal":"c"}`)}, " <0:think 0+a 0> <1:say 1+b 1> <2:refuse 2+c 2>", false},
		"calls":               {[]string{call(0, "p", "f", ""), call(0, "", "", "1"), call(1, "q", "g", "2")}, " <0:callpf 0+1 0> <1:callqg 1+2 1>", false},
		"text after":          {[]string{call(0, "p", "f", "1"), chunk(`{"content":"a"}`)}, " <0:callpf 0+1 0> <1:say 1+a 1>", false},
		"repeated ids":        {[]string{call(0, "p", "f", "1"), call(0, "p", "f", "2")}, " <0:callpf 0+1 0+2 0>", false},
		"all of index 0":      {[]string{call(0, "p", "f", "1"), call(0, "q", "f", "2")}, " <0:callpf 0+1 0> <1:callqf 1+2 1>", false},
		"a name that is late": {[]string{call(0, "p", "", "1"), call(0, "", "f", "2")}, " <0:callpf 0+12 0>", false},
		"no id":               {[]string{call(0, "", "f", "1")}, " <0:callcall_X_0f 0+1 0>", false},
		"no name at all":      {[]string{call(0, "p", "", "1")}, "", false},
		"mixed":               {[]string{call(0, "p", "f", "1"), call(1, "q", "g", "2"), call(0, "", "", "3")}, " <0:callpf 0+1 0> <1:callqg 1+2 1>", true},
		"no JSON":             {[]string{`{`, `[]`, ``, chunk(`[]`), chunk(`{"content":{}}`)}, "", false},
	} {
		s := dialect.NewSequence(script{})
		var out []byte
		for _, text := range c.chunks {
			out = s.Take(out, dialect.ReadChunk([]byte(text)))
		}
		if out = s.Close(out); string(out) != c.want || s.Mixed() != c.mixed || len(s.Blocks()) != strings.Count(c.want, "<") {
			t.Errorf("%s: %q (mixed: %v), want %q", name, out, s.Mixed(), c.want)
		}
	}
}

func TestUsageNeverHasPartsAboveTheWhole(t *testing.T) {
	a := dialect.ReadChunk([]byte(`{"usage":{"prompt_tokens":5,"completion_tokens":-1,"prompt_tokens_details":{"cached_tokens":9,"cache_creation_input_tokens":9},
		"completion_tokens_details":{"reasoning_tokens":3}},"cost":[]}`))
	if want := (dialect.Usage{Prompt: 5, Cached: 5}); a.Usage != want || a.Cost != nil {
		t.Errorf("got %+v and %s, want %+v", a.Usage, a.Cost, want)
	}
}
