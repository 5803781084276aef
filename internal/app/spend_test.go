package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/money"
)

// price is what the catalogue says about a call of echo-1.
func price(prompt, completion int64) money.Nano {
	return money.Nano(prompt)*apptest.NanosPerInput + money.Nano(completion)*apptest.NanosPerOutput
}

// truth is the price of everything that the echo server did.
func truth(w *apptest.World) money.Nano {
	tally := w.Model.Tally()
	chat, embed := tally.Models[echo.ChatModel], tally.Models[echo.EmbeddingModel]
	return price(chat.PromptTokens, chat.CompletionTokens) + money.Nano(embed.PromptTokens)*apptest.NanosPerEmbed
}

// historySum walks an account's history and adds up what was taken.
func historySum(t *testing.T, w *apptest.World, admin string) money.Nano {
	t.Helper()
	var sum money.Nano
	query := "?pageSize=10"
	for query != "" {
		page := w.Call("GET", "/billing/usage-history"+query, admin, "")
		if page.Status != http.StatusOK {
			t.Fatalf("%s", page)
		}
		entries, _ := page.Get("data").([]any)
		for _, entry := range entries {
			text := entry.(map[string]any)["amount"].(json.Number).String()
			amount, err := money.Parse(strings.TrimPrefix(text, "-"))
			if err != nil {
				t.Fatal(err)
			}
			sum += amount
		}
		query = ""
		if next := page.Text("nextCursor"); next != "" {
			query = "?cursor=" + next
		}
	}
	return sum
}

// It happened elsewhere: openclaw 3195, 3205.
func TestTheBalanceFallsByExactlyThePrice(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	start := w.Balance(admin)
	if start != 100*money.Unit {
		t.Fatalf("100 of 1,000 VVV earn %s of the pool's 1,000", start)
	}
	var spent money.Nano
	for name, test := range map[string]struct{ path, body string }{
		"whole":        {"/chat/completions", apptest.ChatBody("hello there", "")},
		"with a cap":   {"/chat/completions", apptest.ChatBody("hello there", `"max_tokens":3`)},
		"two answers":  {"/chat/completions", apptest.ChatBody("hello there", `"n":2,"max_completion_tokens":20`)},
		"by trait":     {"/chat/completions", strings.Replace(apptest.ChatBody("hello", ""), "echo-1", "default", 1)},
		"by alias":     {"/chat/completions", strings.Replace(apptest.ChatBody("hello", ""), "echo-1", "gpt-4o-mini", 1)},
		"stream":       {"/chat/completions", apptest.ChatBody("hello there", `"stream":true`)},
		"stream usage": {"/chat/completions", apptest.ChatBody("hello there", `"stream":true,"stream_options":{"include_usage":true}`)},
		"embedding":    {"/embeddings", `{"model":"echo-embed-1","input":["hello there","you"]}`},
		"base64":       {"/embeddings", `{"model":"echo-embed-1","input":"hello","encoding_format":"base64","dimensions":8}`},
	} {
		t.Run(name, func(t *testing.T) {
			before, done := truth(w), w.Balance(admin)
			answer := w.Call("POST", test.path, admin, test.body)
			if answer.Status != http.StatusOK {
				t.Fatalf("%s", answer)
			}
			want := truth(w) - before
			if want <= 0 || answer.Charge() != want {
				t.Errorf("charged %s, the price is %s", answer.Charge(), want)
			}
			spent += want
			if fell := done - w.Balance(admin); fell != want {
				t.Errorf("the balance fell by %s, the price is %s", fell, want)
			}
			if got := answer.Header.Get("X-Venice-Balance-Diem"); got != done.String() {
				t.Errorf("the balance before is %q, want %s", got, done)
			}
			if strings.HasPrefix(name, "stream") && !strings.HasSuffix(string(answer.Body), "data: [DONE]\n\n") {
				t.Errorf("no [DONE]: %s", answer)
			}
			if cost := answer.Nano("cost.diem"); answer.Get("cost") != nil && cost != want {
				t.Errorf("the body says that it cost %s", cost)
			}
		})
	}
	if sum := historySum(t, w, admin); sum != spent || start-w.Balance(admin) != spent {
		t.Errorf("charged %s, the history adds up to %s, the balance fell by %s", spent, sum, start-w.Balance(admin))
	}
	if allocation := w.Call("GET", "/billing/balance", admin, ""); allocation.Nano("diemEpochAllocation") != start {
		t.Errorf("spending must not change the allocation: %s", allocation)
	}
}

