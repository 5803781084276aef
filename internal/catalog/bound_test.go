package catalog_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"stakegate/internal/catalog"
	"stakegate/internal/money"
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

func TestCostIsRoundedUpOnceAndSplits(t *testing.T) {
	m := catalog.Model{Price: catalog.Price{TokenPrice: catalog.TokenPrice{Input: 150_000_000, Output: 600_000_001}}}
	total, input := m.Cost(1, 1)
	if total != 751 || input != 150 { // 150 + 600.000001, rounded up once
		t.Errorf("cost is %d with input %d", total, input)
	}
	free := catalog.Model{}
	if total, input := free.Cost(1000, 1000); total != 0 || input != 0 {
		t.Errorf("a free model costs %d, %d", total, input)
	}
}

func modelGen() *rapid.Generator[*catalog.Model] {
	return rapid.Custom(func(t *rapid.T) *catalog.Model {
		return &catalog.Model{
			Type:      catalog.Text,
			Context:   rapid.Int64Range(1, 100_000_000).Draw(t, "context"),
			MaxOutput: rapid.Int64Range(1, 100_000_000).Draw(t, "max output"),
			Price: catalog.Price{TokenPrice: catalog.TokenPrice{
				Input:  money.Nano(rapid.Int64Range(0, 1e15).Draw(t, "input price")),
				Output: money.Nano(rapid.Int64Range(0, 1e15).Draw(t, "output price")),
			}},
		}
	})
}

func TestCapForIsTheLargestCapThatTheAmountCovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := modelGen().Draw(t, "model")
		prompt := rapid.Int64Range(0, 100_000_000).Draw(t, "prompt")
		n := rapid.Int64Range(1, catalog.MaxChoices).Draw(t, "n")
		amount := money.Nano(rapid.Int64Range(0, int64(money.Max)).Draw(t, "amount"))
		if rapid.Bool().Draw(t, "near a bound") {
			amount = m.Bound(prompt, n, rapid.Int64Range(0, m.MaxOutput).Draw(t, "cap"))
		}
		got := m.CapFor(amount, prompt, n)
		if got < 0 || got > m.MaxOutput {
			t.Fatalf("cap %d is outside 0..%d", got, m.MaxOutput)
		}
		if m.Bound(prompt, n, 0) > amount {
			if got != 0 {
				t.Fatalf("cap is %d although the prompt alone is too dear", got)
			}
			return
		}
		if m.Bound(prompt, n, got) > amount {
			t.Fatalf("cap %d costs %v of %v", got, m.Bound(prompt, n, got), amount)
		}
		if got < m.MaxOutput && m.Bound(prompt, n, got+1) <= amount && m.Bound(prompt, n, got+1) != money.Max {
			t.Fatalf("cap %d could be one more", got)
		}
	})
}

func TestWhatFitsTheBoundNeverCostsMoreThanIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := modelGen().Draw(t, "model")
		promptBound := rapid.Int64Range(0, m.Context).Draw(t, "prompt bound")
		n := rapid.Int64Range(1, catalog.MaxChoices).Draw(t, "n")
		outputCap := rapid.Int64Range(0, m.MaxOutput).Draw(t, "cap")
		prompt := rapid.Int64Range(0, promptBound).Draw(t, "prompt")
		completion := rapid.Int64Range(0, n*outputCap).Draw(t, "completion")
		total, input := m.Cost(prompt, completion)
		if bound := m.Bound(promptBound, n, outputCap); total > bound {
			t.Fatalf("cost %d is above the bound %d", total, bound)
		}
		if input > total || input < 0 {
			t.Fatalf("input part %d of %d", input, total)
		}
		exact := new(big.Int).Add(
			new(big.Int).Mul(big.NewInt(prompt), big.NewInt(int64(m.Price.Input))),
			new(big.Int).Mul(big.NewInt(completion), big.NewInt(int64(m.Price.Output))))
		exact.Add(exact, big.NewInt(999_999)).Div(exact, big.NewInt(1_000_000))
		if exact.IsInt64() && exact.Int64() != int64(total) {
			t.Fatalf("cost is %d, want %v", total, exact)
		}
	})
}
