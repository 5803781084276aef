package mcpserver_test

import (
	"context"
	"encoding/hex"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"stakegate/agent"
	"stakegate/agent/wallet"
)

func TestPlanApplyStatusThroughTheOfficialClient(t *testing.T) {
	w := newWorld(t)
	session := w.client(nil)
	tools, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	readOnly := map[string]bool{}
	for _, tool := range tools.Tools {
		readOnly[tool.Name] = tool.Annotations.ReadOnlyHint
		if tool.OutputSchema == nil || tool.Description == "" {
			t.Errorf("%s does not say what it returns", tool.Name)
		}
	}
	want := map[string]bool{"plan": true, "apply": false, "status": true, "balance": true, "keys": true, "key_create": false, "key_revoke": false}
	if !maps.Equal(readOnly, want) {
		t.Fatalf("tools: got %v, want %v", readOnly, want)
	}

	planned := call[plan](t, session, "plan", nil)
	if !planned.Applyable || !planned.MayApply || !strings.HasPrefix(planned.Digest, "sha256:") || planned.Payer != w.key.Address().Hex() {
		t.Fatalf("got %+v", planned)
	}
	done := call[applied](t, session, "apply", map[string]any{"digest": planned.Digest})
	if !done.Done || len(done.Transactions) != 5 || done.Balances.StakedDiem != "0.1" || done.Key.ID == "" || done.Key.File != w.config.Options.Keys.Path() {
		t.Errorf("apply: got %+v", done)
	}
	now := call[status](t, session, "status", nil)
	if now.Balances.StakedDiem != "0.1" || len(now.Keys) != 1 || !now.Keys[0].Works || now.Limits.Today != done.Spent {
		t.Errorf("status: got %+v", now)
	}
	spent, err := agent.ParseAmount(done.Spent.ETH)
	if left := agent.MustAmount("1").Sub(spent); err != nil || left.String() != now.Balances.Eth {
		t.Errorf("spent %s, left %s of 1 ETH: %v", done.Spent.ETH, now.Balances.Eth, err)
	}
	balance := call[struct{ CanConsume bool }](t, session, "balance", nil)
	if !balance.CanConsume {
		t.Errorf("balance: got %+v", balance)
	}
	if again := call[plan](t, session, "plan", nil); !again.Complete || again.MayApply {
		t.Errorf("a second plan: got %+v", again)
	}
}

func TestAModelCannotApplyWhatWasNotPlannedOrBeyondTheCaps(t *testing.T) {
	w := newWorld(t)
	w.config.Caps.PerApply.ETH = agent.MustAmount("0.05")
	w.config.Caps.PerDay.ETH = agent.MustAmount("0.08")
	session := w.client(nil)
	planned := call[plan](t, session, "plan", map[string]any{"stake": "1", "diem": "0"})
	if !planned.MayApply {
		t.Fatalf("got %+v", planned)
	}
	small := planned.Digest
	dear := call[plan](t, session, "plan", map[string]any{"stake": "10", "diem": "0.1"})
	if dear.MayApply || !strings.Contains(dear.WhyNot, "0.05") {
		t.Fatalf("the dear plan may be applied: %+v", dear)
	}
	for name, attempt := range map[string]struct {
		tool      string
		arguments any
		says      string
	}{
		"no digest":              {"apply", map[string]any{}, "digest"},
		"an empty digest":        {"apply", map[string]any{"digest": ""}, "no plan with this digest"},
		"an invented digest":     {"apply", map[string]any{"digest": "sha256:" + strings.Repeat("0", 64)}, "no plan with this digest"},
		"one digit changed":      {"apply", map[string]any{"digest": flip(small)}, "no plan with this digest"},
		"a longer digest":        {"apply", map[string]any{"digest": small + "0"}, "no plan with this digest"},
		"another spelling":       {"apply", map[string]any{"digest": strings.ToUpper(small)}, "no plan with this digest"},
		"a plan over the cap":    {"apply", map[string]any{"digest": dear.Digest}, "0.05"},
		"a plan brought along":   {"apply", map[string]any{"digest": small, "plan": map[string]any{"stake": "1000"}}, "additional properties"},
		"a cap brought along":    {"apply", map[string]any{"digest": small, "ethMax": "100"}, "additional properties"},
		"more stake than is set": {"plan", map[string]any{"stake": "10.000000000000000001"}, "at most 10 may be asked for"},
		"more DIEM than is set":  {"plan", map[string]any{"diem": "1"}, "at most 0.1 may be asked for"},
		"a negative stake":       {"plan", map[string]any{"stake": "-1"}, "stake"},
		"a stake in science":     {"plan", map[string]any{"stake": "1e18"}, "stake"},
		"a number for a text":    {"plan", map[string]any{"stake": 1}, "stake"},
		"another server":         {"plan", map[string]any{"apiBase": "https://evil.example/api/v1"}, "additional properties"},
		"another contract":       {"plan", map[string]any{"contracts": map[string]any{}}, "additional properties"},
		"a tool that is not":     {"export_key", map[string]any{}, "unknown tool"},
		"a key above the cap":    {"key_create", map[string]any{"description": "x", "limitDiem": "-1"}, "limitDiem"},
		"a key without a name":   {"key_create", map[string]any{"description": ""}, "description"},
		"the main key's end":     {"key_revoke", map[string]any{"id": "../keys.json"}, "no key with this id"},
	} {
		if got := refused(t, session, attempt.tool, attempt.arguments); !strings.Contains(got, attempt.says) {
			t.Errorf("%s: got %q, want %q in it", name, got, attempt.says)
		}
	}
	if nonce, err := w.chain.Client().NonceAt(t.Context(), w.key.Address(), nil); err != nil || nonce != 0 {
		t.Fatalf("the wallet sent %d transactions, %v", nonce, err)
	}
	if done := call[applied](t, session, "apply", map[string]any{"digest": small}); !done.Done || len(done.Transactions) != 3 {
		t.Fatalf("what was planned: got %+v", done)
	}
	if got := refused(t, session, "apply", map[string]any{"digest": small}); !strings.Contains(got, "applied already") {
		t.Errorf("the same again: got %q", got)
	}
}

