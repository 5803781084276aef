package wallet_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"pgregory.net/rapid"

	"stakegate/agent/wallet"
)

// The first account of the well-known test mnemonic "test test ... junk".
const (
	testKey     = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
	testAddress = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
)

func mustParse(t *testing.T, text string) *wallet.Key {
	t.Helper()
	key, err := wallet.ParseKey([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestParseKeyDerivesTheAddress(t *testing.T) {
	for _, text := range []string{testKey, "0x" + testKey, " " + testKey + "\r\n", strings.ToUpper(testKey)} {
		if got := mustParse(t, text).Address().Hex(); got != testAddress {
			t.Errorf("got %s, want %s", got, testAddress)
		}
	}
}

func TestParseKeyRefusesEverythingElseWithoutQuotingIt(t *testing.T) {
	for _, text := range []string{
		"", "0x", testKey[1:], testKey + "00", "zz" + testKey[2:], strings.Repeat("0", 64),
		"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", // the curve's order
	} {
		key, err := wallet.ParseKey([]byte(text))
		if !errors.Is(err, wallet.ErrKeyText) || key != nil {
			t.Errorf("%q: got %v, %v", text, key, err)
		}
		if len(text) > 8 && strings.Contains(fmt.Sprint(err), text[:8]) {
			t.Errorf("error quotes the key text: %v", err)
		}
	}
}

func TestSignMessageIsPersonalSign(t *testing.T) {
	key := mustParse(t, testKey)
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.String().Draw(r, "text")
		signature, err := key.SignMessage(t.Context(), text)
		if err != nil || len(signature) != 65 {
			r.Fatalf("got %d bytes, %v", len(signature), err)
		}
		if v := signature[64]; v != 27 && v != 28 {
			r.Fatalf("v: got %d", v)
		}
		if !crypto.ValidateSignatureValues(signature[64]-27, new(big.Int).SetBytes(signature[:32]),
			new(big.Int).SetBytes(signature[32:64]), true) {
			r.Fatal("the signature's s is high")
		}
		signature[64] -= 27
		public, err := crypto.SigToPub(accounts.TextHash([]byte(text)), signature)
		if err != nil || crypto.PubkeyToAddress(*public) != key.Address() {
			r.Fatalf("recovered another signer: %v", err)
		}
	})
}

func TestSignTxIsForTheChain(t *testing.T) {
	key := mustParse(t, testKey)
	chainID := big.NewInt(8453)
	tx := types.NewTx(&types.DynamicFeeTx{ChainID: chainID, Nonce: 1, Gas: 21000, GasFeeCap: big.NewInt(2), GasTipCap: big.NewInt(1), To: &common.Address{1}})
	signed, err := key.SignTx(t.Context(), tx, chainID)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := types.Sender(types.LatestSignerForChainID(chainID), signed)
	if err != nil || sender != key.Address() {
		t.Errorf("sender: got %s, %v", sender, err)
	}
	if _, err := key.SignTx(t.Context(), tx, big.NewInt(1)); err == nil {
		t.Error("a transaction for chain 8453 was signed for chain 1")
	}
}

func TestKeyNeverPrints(t *testing.T) {
	key := mustParse(t, testKey)
	raw, _ := hex.DecodeString(testKey)
	decimal := new(big.Int).SetBytes(raw).String()
	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("wallet", "key", key, "struct", struct{ K *wallet.Key }{key})
	encoded, err := json.Marshal(map[string]any{"key": key})
	if err != nil {
		t.Fatal(err)
	}
	outputs := []string{log.String(), string(encoded)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		outputs = append(outputs, fmt.Sprintf(verb, key), fmt.Sprintf(verb, struct{ K *wallet.Key }{key}), fmt.Sprintf(verb, []any{key}))
	}
	for _, text := range outputs {
		lower := strings.ToLower(text)
		if strings.Contains(lower, testKey[:12]) || strings.Contains(text, decimal[:12]) {
			t.Errorf("the key is in %q", text)
		}
	}
}

func TestOpenOrCreateKeepsOneWallet(t *testing.T) {
	files := wallet.Files{Keystore: filepath.Join(t.TempDir(), "state", "wallet.json")}
	first, created, err := wallet.OpenOrCreate(files)
	if err != nil || !created {
		t.Fatalf("got created %v, %v", created, err)
	}
	second, created, err := wallet.OpenOrCreate(files)
	if err != nil || created {
		t.Fatalf("second run: got created %v, %v", created, err)
	}
	if first.Address() != second.Address() {
		t.Errorf("got %s, then %s", first.Address(), second.Address())
	}
	for _, path := range []string{files.Keystore, files.Keystore + ".password"} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v, want 0600", path, info.Mode().Perm(), err)
		}
	}
}

