package usage_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"stakegate/api"
	"stakegate/internal/money"
	"stakegate/internal/usage"
)

// ledgerOf is a source of analytics over charges in a slice.
type ledgerOf struct {
	charges []usage.Charge
	labels  map[string]usage.KeyLabel
	visit   func(ctx context.Context) error // before each charge
}

func (l ledgerOf) EachCharge(ctx context.Context, accountID string, start, end time.Time, visit func(usage.Charge) error) error {
	for _, c := range l.charges {
		if accountID != account || c.At.Before(start) || !c.At.Before(end) {
			continue
		}
		if l.visit != nil {
			if err := l.visit(ctx); err != nil {
				return err
			}
		}
		if err := visit(c); err != nil {
			return err
		}
	}
	return nil
}

func (l ledgerOf) KeyLabels(context.Context, string) (map[string]usage.KeyLabel, error) {
	return l.labels, nil
}

var noon = day.Add(12 * time.Hour)

func period(t fataler, query string) usage.Period {
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	period, err := usage.ParsePeriod(values, noon)
	if err != nil {
		t.Fatal(err)
	}
	return period
}

func analyse(t fataler, source ledgerOf, query string) usage.Report {
	upper := func(id string) string { return strings.ToUpper(id) }
	report, err := usage.NewAnalytics(source, upper).Report(context.Background(), account, period(t, query), noon)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestAPeriodIsWholeUTCDays(t *testing.T) {
	for query, want := range map[string][2]string{
		"":             {"2026-11-17", "2026-11-23"},
		"lookback=1d":  {"2026-11-23", "2026-11-23"},
		"lookback=90d": {"2026-08-26", "2026-11-23"},
		"startDate=2024-02-28&endDate=2024-03-01": {"2024-02-28", "2024-03-01"},
		"startDate=2026-01-01&endDate=2026-12-31": {"2026-01-01", "2026-12-31"},
	} {
		p := period(t, query)
		if got := [2]string{p.First.Format(time.RFC3339), p.Last.Format(time.RFC3339)}; got != [2]string{want[0] + "T00:00:00Z", want[1] + "T00:00:00Z"} {
			t.Errorf("%q: %v", query, got)
		}
	}
	if p := period(t, ""); p.Label != "7d" {
		t.Errorf("the label is %q", p.Label)
	}
	if p := period(t, "startDate=2024-02-28&endDate=2024-03-01"); p.Label != "2024-02-28:2024-03-01" {
		t.Errorf("the label is %q", p.Label)
	}
}

func TestBadPeriodsNameTheParameter(t *testing.T) {
	for query, param := range map[string]string{
		"lookback=": "lookback", "lookback=7": "lookback", "lookback=0d": "lookback", "lookback=07d": "lookback", "lookback=91d": "lookback",
		"lookback=-1d": "lookback", "lookback=1.5d": "lookback", "lookback=7D": "lookback", "lookback=7d&lookback=7d": "lookback",
		"lookback=99999999999999999999d": "lookback", "lookback=7dd": "lookback", "lookback=%207d": "lookback",
		"startDate=2026-01-01": "endDate", "endDate=2026-01-01": "startDate", "startDate=2026-01-02&endDate=2026-01-01": "endDate",
		"startDate=2026-02-30&endDate=2026-03-01": "startDate", "startDate=2026-1-1&endDate=2026-03-01": "startDate",
		"startDate=2026-01-01T00:00:00Z&endDate=2026-01-02": "startDate", "startDate=2025-01-01&endDate=2026-01-02": "endDate",
		"startDate=2026-01-01&endDate=2026-01-02&lookback=7d": "lookback", "days=7": "days",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = usage.ParsePeriod(values, noon)
		var problem *usage.ParamError
		if !errors.As(err, &problem) || problem.Param != param {
			t.Errorf("%s: got %v, want an error of %s", query, err, param)
		}
	}
}

// Days, models and keys add up to the same: everything that was charged in the
// period, and nothing else.
func TestEveryViewOfTheReportAddsUpToTheCharges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var source ledgerOf
		var diem, usd money.Nano
		first := day.AddDate(0, 0, -6)
		for i := range rapid.IntRange(0, 40).Draw(t, "charges") {
			at := first.Add(time.Duration(rapid.Int64Range(-int64(24*time.Hour), int64(6*24*time.Hour)+int64(12*time.Hour)).Draw(t, "at")))
			c := drawCharge(t, int64(i), at)
			source.charges = append(source.charges, c)
			if !at.Before(first) {
				diem, usd = diem.Add(c.DIEM), usd.Add(c.USD)
			}
		}
		report := analyse(t, source, "")
		var days, models, keys [2]money.Nano
		for _, d := range report.ByDate {
			days[0], days[1] = days[0].Add(d.DIEM), days[1].Add(d.USD)
		}
		for _, m := range report.ByModel {
			models[0], models[1] = models[0].Add(m.TotalDIEM), models[1].Add(m.TotalUSD)
			var items [2]money.Nano
			for _, b := range m.Breakdown {
				items[0], items[1] = items[0].Add(b.DIEM), items[1].Add(b.USD)
			}
			if m.Breakdown != nil && items != [2]money.Nano{m.TotalDIEM, m.TotalUSD} {
				t.Fatalf("the breakdown of %s comes to %v, want %v and %v", m.ModelName, items, m.TotalDIEM, m.TotalUSD)
			}
		}
		for _, k := range report.ByKey {
			keys[0], keys[1] = keys[0].Add(k.TotalDIEM), keys[1].Add(k.TotalUSD)
		}
		if want := [2]money.Nano{diem, usd}; days != want || models != want || keys != want {
			t.Fatalf("days %v, models %v, keys %v; want %v", days, models, keys, want)
		}
		if len(report.ByDate) != 7 || len(report.ByModelDaily) != 7 || len(report.ByKeyDaily) != 7 {
			t.Fatalf("not every day of the period is there")
		}
		if !slices.IsSortedFunc(report.ByModel, func(a, b usage.ModelSum) int {
			return int(min(max(b.TotalDIEM.Add(b.TotalUSD)-a.TotalDIEM.Add(a.TotalUSD), -1), 1))
		}) {
			t.Fatalf("models are not sorted by spending: %+v", report.ByModel)
		}
		checkCharts(t, report)
	})
}