func flip(digest string) string {
	last := map[byte]string{'0': "1"}[digest[len(digest)-1]]
	if last == "" {
		last = "0"
	}
	return digest[:len(digest)-1] + last
}

func TestTheDaysCapHoldsOverRestartsAndEndsWithTheDay(t *testing.T) {
	w := newWorld(t)
	w.config.Caps.PerDay.ETH = agent.MustAmount("0.02")
	ask := map[string]any{"stake": "1", "diem": "0"}
	session := w.client(nil)
	first := call[plan](t, session, "plan", ask)
	if done := call[applied](t, session, "apply", map[string]any{"digest": first.Digest}); !done.Done {
		t.Fatalf("got %+v", done)
	}
	// Another process, the same day: 1 VVV more costs about 0.007 ETH.
	session = w.client(nil)
	for _, stake := range []string{"2", "3", "4"} {
		next := call[plan](t, session, "plan", map[string]any{"stake": stake, "diem": "0"})
		if !next.MayApply {
			if got := refused(t, session, "apply", map[string]any{"digest": next.Digest}); !strings.Contains(got, "today") {
				t.Errorf("got %q", got)
			}
			w.server.Clock.Advance(24 * time.Hour)
			if tomorrow := call[plan](t, session, "plan", map[string]any{"stake": stake, "diem": "0"}); !tomorrow.MayApply {
				t.Errorf("the next day: %s", tomorrow.WhyNot)
			}
			return
		}
		call[applied](t, session, "apply", map[string]any{"digest": next.Digest})
	}
	t.Error("three more stakes kept within a day's cap for one")
}

func TestUSDCIsSpentOnlyWithinALimitForIt(t *testing.T) {
	w := newWorld(t)
	w.config.Options.Target.Pay = agent.PayUSDC
	if err := w.chain.Fund(t.Context(), w.key.Address(), nil, nil, big.NewInt(500_000_000)); err != nil {
		t.Fatal(err)
	}
	ask := map[string]any{"stake": "1", "diem": "0"}
	session := w.client(nil)
	dear := call[plan](t, session, "plan", ask)
	if dear.MayApply || !dear.Applyable || dear.USDC == "0" || !strings.Contains(dear.WhyNot, "USDC") {
		t.Fatalf("without a limit: got %+v", dear)
	}
	if got := refused(t, session, "apply", map[string]any{"digest": dear.Digest}); !strings.Contains(got, "USDC") {
		t.Errorf("got %q", got)
	}
	w.config.Caps.PerApply.USDC, w.config.Caps.PerDay.USDC = agent.MustAmount("40"), agent.MustAmount("40")
	session = w.client(nil)
	planned := call[plan](t, session, "plan", ask)
	done := call[applied](t, session, "apply", map[string]any{"digest": planned.Digest})
	spent, err := agent.ParseAmount(done.Spent.USDC)
	if most := agent.MustAmount(planned.USDC); err != nil || spent.IsZero() || spent.Cmp(most) > 0 {
		t.Errorf("spent %s USDC of at most %s, %v", done.Spent.USDC, planned.USDC, err)
	}
	if next := call[plan](t, session, "plan", map[string]any{"stake": "3", "diem": "0"}); next.MayApply || !strings.Contains(next.WhyNot, "USDC") {
		t.Errorf("the day's USDC is spent: got %+v", next)
	}
}

