package app_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"stakegate/internal/app/apptest"
	"stakegate/internal/money"
)

// spend makes calls until one is refused, and returns the refusal and the sum
// of the charges.
func spend(t *testing.T, w *apptest.World, key string) (apptest.Answer, money.Nano) {
	t.Helper()
	var sum money.Nano
	for range 2000 {
		answer := w.Chat(key, "hello", `"max_tokens":10`)
		if answer.Status != http.StatusOK {
			return answer, sum
		}
		sum += answer.Charge()
	}
	t.Fatal("no call was refused")
	return apptest.Answer{}, 0
}

func TestAKeysLimitHoldsInItsWindowAndTheNextOneIsNew(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0.0005}`)
	const limit = money.Nano(500_000)
	refused, spent := spend(t, w, key)
	if spent > limit || spent < limit/2 {
		t.Errorf("%s was spent of %s", spent, limit)
	}
	wantError(t, refused, http.StatusPaymentRequired, "API key DIEM spend limit exceeded", nil)
	midnight := w.Clock.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	// The prompt is held at 77 tokens: 5 bytes, 8 for the message, 64 for the chat.
	tokens := max(0, (limit-spent-77*apptest.NanosPerInput)/apptest.NanosPerOutput)
	for path, want := range map[string]string{
		"code": "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED", "budget": "key", "currency": "DIEM", "limitPeriod": "EPOCH", "limit": limit.String(),
		"spent": spent.String(), "held": "0", "resetsAt": midnight.Format("2006-01-02T15:04:05.000Z"), "affordable_max_tokens": strconv.FormatInt(int64(tokens), 10),
	} {
		if got := refused.Text(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if refused.Header.Get("X-Should-Retry") != "false" {
		t.Error("SDKs would try again")
	}
	look := w.Call("GET", "/api_keys/"+id, admin, "")
	if look.Text("data.currentPeriodUsage.diem") != spent.String() || look.Text("data.usage.trailingSevenDays.diem") != spent.String() {
		t.Errorf("spent %s, shown: %s", spent, look)
	}
	if look.Text("data.lastUsedAt") == "" {
		t.Errorf("no last use: %s", look)
	}
	state := w.Call("GET", "/api_keys/rate_limits", key, "")
	if got := state.Nano("data.balances.DIEM"); got != limit-spent {
		t.Errorf("the key has %s left, want %s", got, limit-spent)
	}

	w.Clock.NextDay()
	if answer := w.Chat(key, "hello", `"max_tokens":10`); answer.Status != http.StatusOK {
		t.Errorf("in the next window: %s", answer)
	} else if look := w.Call("GET", "/api_keys/"+id, admin, ""); look.Text("data.currentPeriodUsage.diem") != answer.Charge().String() ||
		look.Text("data.usage.trailingSevenDays.diem") != (spent+answer.Charge()).String() {
		t.Errorf("in the next window: %s", look)
	}
	for range 8 {
		w.Clock.NextDay()
	}
	if look := w.Call("GET", "/api_keys/"+id, admin, ""); look.Text("data.usage.trailingSevenDays.diem") != "0" {
		t.Errorf("after more than a week: %s", look)
	}
}

func TestAnotherPeriodFreesNothingThatWasSpentInIt(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0.0003}`)
	_, first := spend(t, w, key)
	patch := func(members string) {
		t.Helper()
		if answer := w.Call("PATCH", "/api_keys", admin, `{"id":"`+id+`",`+members+`}`); answer.Status != http.StatusOK {
			t.Fatalf("%s", answer)
		}
	}
	for _, period := range []string{"MONTH", "LIFETIME", "EPOCH"} {
		patch(`"limitPeriod":"` + period + `"`)
		answer := w.Chat(key, "hello", `"max_tokens":10`)
		if answer.Status != http.StatusPaymentRequired || answer.Text("spent") != first.String() || answer.Text("limitPeriod") != period {
			t.Errorf("%s: %s", period, answer)
		}
	}
	w.Clock.NextDay()
	_, second := spend(t, w, key) // a new day's limit
	patch(`"limitPeriod":"MONTH","consumptionLimit":{"diem":` + (first + second).String() + `}`)
	if answer := w.Chat(key, "hello", `"max_tokens":10`); answer.Status != http.StatusPaymentRequired || answer.Text("spent") != (first+second).String() {
		t.Errorf("both days count in the month: %s", answer)
	}
	patch(`"consumptionLimit":{"diem":null}`)
	if answer := w.Chat(key, "hello", `"max_tokens":10`); answer.Status != http.StatusOK {
		t.Errorf("without a limit: %s", answer)
	}
	patch(`"consumptionLimit":{"diem":0,"usd":0}`)
	if answer := w.Chat(key, "hello", `"max_tokens":10`); answer.Status != http.StatusPaymentRequired {
		t.Errorf("0 blocks: %s", answer)
	}
}

func TestAnUnlimitedKeyShowsNoPeriodUsage(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	answer := w.Chat(admin, "hello", "")
	list := w.Call("GET", "/api_keys", admin, "")
	if list.Get("data.0.currentPeriodUsage") != nil || list.Text("data.0.usage.trailingSevenDays.diem") != answer.Charge().String() {
		t.Errorf("charged %s: %s", answer.Charge(), list)
	}
}
