package outcomes_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/devworld/echo"
	"stakegate/internal/gateway"
	"stakegate/internal/money"
)

// tiers are the prices of the models with tiers in nanos for a token: below
// and above their threshold.
var tiers = [2]struct{ input, cached, written, output money.Nano }{{1000, 100, 1250, 2000}, {2000, 200, 2500, 3000}}

const threshold = 1000

// tiered is the price of what the model did between two looks at its tally.
func tiered(before, after echo.Usage) money.Nano {
	prompt, cached, written := after.PromptTokens-before.PromptTokens, after.CachedTokens-before.CachedTokens, after.CacheWriteTokens-before.CacheWriteTokens
	price := tiers[0]
	if prompt > threshold {
		price = tiers[1]
	}
	return money.Nano(prompt-cached-written)*price.input + money.Nano(cached)*price.cached + money.Nano(written)*price.written +
		money.Nano(after.CompletionTokens-before.CompletionTokens)*price.output
}

// TestCachesAndLongPromptsHaveTheirPrices compares the charge with the model's
// own tally of what it read from a cache, wrote to one, and of long prompts.
func TestCachesAndLongPromptsHaveTheirPrices(t *testing.T) {
	w := start(t, gateway.Limits{})
	long := strings.Repeat("word ", echo.AutoCache)
	conversation := func(first, last string) string {
		return `"messages":[{"role":"user","content":"` + first + `"},{"role":"assistant","content":"yes"},{"role":"user","content":` + last + `}]`
	}
	const marked = `[{"type":"text","text":"and what then","cache_control":{"type":"ephemeral"}}]`
	const tools = `"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}},"cache_control":{"type":"ephemeral"}}]`
	for _, test := range []struct {
		name, model, body       string
		cached, written, beyond bool
	}{
		{"no cache", "echo-1-tiers", conversation("one two", `"three"`), false, false, false},
		{"a long prompt", "echo-1-tiers", `"messages":[{"role":"user","content":"` + long + `"}]`, false, false, true},
		{"a cache that is read, of a long prompt", "echo-1-tiers", conversation(long, `"three"`), true, false, true},
		{"a cache that is read and written", "echo-1-tiers", conversation("one two", marked), true, true, false},
		{"a cache that is read and written, of a long prompt", "echo-1-tiers", conversation(long, marked), true, true, true},
		{"Anthropic: no cache", "echo-1-tiers-anthropic", conversation("one two", `"three"`), false, false, false},
		{"Anthropic: a cache that is read, of a long prompt", "echo-1-tiers-anthropic", conversation(long, `"three"`), true, false, true},
		{"Anthropic: a cache that is read and written", "echo-1-tiers-anthropic", conversation("one two", marked), true, true, false},
		{"Anthropic: a cache with tools and a system prompt", "echo-1-tiers-anthropic", tools + `,"messages":[{"role":"system","content":` + marked + `},{"role":"user","content":"hello"}]`, false, true, false},
	} {
		for _, stream := range []bool{false, true} {
			w.begin(echo.FaultNone, nil)
			before := w.Model.Tally().Models[echo.ChatModel]
			answer := w.Call("POST", "/chat/completions", w.admin, fmt.Sprintf(`{"model":%q,"stream":%v,"max_tokens":20,%s}`, test.model, stream, test.body))
			after := w.Model.Tally().Models[echo.ChatModel]
			price := tiered(before, after)
			if answer.Status != http.StatusOK || w.charged() != price || answer.Charge() != price {
				t.Errorf("%s, stream %v: charged %s, the price is %s: %.300s", test.name, stream, w.charged(), price, answer)
			}
			did := [3]bool{after.CachedTokens > before.CachedTokens, after.CacheWriteTokens > before.CacheWriteTokens, after.PromptTokens-before.PromptTokens > threshold}
			if want := [3]bool{test.cached, test.written, test.beyond}; did != want {
				t.Errorf("%s, stream %v: cached, written and long should be %v, are %v", test.name, stream, want, did)
			}
		}
	}
}
