package catalog_test

import (
	"testing"

	"stakegate/internal/catalog"
)

func TestPromptBoundAddsUpItsParts(t *testing.T) {
	chat := catalog.Model{Type: catalog.Text, Context: 100_000, Tokenizer: "bytes", TemplateTokens: 10}
	embed := catalog.Model{Type: catalog.Embedding, Context: 1_000, Tokenizer: "bytes"}
	with := func(m catalog.Model, tokenizer string) catalog.Model { m.Tokenizer = tokenizer; return m }
	for name, test := range map[string]struct {
		model  catalog.Model
		prompt catalog.Prompt
		want   int64
	}{
		"text":              {chat, catalog.Prompt{Texts: 2, TextBytes: 100, Messages: 2}, 100 + 16 + 64 + 10},
		"tools":             {chat, catalog.Prompt{Messages: 1, Documents: 1, JSONBytes: 100, JSONDepth: 8}, 8 + 64 + 10 + 400 + 512},
		"deep tools":        {chat, catalog.Prompt{Messages: 1, Documents: 1, JSONBytes: 100, JSONDepth: 16}, 8 + 64 + 10 + 800 + 512},
		"tool calls":        {chat, catalog.Prompt{Messages: 1, JSONBytes: 100, JSONDepth: 3}, 8 + 64 + 10 + 400},
		"sentencepiece":     {with(chat, "sentencepiece"), catalog.Prompt{Texts: 2, TextBytes: 100, Messages: 2}, 100 + 2 + 16 + 64 + 10},
		"nfkc":              {with(chat, "sentencepiece-nfkc"), catalog.Prompt{Texts: 2, TextBytes: 100, Messages: 2}, 1100 + 2 + 16 + 64 + 10},
		"at most context":   {chat, catalog.Prompt{Texts: 1, TextBytes: 200_000, Messages: 1}, 100_000},
		"embedding":         {embed, catalog.Prompt{Texts: 3, TextBytes: 100}, 100 + 6},
		"embedding nfkc":    {with(embed, "sentencepiece-nfkc"), catalog.Prompt{Texts: 3, TextBytes: 100}, 1100 + 6},
		"embedding context": {embed, catalog.Prompt{Texts: 3, TextBytes: 100_000}, 3_000},
	} {
		if got := test.model.PromptBound(test.prompt); got != test.want {
			t.Errorf("%s: bound is %d, want %d", name, got, test.want)
		}
	}
}

func TestAddTextCountsBytes(t *testing.T) {
	var p catalog.Prompt
	p.AddText("aé")
	p.AddText("")
	if p.Texts != 2 || p.TextBytes != 3 {
		t.Errorf("prompt is %+v", p)
	}
}
