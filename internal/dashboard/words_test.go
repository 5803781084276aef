package dashboard

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
)

// What was charged is counted one by one, whatever it is sold by.
func TestUseIsCountedAsPeopleCount(t *testing.T) {
	for _, c := range []struct{ sku, units, price, count, per string }{
		{"echo-1-llm-output-mtoken", "0.000012", "2", "12 tokens", "$2 / 1M"},
		{"echo-1-llm-cache-input-mtoken", "1.234567", "0.15", "1,234,567 tokens", "$0.15 / 1M"},
		{"echo-1-llm-input-mtoken", "0", "1", "0 tokens", "$1 / 1M"},
		{"echo-tts-1-tts-mcharacter", "0.000005", "15", "5 characters", "$15 / 1M"},
		{"echo-asr-1-asr-second", "1.5", "0.0001", "1.5 seconds", "$0.0001"},
		{"echo-image-1-image-unit", "2", "0.02", "2 images", "$0.02"},
		{"echo-1-hold-unit", "1", "0.5", "1", "$0.5"},
		{"", "9223372036.854775807", "1", "9,223,372,036.85", "$1"},
		{"x-mtoken", "9223372036.854775807", "1", "9,223,372,036,854,775 tokens", "$1 / 1M"},
	} {
		var entry entryView
		if err := json.Unmarshal([]byte(fmt.Sprintf(`{"sku":%q,"units":%s,"pricePerUnitUsd":%s}`, c.sku, c.units, c.price)), &entry); err != nil {
			t.Fatal(err)
		}
		if entry.Count() != c.count || entry.Price() != c.per {
			t.Errorf("%s of %s: %s at %s, want %s at %s", c.units, c.sku, entry.Count(), entry.Price(), c.count, c.per)
		}
	}
}

// The reason of a change is told source by source.
func TestTheReasonOfAChangeIsTakenApart(t *testing.T) {
	for reason, want := range map[string]struct {
		where  string
		causes []cause
	}{
		"block 102; venice-diem: first reading of the epoch: staked 20, 20 DIEM; pool: stake raised: staked 100, total 1000, 100 DIEM": {
			"block 102", []cause{{"venice-diem", "first reading of the epoch: staked 20, 20 DIEM"}, {"pool", "stake raised: staked 100, total 1000, 100 DIEM"}},
		},
		"block 7":           {"block 7", nil},
		"":                  {"", nil},
		"something of late": {"", []cause{{"", "something of late"}}},
	} {
		change := changeView{Reason: reason}
		if change.Where() != want.where || !reflect.DeepEqual(change.Causes(), want.causes) {
			t.Errorf("%q: %q and %v", reason, change.Where(), change.Causes())
		}
	}
}

// The audit trail speaks the form's words, and a name is as somebody chose it.
func TestTheAuditTrailSpeaksTheFormsWords(t *testing.T) {
	var entry auditView
	text := `{"details":{"settings":{"apiKeyType":"INFERENCE","description":"ALL","limitPeriod":"EPOCH","modelPrivacy":"ALL","consumptionLimits.diem":0.5,
		"consumptionLimits.usd":null,"consumptionLimits.vcu":null,"allowedModels":["a","b"],"expiresAt":"2027-01-01T00:00:00.000Z","maxInFlight":4},
		"changes":[{"member":"unheard","from":1,"to":{"a":2}},{"member":"description","from":"","to":"ALL"},{"member":"limitPeriod","from":"EPOCH","to":"LIFETIME"}]}}`
	if err := json.Unmarshal([]byte(text), &entry); err != nil {
		t.Fatal(err)
	}
	made := []settingView{{"type", "", "Inference"}, {"DIEM limit", "", "0.5"}, {"expires", "", "2027-01-01 00:00:00 UTC"}, {"models", "", "a, b"}, {"calls at once", "", "4"}}
	if got := entry.Made(); !reflect.DeepEqual(got, made) {
		t.Errorf("made: %v", got)
	}
	changed := []settingView{{"name", "none", "ALL"}, {"period", "a day", "in all"}, {"unheard", "1", `{"a":2}`}}
	if got := entry.Changed(); !reflect.DeepEqual(got, changed) {
		t.Errorf("changed: %v", got)
	}
}

// A key whose name nobody can see has none: a link needs something to be seen.
func TestANameThatCannotBeSeenIsNone(t *testing.T) {
	for description, want := range map[string]string{
		"": "Unnamed key", "   ": "Unnamed key", "\u200b\u200b": "Unnamed key", "\u202e": "Unnamed key", "\u3164": "Unnamed key", "\u2800\u00a0": "Unnamed key", "\u0301": "Unnamed key",
		"agent": "agent", "🤖": "🤖", "מפתח": "מפתח", "?": "?", "\u200bx": "\u200bx",
	} {
		if got := nameFrom(description); got != want {
			t.Errorf("%q is called %q, want %q", description, got, want)
		}
	}
}
