package money

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Nano{
		"0": 0, "1": Unit, "0.001": 1_000_000, "1e-9": 1, "1e-10": 0, "0.0000000019": 1,
		"1E2": 100 * Unit, "9999999999": Max, "9223372036.854775807": Max, "9223372036.854775806": Max - 1,
		"0.10": 100_000_000, "1e20": Max, "0e20": 0, "12.5e-1": 1_250_000_000,
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "+1", "01", "1.", ".5", "1e", "1e400", "1e+-2", "NaN", " 1", "1 ", "0x1", "1_0", "１", "11111111111111111111111111111111111111111"} {
		if _, err := Parse(text); !errors.Is(err, ErrDecimal) {
			t.Errorf("Parse(%q) gave %v, want ErrDecimal", text, err)
		}
	}
}

// What is printed parses back to the same amount.
func TestStringRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Nano(rapid.Int64Min(0).Draw(t, "nanos"))
		back, err := Parse(n.String())
		if err != nil || back != n {
			t.Fatalf("%d printed as %q parsed as %v, %v", int64(n), n.String(), back, err)
		}
	})
}

// PerMillion agrees with arbitrary-precision arithmetic and rounds up once.
func TestPerMillion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Term {
			return Term{Quantity: rapid.Int64Min(0).Draw(t, "quantity"), Price: Nano(rapid.Int64Min(0).Draw(t, "price"))}
		}), 0, 4).Draw(t, "terms")
		sum := new(big.Int)
		for _, term := range terms {
			sum.Add(sum, new(big.Int).Mul(big.NewInt(term.Quantity), big.NewInt(int64(term.Price))))
		}
		sum.Add(sum, big.NewInt(999_999)).Div(sum, big.NewInt(1_000_000))
		want := Max
		if sum.IsInt64() {
			want = Nano(sum.Int64())
		}
		if got := PerMillion(terms...); got != want {
			t.Fatalf("PerMillion(%v) = %d, want %d", terms, got, want)
		}
	})
}

func TestNegativeString(t *testing.T) {
	if got := Nano(-100_000_000).String(); got != "-0.1" {
		t.Errorf("got %q", got)
	}
	if got := Nano(-9223372036854775808).String(); got != "-9223372036.854775808" {
		t.Errorf("got %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0", "1.5", "1e-9", "9999999999", "-1", "1e400"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text)
		if err == nil && n < 0 {
			t.Fatalf("Parse(%q) = %d", text, n)
		}
	})
}