func TestAKeysLimitHoldsAgainstCallsAllAtOnce(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	const limit = money.Nano(1_000_000)
	key, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0.001}`)
	var mu sync.Mutex
	var spent money.Nano
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 1000 {
				answer, err := w.Try(w.Request("POST", "/chat/completions", key, apptest.ChatBody("hello", `"max_tokens":10`)))
				switch {
				case err != nil:
					t.Error(err)
					return
				case answer.Status == http.StatusOK:
					mu.Lock()
					spent += answer.Charge()
					mu.Unlock()
				case answer.Status == http.StatusTooManyRequests && answer.Text("code") == "BUDGET_HELD":
					if answer.Header.Get("Retry-After") == "" || answer.Nano("spent")+answer.Nano("held") > limit {
						t.Errorf("%v %s", answer.Header, answer)
					}
				case answer.Status == http.StatusPaymentRequired && answer.Text("code") == "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED":
					return
				default:
					t.Errorf("%s", answer)
					return
				}
			}
			t.Error("the limit was never reached")
		})
	}
	group.Wait()
	if spent > limit || spent < limit-2*(77*apptest.NanosPerInput+10*apptest.NanosPerOutput) {
		t.Errorf("%s was spent of %s", spent, limit)
	}
	look := w.Call("GET", "/api_keys/"+id, admin, "")
	if got := look.Text("data.currentPeriodUsage.diem"); got != spent.String() || truth(w) != spent {
		t.Errorf("charged %s, shown %s, the truth is %s", spent, got, truth(w))
	}
}

// gate lets a test hold the model back.
type gate struct{ arrived, release chan struct{} }

func newGate() *gate { return &gate{make(chan struct{}, 100), make(chan struct{})} }

func (g *gate) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.arrived <- struct{}{}
		<-g.release
		next.ServeHTTP(w, r)
	})
}

// It happened elsewhere: midaz 2476; aisix 450, 688, 690, 794; wso2 2932,
// 2936.
func TestMoneyThatIsOnlyHeldIsWorthAnotherTry(t *testing.T) {
	g := newGate()
	w := apptest.Start(t, apptest.Options{Model: g.around})
	_, admin := w.Account(100)
	key, _ := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0.0001}`)
	slow := make(chan apptest.Answer, 1)
	go func() {
		answer, _ := w.Try(w.Request("POST", "/chat/completions", key, apptest.ChatBody("hello", `"max_tokens":10`)))
		slow <- answer
	}()
	<-g.arrived
	const held = money.Nano(77*apptest.NanosPerInput + 10*apptest.NanosPerOutput)
	for path, body := range map[string]string{
		"/chat/completions": apptest.ChatBody("hello", `"max_tokens":10`),
		"/embeddings":       `{"model":"echo-embed-1","input":"` + strings.Repeat("word ", 20) + `"}`,
	} {
		answer := w.Call("POST", path, key, body)
		if answer.Status != http.StatusTooManyRequests || answer.Text("code") != "BUDGET_HELD" || answer.Nano("held") != held ||
			answer.Header.Get("Retry-After") != "1" || answer.Header.Get("X-Should-Retry") != "" {
			t.Errorf("%v %s", answer.Header, answer)
		}
	}
	if state := w.Call("GET", "/api_keys/rate_limits", key, ""); state.Nano("data.balances.DIEM") != 100_000-held {
		t.Errorf("what is held is not free: %s", state)
	}
	close(g.release)
	if answer := <-slow; answer.Status != http.StatusOK || answer.Charge() >= held {
		t.Errorf("%s", answer)
	}
	if answer := w.Call("POST", "/embeddings", key, `{"model":"echo-embed-1","input":"word"}`); answer.Status != http.StatusOK {
		t.Errorf("after the slow call ended: %s", answer)
	}
}

