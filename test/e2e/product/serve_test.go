package product_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"stakegate/internal/devworld/echo"
)

const catalogText = `
upstreams:
  - {name: main, kind: openai, url: "UPSTREAM/v1"}
models:
  - {id: small, type: text, upstream: main, upstream_model: echo-1, context: 32768, max_output: 512, tokenizer: bytes, price: {input: "0.15", output: "0.60"}, tier: S, privacy: private}
tiers:
  S: {requests_per_minute: 150, tokens_per_minute: 3000000}
`

const configText = `
listen: 127.0.0.1:0
database: sqlite:DIR/books/stakegate.db
root_key_file: DIR/root.key
catalog: DIR/catalog.yaml
shutdown_grace: 1s
chain: {id: 31337, name: Base, rpc: ["RPC"], confirmations: 0, poll_interval: 250ms}
stake:
  mint: {adapter: venice-vvv, contract: "STAKING", symbol: VVV}
  allocation:
    - {adapter: venice-diem, contract: "DIEMS", min: "0.1"}
    - {adapter: pool, contract: "STAKING", pool: "1000"}
`

// startServe runs "stakegate serve" on a dev world's chain and a model server.
// What it returns looks like a world, so that the same clients can use it.
func startServe(t *testing.T, w *world, modelURL string) *world {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		text = strings.NewReplacer("UPSTREAM", modelURL, "DIR", dir, "RPC", w.RPCURL, "STAKING", w.Contracts.Staking, "DIEMS", w.Contracts.DIEM).Replace(text)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("catalog.yaml", catalogText)
	serving := &world{
		worldFile: w.worldFile, data: dir,
		process: start(t, binary(t, "stakegate"), "serve", "--config", write("stakegate.yaml", configText)),
	}
	within(t, readyTimeout, "stakegate serve", func() (bool, error) {
		for line := range strings.Lines(serving.output.String()) {
			var entry struct{ Msg, API string }
			if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "serving" {
				serving.APIBase = entry.API
				return true, nil
			}
		}
		return false, serving.alive()
	})
	var file map[string]any
	text, err := os.ReadFile(w.path("world.json"))
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	file["apiBase"] = serving.APIBase
	text, err = json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	write("world.json", string(text))
	return serving
}

