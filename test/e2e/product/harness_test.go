// Package product_test runs the two binaries as their users do and talks to
// them with programs that stakegate did not write: ethers and openai from npm,
// and curl. Each test builds on a dev world of its own, on free ports, with a
// data folder of its own.
//
// Money is compared exactly: what a client reads as usage, times the prices of
// /models, must be what the balance falls by and what the history says.
package product_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	root         = "../../.."
	readyTimeout = 15 * time.Second // from the start to world.json
	stopTimeout  = 6 * time.Second  // from SIGTERM to the end
	nodeTimeout  = 90 * time.Second // one node program
	pollInterval = 5 * time.Millisecond
)

var binaryDir string // "" until the first test needs it

// build builds both programs, once.
var build = sync.OnceValue(func() (err error) {
	if binaryDir, err = os.MkdirTemp("", "stakegate-product-"); err != nil {
		return err
	}
	command := exec.Command("go", "build", "-buildvcs=false", "-o", binaryDir+"/", "./cmd/stakegate", "./cmd/stakegate-dev")
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building the binaries: %w\n%s", err, output)
	}
	return nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binaryDir != "" {
		_ = os.RemoveAll(binaryDir) // a temporary folder
	}
	os.Exit(code)
}

// binary is the path of one of the programs.
func binary(t *testing.T, name string) string {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(binaryDir, name)
}

// worldFile is what world.json promises to other programs.
type worldFile struct {
	APIBase   string `json:"apiBase"`
	RPCURL    string `json:"rpcUrl"`
	ChainID   uint64 `json:"chainId"`
	Contracts struct {
		VVV     string `json:"vvv"`
		Staking string `json:"staking"`
		DIEM    string `json:"diem"`
	} `json:"contracts"`
	Agent struct {
		Address string `json:"address"`
		APIKey  string `json:"apiKey"`
	} `json:"agent"`
	PID int `json:"pid"`
}

// world is a running stakegate-dev.
type world struct {
	worldFile
	*process
	data string
	// ready is how long it took until world.json was there.
	ready time.Duration
}

func (w *world) path(name string) string { return filepath.Join(w.data, name) }

// origin is the API's base without its path.
func (w *world) origin() string { return strings.TrimSuffix(w.APIBase, "/api/v1") }

// startWorld starts stakegate-dev without a demo on a new data folder.
func startWorld(t *testing.T, flags ...string) *world {
	t.Helper()
	return startWorldIn(t, filepath.Join(t.TempDir(), "data"), append([]string{"--no-demo"}, flags...)...)
}

// startWorldIn starts stakegate-dev and returns when world.json is written.
func startWorldIn(t *testing.T, data string, flags ...string) *world {
	t.Helper()
	args := append([]string{"--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--data", data}, flags...)
	w := &world{process: start(t, binary(t, "stakegate-dev"), args...), data: data}
	within(t, readyTimeout, "world.json", func() (bool, error) {
		text, err := os.ReadFile(w.path("world.json"))
		if errors.Is(err, os.ErrNotExist) {
			return false, w.alive()
		}
		if err != nil {
			return false, err
		}
		if err := json.Unmarshal(text, &w.worldFile); err != nil {
			return false, err // it is written in one piece
		}
		return w.PID == w.pid(), w.alive() // else it is the last run's
	})
	w.ready = time.Since(w.started)
	return w
}

// process is a program under test. It is killed when the test ends, and its
// output is shown if the test failed.
type process struct {
	name    string
	command *exec.Cmd
	started time.Time
	output  *output
	ended   chan struct{}
}

func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	return startTo(t, nil, name, args...)
}

// startTo starts a program; stdout goes to the file, if there is one.
func startTo(t *testing.T, stdout *os.File, name string, args ...string) *process {
	t.Helper()
	p := &process{name: filepath.Base(name), command: exec.Command(name, args...), output: &output{}, ended: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = p.output, p.output
	if stdout != nil {
		p.command.Stdout = stdout
	}
	p.started = time.Now()
	p.output.begun = p.started
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.command.Wait() // its state is asked for
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("output of %s:\n%s", p.name, p.output)
		}
	})
	return p
}