// TestARunThatFailedCountsWhatItSpent: the world moved, so nothing was spent,
// and the same day's limit still holds the next plan.
func TestARunThatFailedCountsWhatItSpent(t *testing.T) {
	w := newWorld(t)
	w.config.Caps.PerDay.ETH = agent.MustAmount("0.012")
	ask := map[string]any{"stake": "1", "diem": "0"}
	session := w.client(nil)
	planned := call[plan](t, session, "plan", ask)
	if err := w.chain.Fund(t.Context(), w.key.Address(), nil, agent.MustAmount("0.5").Int(), nil); err != nil {
		t.Fatal(err)
	}
	if got := refused(t, session, "apply", map[string]any{"digest": planned.Digest}); !strings.Contains(got, "the world moved") {
		t.Fatalf("got %q", got)
	}
	if now := call[status](t, session, "status", nil); now.Limits.Today.ETH != "0" {
		t.Errorf("spent today: got %s", now.Limits.Today.ETH)
	}
	again := call[plan](t, session, "plan", ask)
	if done := call[applied](t, session, "apply", map[string]any{"digest": again.Digest}); !done.Done {
		t.Errorf("got %+v", done)
	}
}

func TestWithoutCapsNothingIsChanged(t *testing.T) {
	w := newWorld(t)
	w.config.Caps.Apply, w.config.Caps.Keys = false, 0
	session := w.client(nil)
	planned := call[plan](t, session, "plan", nil)
	if planned.MayApply || !planned.Applyable {
		t.Errorf("got %+v", planned)
	}
	if got := refused(t, session, "apply", map[string]any{"digest": planned.Digest}); !strings.Contains(got, "only plans") {
		t.Errorf("apply: got %q", got)
	}
	if got := refused(t, session, "key_create", map[string]any{"description": "x"}); !strings.Contains(got, "makes no keys") {
		t.Errorf("key_create: got %q", got)
	}
	if got := refused(t, session, "balance", nil); !strings.Contains(got, "no key for this wallet") {
		t.Errorf("balance: got %q", got)
	}
}

func TestAPlanIsForgottenAfterAWhile(t *testing.T) {
	w := newWorld(t)
	session := w.client(nil)
	planned := call[plan](t, session, "plan", map[string]any{"stake": "1", "diem": "0"})
	w.server.Clock.Advance(16 * time.Minute)
	if got := refused(t, session, "apply", map[string]any{"digest": planned.Digest}); !strings.Contains(got, "last 15 minutes") {
		t.Errorf("got %q", got)
	}
}