func TestServeFromAConfigurationFileMintsAnswersAndStopsCleanly(t *testing.T) {
	t.Parallel()
	model := echo.New(echo.Config{})
	upstream := httptest.NewServer(model)
	t.Cleanup(upstream.Close)
	serving := startServe(t, startWorld(t), upstream.URL)
	if status, body := call(t, http.MethodGet, serving.origin()+"/readyz", "", ""); status != http.StatusOK {
		t.Errorf("readyz: %d %s", status, body)
	}
	wallet := newStaker(t, serving, "10")
	status, body := chat(t, serving.APIBase, wallet.AdminKey, "small")
	var answer struct {
		Model string `json:"model"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != http.StatusOK || answer.Model != "small" {
		t.Errorf("got %d %s", status, body)
	}
	if status, body := chat(t, serving.APIBase, wallet.AdminKey, "echo-1"); status != http.StatusNotFound {
		t.Errorf("a model that the catalogue does not name: %d %s", status, body)
	}
	if tally := model.Tally(); tally.Calls != 1 {
		t.Errorf("the model server was called %d times, want once", tally.Calls)
	}
	code, took := serving.stop(t)
	t.Logf("stopped after %s", took)
	if code != 0 {
		t.Errorf("SIGTERM: exit code %d", code)
	}
	if log := serving.output.String(); strings.Contains(log, wallet.AdminKey) || strings.Contains(log, "hello") {
		t.Error("the log holds a key or a prompt")
	}
}

func TestServeThatCutsACallAtTheEndOfItsGraceStillStopsCleanly(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(echo.New(echo.Config{Fault: echo.FaultStall}))
	t.Cleanup(upstream.Close)
	serving := startServe(t, startWorld(t), upstream.URL)
	wallet := newStaker(t, serving, "10")
	stalled := stallingCall(t, serving, wallet.AdminKey, "small")
	code, took := serving.stop(t)
	checkCut(t, stalled)
	t.Logf("stopped after %s", took)
	if code != 0 {
		t.Errorf("SIGTERM: exit code %d", code)
	}
	if books := verifyBooks(t, filepath.Join(serving.data, "books")); len(books.Problems) > 0 || books.Reserved != 0 || books.Holds != 1 {
		t.Errorf("got %+v, want one hold, resolved", books)
	}
}

// runServe runs "stakegate serve" to its end and returns its exit code and
// what it wrote to stdout and stderr.
func runServe(t *testing.T, env []string, args ...string) (int, string, string) {
	t.Helper()
	program := binary(t, "stakegate") // which may have to be built first
	ctx, cancel := context.WithTimeout(t.Context(), readyTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, program, append([]string{"serve"}, args...)...)
	command.Env = append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

func TestPrintConfigMasksSecretsAndShowsTheEnvironmentsSay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "stakegate.yaml")
	config := "listen: 127.0.0.1:1\nchain:\n  rpc:\n" +
		"    - https://user:secret-1@rpc.example.org/v2/secret-2?key=secret-3\n    - https://secret-4.example.org/secret-5\n"
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	code, printed, complaint := runServe(t, []string{"STAKEGATE_LISTEN=127.0.0.1:2"}, "--config", path, "--print-config")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, complaint)
	}
	for _, secret := range []string{"secret-1", "secret-2", "secret-3", "secret-5"} {
		if strings.Contains(printed, secret) {
			t.Errorf("the printed configuration holds %s:\n%s", secret, printed)
		}
	}
	for _, part := range []string{"listen: 127.0.0.1:2", "rpc.example.org", "root_key_file: root.key", "max_head_age: 30s"} {
		if !strings.Contains(printed, part) {
			t.Errorf("the printed configuration lacks %q:\n%s", part, printed)
		}
	}
	again := filepath.Join(t.TempDir(), "printed.yaml")
	if err := os.WriteFile(again, []byte(printed), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, reprinted, complaint := runServe(t, nil, "--config", again, "--print-config"); code != 0 || reprinted != printed {
		t.Errorf("what was printed is not read as the same: exit code %d, %s\n%s", code, complaint, reprinted)
	}
}

// It happened elsewhere: Bifrost 5673; LiteLLM 26672.
func TestServeRefusesFieldsThatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, test := range map[string]struct {
		config string
		env    []string
		named  string
	}{
		"top level":   {config: "lisen: 127.0.0.1:1\n", named: "lisen"},
		"nested":      {config: "chain: {idd: 1}\n", named: "idd"},
		"environment": {env: []string{"STAKEGATE_LISEN=127.0.0.1:1"}, named: "STAKEGATE_LISEN"},
	} {
		path := filepath.Join(dir, "stakegate.yaml")
		if err := os.WriteFile(path, []byte(test.config), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, complaint := runServe(t, test.env, "--config", path)
		if code == 0 || !strings.Contains(complaint, test.named) {
			t.Errorf("%s: exit code %d, %q does not name %s", name, code, complaint, test.named)
		}
	}
	// The agent's own variables may be set on the same machine.
	if code, _, complaint := runServe(t, []string{"STAKEGATE_RPC=http://127.0.0.1:1", "STAKEGATE_PRIVATE_KEY=x"}, "--print-config"); code != 0 {
		t.Errorf("with the agent's variables: exit code %d, %s", code, complaint)
	}
}

func TestHangupReadsTheCatalogueAgain(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(echo.New(echo.Config{}))
	t.Cleanup(upstream.Close)
	serving := startServe(t, startWorld(t), upstream.URL)
	path := filepath.Join(serving.data, "catalog.yaml")
	change := func(old, new, logged string) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(new), 1), 0o600)
		}
		if err == nil {
			err = serving.command.Process.Signal(syscall.SIGHUP)
		}
		if err != nil {
			t.Fatal(err)
		}
		within(t, readyTimeout, logged, func() (bool, error) {
			return strings.Contains(serving.output.String(), logged), serving.alive()
		})
	}
	change("id: small", "id: renamed", "catalogue is replaced")
	change("id: renamed", "id: small, price_: 1", "the new catalogue is refused")
	status, body := call(t, http.MethodGet, serving.APIBase+"/models", "", "")
	if status != http.StatusOK || !strings.Contains(body, `"id":"renamed"`) {
		t.Errorf("%d %s", status, body)
	}
	if code, _ := serving.stop(t); code != 0 {
		t.Errorf("SIGTERM: exit code %d", code)
	}
}

// "systemctl reload" may come while a server still waits for its nodes.
func TestAHangupWhileAServerStartsDoesNotEndIt(t *testing.T) {
	t.Parallel()
	node, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dir, address := t.TempDir(), free.Addr().String()
	_ = free.Close() // the server takes it
	const contract = "0x321b7ff75154472B18EDb199033fF4D116F340Ff"
	for name, text := range map[string]string{
		"catalog.yaml":   strings.Replace(catalogText, "UPSTREAM", "http://127.0.0.1:1", 1),
		"stakegate.yaml": strings.NewReplacer("127.0.0.1:0", address, "DIR", dir, "RPC", "http://"+node.Addr().String(), "STAKING", contract, "DIEMS", contract).Replace(configText),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := start(t, binary(t, "stakegate"), "serve", "--config", filepath.Join(dir, "stakegate.yaml"))
	within(t, readyTimeout, "it has its address", func() (bool, error) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return false, server.alive()
		}
		return true, conn.Close()
	})
	if strings.Contains(server.output.String(), `"serving"`) {
		t.Fatal("it has started already, without its node")
	}
	if err := server.command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	_ = node.Close()
	within(t, readyTimeout, "it serves, and has read its catalogue again", func() (bool, error) {
		text := server.output.String()
		return strings.Contains(text, `"serving"`) && strings.Contains(text, "catalogue is replaced"), server.alive()
	})
	if code, _ := server.stop(t); code != 0 {
		t.Errorf("SIGTERM: exit code %d", code)
	}
}
