package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"stakegate/agent"
	"stakegate/agent/wallet"
)

// canary is the private key whose text is looked for everywhere.
const canary = "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"

// safeBuffer is written by a process while a test reads it.
type safeBuffer struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.String()
}

// process is the command as its own process, with the canary on descriptor 3.
type process struct {
	*exec.Cmd
	in          io.WriteCloser
	out         io.Reader // what it says, which is recorded in said
	said, words safeBuffer
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "stakegate") // the name that TestMain looks for
	if err := os.Symlink(program, name); err != nil {
		t.Fatal(err)
	}
	key, give, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	p := &process{Cmd: exec.CommandContext(t.Context(), name, args...)}
	p.ExtraFiles, p.Stderr = []*os.File{key}, &p.words
	if p.in, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = io.TeeReader(out, &p.said)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(give, canary); err != nil {
		t.Fatal(err)
	}
	if err := give.Close(); err != nil {
		t.Fatal(err)
	}
	return p
}

// seen is what other programs of the same user can read of the process.
func (p *process) seen(t *testing.T) string {
	t.Helper()
	all := ""
	for _, name := range []string{"cmdline", "environ"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.Process.Pid, name))
		if err != nil || len(text) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		all += string(text)
	}
	return all
}

// files are the contents of a directory but for the files that are named.
func files(t *testing.T, dir string, but ...string) string {
	t.Helper()
	all := ""
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		for _, name := range but {
			if strings.HasPrefix(strings.TrimPrefix(path, dir+"/"), name) {
				return nil
			}
		}
		text, err := os.ReadFile(path)
		all += path + "\n" + string(text) + "\n"
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func callTool(t *testing.T, session *mcp.ClientSession, name string, arguments, out any) {
	t.Helper()
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	encoded, err := json.Marshal(result)
	if err != nil || result.IsError {
		t.Fatalf("%s: %s, %v", name, encoded, err)
	}
	encoded, err = json.Marshal(result.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, out); err != nil {
		t.Fatalf("%s: %s: %v", name, encoded, err)
	}
}

// TestSecretsAppearNowhere has the program serve a model through a whole run,
// and looks for its secrets wherever another program, a log or the model could
// find them.
func TestSecretsAppearNowhere(t *testing.T) {
	world, chain := startWorld(t)
	key, err := wallet.ParseKey([]byte(canary))
	if err != nil {
		t.Fatal(err)
	}
	if err := chain.Fund(t.Context(), key.Address(), agent.MustAmount("1").Int(), nil, nil); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(t.TempDir(), "state")
	p := startProcess(t, "agent", "mcp", "--world", world, "--wallet-fd", "3", "--state-dir", state, "--stake", "2", "--diem", "0.01",
		"--eth-max", "0.5", "--keys-max", "1")
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.IOTransport{Reader: io.NopCloser(p.out), Writer: p.in}, nil)
	if err != nil {
		t.Fatalf("%v: %s", err, p.words.String())
	}
	var planned struct{ Digest string }
	callTool(t, session, "plan", nil, &planned)
	var applied struct {
		Done bool
		Key  struct{ File string }
	}
	callTool(t, session, "apply", map[string]any{"digest": planned.Digest}, &applied)
	var made struct{ File string }
	callTool(t, session, "key_create", map[string]any{"description": "canary"}, &made)
	var status struct{ Keys []struct{ Works bool } }
	callTool(t, session, "status", nil, &status)
	if !applied.Done || len(status.Keys) != 1 || !status.Keys[0].Works {
		t.Fatalf("got %+v, %+v", applied, status)
	}
	// What fails may quote what it was given.
	for _, arguments := range []map[string]any{{"digest": canary}, {"digest": "0x" + canary}, {"id": canary}} {
		if result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "apply", Arguments: arguments}); err == nil && !result.IsError {
			t.Errorf("%v was applied", arguments)
		}
	}
	visible := p.seen(t)
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("the process ended with %v: %s", err, p.words.String())
	}
	secrets := []string{canary, keyIn(t, made.File)}
	store, err := agent.OpenStore(state)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := store.Keys()
	if err != nil || len(stored) != 1 {
		t.Fatal(stored, err)
	}
	secrets = append(secrets, stored[0].Secret.Reveal(), "eyJ") // and no token
	for place, text := range map[string]string{
		"argv or environment": visible, "the model's side": p.said.String(), "the log": p.words.String(),
		"the state directory": files(t, state, "keys.json", "mcp-keys"),
	} {
		for _, secret := range secrets {
			if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
				t.Errorf("%s: there is a secret, ...%s", place, secret[max(0, len(secret)-6):])
			}
		}
	}
}

func keyIn(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}
