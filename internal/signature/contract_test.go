package signature_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/signature"
)

// fakeChain answers every simulation with a function.
type fakeChain func(ctx context.Context, code []byte) ([]byte, error)

func (f fakeChain) Simulate(ctx context.Context, code []byte, _ uint64) ([]byte, error) {
	return f(ctx, code)
}

var (
	wallet = common.HexToAddress("0x1111111111111111111111111111111111111111")
	suffix = bytes.Repeat([]byte{0x64, 0x92}, 16)
)

func TestOnlyTheValidatorsOneIsAYes(t *testing.T) {
	for name, test := range map[string]struct {
		answer []byte
		failed error
		want   error
	}{
		"one":             {answer: []byte{1}},
		"zero":            {answer: []byte{0}, want: signature.ErrMismatch},
		"two":             {answer: []byte{2}, want: signature.ErrMismatch},
		"nothing":         {want: signature.ErrMismatch},
		"two bytes":       {answer: []byte{1, 1}, want: signature.ErrMismatch},
		"a word":          {answer: append(make([]byte, 31), 1), want: signature.ErrMismatch},
		"no node answers": {failed: errors.New("away"), want: signature.ErrUnavailable},
	} {
		v := signature.New(signature.Config{Chain: fakeChain(func(context.Context, []byte) ([]byte, error) { return test.answer, test.failed })})
		if err := v.Verify(t.Context(), wallet, "text", []byte("signature")); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestAKeysOwnSignatureAsksNobody(t *testing.T) {
	v := signature.New(signature.Config{Chain: fakeChain(func(context.Context, []byte) ([]byte, error) {
		t.Error("the chain was asked")
		return nil, nil
	})})
	if err := v.Verify(t.Context(), common.HexToAddress(foreignAddress), foreignText, common.FromHex(foreignSignature)); err != nil {
		t.Error(err)
	}
	for _, reserved := range []string{"0x0000000000000000000000000000000000000000", "0x0000000000000000000000000000000000000004"} {
		if err := v.Verify(t.Context(), common.HexToAddress(reserved), "text", nil); !errors.Is(err, signature.ErrMismatch) {
			t.Errorf("%s: %v", reserved, err)
		}
	}
}

// With every turn taken by wallets that never answer, others are told to try
// again, in time; and when those give up, there are turns again.
func TestWalletsThatNeverAnswerTakeTurnsForSoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var started atomic.Int64
		v := signature.New(signature.Config{
			Concurrent: 2, Timeout: 4 * time.Second,
			Chain: fakeChain(func(ctx context.Context, _ []byte) ([]byte, error) {
				if started.Add(1) <= 2 {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				return []byte{1}, nil
			}),
		})
		var busy sync.WaitGroup
		for range 2 {
			busy.Go(func() {
				if err := v.Verify(t.Context(), wallet, "text", nil); !errors.Is(err, signature.ErrUnavailable) {
					t.Errorf("a wallet that never answers: %v", err)
				}
			})
		}
		synctest.Wait()
		time.Sleep(time.Second)
		begun := time.Now()
		if err := v.Verify(t.Context(), wallet, "text", nil); err != nil {
			t.Errorf("behind them: %v", err)
		}
		if waited := time.Since(begun); waited != 3*time.Second {
			t.Errorf("waited %s for a turn", waited)
		}
		busy.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := v.Verify(ctx, wallet, "text", nil); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that has left: %v", err)
		}
	})
}

// Whatever stands before the suffix, nothing panics, a reserved factory and a
// second wrapping are never asked about, and what is asked carries no suffix.
func FuzzWrappedSignature(f *testing.F) {
	f.Add([]byte{}, true)
	f.Add(bytes.Repeat([]byte{0xff}, 96), true)
	f.Add(make([]byte, 160), true)
	word := func(n byte) []byte { return append(make([]byte, 31), n) }
	f.Add(slices.Concat(common.LeftPadBytes(wallet[:], 32), word(96), word(128), word(0), word(0)), true)
	f.Add(slices.Concat(common.LeftPadBytes(wallet[:], 32), word(96), word(128), word(1), word(9), word(32), suffix), true)
	f.Fuzz(func(t *testing.T, sig []byte, wrapped bool) {
		if wrapped {
			sig = append(slices.Clone(sig), suffix...)
		}
		asked := false
		v := signature.New(signature.Config{Chain: fakeChain(func(_ context.Context, code []byte) ([]byte, error) {
			asked = true
			if len(code) > 4096+3*signature.MaxLength {
				t.Fatalf("%d bytes of code for %d of signature", len(code), len(sig))
			}
			return []byte{0}, nil
		})})
		if err := v.Verify(t.Context(), wallet, "text", sig); err == nil {
			t.Fatal("accepted")
		}
		if !wrapped && !asked && !bytes.HasSuffix(sig, bytes.Repeat([]byte{0x80, 0x10}, 16)) && !bytes.HasSuffix(sig, suffix) {
			t.Fatal("a plain signature of a contract wallet was not asked about")
		}
	})
}
