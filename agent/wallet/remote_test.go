package wallet_test

import (
	"context"
	"errors"
	"math/big"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/agent/wallet"
	"stakegate/agent/wallet/wallettest"
	"stakegate/contracts/bindings"
)

func newClef(t *testing.T) *wallettest.Clef {
	t.Helper()
	key := mustParse(t, testKey)
	return &wallettest.Clef{Key: key, Accounts: []common.Address{key.Address()}}
}

func dialClef(t *testing.T, c *wallettest.Clef) *wallet.Remote {
	t.Helper()
	remote, err := wallet.DialRemote(t.Context(), c.Serve(t)["http"], c.Key.Address())
	if err != nil {
		t.Fatal(err)
	}
	return remote
}

func someTx() *types.Transaction {
	return types.NewTx(&types.DynamicFeeTx{ChainID: big.NewInt(8453), Nonce: 7, Gas: 21000, GasFeeCap: big.NewInt(20), GasTipCap: big.NewInt(1),
		To: &common.Address{1}, Value: big.NewInt(5), Data: bindings.NewVVV().PackApprove(common.Address{2}, big.NewInt(3))})
}

func TestRemoteSignsLikeTheKeyItself(t *testing.T) {
	c := newClef(t)
	chainID := big.NewInt(8453)
	for name, endpoint := range c.Serve(t) {
		remote, err := wallet.DialRemote(t.Context(), endpoint, common.Address{})
		if err != nil {
			t.Fatal(err)
		}
		if remote.Address() != c.Key.Address() {
			t.Fatalf("%s: address: got %s", name, remote.Address())
		}
		for _, text := range []string{"", "hello", "\x00\xff32 bytes may be anything too...", strings.Repeat("long ", 1000)} {
			got, err := remote.SignMessage(t.Context(), text)
			want, wantErr := c.Key.SignMessage(t.Context(), text)
			if err != nil || wantErr != nil || string(got) != string(want) {
				t.Errorf("%s: %.20q: got %x, %v, want %x", name, text, got, err, want)
			}
		}
		got, err := remote.SignTx(t.Context(), someTx(), chainID)
		want, wantErr := c.Key.SignTx(t.Context(), someTx(), chainID)
		if err != nil || wantErr != nil || got.Hash() != want.Hash() {
			t.Errorf("%s: transaction: got %v, %v", name, got, err)
		}
	}
}

func TestRemoteTakesWhatIsTheSameSignature(t *testing.T) {
	c := newClef(t)
	remote := dialClef(t, c)
	want, err := c.Key.SignMessage(t.Context(), "text")
	if err != nil {
		t.Fatal(err)
	}
	c.After = func(signature []byte) []byte { signature[64] -= 27; return signature } // v of 0 or 1
	if got, err := remote.SignMessage(t.Context(), "text"); err != nil || string(got) != string(want) {
		t.Errorf("got %x, %v, want %x", got, err, want)
	}
}

func TestRemoteRefusesATransactionThatWasChanged(t *testing.T) {
	c := newClef(t)
	remote := dialClef(t, c)
	for name, edit := range map[string]func(*types.DynamicFeeTx){
		"recipient": func(tx *types.DynamicFeeTx) { tx.To = &common.Address{2} },
		"creation":  func(tx *types.DynamicFeeTx) { tx.To = nil },
		"value":     func(tx *types.DynamicFeeTx) { tx.Value = big.NewInt(6) },
		"data":      func(tx *types.DynamicFeeTx) { tx.Data = nil },
		"nonce":     func(tx *types.DynamicFeeTx) { tx.Nonce++ },
		"gas":       func(tx *types.DynamicFeeTx) { tx.Gas++ },
		"fee":       func(tx *types.DynamicFeeTx) { tx.GasFeeCap = big.NewInt(21) },
		"tip":       func(tx *types.DynamicFeeTx) { tx.GasTipCap = big.NewInt(2) },
		"chain":     func(tx *types.DynamicFeeTx) { tx.ChainID = big.NewInt(1) },
		"access":    func(tx *types.DynamicFeeTx) { tx.AccessList = types.AccessList{{}} },
	} {
		c.Edit = edit
		signed, err := remote.SignTx(t.Context(), someTx(), big.NewInt(8453))
		if !errors.Is(err, wallet.ErrSignature) || signed != nil {
			t.Errorf("%s: got %v, %v", name, signed, err)
		}
	}
}

