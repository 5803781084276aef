package app_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app/apptest"
	"stakegate/internal/money"
)

// spendTwoDays makes calls of every kind with two keys, on two days, and
// returns what each key was charged.
func spendTwoDays(t *testing.T, w *apptest.World, admin string) map[string]money.Nano {
	t.Helper()
	first, firstID := w.NewKey(admin, "INFERENCE", "")
	second, secondID := w.NewKey(admin, "INFERENCE", "")
	charged := map[string]money.Nano{}
	for day := range 2 {
		for i, p := range paidRoutes {
			key, id := first, firstID
			if i%2 == day {
				key, id = second, secondID
			}
			answer := w.Send(p.request(w, prefixes[i%2], key, p.model, "hello there"))
			if answer.Status != http.StatusOK {
				t.Fatalf("%s", answer)
			}
			charged[id] += answer.Charge()
		}
		if day == 0 {
			w.Clock.NextDay()
		}
	}
	return charged
}

// The history as JSON, as CSV and summed up are the same money, which is what
// the answers said.
func TestHistoryAndAnalyticsAgreeWithTheAnswers(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Media: true})
	_, admin := w.Account(100)
	charged := spendTwoDays(t, w, admin)
	var total money.Nano
	for _, amount := range charged {
		total += amount
	}
	if sum := historySum(t, w, admin); sum != total {
		t.Errorf("the history adds up to %s, charged was %s", sum, total)
	}
	if sum := csvSum(t, w, admin); sum != total {
		t.Errorf("the history as CSV adds up to %s, charged was %s", sum, total)
	}
	report := w.Call("GET", "/billing/usage-analytics?lookback=2d", admin, "")
	sums := map[string]money.Nano{}
	for list, member := range map[string]string{"byDate": "DIEM", "byModel": "totalDiem", "byKey": "totalDiem"} {
		for i := 0; report.Get(fmt.Sprintf("%s.%d", list, i)) != nil; i++ {
			sums[list] += report.Nano(fmt.Sprintf("%s.%d.%s", list, i, member))
		}
		if sums[list] != total {
			t.Errorf("%s adds up to %s, charged was %s: %s", list, sums[list], total, report)
		}
	}
	for i := range charged {
		if got := keySum(report, i); got != charged[i] {
			t.Errorf("the key %s was charged %s, the analytics say %s", i, charged[i], got)
		}
	}
	today := w.Call("GET", "/billing/usage-analytics?lookback=1d", admin, "")
	if today.Nano("byDate.0.DIEM") != report.Nano("byDate.0.DIEM") || today.Get("byDate.1") != nil || today.Nano("byDate.0.DIEM") >= total {
		t.Errorf("one day: %s", today)
	}
	if dates := w.Call("GET", "/billing/usage-analytics?startDate="+report.Text("byDate.1.date")+"&endDate="+report.Text("byDate.1.date"), admin, ""); dates.Nano("byDate.0.DIEM") != report.Nano("byDate.1.DIEM") {
		t.Errorf("yesterday: %s", dates)
	}
	_, other := w.Account(1)
	if none := w.Call("GET", "/billing/usage-analytics", other, ""); len(none.Get("byModel").([]any)) != 0 {
		t.Errorf("another account sees %s", none)
	}
}

func keySum(report apptest.Answer, id string) money.Nano {
	for i := 0; report.Get(fmt.Sprintf("byKey.%d", i)) != nil; i++ {
		if report.Text(fmt.Sprintf("byKey.%d.apiKeyId", i)) == id {
			return report.Nano(fmt.Sprintf("byKey.%d.totalDiem", i))
		}
	}
	return -1
}

// csvSum walks through the history as CSV and returns what was charged.
func csvSum(t *testing.T, w *apptest.World, admin string) money.Nano {
	t.Helper()
	var sum money.Nano
	names := map[string]bool{}
	for query, pages := "?pageSize=10", 0; query != ""; pages++ {
		request := w.Request("GET", "/billing/usage-history"+query, admin, "")
		request.Header.Set("Accept", "text/csv")
		page := w.Send(request)
		rows, err := csv.NewReader(strings.NewReader(string(page.Body))).ReadAll()
		if err != nil || page.Status != http.StatusOK || len(rows) == 0 || len(rows) > 11 {
			t.Fatalf("page %d: %v %s", pages, err, page)
		}
		names[page.Header.Get("Content-Disposition")] = true
		for _, row := range rows[1:] {
			amount, err := money.Parse(strings.TrimPrefix(row[2], "-"))
			if err != nil || row[1] != "DIEM" || row[7] == "" {
				t.Fatalf("%v: %q", err, row)
			}
			sum += amount
		}
		query = ""
		if next := page.Header.Get("X-Next-Cursor"); next != "" {
			query = "?cursor=" + next
			w.Clock.Advance(time.Millisecond)
		} else if pages < 2 {
			t.Errorf("the walk ends on page %d", pages+1)
		}
		if len(names) != pages+1 {
			t.Errorf("two pages are called alike: %v", names)
		}
	}
	return sum
}