func TestTheAccountsOwnEndIsSaidWithItsNumbers(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	admin := w.Mint(wallet, "ADMIN", "").Text("data.apiKey")
	allocation := w.Balance(admin)
	answer := w.Chat(admin, strings.Repeat("much ", 5000), `"max_tokens":4096,"n":8`)
	if answer.Status != http.StatusOK {
		t.Fatalf("%s is enough: %s", allocation, answer)
	}
	// 1 of 901 VVV is 1.109877913 DIEM; the other staker grows, so it shrinks.
	w.Chain.StakeVVV(apptest.NewWallet(t).Address, apptest.Tokens(100_000_000))
	w.Eventually(2*time.Second, "the allocation shrinks", func() bool {
		return w.Call("GET", "/billing/balance", admin, "").Nano("diemEpochAllocation") < 10_000
	})
	refused := w.Chat(admin, "hello", "")
	wantError(t, refused, http.StatusPaymentRequired, "Insufficient USD or Diem balance to complete request", nil)
	if refused.Text("code") != "INSUFFICIENT_BALANCE" || refused.Text("budget") != "account" || refused.Nano("spent") != answer.Charge() {
		t.Errorf("%s", refused)
	}
	embedding := w.Call("POST", "/embeddings", admin, `{"model":"echo-embed-1","input":"hello"}`)
	wantError(t, embedding, http.StatusPaymentRequired, "Insufficient USD or Diem balance to complete request", nil)
	if sum := historySum(t, w, admin); sum != answer.Charge() {
		t.Errorf("what was charged stays: %s", sum)
	}
	if balance := w.Call("GET", "/billing/balance", admin, ""); balance.Text("canConsume") != "false" || balance.Text("consumptionCurrency") != "" {
		t.Errorf("%s", balance)
	}
}

