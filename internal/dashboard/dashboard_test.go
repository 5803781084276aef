package dashboard

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/money"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestAmountsAreShownShortAndNeverRoundedUp(t *testing.T) {
	for nano, want := range map[amount]string{
		0: "0", 1: "<0.000001", 999: "<0.000001", 1000: "0.000001", 56_000: "0.000056", 99_934_000: "0.099934", 1_999_999_999: "1.9999",
		12_345_678_900: "12.3456", 119_989_798_000: "119.9897", 1_119_989_798_000: "1,119.98", 1_234_567_890_123_456: "1,234,567.89", -1_500_000_000: "−1.5", 100_000_000_000: "100",
	} {
		if got := nano.Short(); got != want {
			t.Errorf("%s is shown as %s, want %s", nano.Exact(), got, want)
		}
	}
	for exact, want := range map[string]string{"0": "0", "100010": "100,010", "1.000000000000000001": "1", "12.345678901": "12.345678", "": ""} {
		if got := tokens(exact); got != want {
			t.Errorf("%s tokens are shown as %s, want %s", exact, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		nano := amount(rapid.Int64Range(1000, math.MaxInt64).Draw(t, "nano"))
		shown, err := money.Parse(strings.ReplaceAll(nano.Short(), ",", ""))
		if err != nil || amount(shown) > nano || amount(shown) < nano-max(1000, nano/5000) {
			t.Fatalf("%s is shown as %s", nano.Exact(), nano.Short())
		}
	})
}

func TestAmountsOfTheAPIAreReadExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nano := rapid.Int64().Filter(func(n int64) bool { return n != math.MinInt64 }).Draw(t, "nano")
		var got struct{ A, B, C amount }
		text := money.Nano(nano).String()
		if err := json.Unmarshal([]byte(`{"a":`+text+`,"b":"`+text+`","c":null}`), &got); err != nil {
			t.Fatal(err)
		}
		if int64(got.A) != nano || got.A != got.B || got.C != 0 {
			t.Fatalf("%s is read as %v", text, got)
		}
	})
	var bad amount
	for _, text := range []string{`"x"`, `true`, `{}`, `""`} {
		if err := json.Unmarshal([]byte(text), &bad); err == nil {
			t.Errorf("%s was taken for an amount", text)
		}
	}
}

// What is drawn of a bar never leaves it, and something is never drawn as
// nothing.
func TestBarsStayWithinTheirFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Int64Range(0, math.MaxInt64/4)
		b := bar{Cap: amount(draw.Draw(t, "cap")), Spent: amount(draw.Draw(t, "spent")), Held: amount(draw.Draw(t, "held"))}
		spent, err := strconv.ParseFloat(b.SpentWidth(), 64)
		if err != nil {
			t.Fatal(err)
		}
		held, err := strconv.ParseFloat(b.HeldWidth(), 64)
		if err != nil || spent < 0 || held < 0 || spent > 100 || spent+held > 101 {
			t.Fatalf("%+v is drawn as %v and %v", b, spent, held)
		}
		if b.Cap > 0 && (b.Spent > 0) != (spent > 0) {
			t.Fatalf("%+v: spent is drawn as %v", b, spent)
		}
		if b.Free() < 0 || b.Free() > b.Cap || (b.Level() == "full") != (b.Cap > 0 && b.Free() == 0) {
			t.Fatalf("%+v: %s free, %q", b, b.Free().Exact(), b.Level())
		}
	})
}