func TestLostPasswordNeverReplacesAWallet(t *testing.T) {
	files := wallet.Files{Keystore: filepath.Join(t.TempDir(), "state", "wallet.json")}
	if _, _, err := wallet.OpenOrCreate(files); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(files.Keystore)
	if err := os.Remove(files.Keystore + ".password"); err != nil {
		t.Fatal(err)
	}
	if _, created, err := wallet.OpenOrCreate(files); err == nil || created {
		t.Fatalf("got created %v, %v", created, err)
	}
	if after, _ := os.ReadFile(files.Keystore); string(after) != string(before) {
		t.Error("the keystore file changed")
	}
}

func TestNamedPasswordFileIsUsedAndMadeIfMissing(t *testing.T) {
	dir := t.TempDir()
	files := wallet.Files{Keystore: filepath.Join(dir, "state", "wallet.json"), PasswordFile: filepath.Join(dir, "password")}
	first, created, err := wallet.OpenOrCreate(files)
	if err != nil || !created {
		t.Fatalf("got created %v, %v", created, err)
	}
	again, created, err := wallet.OpenOrCreate(files)
	if err != nil || created || again.Address() != first.Address() {
		t.Errorf("got %v, created %v, %v", again, created, err)
	}
	if err := os.WriteFile(files.PasswordFile, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := wallet.Open(files); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("got %v, want a refusal of the empty password file", err)
	}
}

func TestPasswordFromTheUserIsStoredNowhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	password := "correct horse"
	files := wallet.Files{Keystore: filepath.Join(dir, "wallet.json"),
		Ask: func(bool) ([]byte, error) { return []byte(password), nil }}
	if _, created, err := wallet.OpenOrCreate(files); err != nil || !created {
		t.Fatalf("got created %v, %v", created, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("directory holds %v, %v", entries, err)
	}
	password = "wrong"
	if _, err := wallet.Open(files); !errors.Is(err, wallet.ErrPassword) {
		t.Errorf("got %v, want ErrPassword", err)
	}
}

func TestSaveNeverReplaces(t *testing.T) {
	files := wallet.Files{Keystore: filepath.Join(t.TempDir(), "wallet.json")}
	if err := wallet.Save(files, mustParse(t, testKey)); err != nil {
		t.Fatal(err)
	}
	other, err := wallet.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if err := wallet.Save(files, other); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	if key, err := wallet.Open(files); err != nil || key.Address().Hex() != testAddress {
		t.Errorf("got %v, %v", key, err)
	}
}

func TestReadKeyFileRefusesOpenPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "raw.key")
	if err := os.WriteFile(path, []byte(testKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if key, err := wallet.ReadKeyFile(path); err != nil || key.Address().Hex() != testAddress {
		t.Errorf("got %v, %v", key, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := wallet.ReadKeyFile(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("got %v, want a refusal that names chmod 600", err)
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add([]byte(testKey))
	f.Add([]byte("0x" + testKey + "\n"))
	f.Add([]byte("0x0"))
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := wallet.ParseKey(text)
		if (key == nil) == (err == nil) {
			t.Fatalf("got %v, %v", key, err)
		}
		if key != nil && key.Address() == (common.Address{}) {
			t.Fatal("a key without an address")
		}
	})
}