func TestBothPaidRoutesRefuseWithoutACharge(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Limits: gatewayLimits()})
	_, admin := w.Account(100)
	private, _ := w.NewKey(admin, "INFERENCE", `"modelPrivacy":"PRIVATE_ONLY"`)
	chat, embed := apptest.ChatBody("hello", ""), `{"model":"echo-embed-1","input":"hello"}`
	replace := func(body, id string) string {
		return strings.NewReplacer("echo-embed-1", id, "echo-1", id).Replace(body)
	}
	for name, test := range map[string]struct {
		key, path, body string
		status          int
		text, code      string
	}{
		"unknown model, chat":    {admin, "/chat/completions", replace(chat, "gpt-9"), 404, "Specified model not found", "MODEL_NOT_FOUND"},
		"unknown model, embed":   {admin, "/embeddings", replace(embed, "gpt-9"), 404, "Specified model not found", "MODEL_NOT_FOUND"},
		"wrong type, chat":       {admin, "/chat/completions", replace(chat, "echo-embed-1"), 400, "Invalid request parameters", "INVALID_MODEL"},
		"wrong type, embed":      {admin, "/embeddings", replace(embed, "echo-1"), 400, "Invalid request parameters", "INVALID_MODEL"},
		"privacy, chat":          {private, "/chat/completions", replace(chat, "echo-open"), 403, "Unauthorized access: this key's modelPrivacy does not admit the model", "UNAUTHORIZED"},
		"privacy, embed":         {private, "/embeddings", replace(embed, "away-embed-1"), 403, "Unauthorized access: this key's modelPrivacy does not admit the model", "UNAUTHORIZED"},
		"away, chat":             {admin, "/chat/completions", replace(chat, "away-1"), 502, "The model server could not be reached. Nothing was charged.", "UPSTREAM_UNAVAILABLE"},
		"away, embed":            {admin, "/embeddings", replace(embed, "away-embed-1"), 502, "The model server could not be reached. Nothing was charged.", "UPSTREAM_UNAVAILABLE"},
		"cap beyond the model's": {admin, "/chat/completions", apptest.ChatBody("x", `"max_tokens":1000000000`), 400, "Invalid request parameters", "INVALID_REQUEST"},
		"cap 1.5":                {admin, "/chat/completions", apptest.ChatBody("x", `"max_tokens":1.5`), 400, "Invalid request parameters", "INVALID_REQUEST"},
		"two caps of a name":     {admin, "/chat/completions", apptest.ChatBody("x", `"max_tokens":5,"max_tokens":6`), 400, "Invalid request parameters", "INVALID_REQUEST"},
		"no answers":             {admin, "/chat/completions", apptest.ChatBody("x", `"n":0`), 400, "Invalid request parameters", "INVALID_REQUEST"},
		"129 answers":            {admin, "/chat/completions", apptest.ChatBody("x", `"n":129`), 400, "Invalid request parameters", "INVALID_REQUEST"},
		"an image": {admin, "/chat/completions", `{"model":"echo-1","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}`,
			400, "Invalid request parameters", "INVALID_REQUEST"},
		"empty body":      {admin, "/embeddings", "{}", 400, "Invalid request parameters", "INVALID_REQUEST"},
		"too large":       {admin, "/chat/completions", strings.Repeat(" ", 4<<20+1), 413, "The request payload is too large. Please reduce the size of your request.", "PAYLOAD_TOO_LARGE"},
		"too large embed": {admin, "/embeddings", strings.Repeat(" ", 4<<20+1), 413, "The request payload is too large. Please reduce the size of your request.", "PAYLOAD_TOO_LARGE"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := w.Call("POST", test.path, test.key, test.body)
			if answer.Status != test.status || answer.Text("error") != test.text || answer.Text("code") != test.code {
				t.Errorf("want %d %q %s, got %s", test.status, test.text, test.code, answer)
			}
			if details := answer.Get("details"); (test.status == 400) != (details != nil) {
				t.Errorf("a 400 names the member, nothing else does: %s", answer)
			}
		})
	}
	for _, path := range []string{"/chat/completions", "/embeddings"} {
		for name, value := range map[string][2]string{"form": {"Content-Type", "application/x-www-form-urlencoded"}, "gzip": {"Content-Encoding", "gzip"}, "untyped": {"Content-Type", ""}} {
			request := w.Request("POST", path, admin, chat)
			request.Header.Set(value[0], value[1])
			if answer := w.Send(request); answer.Status != http.StatusUnsupportedMediaType || answer.Text("error") != "Invalid request content-type" {
				t.Errorf("%s %s: %s", path, name, answer)
			}
		}
	}
	if sum := historySum(t, w, admin); sum != 0 || w.Balance(admin) != 100*money.Unit {
		t.Errorf("refusals were charged: %s", sum)
	}
	if tally := w.Model.Tally(); tally.Calls+tally.Refused > 0 {
		t.Errorf("the model was called: %+v", tally)
	}
}