func TestTheFormOfTheHistoryIsTheClientsChoice(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(1)
	for accept, want := range map[string]string{
		"": "application/json", "*/*": "application/json", "application/json": "application/json", "text/*": "application/json",
		"text/csv": "text/csv", "TEXT/CSV": "text/csv", "text/csv; charset=utf-8": "text/csv", "text/csv;q=0": "application/json",
		"application/json, text/csv;q=0.5": "text/csv", "text/csv;q=x": "application/json", "text/html, */*;q=0.1, text/csv": "text/csv",
	} {
		request := w.Request("GET", "/billing/usage-history", admin, "")
		request.Header.Set("Accept", accept)
		answer := w.Send(request)
		if got, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";"); got != want || answer.Status != http.StatusOK {
			t.Errorf("Accept: %q gives %q: %s", accept, got, answer)
		}
	}
	// An error is JSON whatever was asked for.
	request := w.Request("GET", "/billing/usage-history?pageSize=1", admin, "")
	request.Header.Set("Accept", "text/csv")
	if answer := w.Send(request); answer.Status != http.StatusBadRequest || answer.Text("details.pageSize._errors.0") == "" {
		t.Errorf("%s", answer)
	}
}

func TestACursorIsGoodForItsAccountAloneAndADay(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	for range 6 {
		if answer := w.Chat(admin, "hello", ""); answer.Status != http.StatusOK {
			t.Fatalf("%s", answer)
		}
	}
	_, other := w.Account(1)
	cursor := w.Call("GET", "/billing/usage-history?pageSize=10", admin, "").Text("nextCursor")
	if cursor == "" {
		t.Fatal("no cursor")
	}
	refused := func(what, key, query, member string) {
		t.Helper()
		if answer := w.Call("GET", "/billing/usage-history?"+query, key, ""); answer.Status != http.StatusBadRequest || answer.Get("details."+member) == nil {
			t.Errorf("%s: %s", what, answer)
		}
	}
	refused("another account's", other, "cursor="+cursor, "cursor")
	refused("a filter beside it", admin, "pageSize=10&cursor="+cursor, "pageSize")
	refused("an altered one", admin, "cursor=A"+cursor[1:], "cursor")
	w.Clock.Advance(24 * time.Hour)
	refused("an expired one", admin, "cursor="+cursor, "cursor")
}

func TestTheRouteThatIsGoneNamesItsSuccessor(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(1)
	for _, key := range []string{"", "sg-guess", admin} {
		answer := w.Call("GET", "/billing/usage?page=1", key, "")
		if answer.Status != http.StatusGone || !strings.Contains(answer.Text("error"), "/api/v1/billing/usage-history") ||
			answer.Header.Get("Deprecation") != "@1783555200" || answer.Header.Get("Sunset") != "Wed, 16 Sep 2026 00:00:00 GMT" ||
			answer.Header.Get("Link") != `</api/v1/billing/usage-history>; rel="successor-version"` {
			t.Errorf("%v %s", answer.Header, answer)
		}
	}
}

func TestOneModelCanBeReadByItsID(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: everyKind})
	for _, prefix := range prefixes {
		get := func(id string) apptest.Answer {
			return w.Send(must(http.NewRequest("GET", w.Origin+prefix+"/models/"+id, nil)))
		}
		if answer := get("echo-1"); answer.Status != http.StatusOK || answer.Text("id") != "echo-1" || answer.Text("model_spec.name") != "Echo" {
			t.Errorf("%s", answer)
		}
		for _, id := range []string{"nobody", "default", "gone-text", "echo-1%2fx"} {
			answer := get(id)
			if answer.Status != http.StatusNotFound {
				t.Errorf("%s: %s", id, answer)
			}
			wantShape(t, prefix+"/models", answer)
		}
		if answer := get("traits"); answer.Status != http.StatusOK || answer.Text("data.default") != "echo-1" {
			t.Errorf("%s", answer)
		}
	}
}
