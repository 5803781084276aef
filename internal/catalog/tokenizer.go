package catalog

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/tiktoken-go/tokenizer/codec"
)

// A family is how texts become tokens. For every text of valid UTF-8, tokens
// <= perByte × its bytes + perText.
type family struct {
	perByte, perText int64
	// vocabulary, if it is known, counts exactly. It is loaded when it is first
	// needed: that takes about 30 ms and 6 MB.
	vocabulary func() *codec.Codec
}

// tokenizers are the families that a model can name.
//   - bytes: byte-level BPE (GPT, Llama 3, Qwen, DeepSeek): a token decodes to
//     at least one byte.
//   - o200k (GPT-4o and later, gpt-oss) and cl100k (GPT-4, GPT-3.5, OpenAI's
//     embeddings): the same, with a known vocabulary.
//   - sentencepiece: byte fallback, no normalisation (Llama 2, Mistral,
//     Gemma): the same, and a dummy prefix.
//   - sentencepiece-nfkc: normalises first (T5, XLM-R); NFKC makes up to 33
//     bytes of 3 (U+FDFA).
//   - wordpiece: BERT, with its two special tokens.
var tokenizers = map[string]family{
	"bytes":              {perByte: 1},
	"o200k":              {perByte: 1, vocabulary: sync.OnceValue(codec.NewO200kBase)},
	"cl100k":             {perByte: 1, vocabulary: sync.OnceValue(codec.NewCl100kBase)},
	"sentencepiece":      {perByte: 1, perText: 1},
	"sentencepiece-nfkc": {perByte: 11, perText: 1},
	"wordpiece":          {perByte: 1, perText: 2},
}

func tokenizerNames() string {
	return strings.Join(slices.Sorted(maps.Keys(tokenizers)), ", ")
}

// maxCounted is the most text that is counted, in bytes: counting costs about
// 0.1 to 0.5 µs a byte, on behalf of a caller who cannot pay for the plain
// bound.
const maxCounted = 128 << 10

// tokensPerSeam is what a text may gain beside its own count where a template's
// own words touch it.
const tokensPerSeam = 4

// CanCount reports whether TightPromptBound may be lower than PromptBound.
func (m *Model) CanCount(p Prompt) bool {
	return tokenizers[m.Tokenizer].vocabulary != nil && p.TextBytes <= maxCounted &&
		p.TextBytes > (tokensPerSeam+1)*p.Texts
}

// longestToken is the most bytes of text that a token of the known vocabularies
// stands for.
const longestToken = 128

// LeastPromptBound is what TightPromptBound cannot be below.
func (m *Model) LeastPromptBound(p Prompt) int64 {
	p.TextBytes /= longestToken
	return m.PromptBound(p)
}

// TightPromptBound is PromptBound with the texts counted by the model's own
// vocabulary, where it is known. The texts are those that AddText was given.
// It costs milliseconds for a long prompt, so it is for calls whose PromptBound
// cannot be afforded. It is never above PromptBound; other texts than those
// that were added change nothing.
//
// It holds for templates that put each message between special tokens and do
// not trim it, as those of the models with these vocabularies do.
func (m *Model) TightPromptBound(p Prompt, texts iter.Seq[string]) int64 {
	plain := m.PromptBound(p)
	if !m.CanCount(p) {
		return plain
	}
	vocabulary := tokenizers[m.Tokenizer].vocabulary()
	// More texts than messages: some stand in one message, maybe side by side.
	touching := m.Type == Text && p.Texts > p.Messages
	tokens, counted := int64(0), Prompt{}
	for text := range texts {
		counted.AddText(text)
		n, err := vocabulary.Count(text)
		if err != nil {
			return plain
		}
		slack := int64(tokensPerSeam)
		if touching {
			slack += outerWords(text)
		}
		tokens += min(int64(n)+slack, int64(len(text)))
	}
	if counted.Texts != p.Texts || counted.TextBytes != p.TextBytes {
		return plain
	}
	// The constants of the family and of the template stay; only what the bytes
	// stood for is replaced.
	p.TextBytes = min(tokens, p.TextBytes)
	return min(m.PromptBound(p), plain)
}

// outerWords is how many bytes of a text may become other tokens when another
// text touches it: those before its first and behind its last single space.
// There, whatever stands before, the vocabularies' rules begin a new word, so
// that between these two the tokens stay as they were counted.
func outerWords(text string) int64 {
	first, last := -1, -1
	for i := 1; i+1 < len(text); i++ {
		if text[i] == ' ' && printable(text[i-1]) && printable(text[i+1]) {
			if last = i; first < 0 {
				first = i
			}
		}
	}
	if first < 0 {
		return int64(len(text))
	}
	return int64(first + len(text) - last)
}

// printable is for ASCII alone: white space beyond it is several bytes, of
// which none counts as a word's here.
func printable(b byte) bool { return b > ' ' && b < 0x7f }