func TestUSDPaysWhenThereIsNoDIEM(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, admin := w.Account(100)
	key, _ := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"usd":0.0002}`)
	w.Stop()
	account := strings.ToLower(wallet.Address.Hex())
	left, err := app.CreditAccount(context.Background(), w.Config, account, money.Unit, "a gift", w.Clock.Now)
	if err != nil || left != money.Unit {
		t.Fatalf("%s, %v", left, err)
	}
	if _, err := app.CreditAccount(context.Background(), w.Config, account, -2*money.Unit, "too much back", w.Clock.Now); err == nil {
		t.Error("more was taken back than was given")
	}
	w = apptest.Start(t, apptest.Options{Dir: w.Dir, Clock: w.Clock}) // on a chain that never heard of the wallet
	w.Eventually(2*time.Second, "the stake is seen to be gone", func() bool { return w.Balance(admin) == 0 })
	answer := w.Chat(admin, "hello", "")
	if answer.Status != http.StatusOK || answer.Nano("cost.usd") != answer.Charge() || answer.Nano("cost.diem") != 0 {
		t.Errorf("%s", answer)
	}
	balance := w.Call("GET", "/billing/balance", admin, "")
	if balance.Text("consumptionCurrency") != "USD" || balance.Nano("balances.usd") != money.Unit-answer.Charge() {
		t.Errorf("%s", balance)
	}
	refused, spent := spend(t, w, key)
	wantError(t, refused, http.StatusPaymentRequired, "API key USD spend limit exceeded", nil)
	if refused.Text("currency") != "USD" || refused.Nano("limit") != 200_000 || spent > 200_000 {
		t.Errorf("%s spent: %s", spent, refused)
	}
	usd := w.Call("GET", "/billing/usage-history?currency=USD", admin, "")
	diem := w.Call("GET", "/billing/usage-history?currency=DIEM", admin, "")
	if list, _ := diem.Get("data").([]any); len(list) > 0 || usd.Text("data.0.currency") != "USD" {
		t.Errorf("%s and %s", usd, diem)
	}
	for query, member := range map[string]string{
		"currency=EUR": "currency", "pageSize=9": "pageSize", "cursor=AAAA": "cursor", "startTimestamp=yesterday": "startTimestamp", "limit=10": "limit",
	} {
		wantError(t, w.Call("GET", "/billing/usage-history?"+query, admin, ""), 400, "Invalid request parameters", []string{member})
	}
}

func TestARestartLosesNothing(t *testing.T) {
	const origin = "https://api.example.org"
	options := apptest.Options{Config: func(c *app.Config) { c.PublicURL = origin + "/" }}
	w := apptest.Start(t, options)
	wallet, admin := w.Account(100)
	spent := w.Chat(admin, "hello", "").Charge()
	kept := newForm(t, w, wallet)
	used := newForm(t, w, wallet)
	if answer := used.post(""); answer.Status != http.StatusOK {
		t.Fatalf("%s", answer)
	}
	if w.App.APIBase() != origin+"/api/v1" {
		t.Errorf("the API is at %s", w.App.APIBase())
	}
	w.Stop()

	options.Dir, options.Clock = w.Dir, w.Clock
	again := apptest.Start(t, options)
	again.Chain.StakeVVV(wallet.Address, apptest.Tokens(100))
	kept.w, used.w = again, again
	again.Eventually(2*time.Second, "the stake counts again", func() bool { return again.Balance(admin) == 100*money.Unit-spent })
	if sum := historySum(t, again, admin); sum != spent {
		t.Errorf("the history has %s of %s", sum, spent)
	}
	wantError(t, used.post(""), http.StatusBadRequest, "JWT has already been used", nil)
	if answer := kept.post(""); answer.Status != http.StatusOK {
		t.Errorf("a token of before the restart: %s", answer)
	}
}

func TestUnknownPricesAndNamesInTheListOfModels(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	all := w.Call("GET", "/models", "", "")
	var ids []string
	for i := range 5 {
		ids = append(ids, all.Text(fmt.Sprintf("data.%d.id", i)))
	}
	if got := strings.Join(ids, " "); got != "echo-1 echo-open echo-embed-1 away-1 away-embed-1" || all.Text("type") != "all" {
		t.Errorf("%q: %s", got, all)
	}
	if all.Nano("data.0.model_spec.pricing.input.usd") != money.Unit || all.Nano("data.0.model_spec.pricing.output.diem") != 2*money.Unit {
		t.Errorf("prices: %s", all)
	}
	embeddings := w.Call("GET", "/models?type=embedding", "Bearer nonsense", "")
	if list, _ := embeddings.Get("data").([]any); len(list) != 2 || embeddings.Text("data.0.model_spec.pricing.output") != "" {
		t.Errorf("%s", embeddings)
	}
	for query, want := range map[string]string{"": "echo-1", "?type=text": "echo-1", "?type=all": "echo-1", "?type=image": "", "?type=embedding": ""} {
		traits := w.Call("GET", "/models/traits"+query, "", "")
		names := w.Call("GET", "/models/compatibility_mapping"+query, "", "")
		if traits.Text("data.default") != want || names.Text("data.gpt-4o-mini") != want {
			t.Errorf("%s: %s and %s", query, traits, names)
		}
	}
	for _, path := range []string{"/models", "/models/traits", "/models/compatibility_mapping"} {
		wantError(t, w.Call("GET", path+"?type=poem", "", ""), 400, "Invalid request parameters", []string{"type"})
	}
}
