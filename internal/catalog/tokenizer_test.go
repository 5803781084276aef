package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tiktoken-go/tokenizer/codec"
	"pgregory.net/rapid"

	"stakegate/internal/calibrate"
	"stakegate/internal/catalog"
)

// known are the vocabularies that we can hold the bounds against.
var known = map[string]*codec.Codec{"o200k": codec.NewO200kBase(), "cl100k": codec.NewCl100kBase()}

func textOf(tokenizer string) *catalog.Model {
	return &catalog.Model{Type: catalog.Text, Context: 1 << 40, Tokenizer: tokenizer}
}

func promptOf(texts ...string) catalog.Prompt {
	p := catalog.Prompt{Messages: 1}
	for _, text := range texts {
		p.AddText(text)
	}
	return p
}

func count(t testing.TB, tokenizer, text string) int64 {
	n, err := known[tokenizer].Count(text)
	if err != nil {
		t.Fatal(err)
	}
	return int64(n)
}

// A byte-level token stands for a byte at least, so the bytes bound the tokens
// of every such vocabulary, of which these two are examples.
func TestBytesAreNeverFewerThanTokens(t *testing.T) {
	for name := range known {
		for _, sample := range calibrate.Corpus(350, 7) {
			for _, text := range []string{sample.Text, string(sample.Tools)} {
				if n := count(t, name, text); n > int64(len(text)) {
					t.Fatalf("%s: %s has %d bytes and %d tokens", name, sample.Name, len(text), n)
				}
			}
		}
		rapid.Check(t, func(t *rapid.T) {
			text := rapid.String().Draw(t, "text")
			if n, _ := known[name].Count(text); n > len(text) {
				t.Fatalf("%s: %q has %d bytes and %d tokens", name, text, len(text), n)
			}
		})
	}
}

func TestTheTightBoundIsBetweenTheCountAndTheBytes(t *testing.T) {
	for name := range known {
		m := textOf(name)
		for _, sample := range calibrate.Corpus(350, 8) {
			p := promptOf(sample.Text, sample.Name)
			tight := m.TightPromptBound(p, slices.Values([]string{sample.Text, sample.Name}))
			if plain := m.PromptBound(p); tight > plain {
				t.Fatalf("%s: %s: tight %d is above plain %d", name, sample.Name, tight, plain)
			}
			if least := m.LeastPromptBound(p); least > tight {
				t.Fatalf("%s: %s: tight %d is below the least %d", name, sample.Name, tight, least)
			}
			if n := count(t, name, sample.Text) + count(t, name, sample.Name); tight < n {
				t.Fatalf("%s: %s: tight %d is below the count %d", name, sample.Name, tight, n)
			}
		}
	}
}

// A template may put texts next to each other, trim them, or add line breaks.
func TestTheTightBoundHoldsForTextsInATemplate(t *testing.T) {
	for name := range known {
		m := textOf(name)
		texts := []string{"1٠", strings.Repeat("１２３４５６", 100), "0", strings.Repeat("ab", 100)} // groups that shift
		for _, sample := range calibrate.Corpus(350, 9) {
			texts = append(texts, sample.Text)
		}
		for i, b := range texts[1:] {
			a := texts[i]
			tight := m.TightPromptBound(promptOf(a, b), slices.Values([]string{a, b}))
			for _, rendered := range []string{
				"<|im_start|>user\n" + a + "<|im_end|>\n<|im_start|>assistant\n" + b + "<|im_end|>\n",
				strings.TrimSpace(a) + "\n\n" + strings.TrimSpace(b), a + "\n" + b, a + b,
			} {
				if n := count(t, name, rendered); n > tight {
					t.Fatalf("%s: %q has %d tokens, more than the tight bound %d", name, rendered, n, tight)
				}
			}
		}
	}
}

func TestOnlyTheTextsThatWereCountedAreTightened(t *testing.T) {
	prose := strings.Repeat("free and equal in dignity ", 50)
	m := textOf("o200k")
	p := promptOf(prose)
	plain := m.PromptBound(p)
	if tight := m.TightPromptBound(p, slices.Values([]string{prose})); tight > plain/3 {
		t.Errorf("prose is bounded by %d, plainly by %d: hardly tightened", tight, plain)
	}
	for name, texts := range map[string][]string{"none": nil, "another": {"a"}, "one too many": {prose, ""}} {
		if tight := m.TightPromptBound(p, slices.Values(texts)); tight != plain {
			t.Errorf("%s: the bound of other texts is taken: %d", name, tight)
		}
	}
	long := strings.Repeat("a", 1<<20)
	if p := promptOf(long); m.CanCount(p) || m.TightPromptBound(p, slices.Values([]string{long})) != m.PromptBound(p) {
		t.Error("a very long text is counted")
	}
	pair := catalog.Prompt{Messages: 2}
	pair.AddText(prose)
	pair.AddText(prose)
	if tight := m.TightPromptBound(pair, slices.Values([]string{prose, prose})); tight > plain/2 {
		t.Errorf("two messages are bounded by %d: hardly tightened", tight)
	}
	if other := textOf("bytes"); other.CanCount(p) || other.TightPromptBound(p, slices.Values([]string{prose})) != plain {
		t.Error("a family without a vocabulary is counted")
	}
	p.JSONBytes, p.Documents, p.Images = 100, 1, 2
	m.MaxImageTokens = 1000
	if tight := m.TightPromptBound(p, slices.Values([]string{prose})); tight < 2000+400+512 {
		t.Errorf("documents and images are lost: %d", tight)
	}
}

func BenchmarkPromptBound(b *testing.B) {
	m, p := textOf("o200k"), promptOf(strings.Repeat("free and equal in dignity ", 4000))
	b.ReportAllocs()
	for b.Loop() {
		m.PromptBound(p)
	}
}

func BenchmarkTightPromptBound(b *testing.B) {
	text := strings.Repeat("free and equal in dignity ", 4000)
	m, p := textOf("o200k"), promptOf(text)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		m.TightPromptBound(p, slices.Values([]string{text}))
	}
}