func TestAFormBecomesTheAPIsRequest(t *testing.T) {
	form := formOf(url.Values{
		"type": {"INFERENCE"}, "description": {"  agent "}, "diem": {"0.5"}, "usd": {""}, "period": {"MONTH"}, "expires": {"7"}, "privacy": {"ALL"},
		"models": {"a", "b"}, "networks": {"192.0.2.0/24\r\n2001:db8::/32, 198.51.100.1"}, "inflight": {"3"},
	})
	want := `{"allowedModels":["a","b"],"allowedNetworks":["192.0.2.0/24","2001:db8::/32","198.51.100.1"],"consumptionLimit":{"diem":0.5},` +
		`"description":"agent","expiresAt":"2026-11-30T12:00:00Z","limitPeriod":"MONTH","maxInFlight":3,"modelPrivacy":"ALL"}`
	if got := asJSON(t, form.members(now, false)); got != want {
		t.Errorf("a new key is asked for as\n%s, want\n%s", got, want)
	}
	empty := formOf(url.Values{"expires": {"keep"}})
	if got, want := asJSON(t, empty.members(now, false)), `{"description":""}`; got != want {
		t.Errorf("an empty form is %s, want %s", got, want)
	}
	want = `{"allowedModels":null,"allowedNetworks":null,"consumptionLimit":{"diem":null,"usd":null},"description":"","maxInFlight":null}`
	if got := asJSON(t, empty.members(now, true)); got != want {
		t.Errorf("an emptied form is %s, want %s", got, want)
	}
	for text, want := range map[string]string{
		"1e9": `"1e9"`, "-1": `"-1"`, "0x10": `"0x10"`, "01": `"01"`, "5": "5", "0.25": "0.25", ".5": `".5"`, "5,5": `"5,5"`, "NaN": `"NaN"`, "": "null",
	} {
		if got := asJSON(t, number(text)); got != want {
			t.Errorf("%q becomes %s, want %s", text, got, want)
		}
	}
}

// The form of a key that is sent back as it was changes nothing.
func TestAnUntouchedFormAsksForWhatIsThere(t *testing.T) {
	var key keyView
	text := `{"id":"x","apiKeyType":"INFERENCE","description":"d","consumptionLimits":{"usd":10,"diem":0.02,"vcu":null},"limitPeriod":"MONTH",
		"modelPrivacy":"PRIVATE_ONLY","expiresAt":"2027-01-01T00:00:00.000Z","allowedModels":["m"],"allowedNetworks":["192.0.2.0/24"],"maxInFlight":4}`
	if err := json.Unmarshal([]byte(text), &key); err != nil {
		t.Fatal(err)
	}
	want := `{"allowedModels":["m"],"allowedNetworks":["192.0.2.0/24"],"consumptionLimit":{"diem":0.02,"usd":10},"description":"d","limitPeriod":"MONTH",` +
		`"maxInFlight":4,"modelPrivacy":"PRIVATE_ONLY"}`
	if got := asJSON(t, formOfKey(&key).members(now, true)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestComplaintsStandBesideTheirFields(t *testing.T) {
	var refused problem
	text := `{"error":"Invalid request parameters","details":{"_errors":[],"consumptionLimit":{"_errors":["diem must be a number"],"diem":{"_errors":["must be a number"]}},
		"expiresAt":{"_errors":["must be in the future"]}}}`
	if err := json.Unmarshal([]byte(text), &refused); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"limits": "DIEM must be a number", "limits.diem": "DIEM must be a number", "expires": "Must be in the future"}
	if got := complaints(&refused); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := complaints(&problem{Text: "Maximum number of active API keys reached", Next: "Delete a key first."}); got[""] != "Maximum number of active API keys reached. Delete a key first." {
		t.Errorf("%v", got)
	}
}

// Assets of this build may be kept for good, those of another one not; nothing
// beside them is served.
func TestAssetsAreKeptByTheirVersion(t *testing.T) {
	get := func(version, file string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(http.MethodGet, "/assets/v/f", nil)
		request.SetPathValue("version", version)
		request.SetPathValue("file", file)
		w := httptest.NewRecorder()
		withHeaders(http.HandlerFunc(asset)).ServeHTTP(w, request)
		return w
	}
	if w := get(assetVersion(), "app.css"); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := get("other", "app.js"); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("of another build: %d %v", w.Code, w.Header())
	}
	for _, file := range []string{"", ".", "..", "../dashboard.go", "uplot.LICENSE", "missing.js", "../templates/frame.html"} {
		if w := get(assetVersion(), file); w.Code != http.StatusNotFound {
			t.Errorf("%q: %d", file, w.Code)
		}
	}
}

// FuzzForm: whatever a form has becomes a request that JSON can hold.
func FuzzForm(f *testing.F) {
	f.Add("type=INFERENCE&description=x&diem=1&usd=2&period=EPOCH&expires=30&models=a&networks=10.0.0.0/8&inflight=2")
	f.Add("expires=999999999999&diem=1e309&networks=%00")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		if _, err := json.Marshal(formOf(values).members(now, true)); err != nil {
			t.Fatal(err)
		}
	})
}
