package agent_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakegate/agent"
)

func TestAmountReadsExactDecimals(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "10": "10000000000000000000", "0.1": "100000000000000000",
		"0.000000000000000001": "1", "1.10": "1100000000000000000", "007": "7000000000000000000",
	} {
		got, err := agent.ParseAmount(text)
		if err != nil || got.Int().String() != want {
			t.Errorf("%s: got %s, %v, want %s", text, got.Int(), err, want)
		}
	}
	for _, text := range []string{"", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "0x10", "1_0", "٣",
		"0.0000000000000000001", strings.Repeat("9", 31)} {
		if got, err := agent.ParseAmount(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestAmountPrintsWhatItReads(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		units := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(r, "units"))
		amount := agent.Units(units)
		again, err := agent.ParseAmount(amount.String())
		if err != nil || again.Cmp(amount) != 0 {
			r.Fatalf("%s: got %s, %v", amount, again, err)
		}
		encoded, err := json.Marshal(amount)
		var decoded agent.Amount
		if err != nil || json.Unmarshal(encoded, &decoded) != nil || decoded.Cmp(amount) != 0 {
			r.Fatalf("%s: JSON %s gave %s", amount, encoded, decoded)
		}
		short, err := agent.ParseAmount(amount.Short())
		if err != nil || short.Cmp(amount) > 0 || short.IsZero() != amount.IsZero() {
			r.Fatalf("%s: short form is %s, %v", amount, amount.Short(), err)
		}
	})
}

func TestAmountShort(t *testing.T) {
	for text, want := range map[string]string{
		"12.3456789": "12.345678", "0.000000123456": "0.000000123", "3": "3", "0.00012345": "0.000123", "1.000000000000000001": "1",
	} {
		if got := agent.MustAmount(text).Short(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, text := range []string{"0", "10", "0.25", "1e3", "-1", "99999999999999999999999999999.999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		amount, err := agent.ParseAmount(text)
		if err != nil {
			return
		}
		if again, err := agent.ParseAmount(amount.String()); err != nil || again.Cmp(amount) != 0 {
			t.Fatalf("%q: got %s, then %s, %v", text, amount, again, err)
		}
	})
}
