package apikey_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakegate/internal/apikey"
)

// The published test vector of the key format.
const (
	vector       = "sg_inf_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1MRIXl"
	vectorSHA256 = "1f2c8d79704ec25e166c5fc4822293f035e2825780c055a1cbce5195ba816e61"
)

var root = bytes.Repeat([]byte{7}, apikey.MinRootLength)

func TestPublishedVectorParses(t *testing.T) {
	sum := sha256.Sum256([]byte(vector))
	if hex.EncodeToString(sum[:]) != vectorSHA256 {
		t.Fatal("the vector itself was altered")
	}
	key, err := apikey.Parse(vector)
	if err != nil {
		t.Fatal(err)
	}
	if key.Type() != apikey.Inference || key.Last6() != "1MRIXl" || key.Reveal() != vector {
		t.Errorf("got type %q, last six %q", key.Type(), key.Last6())
	}
}

func TestNewKeysAreWellFormedAndDistinct(t *testing.T) {
	shape := regexp.MustCompile(`^sg_(inf|adm)_[0-9A-Za-z]{49}$`)
	seen := map[string]bool{}
	symbols := map[byte]int{}
	for range 2000 {
		for _, typ := range []apikey.Type{apikey.Inference, apikey.Admin} {
			key, err := apikey.New(typ)
			if err != nil {
				t.Fatal(err)
			}
			text := key.Reveal()
			back, err := apikey.Parse(text)
			if err != nil || back.Reveal() != text || back.Type() != typ || !shape.MatchString(text) || len(text) != 56 {
				t.Fatalf("a new %s key does not parse: %v", typ, err)
			}
			if seen[text] {
				t.Fatal("the same key twice")
			}
			seen[text] = true
			for i := 7; i < 50; i++ {
				symbols[text[i]]++
			}
		}
	}
	// 172,000 draws, 2,774 expected of each symbol, deviation 52: eight
	// deviations either way would be a bias, not luck.
	for symbol, n := range symbols {
		if n < 2774-420 || n > 2774+420 {
			t.Errorf("symbol %q was drawn %d times", symbol, n)
		}
	}
	if len(symbols) != 62 {
		t.Errorf("%d symbols are in use, want 62", len(symbols))
	}
	if _, err := apikey.New("admin"); !errors.Is(err, apikey.ErrType) {
		t.Errorf("unknown type: %v", err)
	}
}

func TestMalformedKeysAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "sg_inf_", vector[:55], vector + "0", " " + vector[:55], vector + "\n", vector[:55] + "\n",
		"SG_INF_" + vector[7:], "sg_adm_" + vector[7:], "sg_xxx_" + vector[7:], "xx_inf_" + vector[7:],
		strings.Replace(vector, "A", "-", 1), strings.Replace(vector, "A", "_", 1), strings.Replace(vector, "A", "\x00", 1),
		vector[:50] + "0MRIXl", vector[:50] + "1mRIXl", strings.Repeat("é", 28),
	} {
		if _, err := apikey.Parse(text); !errors.Is(err, apikey.ErrMalformed) {
			t.Errorf("%q: got %v, want ErrMalformed", text, err)
		}
	}
}

// One wrong character is always noticed, without a look-up.
func TestAnySingleChangedCharacterIsNoticed(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(7, 55).Draw(t, "at")
		to := alphabet[rapid.IntRange(0, 61).Draw(t, "to")]
		changed := vector[:at] + string(to) + vector[at+1:]
		if _, err := apikey.Parse(changed); (err == nil) != (changed == vector) {
			t.Fatalf("%q at %d: %v", to, at, err)
		}
	})
}

func TestSecretsNeverPrintThemselves(t *testing.T) {
	key, err := apikey.Parse(vector)
	if err != nil {
		t.Fatal(err)
	}
	type exported struct{ Key apikey.Secret }
	type hidden struct{ key apikey.Secret }
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p"} {
		for _, value := range []any{key, &key, exported{key}, hidden{key}, &hidden{key}, []apikey.Secret{key}, map[string]hidden{"k": {key}}} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("made", "key", key, "in", exported{key}, "hidden", hidden{key}, "group", slog.GroupValue(slog.Any("key", key)))
	}
	encoded, err := json.Marshal(map[string]any{"key": key, "in": exported{key}, "map": map[apikey.Secret]int{key: 1}})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	fmt.Fprint(&out, fmt.Errorf("failed with %w and %v", errors.New("x"), key))
	random := vector[7:50]
	printed := out.String()
	for i := range len(random) - 5 { // no six characters of it in a row
		part := random[i : i+6]
		if strings.Contains(printed, part) || strings.Contains(strings.ToLower(printed), hex.EncodeToString([]byte(part))) {
			t.Fatalf("%q of the secret was printed", part)
		}
	}
	if !strings.Contains(printed, "1MRIXl") {
		t.Error("the last six characters were not printed")
	}
}

func TestZeroSecretIsHarmless(t *testing.T) {
	var none apikey.Secret
	if none.Reveal() != "" || none.Last6() != "" || none.Type() != "" || none.String() != "sg_***" {
		t.Errorf("got %q %q %q %q", none.Reveal(), none.Last6(), none.Type(), none.String())
	}
}

func TestHashIsHMACUnderADerivedPepper(t *testing.T) {
	key, err := apikey.Parse(vector)
	if err != nil {
		t.Fatal(err)
	}
	pepper, err := hkdf.Key(sha256.New, root, nil, "stakegate/key-pepper/v1", 32)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, pepper)
	mac.Write([]byte(vector))
	hasher := apikey.NewHasher(root)
	got := hasher.Hash(key)
	if !bytes.Equal(got[:], mac.Sum(nil)) {
		t.Error("the hash is not HMAC-SHA-256 of the whole key")
	}
	if again := hasher.Hash(key); again != got {
		t.Error("the hash depends on earlier ones")
	}
	other := apikey.NewHasher(bytes.Repeat([]byte{8}, 32))
	if other.Hash(key) == got {
		t.Error("the hash does not depend on the root")
	}
}

func TestHasherRefusesAShortRoot(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a root of 31 bytes was taken")
		}
	}()
	apikey.NewHasher(make([]byte, 31))
}

func TestHasherIsSafeForConcurrentUse(t *testing.T) {
	hasher := apikey.NewHasher(root)
	results := make(chan error)
	for range 8 {
		go func() {
			key, err := apikey.New(apikey.Admin)
			want := hasher.Hash(key)
			for range 500 {
				if hasher.Hash(key) != want {
					err = errors.New("hashes got mixed up")
				}
			}
			results <- err
		}()
	}
	for range 8 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(vector)
	f.Add("sg_adm_" + vector[7:])
	f.Add("")
	shape := regexp.MustCompile(`^sg_(inf|adm)_[0-9A-Za-z]{49}$`)
	f.Fuzz(func(t *testing.T, text string) {
		key, err := apikey.Parse(text)
		if err == nil && (key.Reveal() != text || !shape.MatchString(text)) {
			t.Fatalf("%q was accepted", text)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	key, err := apikey.Parse(vector)
	if err != nil {
		b.Fatal(err)
	}
	hasher := apikey.NewHasher(root)
	b.ReportAllocs()
	for b.Loop() {
		hasher.Hash(key)
	}
}