func TestRemoteRefusesAnswersThatAreNotItsSignature(t *testing.T) {
	c := newClef(t)
	remote := dialClef(t, c)
	stranger, err := wallet.Generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, after := range map[string]func([]byte) []byte{
		"nothing":   func([]byte) []byte { return nil },
		"short":     func(b []byte) []byte { return b[:len(b)-1] },
		"long":      func(b []byte) []byte { return append(b, 0) },
		"zeros":     func(b []byte) []byte { return make([]byte, len(b)) },
		"all ones":  func(b []byte) []byte { return []byte(strings.Repeat("\xff", len(b))) },
		"stranger":  func([]byte) []byte { s, _ := stranger.SignMessage(t.Context(), "text"); return s },
		"one digit": func(b []byte) []byte { b[5] ^= 1; return b },
	} {
		c.After = after
		if signature, err := remote.SignMessage(t.Context(), "text"); !errors.Is(err, wallet.ErrSignature) || signature != nil {
			t.Errorf("message, %s: got %x, %v", name, signature, err)
		}
		if signed, err := remote.SignTx(t.Context(), someTx(), big.NewInt(8453)); !errors.Is(err, wallet.ErrSignature) || signed != nil {
			t.Errorf("transaction, %s: got %v, %v", name, signed, err)
		}
	}
	// The wallet asks for one account, the signer signs with another's key.
	c.After, c.Key = nil, stranger
	if _, err := remote.SignMessage(t.Context(), "text"); err == nil {
		t.Error("a stranger's signature was taken")
	}
}

func TestRemoteTellsTheSignersRefusalInOneLine(t *testing.T) {
	c := newClef(t)
	remote := dialClef(t, c)
	c.Err = errors.New("Request denied\n\x1b[31mstakegate: all is well " + strings.Repeat("x", 2000))
	_, err := remote.SignMessage(t.Context(), "text")
	if err == nil || !strings.Contains(err.Error(), "Request denied") || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 500 {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := remote.SignMessage(ctx, "text"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the caller's own end", err)
	}
}

func TestRemoteIsOnThisMachineAndHasOneAccount(t *testing.T) {
	for _, endpoint := range []string{"", "8550", "https://127.0.0.1:8550", "http://signer.example:8550", "http://10.0.0.1:8550",
		"http://me:secret@127.0.0.1:8550", "ws://127.0.0.1:8550", "clef.ipc", "http://127.0.0.1.example:1", "unix:clef.ipc"} {
		if remote, err := wallet.DialRemote(t.Context(), endpoint, common.Address{1}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v, %v", endpoint, remote, err)
		}
	}
	c := newClef(t)
	for _, n := range []int{0, 2} {
		c.Accounts = make([]common.Address, n)
		if _, err := wallet.DialRemote(t.Context(), c.Serve(t)["http"], common.Address{}); err == nil || !strings.Contains(err.Error(), "say which") {
			t.Errorf("%d accounts: got %v", n, err)
		}
	}
	if _, err := wallet.DialRemote(t.Context(), filepath.Join(t.TempDir(), "none.ipc"), common.Address{}); err == nil {
		t.Error("a socket that is not there was dialled")
	}
	tx := types.NewTx(&types.LegacyTx{})
	if _, err := dialClef(t, newClef(t)).SignTx(t.Context(), tx, big.NewInt(8453)); err == nil {
		t.Error("a transaction without a chain was sent to be signed")
	}
}
