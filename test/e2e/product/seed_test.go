package product_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// seedHost is the only thing that is changed in the seed's texts.
const seedHost = "https://api.venice.ai"

func seedText(t *testing.T, w *world, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), seedHost) {
		t.Fatalf("%s does not name %s", name, seedHost)
	}
	return strings.ReplaceAll(string(text), seedHost, w.origin())
}

// exchange is one request of a program and its answer.
type exchange struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// runSeed runs the seed's program and returns what it said to the server and
// what it printed.
func runSeed(t *testing.T, w *world, program string, env ...string) ([]exchange, string) {
	t.Helper()
	dir := t.TempDir()
	modules, err := filepath.Abs("../node_modules")
	if err != nil {
		t.Fatal(err)
	}
	recorder, err := filepath.Abs("record.mjs")
	if err != nil {
		t.Fatal(err)
	}
	script, record := filepath.Join(dir, "seed.mjs"), filepath.Join(dir, "record")
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), nodeTimeout)
	defer cancel()
	command := nodeCommand(ctx, t, w, script, append(env, "RECORD="+record)...)
	command.Args = []string{"node", "--import", recorder, script}
	printed, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the seed's program: %v\n%s", err, printed)
	}
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	var exchanges []exchange
	for line := range strings.Lines(string(text)) {
		var one exchange
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		exchanges = append(exchanges, one)
	}
	if len(exchanges) != 2 || exchanges[0].Method != http.MethodGet || exchanges[0].Status != http.StatusOK ||
		exchanges[1].Method != http.MethodPost || exchanges[1].URL != w.APIBase+"/api_keys/generate_web3_key" {
		t.Fatalf("the seed's program made other requests than a GET and a POST: %+v", exchanges)
	}
	return exchanges, string(printed)
}

func TestSeedProgramWithARandomWalletIsRefusedInVenicesWords(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	exchanges, printed := runSeed(t, w, seedText(t, w, "seed.mjs"))
	if !strings.Contains(printed, "Created address: 0x") || !strings.Contains(printed, "Validation Token: ey") {
		t.Errorf("the program printed %q", printed)
	}
	var refused struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal([]byte(exchanges[1].Body), &refused); err != nil {
		t.Fatal(err)
	}
	if exchanges[1].Status != http.StatusBadRequest || refused.Error != "Wallet has no staked VVV on Base" {
		t.Errorf("got %d %s", exchanges[1].Status, exchanges[1].Body)
	}
}

// minted is the answer to a mint.
type minted struct {
	Success bool `json:"success"`
	Data    struct {
		APIKey           string `json:"apiKey"`
		APIKeyType       string `json:"apiKeyType"`
		Description      string `json:"description"`
		ConsumptionLimit struct {
			DIEM *float64 `json:"diem"`
		} `json:"consumptionLimit"`
	} `json:"data"`
}

func readMinted(t *testing.T, text string, keyType string) minted {
	t.Helper()
	var answer minted
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if !answer.Success || answer.Data.APIKey == "" || answer.Data.APIKeyType != keyType {
		t.Fatalf("want an %s key, got %+v", keyType, answer)
	}
	return answer
}

func listedKeys(t *testing.T, w *world, key string) []struct {
	ID   string `json:"id"`
	Type string `json:"apiKeyType"`
} {
	t.Helper()
	return fetch[struct {
		Data []struct {
			ID   string `json:"id"`
			Type string `json:"apiKeyType"`
		} `json:"data"`
	}](t, w.APIBase+"/api_keys", key).Data
}

func TestSeedProgramAndCurlCallsMintKeysForAStakedWallet(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	wallet := newStaker(t, w, "10")
	const random, ours = "ethers.Wallet.createRandom()", "new ethers.Wallet(process.env.PRIVATE_KEY)"
	program := seedText(t, w, "seed.mjs")
	if !strings.Contains(program, random) {
		t.Fatalf("the seed's program does not say %s", random)
	}
	exchanges, _ := runSeed(t, w, strings.ReplaceAll(program, random, ours), "PRIVATE_KEY="+wallet.PrivateKey)
	if exchanges[1].Status != http.StatusOK {
		t.Fatalf("got %d %s", exchanges[1].Status, exchanges[1].Body)
	}
	admin := readMinted(t, exchanges[1].Body, "ADMIN").Data.APIKey
	if keys := listedKeys(t, w, admin); len(keys) != 2 { // the fixture's and this one
		t.Errorf("the ADMIN key lists %d keys, want 2", len(keys))
	}

	var challenge struct {
		Data struct {
			Token string `json:"token"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(runShell(t, seedText(t, w, "seed-get.sh"))), &challenge); err != nil {
		t.Fatal(err)
	}
	signature := runNode[string](t, w, "sign.mjs", "PRIVATE_KEY="+wallet.PrivateKey, "TEXT="+challenge.Data.Token)
	post := strings.NewReplacer("<signed token>", signature, "<unsigned token>", challenge.Data.Token, "<wallet address>", wallet.Address).
		Replace(seedText(t, w, "seed-post.sh"))
	inference := readMinted(t, runShell(t, post), "INFERENCE")
	if limit := inference.Data.ConsumptionLimit.DIEM; limit == nil || *limit != 1 || inference.Data.Description != "Web3 API Key" {
		t.Errorf("got %+v, want the limit and the description that were asked for", inference.Data)
	}
	if keys := listedKeys(t, w, admin); len(keys) != 3 {
		t.Errorf("the ADMIN key lists %d keys, want 3", len(keys))
	}
	if status, body := call(t, http.MethodGet, w.APIBase+"/api_keys", inference.Data.APIKey, ""); status != http.StatusUnauthorized {
		t.Errorf("an INFERENCE key lists keys: %d %s", status, body)
	}
}

// runShell runs curl as a person would paste it.
func runShell(t *testing.T, text string) string {
	t.Helper()
	tool(t, "curl")
	shell := exec.CommandContext(t.Context(), "sh", "-c", text)
	output, err := shell.Output()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return string(output)
}

// What a server in earnest bounds tightly by wallet and by source is not in the
// way of somebody who tries things out.
func TestDevWorldLocksNobodyOutOfTheirOwnLaptop(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	staker := newStaker(t, w, "1")
	for i := range 60 {
		if status, body := call(t, http.MethodPost, w.APIBase+"/api_keys", staker.AdminKey, `{"apiKeyType":"INFERENCE","description":"one of many"}`); status != http.StatusOK {
			t.Fatalf("key %d of a minute: %d %s", i, status, body)
		}
		if status, body := call(t, http.MethodGet, w.APIBase+"/api_keys", "mistyped", ""); status != http.StatusUnauthorized {
			t.Fatalf("failure %d of a minute: %d %s", i, status, body)
		}
		if status, body := call(t, http.MethodGet, w.APIBase+"/api_keys/generate_web3_key", "", ""); status != http.StatusOK {
			t.Fatalf("token %d of a minute: %d %s", i, status, body)
		}
	}
}

// One signature is one key, however often and however fast it is sent.
func TestOneSignatureMintsOneKeyHoweverOftenItIsPosted(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	result := runNode[struct {
		Answers map[string]int `json:"answers"`
		Keys    int            `json:"keys"`
	}](t, w, "replay.mjs")
	t.Logf("answers: %v", result.Answers)
	if result.Answers["200"] != 1 || result.Answers["400 TOKEN_USED"] != 99 {
		t.Errorf("100 equal requests were answered with %v, want one 200 and 99 refusals of a used token", result.Answers)
	}
	if result.Keys != 1 {
		t.Errorf("the account has %d keys, want 1", result.Keys)
	}
}
