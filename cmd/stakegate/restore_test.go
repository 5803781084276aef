package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/store/pgtest"
)

// drill runs a block of docs/backup.md, line by line, as it stands there:
// stakegate in this process, everything else by the shell.
func drill(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "backup.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(page), "```sh "+name+"\n")
	block, _, closed := strings.Cut(block, "```")
	if !found || !closed {
		t.Fatalf("the page has no block %s", name)
	}
	var output strings.Builder
	for line := range strings.Lines(block) {
		if words, ours := strings.CutPrefix(strings.TrimSpace(line), "stakegate "); ours {
			output.WriteString(stakegate(t, strings.Fields(os.Expand(strings.ReplaceAll(words, `"`, ""), os.Getenv))...))
			continue
		}
		text, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, text)
		}
	}
	return output.String()
}

// stakegate runs a command that must succeed.
func stakegate(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr); code != exitOK {
		t.Fatalf("stakegate %s: exit %d\n%s%s", strings.Join(args, " "), code, &stdout, &stderr)
	}
	return stdout.String()
}

// bookstore is a server that can be stopped and started on what it left.
type bookstore struct {
	*apptest.World
	options apptest.Options
}

func openBookstore(t *testing.T, database string) *bookstore {
	t.Helper()
	b := &bookstore{options: apptest.Options{
		Dir: t.TempDir(), Clock: &apptest.Clock{}, // the commands go by the wall's clock
		Config: func(config *app.Config) {
			config.PublicURL = "https://stakegate.example" // tokens are bound to it
			if database != "" {
				config.Database = database
			}
		},
	}}
	b.World = apptest.Start(t, b.options)
	b.options.RPC, b.options.ChainID = b.Chain.URL(), apptest.ChainID
	t.Setenv("STAKEGATE_DATABASE", b.Config.Database)
	t.Setenv("BACKUP", filepath.Join(t.TempDir(), "backup"))
	return b
}

func (b *bookstore) start(t *testing.T) {
	t.Helper()
	b.World = apptest.Start(t, b.options)
}

func wantStatus(t *testing.T, what string, answer apptest.Answer, status int) {
	t.Helper()
	if answer.Status != status {
		t.Errorf("%s: want %d, got %s", what, status, answer)
	}
}

const waitForGrants = 10 * time.Second

// lived is what happened around a backup.
type lived struct {
	wallet          apptest.Wallet
	good, stolen    string
	unused, usedNow string // bodies that mint a key: not sent, and sent after the backup
}

func liveAround(t *testing.T, b *bookstore, backup string) lived {
	t.Helper()
	wallet, admin := b.Account(1)
	b.Chain.StakeDIEM(wallet.Address, apptest.Tokens(5))
	l := lived{wallet: wallet, unused: b.MintBody(wallet, b.Token(), "INFERENCE", ""), usedNow: b.MintBody(wallet, b.Token(), "INFERENCE", "")}
	l.good, _ = b.NewKey(admin, "INFERENCE", "")
	stolen, id := b.NewKey(admin, "INFERENCE", "")
	l.stolen = stolen
	wantStatus(t, "a call", b.Chat(l.good, "before", ""), http.StatusOK)
	drill(t, backup) // beside the running server
	wantStatus(t, "a call", b.Chat(l.good, "after", ""), http.StatusOK)
	wantStatus(t, "a mint", b.Call(http.MethodPost, "/api_keys/generate_web3_key", "", l.usedNow), http.StatusOK)
	wantStatus(t, "a revocation", b.Call(http.MethodDelete, "/api_keys?id="+id, admin, ""), http.StatusOK)
	b.Stop()
	return l
}

// checkForgotten checks that nothing of what the backup forgot can happen
// twice.
func (l lived) checkForgotten(t *testing.T, b *bookstore) {
	t.Helper()
	wantStatus(t, "a token of before", b.Call(http.MethodPost, "/api_keys/generate_web3_key", "", l.unused), http.StatusBadRequest)
	wantStatus(t, "a token that was used", b.Call(http.MethodPost, "/api_keys/generate_web3_key", "", l.usedNow), http.StatusBadRequest)
	wantStatus(t, "a revoked key", b.Chat(l.stolen, "mine", ""), http.StatusUnauthorized)
	minted := b.Mint(l.wallet, "INFERENCE", "")
	wantStatus(t, "a new key", minted, http.StatusOK)
	wantStatus(t, "spending in the frozen day", b.Chat(minted.Text("data.apiKey"), "again", ""), http.StatusPaymentRequired)
}

// The drill for SQLite does what docs/backup.md says.
func TestDrillSQLite(t *testing.T) {
	b := openBookstore(t, "")
	l := liveAround(t, b, "sqlite-backup")
	told := drill(t, "sqlite-restore")
	if !strings.Contains(told, "1 keys revoked") || !strings.Contains(told, "nobody can spend") || !strings.Contains(told, " 0 problems") {
		t.Errorf("the restore says\n%s", told)
	}
	b.start(t)
	l.checkForgotten(t, b)
	wantStatus(t, "a good key in the frozen day", b.Chat(l.good, "again", ""), http.StatusPaymentRequired)
	b.Stop()
	stakegate(t, "ledger", "unfreeze")
	b.start(t)
	b.Eventually(waitForGrants, "the day's allocation is back", func() bool { return b.Chat(l.good, "thawed", "").Status == http.StatusOK })
	b.Stop()
}

// The drill for PostgreSQL does what docs/backup.md says.
func TestDrillPostgreSQL(t *testing.T) {
	server, err := pgtest.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	tools, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", strings.Join(append(tools, os.Getenv("PATH")), ":"))
	b := openBookstore(t, server.NewDatabase(t))
	l := liveAround(t, b, "postgres-backup")
	told := drill(t, "postgres-restore")
	if !strings.Contains(told, "3 keys revoked") || !strings.Contains(told, "nobody can spend") || !strings.Contains(told, " 0 problems") {
		t.Errorf("the restore says\n%s", told)
	}
	b.start(t)
	l.checkForgotten(t, b)
	wantStatus(t, "a key of before", b.Chat(l.good, "again", ""), http.StatusUnauthorized)
	b.Stop()
}

// A copy that was put into place by hand is refused, in words that say what to
// do.
func TestAnOldCopyIsNotServed(t *testing.T) {
	b := openBookstore(t, "")
	wallet := apptest.NewWallet(t)
	b.Stop()
	path := strings.TrimPrefix(b.Config.Database, "sqlite:")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	b.start(t)
	wantStatus(t, "a mint", b.Mint(wallet, "ADMIN", ""), http.StatusOK)
	b.Stop()
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = app.New(t.Context(), b.Config, app.Options{})
	if err == nil || !strings.Contains(err.Error(), "stakegate ledger restore --acknowledge") {
		t.Errorf("got %v", err)
	}
}

func TestRestoreWantsToKnowWhich(t *testing.T) {
	for _, args := range [][]string{{}, {"--acknowledge", "--from", "x"}} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), append([]string{"ledger", "restore"}, args...), nil, &stdout, &stderr); code != exitUsage {
			t.Errorf("%v: exit %d: %s", args, code, &stderr)
		}
	}
}
