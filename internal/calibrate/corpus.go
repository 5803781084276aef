// Package calibrate measures how far the bound of a prompt is from what a real
// model server counts.
//
// A bound that is too low is money that the operator loses on every call, so
// the prompts are chosen to break it: strings that break software, random
// bytes, many languages, emoji, deeply nested tool schemas.
package calibrate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"stakegate/internal/catalog"
)

// Sample is one prompt: a user's message, and tools.
type Sample struct {
	Name  string // such as "language/Greek"
	Text  string
	Tools json.RawMessage // a JSON array, compact; nil: none
}

// Prompt is the sample's size, as the gateway counts that of a request.
func (s Sample) Prompt() catalog.Prompt {
	p := catalog.Prompt{Messages: 1}
	p.AddText(s.Text)
	if s.Tools != nil {
		p.Documents, p.JSONBytes, p.JSONDepth = 1, int64(len(s.Tools)), depth(s.Tools)
	}
	return p
}

func depth(text []byte) int64 {
	deepest, now, quoted := int64(0), int64(0), false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			now++
			deepest = max(deepest, now)
		case b == '}' || b == ']':
			now--
		}
	}
	return deepest
}

// Corpus makes n samples: the fixed ones first, then mixtures of them. The
// same seed gives the same samples.
func Corpus(n int, seed uint64) []Sample {
	// Reproducible on purpose; it guards nothing.
	m := &maker{rng: rand.New(rand.NewPCG(seed, 1))}
	list := m.fixed()
	for i := 0; len(list) < n; i++ {
		list = append(list, m.mixed(i))
	}
	return list[:max(n, 0)]
}

type maker struct{ rng *rand.Rand }

func (m *maker) fixed() []Sample {
	list := []Sample{{Name: "plain/one letter", Text: "a"}, {Name: "plain/prose", Text: strings.Repeat(languages["English"]+" ", 20)}}
	for _, name := range sortedLanguages() {
		list = append(list, Sample{Name: "language/" + name, Text: languages[name]})
	}
	for i, text := range nasty {
		list = append(list, Sample{Name: fmt.Sprintf("nasty/%d", i), Text: text})
	}
	for i, text := range emoji {
		list = append(list, Sample{Name: fmt.Sprintf("emoji/%d", i), Text: text}, Sample{Name: fmt.Sprintf("emoji/%d x 50", i), Text: strings.Repeat(text, 50)})
	}
	for _, levels := range []int{1, 3, 6, 8, 12} {
		list = append(list, Sample{Name: fmt.Sprintf("tools/depth %d", levels), Text: "use a tool", Tools: m.tools(2, levels)})
	}
	return append(list, Sample{Name: "tools/many", Text: "use a tool", Tools: m.tools(20, 3)})
}

func (m *maker) mixed(i int) Sample {
	switch i % 5 {
	case 0:
		return Sample{Name: fmt.Sprintf("random bytes/%d", i), Text: m.bytes()}
	case 1:
		return Sample{Name: fmt.Sprintf("random code points/%d", i), Text: m.runes()}
	case 2:
		return Sample{Name: fmt.Sprintf("random tools/%d", i), Text: pick(m.rng, nasty), Tools: m.tools(1+m.rng.IntN(4), 1+m.rng.IntN(8))}
	case 3:
		return Sample{Name: fmt.Sprintf("repeated/%d", i), Text: strings.Repeat(m.piece(), 1+m.rng.IntN(200))}
	default:
		var text strings.Builder
		for range 1 + m.rng.IntN(20) {
			text.WriteString(m.piece())
			text.WriteString(pick(m.rng, []string{"", " ", "\n", "\t", "\u00a0", "\u200d"}))
		}
		return Sample{Name: fmt.Sprintf("mixture/%d", i), Text: text.String()}
	}
}

func (m *maker) piece() string {
	switch m.rng.IntN(4) {
	case 0:
		return pick(m.rng, nasty)
	case 1:
		return pick(m.rng, emoji)
	case 2:
		return languages[pick(m.rng, sortedLanguages())]
	default:
		return m.runes()
	}
}

// bytes are random ones as a client would send them: each that is not part of
// valid UTF-8 has become U+FFFD.
func (m *maker) bytes() string {
	raw := make([]byte, 1+m.rng.IntN(400))
	for i := range raw {
		raw[i] = byte(m.rng.Uint32())
	}
	return strings.ToValidUTF8(string(raw), string(utf8.RuneError))
}

func (m *maker) runes() string {
	limit := pick(m.rng, []rune{0x7f, 0x7ff, 0xffff, utf8.MaxRune})
	var text strings.Builder
	for range 1 + m.rng.IntN(100) {
		text.WriteRune(m.rng.Int32N(limit + 1)) // a surrogate becomes U+FFFD
	}
	return text.String()
}

// tools are function definitions of which each has a schema so many levels
// deep.
func (m *maker) tools(count, levels int) json.RawMessage {
	list := make([]any, count)
	for i := range list {
		list[i] = map[string]any{"type": "function", "function": map[string]any{
			"name": fmt.Sprintf("tool_%d", i), "description": languages[pick(m.rng, sortedLanguages())],
			"parameters": m.schema(levels),
		}}
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings, numbers and maps of them always marshal
	}
	return text
}

func (m *maker) schema(levels int) any {
	if levels <= 1 {
		return map[string]any{"type": pick(m.rng, []string{"string", "number", "boolean"}), "description": pick(m.rng, emoji)}
	}
	properties, required := map[string]any{}, []string{}
	for i := range 1 + m.rng.IntN(2) {
		name := fmt.Sprintf("p%d", i)
		properties[name], required = m.schema(levels-1), append(required, name)
	}
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }
