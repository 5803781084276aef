package apikey_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

func TestLimitsAreExactAndRoundedDown(t *testing.T) {
	for text, want := range map[string]apikey.Limit{
		"0":                        {Cap: 0, Text: "0"},
		"0.0":                      {Cap: 0, Text: "0"},
		"0e5":                      {Cap: 0, Text: "0"},
		"5":                        {Cap: 5 * money.Unit, Text: "5"},
		"5.00":                     {Cap: 5 * money.Unit, Text: "5"},
		"0.1":                      {Cap: 100_000_000, Text: "0.1"},
		"1e-9":                     {Cap: 1, Text: "0.000000001"},
		"1e-20":                    {Cap: 0, Text: "0"},
		"0.0000000019":             {Cap: 1, Text: "0.000000001"},
		"1E2":                      {Cap: 100 * money.Unit, Text: "100"},
		"1.5e+3":                   {Cap: 1500 * money.Unit, Text: "1500"},
		"9223372036.854775806":     {Cap: money.Max - 1, Text: "9223372036.854775806"},
		"9223372036.854775807":     {Cap: money.Max, Text: "9223372036.854775807"},
		"9223372036.854775808":     {Cap: money.Max, Text: "9223372036.854775808"},
		"9999999998.1234567899":    {Cap: money.Max, Text: "9999999998.123456789"},
		"9999999999":               {Cap: money.Max, Text: "9999999999"},
		"9999999999.0":             {Cap: money.Max, Text: "9999999999"},
		"9.999999999e9":            {Cap: money.Max, Text: "9999999999"},
		"0.0000000000000000001":    {Cap: 0, Text: "0"},
		"99999999990000000000e-10": {Cap: money.Max, Text: "9999999999"},
	} {
		if got, err := apikey.ParseLimit(text); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestAbsurdLimitsAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "-1", "-0", "-0.0", "+1", "NaN", "Infinity", "1e400", "1e21", "1e-21", "1e-30", `"5"`, "true", "null", "[]", "{}",
		"10000000000", "9999999999.0000000001", "1e10", "123456789012345678901", "0.12345678901234567890", "01", "1.", ".5",
		"1_0", "0x10", "１", " 1", "1 ", "1/2", "1e", "1e1e1", "1.2.3", strings.Repeat("9", 10<<20),
	} {
		if got, err := apikey.ParseLimit(text); !errors.Is(err, apikey.ErrLimit) {
			t.Errorf("%.40q: got %+v, %v; want ErrLimit", text, got, err)
		}
	}
}