func (p *process) pid() int { return p.command.Process.Pid }

// alive returns an error when the program has ended by itself.
func (p *process) alive() error {
	select {
	case <-p.ended:
		return fmt.Errorf("%s ended: %s\n%s", p.name, p.command.ProcessState, p.output)
	default:
		return nil
	}
}

// kill ends the program as a power cut would.
func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have ended already
	<-p.ended
}

// stop asks the program to end and returns its exit code and the time it took.
func (p *process) stop(t *testing.T) (int, time.Duration) {
	t.Helper()
	asked := time.Now()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	timer := time.NewTimer(stopTimeout)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
		t.Fatalf("%s still runs %s after SIGTERM", p.name, stopTimeout)
	}
	return p.command.ProcessState.ExitCode(), time.Since(asked)
}

// output collects what a program writes.
type output struct {
	begun time.Time
	mu    sync.Mutex
	text  bytes.Buffer
	first time.Duration // until the first byte
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.text.Len() == 0 {
		o.first = time.Since(o.begun)
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) firstByte() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.first
}

// within repeats a check until it holds, an error comes, or time is up.
func within(t *testing.T, limit time.Duration, what string, check func() (bool, error)) time.Duration {
	t.Helper()
	begun := time.Now()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		ok, err := check()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		took := time.Since(begun)
		if ok {
			return took
		}
		if took > limit {
			t.Fatalf("%s: not within %s", what, limit)
		}
		<-ticker.C
	}
}

// insideOneEpoch keeps a test that counts a day's money away from the end of
// the UTC day, when balances begin anew: the programs have no other clock.
func insideOneEpoch(t *testing.T) {
	t.Helper()
	now := time.Now().UTC()
	left := now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
	if left > time.Minute {
		return
	}
	t.Logf("waiting %s for the next UTC day", left)
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}

// tool returns the path of a program that make test-setup installs.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: run `make test-setup` and try again", name)
	}
	return path
}

// nodeCommand prepares a node program of this folder. It finds the world in
// the environment.
func nodeCommand(ctx context.Context, t *testing.T, w *world, script string, env ...string) *exec.Cmd {
	t.Helper()
	if _, err := os.Stat("../node_modules/openai"); err != nil {
		t.Fatal("test/e2e/node_modules is missing or incomplete: run `make test-setup` (needs node and npm) and try again")
	}
	command := exec.CommandContext(ctx, tool(t, "node"), script)
	command.Env = append(append(os.Environ(), "WORLD="+w.path("world.json")), env...)
	return command
}

// runNode runs a node program to its end and reads the JSON that it prints.
func runNode[T any](t *testing.T, w *world, script string, env ...string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), nodeTimeout)
	defer cancel()
	command := nodeCommand(ctx, t, w, script, env...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	stdout, err := command.Output()
	if err != nil {
		t.Fatalf("node %s: %v\n%s%s", script, err, stdout, &stderr)
	}
	var result T
	if err := json.Unmarshal(stdout, &result); err != nil {
		t.Fatalf("node %s printed %q: %v", script, stdout, err)
	}
	return result
}

// staker is a wallet that ethers funded and staked with.
type staker struct {
	Address    string `json:"address"`
	PrivateKey string `json:"privateKey"`
	AdminKey   string `json:"adminKey"`
}

// newStaker stakes whole VVV for a new wallet and mints an ADMIN key.
func newStaker(t *testing.T, w *world, vvv string) staker {
	t.Helper()
	return runNode[staker](t, w, "staker.mjs", "STAKE="+vvv)
}

// call sends one request with a key and returns status and body.
func call(t *testing.T, method, url, key string, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// fetch reads JSON that must be answered with 200.
func fetch[T any](t *testing.T, url, key string) T {
	t.Helper()
	status, text := call(t, http.MethodGet, url, key, "")
	var result T
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", url, status, text)
	}
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		t.Fatalf("GET %s: %v in %s", url, err, text)
	}
	return result
}