func TestSubKeysAreMadeInFilesWithinTheCapsAndRevoked(t *testing.T) {
	w := newWorld(t)
	most, err := agent.ParseDecimal("0.05")
	if err != nil {
		t.Fatal(err)
	}
	w.config.Caps.KeyLimits.DIEM = &most
	session := w.client(nil)
	planned := call[plan](t, session, "plan", map[string]any{"stake": "1", "diem": "0"})
	call[applied](t, session, "apply", map[string]any{"digest": planned.Digest})
	main := call[keyList](t, session, "keys", nil)
	if len(main.Keys) != 1 || main.Keys[0].File != w.config.Options.Keys.Path() {
		t.Fatalf("got %+v", main)
	}
	var made []newKey
	for _, name := range []string{"one", "two"} {
		key := call[newKey](t, session, "key_create", map[string]any{"description": name})
		info, err := os.Stat(key.File)
		if err != nil || info.Mode().Perm() != 0o600 || filepath.Dir(key.File) != filepath.Join(w.dir, "mcp-keys") {
			t.Fatalf("%s: got %v, %v", key.File, info, err)
		}
		secret, err := os.ReadFile(key.File)
		if err != nil || !strings.HasSuffix(strings.TrimSpace(string(secret)), key.Last6) {
			t.Errorf("%s does not hold the key: %v", key.File, err)
		}
		client, err := agent.NewClient(w.config.Options.Network.APIBase, nil)
		if err != nil {
			t.Fatal(err)
		}
		info2, err := client.WithKey(agent.NewSecret(strings.TrimSpace(string(secret)))).Key(t.Context(), key.ID)
		if err != nil || info2.Limits.DIEM == nil || *info2.Limits.DIEM != "0.05" {
			t.Errorf("the key does not work within its limit: %+v, %v", info2, err)
		}
		made = append(made, key)
	}
	for _, attempt := range []struct{ arguments, says any }{
		{map[string]any{"description": "three"}, "as many as this server allows"},
		{map[string]any{"description": "dear", "limitDiem": "0.06"}, "at most 0.05"},
	} {
		if got := refused(t, session, "key_create", attempt.arguments); !strings.Contains(got, attempt.says.(string)) {
			t.Errorf("%v: got %q", attempt.arguments, got)
		}
	}
	if got := refused(t, session, "key_revoke", map[string]any{"id": main.Keys[0].ID}); !strings.Contains(got, "only those can be revoked") {
		t.Errorf("the main key: got %q", got)
	}
	if out := call[struct{ Revoked bool }](t, session, "key_revoke", map[string]any{"id": made[0].ID}); !out.Revoked {
		t.Error("not revoked")
	}
	left := call[keyList](t, session, "keys", nil)
	if slices.ContainsFunc(left.Keys, func(k struct{ ID, Description, File string }) bool { return k.ID == made[0].ID }) || len(left.Keys) != 2 {
		t.Errorf("after the revocation: got %+v", left)
	}
	if _, err := os.Stat(made[0].File); !os.IsNotExist(err) {
		t.Errorf("the revoked key's file is still there: %v", err)
	}
	call[newKey](t, session, "key_create", map[string]any{"description": "three"})
}

// TestNoSecretLeavesTheServer has a whole run, with errors, recorded on the
// wire, and looks for the secrets that there were.
func TestNoSecretLeavesTheServer(t *testing.T) {
	w := newWorld(t)
	raw := crypto.Keccak256([]byte("a canary"))
	key, err := wallet.ParseKey([]byte(hex.EncodeToString(raw)))
	if err != nil {
		t.Fatal(err)
	}
	w.key, w.config.Options.Signer = key, key
	if err := w.chain.Fund(t.Context(), key.Address(), agent.MustAmount("1").Int(), nil, nil); err != nil {
		t.Fatal(err)
	}
	var told []string
	session := w.client(&mcp.ClientOptions{ProgressNotificationHandler: func(_ context.Context, request *mcp.ProgressNotificationClientRequest) {
		told = append(told, request.Params.Message)
	}})
	planned := call[plan](t, session, "plan", nil)
	params := &mcp.CallToolParams{Name: "apply", Arguments: map[string]any{"digest": planned.Digest}}
	params.SetProgressToken("run")
	if result, err := session.CallTool(t.Context(), params); err != nil || result.IsError {
		t.Fatalf("apply: %v", err)
	}
	sub := call[newKey](t, session, "key_create", map[string]any{"description": "canary"})
	subKey, err := os.ReadFile(sub.File)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := w.config.Options.Keys.Keys()
	if err != nil || len(stored) != 1 {
		t.Fatal(stored, err)
	}
	secrets := []string{hex.EncodeToString(raw), stored[0].Secret.Reveal(), strings.TrimSpace(string(subKey))}
	// A model that was told a secret elsewhere does not get it back either.
	for _, secret := range secrets {
		for _, tool := range []string{"key_revoke", "apply", "plan", secret} {
			refused(t, session, tool, map[string]any{"id": secret, "digest": secret, "stake": secret})
			refused(t, session, tool, map[string]any{"id": secret})
			refused(t, session, tool, map[string]any{"digest": secret})
		}
	}
	for _, tool := range []string{"status", "balance", "keys", "plan"} {
		call[map[string]any](t, session, tool, nil)
	}
	if len(told) < 5 || !strings.Contains(w.wire.String(), `"progress"`) {
		t.Errorf("only %d messages of progress came", len(told))
	}
	wire := strings.ToLower(w.wire.String())
	for _, secret := range secrets {
		if strings.Contains(wire, strings.ToLower(secret)) || strings.Contains(wire, strings.ToLower(secret[8:40])) {
			t.Errorf("a secret is on the wire: ...%s", secret[len(secret)-6:])
		}
	}
	if strings.Contains(wire, "eyj") || !strings.Contains(wire, strings.ToLower(common.Address(key.Address()).Hex())) {
		t.Error("a token is on the wire, or the wire is not what was looked at")
	}
}