// A limit never grows by being read, and what is shown reads as the same limit.
func TestLimitsNeverGrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(0|[1-9][0-9]{0,9})(\.[0-9]{1,10})?([eE][+-]?[0-9]{1,2})?`).Draw(t, "text")
		limit, err := apikey.ParseLimit(text)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		shown, ok2 := new(big.Rat).SetString(limit.Text)
		if !ok || !ok2 || shown.Cmp(exact) > 0 {
			t.Fatalf("%s became %s", text, limit.Text)
		}
		if limit.Cap != money.Max && limit.Cap.String() != limit.Text {
			t.Fatalf("%s: cap %s, text %s", text, limit.Cap, limit.Text)
		}
		if again, err := apikey.ParseLimit(limit.Text); err != nil || again != limit {
			t.Fatalf("%s became %+v, and that %+v (%v)", text, limit, again, err)
		}
	})
}

var now = time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)

func TestExpiryForms(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-23":               "2026-11-23T23:59:59.999Z",
		"2028-02-29":               "2028-02-29T23:59:59.999Z",
		"9999-12-31":               "9999-12-31T23:59:59.999Z",
		"2026-11-23T10:30:01Z":     "2026-11-23T10:30:01.000Z",
		"2026-11-23T10:30:00.001Z": "2026-11-23T10:30:00.001Z",
	} {
		got, err := apikey.ParseExpiry(text, now)
		if err != nil || got.Format("2006-01-02T15:04:05.000Z07:00") != want {
			t.Errorf("%s: got %v, %v; want %s", text, got, err, want)
		}
	}
	if got, err := apikey.ParseExpiry("", now); got != nil || err != nil {
		t.Errorf("empty: got %v, %v; want never", got, err)
	}
	for _, text := range []string{"2026-11-22", "2026-11-23T10:30:00Z", "2026-11-23T10:30:00.000Z", "0000-01-01", "1970-01-01T00:00:00Z"} {
		if _, err := apikey.ParseExpiry(text, now); !errors.Is(err, apikey.ErrExpired) {
			t.Errorf("%s: got %v, want ErrExpired", text, err)
		}
	}
	for _, text := range []string{
		" ", "null", "2026-02-30", "2027-02-29", "2026-13-01", "2026-00-10", "2026-12-00", "0000-00-00", "2026-12-1", "26-12-01",
		"2026-12-31T10:00:00", "2026-12-31T10:00:00+02:00", "2026-12-31T10:00:00+00:00", "2026-12-31t10:00:00z", "2026-12-31 10:00:00Z",
		"2026-12-31T24:00:00Z", "2026-12-31T23:59:60Z", "2026-12-31T10:60:00Z", "2026-12-31T10:00Z", "2026-12-31T1:00:00.0Z",
		"2026-12-31T10:00:00.1Z", "2026-12-31T10:00:00,123Z", "2026-12-31T10:00:00.1234Z", "2026-12-31\n", "+2026-12-31",
		"２026-12-31", "10000-01-01", "-001-01-01", strings.Repeat("2", 300),
	} {
		if got, err := apikey.ParseExpiry(text, now); !errors.Is(err, apikey.ErrExpiry) {
			t.Errorf("%.40q: got %v, %v; want ErrExpiry", text, got, err)
		}
	}
}

func TestDescriptions(t *testing.T) {
	for _, text := range []string{"", "Web3 API Key", strings.Repeat("😀", 64), "<script>alert(1)</script>", "=cmd", "\u202e right to left"} {
		if got, err := apikey.ParseDescription(text); err != nil || got != text {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		strings.Repeat("a", 65), strings.Repeat("😀", 65), "a\x00", "a\nb", "a\tb", "\x1b[31m", "a\x7f", "\u0085", "\u009b", "\xff", "\xed\xa0\x80",
		strings.Repeat("a", 1<<20),
	} {
		if _, err := apikey.ParseDescription(text); !errors.Is(err, apikey.ErrDescription) {
			t.Errorf("%.20q: got %v, want ErrDescription", text, err)
		}
	}
}

func TestNamesAreExact(t *testing.T) {
	for _, text := range []string{"INFERENCE", "ADMIN"} {
		if got, err := apikey.ParseType(text); err != nil || string(got) != text {
			t.Errorf("type %q: %v", text, err)
		}
	}
	for _, text := range []string{"EPOCH", "MONTH", "LIFETIME"} {
		if got, err := apikey.ParsePeriod(text); err != nil || string(got) != text {
			t.Errorf("period %q: %v", text, err)
		}
	}
	for _, text := range []string{"ALL", "PRIVATE_TEXT", "PRIVATE_ONLY"} {
		if got, err := apikey.ParsePrivacy(text); err != nil || string(got) != text {
			t.Errorf("privacy %q: %v", text, err)
		}
	}
	for _, text := range []string{"", "admin", "Admin", " ADMIN", "ADMIN\n", "DAY", "epoch", "all", "ＡＬＬ"} {
		if _, err := apikey.ParseType(text); !errors.Is(err, apikey.ErrType) {
			t.Errorf("type %q: %v", text, err)
		}
		if _, err := apikey.ParsePeriod(text); !errors.Is(err, apikey.ErrPeriod) {
			t.Errorf("period %q: %v", text, err)
		}
		if _, err := apikey.ParsePrivacy(text); !errors.Is(err, apikey.ErrPrivacy) {
			t.Errorf("privacy %q: %v", text, err)
		}
	}
}

func TestWindows(t *testing.T) {
	zone := time.FixedZone("far east", 14*3600)
	for _, c := range []struct {
		period         apikey.Period
		at             time.Time
		id, start, end string
	}{
		{apikey.Epoch, now, "20261123", "2026-11-23", "2026-11-24"},
		{apikey.Epoch, time.Date(2026, 12, 31, 23, 59, 59, 999_999_999, time.UTC), "20261231", "2026-12-31", "2027-01-01"},
		{apikey.Epoch, time.Date(2026, 11, 24, 13, 0, 0, 0, zone), "20261123", "2026-11-23", "2026-11-24"},
		{apikey.Month, now, "202611", "2026-11-01", "2026-12-01"},
		{apikey.Month, time.Date(2026, 12, 1, 0, 0, 0, 0, zone), "202611", "2026-11-01", "2026-12-01"},
		{apikey.Month, time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC), "202802", "2028-02-01", "2028-03-01"},
	} {
		got := c.period.Window(c.at)
		if got.ID != c.id || got.Start.Format(time.DateOnly) != c.start || got.End.Format(time.DateOnly) != c.end {
			t.Errorf("%s at %v: got %+v", c.period, c.at, got)
		}
	}
	if got := apikey.Lifetime.Window(now); got.ID != "life" || !got.Start.IsZero() || !got.End.IsZero() {
		t.Errorf("lifetime: got %+v", got)
	}
}

// Windows tile time: every instant is in its window, and the window's end
// opens the next one.
func TestWindowsTileTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms"))
		for _, period := range []apikey.Period{apikey.Epoch, apikey.Month} {
			w := period.Window(at)
			if at.Before(w.Start) || !at.Before(w.End) || period.Window(w.Start) != w {
				t.Fatalf("%s: %v is not in %+v", period, at, w)
			}
			if next := period.Window(w.End); !next.Start.Equal(w.End) || next.ID <= w.ID {
				t.Fatalf("%s: after %+v comes %+v", period, w, next)
			}
		}
	})
}

func TestPrivacyAdmits(t *testing.T) {
	for _, c := range []struct {
		privacy                              apikey.Privacy
		openText, openEmbedding, openImage   bool
		privateText, privateEmb, privateImag bool
	}{
		{apikey.PrivacyAll, true, true, true, true, true, true},
		{apikey.PrivacyPrivateText, false, false, true, true, true, true},
		{apikey.PrivacyPrivateOnly, false, false, false, true, true, true},
		{"", false, false, false, false, false, false},
	} {
		got := [6]bool{
			c.privacy.Admits("text", false), c.privacy.Admits("embedding", false), c.privacy.Admits("image", false),
			c.privacy.Admits("text", true), c.privacy.Admits("embedding", true), c.privacy.Admits("image", true),
		}
		want := [6]bool{c.openText, c.openEmbedding, c.openImage, c.privateText, c.privateEmb, c.privateImag}
		if got != want {
			t.Errorf("%q: got %v, want %v", c.privacy, got, want)
		}
	}
}

func TestActive(t *testing.T) {
	for name, c := range map[string]struct {
		expires, revoked *time.Time
		want             bool
	}{
		"no end":         {nil, nil, true},
		"ends now":       {&now, nil, false},
		"ends later":     {at(time.Millisecond), nil, true},
		"revoked":        {nil, &now, false},
		"revoked before": {at(time.Hour), at(-time.Hour), false},
	} {
		key := apikey.Key{Spec: apikey.Spec{ExpiresAt: c.expires}, RevokedAt: c.revoked}
		if got := key.Active(now); got != c.want {
			t.Errorf("%s: active is %v", name, got)
		}
	}
}

func at(d time.Duration) *time.Time { moment := now.Add(d); return &moment }

func FuzzParseLimit(f *testing.F) {
	for _, seed := range []string{"0", "1.5", "1e-9", "9999999999", "-1", "1e400", "9223372036.854775808"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		limit, err := apikey.ParseLimit(text)
		if err != nil {
			return
		}
		again, err := apikey.ParseLimit(limit.Text)
		if err != nil || again != limit || limit.Cap < 0 {
			t.Fatalf("%q gave %+v, then %+v, %v", text, limit, again, err)
		}
	})
}

func FuzzParseExpiry(f *testing.F) {
	for _, seed := range []string{"", "2026-12-31", "2026-12-31T10:00:00Z", "2026-12-31T10:00:00.000Z", "2026-02-30"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		expires, err := apikey.ParseExpiry(text, now)
		if err == nil && expires != nil && (!expires.After(now) || !strings.HasPrefix(text, expires.Format(time.DateOnly))) {
			t.Fatalf("%q gave %v", text, expires)
		}
	})
}
