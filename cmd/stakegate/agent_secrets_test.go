package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/rogpeppe/go-internal/testscript"
)

// listener collects everything that commands say, and the secrets that they
// must not say.
type listener struct {
	said    strings.Builder
	secrets map[string]string // text -> what it is
}

// run runs stakegate, whatever its exit code, and listens.
func (l *listener) run(ts *testscript.TestScript, _ bool, args []string) {
	l.said.WriteString("\n$ stakegate " + strings.Join(args, " ") + "\n")
	err := ts.Exec("stakegate", args...)
	l.said.WriteString(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
	if err != nil {
		ts.Fatalf("%v", err)
	}
	l.learn(ts)
}

// learn adds the secrets that are stored by now.
func (l *listener) learn(ts *testscript.TestScript) {
	state := ts.MkAbs("xdg/stakegate/agent")
	if data, err := os.ReadFile(filepath.Join(state, "keys.json")); err == nil {
		var file struct {
			Keys []struct {
				APIKey string `json:"apiKey"`
			} `json:"keys"`
		}
		ts.Check(json.Unmarshal(data, &file))
		for _, key := range file.Keys {
			l.add(key.APIKey, "an API key")
		}
	}
	for _, name := range []string{"sunk1", "sunk2"} {
		if data, err := os.ReadFile(ts.MkAbs(name)); err == nil {
			l.add(strings.TrimSpace(string(data)), "an API key of a sink")
		}
	}
	if len(l.secrets) < 2 {
		password, err := os.ReadFile(filepath.Join(state, "wallet.json.password"))
		ts.Check(err)
		blob, err := os.ReadFile(filepath.Join(state, "wallet.json"))
		ts.Check(err)
		opened, err := keystore.DecryptKey(blob, strings.TrimSpace(string(password)))
		ts.Check(err)
		l.add(strings.TrimSpace(string(password)), "the wallet's password")
		l.add(hex.EncodeToString(crypto.FromECDSA(opened.PrivateKey)), "the wallet's key")
	}
}

func (l *listener) add(secret, what string) {
	if len(secret) < 16 {
		return
	}
	l.secrets[secret] = what
	l.secrets[base64.StdEncoding.EncodeToString([]byte(secret))] = what + " in base64"
	l.secrets[hex.EncodeToString([]byte(secret))] = what + " in hex"
}

// search looks for the secrets in what was said, in the server's log, and in all
// files but those that are there to keep them.
func (l *listener) search(serverLog string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, _ []string) {
		if len(l.secrets) < 3*7 {
			ts.Fatalf("only %d secrets are known", len(l.secrets)/3)
		}
		places := map[string]string{"what was said": l.said.String()}
		log, err := os.ReadFile(serverLog)
		ts.Check(err)
		places["the server's log"] = string(log)
		ts.Check(filepath.WalkDir(ts.MkAbs("."), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || slices.Contains([]string{"keys.json", "wallet.json.password", "sunk1", "sunk2"}, entry.Name()) {
				return err
			}
			data, err := os.ReadFile(path)
			places[path] = string(data)
			return err
		}))
		for _, must := range []string{"spied1", "spied2", "told", "journal-"} {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(places)), func(path string) bool { return strings.Contains(path, must) }) {
				ts.Fatalf("there is no %s to search", must)
			}
		}
		for place, text := range places {
			for secret, what := range l.secrets {
				if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
					ts.Fatalf("%s is in %s", what, place)
				}
			}
		}
	}
}

// TestNoCommandTellsASecret runs every command of the agent without --reveal,
// and programs of the user's that look at the command lines and environments of
// all that runs.
func TestNoCommandTellsASecret(t *testing.T) {
	world, _ := startWorld(t)
	l := &listener{secrets: map[string]string{}}
	testscript.Run(t, testscript.Params{
		Files: []string{"testdata/agent_secrets.txtar"},
		Setup: func(env *testscript.Env) error {
			env.Setenv("WORLD", world)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "xdg"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"run": l.run, "search": l.search(filepath.Join(filepath.Dir(world), "server.log")), "capture": capture,
		},
	})
}