// checkCharts holds the charts against the lists that they are drawn from.
func checkCharts(t *rapid.T, report usage.Report) {
	if len(report.TopModels) != min(8, len(report.ByModel)) || len(report.TopKeyNames) != min(8, len(report.ByKey)) {
		t.Fatalf("%d of %d models, %d of %d keys are in the charts",
			len(report.TopModels), len(report.ByModel), len(report.TopKeyNames), len(report.ByKey))
	}
	for i, name := range report.TopModels {
		var total money.Nano
		for _, d := range report.ByModelDaily {
			total = total.Add(d.Spend[name])
		}
		if m := report.ByModel[i]; m.ModelName != name || total != m.TotalDIEM.Add(m.TotalUSD) {
			t.Fatalf("the chart gives %s %v, the list %s %v", name, total, m.ModelName, m.TotalDIEM.Add(m.TotalUSD))
		}
	}
}

// The rendered report is what the API's description says, to the letter.
func TestReportAsJSON(t *testing.T) {
	text, err := json.Marshal(analyse(t, ledgerOf{
		labels: map[string]usage.KeyLabel{"k1": {Description: "Production", Last6: "abcdef"}, "k2": {Last6: "123456"}},
		charges: []usage.Charge{
			{Seq: 1, At: day.Add(-time.Millisecond), KeyID: "k1", ModelID: "glm", ModelType: "text", DIEM: 3_000_000_000, USD: 1_000_000_000, Lines: []money.Line{
				{Item: "input", Quantity: 1000, Cost: 1_000_000_000}, {Item: "output", Quantity: 300, Cost: 3_000_000_000},
			}},
			{Seq: 2, At: day, KeyID: "k2", ModelID: "paint", ModelType: "image", DIEM: 500_000_000, Lines: []money.Line{{Item: "image", Quantity: 2, Cost: 500_000_000}}},
		},
	}, "lookback=2d"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"lookback":"2d",` +
		`"byDate":[{"date":"2026-11-23","USD":0,"DIEM":0.5},{"date":"2026-11-22","USD":1,"DIEM":3}],` +
		`"byModel":[{"modelName":"GLM","unitType":"tokens","modelType":"LLM","totalUsd":1,"totalDiem":3,"totalUnits":1300,` +
		`"breakdown":[{"type":"Output","usd":1,"diem":2,"units":300},{"type":"Input","usd":0,"diem":1,"units":1000}]},` +
		`{"modelName":"PAINT","unitType":"images","modelType":"IMAGE","totalUsd":0,"totalDiem":0.5,"totalUnits":2}],` +
		`"byModelDaily":[{"GLM":4,"PAINT":0,"date":1795305600000},{"GLM":0,"PAINT":0.5,"date":1795392000000}],"topModels":["GLM","PAINT"],` +
		`"byKey":[{"apiKeyId":"k1","description":"Production","totalUsd":1,"totalDiem":3,"totalUnits":1300},` +
		`{"apiKeyId":"k2","description":"","totalUsd":0,"totalDiem":0.5,"totalUnits":2}],` +
		`"byKeyDaily":[{"API key 123456":0,"Production":4,"date":1795305600000},{"API key 123456":0.5,"Production":0,"date":1795392000000}],` +
		`"topKeyNames":["Production","API key 123456"]}`
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if text, _ := json.Marshal(analyse(t, ledgerOf{}, "startDate=2030-01-01&endDate=2030-01-02")); string(text) !=
		`{"lookback":"2030-01-01:2030-01-02","byDate":[],"byModel":[],"byModelDaily":[],"topModels":[],"byKey":[],"byKeyDaily":[],"topKeyNames":[]}` {
		t.Errorf("a period to come is %s", text)
	}
}

// Charts go by name, so two keys of one description, or a key that is called
// like the date, must not share a line.
func TestNamesInChartsAreUnique(t *testing.T) {
	source := ledgerOf{labels: map[string]usage.KeyLabel{
		"a": {"bot", "aaaaaa"}, "b": {"bot", "bbbbbb"}, "c": {"date", "cccccc"}, "d": {"bot (aaaaaa)", "dddddd"}, "e": {"bot", "aaaaaa"}, "f": {"__proto__", "ffffff"},
	}}
	for i, key := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		source.charges = append(source.charges, usage.Charge{Seq: int64(i), At: day, KeyID: key, ModelID: "m", ModelType: "text", DIEM: money.Nano(100 - i)})
	}
	report := analyse(t, source, "")
	want := []string{"bot (aaaaaa)", "bot (bbbbbb)", "date (cccccc)", "bot (aaaaaa) 2", "bot (aaaaaa) 3", "__proto__", "API key g", "API key h"}
	if !slices.Equal(report.TopKeyNames, want) {
		t.Errorf("got %q", report.TopKeyNames)
	}
	if today := report.ByKeyDaily[6].Spend; len(today) != 8 || today["bot (aaaaaa)"] != 100 || today["bot (aaaaaa) 3"] != 96 {
		t.Errorf("the day is %v", today)
	}
	if len(report.ByKey) != 10 {
		t.Errorf("%d keys are listed", len(report.ByKey))
	}
}

// Every report of drawn charges fits the description's schema.
func TestReportsFitTheDescription(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	schema := doc.Components.Schemas["UsageAnalytics"].Value
	rapid.Check(t, func(t *rapid.T) {
		source := ledgerOf{labels: map[string]usage.KeyLabel{"k1": {Description: rapid.String().Draw(t, "description"), Last6: "abcdef"}}}
		for i := range rapid.IntRange(0, 12).Draw(t, "charges") {
			source.charges = append(source.charges, drawCharge(t, int64(i), day))
		}
		text, err := json.Marshal(analyse(t, source, rapid.SampledFrom([]string{"", "startDate=2026-11-01&endDate=2026-12-31"}).Draw(t, "period")))
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.VisitJSON(value); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
}

func TestSummingUpTooLongHasAnErrorOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := ledgerOf{charges: []usage.Charge{{At: day}}, visit: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		analytics := usage.NewAnalytics(slow, strings.ToUpper)
		if _, err := analytics.Report(t.Context(), account, period(t, ""), noon); !errors.Is(err, usage.ErrTooMuch) {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := analytics.Report(ctx, account, period(t, ""), noon); !errors.Is(err, context.Canceled) {
			t.Errorf("a client that left gets %v", err)
		}
		broken := ledgerOf{charges: []usage.Charge{{At: day}}, visit: func(context.Context) error { return errBroken }}
		if _, err := usage.NewAnalytics(broken, strings.ToUpper).Report(t.Context(), account, period(t, ""), noon); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
	})
}

// One account, however often it asks, leaves room for others.
func TestAnAccountTakesOneTurnAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running, most := 0, 0
		gate := make(chan struct{})
		source := ledgerOf{charges: []usage.Charge{{At: day}}, visit: func(context.Context) error {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			<-gate
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		}}
		analytics := usage.NewAnalytics(source, strings.ToUpper)
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if _, err := analytics.Report(t.Context(), account, period(t, ""), noon); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if running != 1 {
			t.Errorf("%d run for one account", running)
		}
		// Another account need not wait for the ten.
		if _, err := analytics.Report(t.Context(), "0xbb", period(t, ""), noon); err != nil {
			t.Error(err)
		}
		close(gate)
		group.Wait()
		if most != 1 {
			t.Errorf("%d ran at once for one account", most)
		}
	})
}

// FuzzPeriod: what is accepted is within the documented bounds.
func FuzzPeriod(f *testing.F) {
	for _, seed := range []string{"", "lookback=7d", "lookback=90d", "startDate=2026-01-01&endDate=2026-12-31", "startDate=0000-01-01&endDate=0000-01-01", "lookback=1d&x=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		p, err := usage.ParsePeriod(values, noon)
		if err != nil {
			var problem *usage.ParamError
			if !errors.As(err, &problem) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if days := int(p.Last.Sub(p.First)/(24*time.Hour)) + 1; days < 1 || days > usage.MaxPeriod || p.Label == "" {
			t.Fatalf("%q: %d days", raw, days)
		}
		if report := analyse(t, ledgerOf{}, raw); len(report.ByDate) > usage.MaxPeriod {
			t.Fatal(fmt.Sprint(len(report.ByDate)))
		}
	})
}
