package product_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/devworld/echo"
)

func TestDevWorldTellsTheStoryAndStopsCleanly(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	w := startWorldIn(t, data)
	t.Logf("first output after %s, world.json after %s", w.output.firstByte(), w.ready)
	if w.output.firstByte() > readyTimeout {
		t.Errorf("the first output came after %s", w.output.firstByte())
	}
	info, err := os.Stat(w.path("world.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("world.json: %v, %v, want mode 0600", info, err)
	}
	if w.ChainID != 31337 || w.Agent.APIKey == "" {
		t.Errorf("world.json: chain %d, the demo agent's key is %d bytes long", w.ChainID, len(w.Agent.APIKey))
	}
	waitForOutput(t, w.process, "Try next")
	for _, part := range []string{"Acquire VVV", "Stake VVV", "validation token", "echo-1 is not a language model", w.Agent.Address} {
		if !strings.Contains(w.output.String(), part) {
			t.Errorf("the story does not tell %q", part)
		}
	}
	if strings.Contains(w.output.String(), w.Agent.APIKey) || strings.Contains(w.output.String(), "WARNING") {
		t.Error("the story shows a key or warns of the harmless chain id")
	}
	if status, body := chat(t, w.APIBase, w.Agent.APIKey, "echo-1"); status != http.StatusOK {
		t.Errorf("the demo agent's key: %d %s", status, body)
	}
	code, took := w.stop(t)
	t.Logf("stopped after %s", took)
	if code != 0 {
		t.Errorf("SIGTERM: exit code %d", code)
	}
	log, err := os.ReadFile(w.path("server.log"))
	if err != nil || strings.Contains(string(log), w.Agent.APIKey) {
		t.Errorf("the server's log (%v) holds the agent's key", err)
	}

	again := startWorldIn(t, data)
	waitForOutput(t, again.process, "Try next")
	if !strings.Contains(again.output.String(), "The agent is back. Its wallet is "+w.Agent.Address) {
		t.Error("the second start's story is not about the same agent")
	}
	if status, body := chat(t, again.APIBase, w.Agent.APIKey, "echo-1"); status != http.StatusOK {
		t.Errorf("the first start's key after the second: %d %s", status, body)
	}
}

func waitForOutput(t *testing.T, p *process, text string) {
	t.Helper()
	within(t, readyTimeout, "output "+text, func() (bool, error) {
		return strings.Contains(p.output.String(), text), p.alive()
	})
}

// chat makes one call and returns status and body.
func chat(t *testing.T, apiBase, key, model string) (int, string) {
	t.Helper()
	body := `{"model":"` + model + `","messages":[{"role":"user","content":"hello"}],"max_tokens":20}`
	return call(t, http.MethodPost, apiBase+"/chat/completions", key, body)
}

func TestDevWorldOnBasesChainIDWarns(t *testing.T) {
	t.Parallel()
	w := startWorld(t, "--chain-id", "8453")
	if !strings.Contains(w.output.String(), "WARNING: chain id 8453") {
		t.Errorf("no warning in %q", w.output)
	}
	newStaker(t, w, "1") // ethers and the mint agree on the id
	if w.ChainID != 8453 {
		t.Errorf("world.json says chain %d", w.ChainID)
	}
}

func TestDevWorldTakesAnotherModelServer(t *testing.T) {
	t.Parallel()
	model := echo.New(echo.Config{APIKey: "upstream-secret"})
	var served http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/models" && r.Header.Get("Authorization") != "Bearer upstream-secret" {
			http.Error(w, "no key", http.StatusUnauthorized)
			return
		}
		model.ServeHTTP(w, r)
	})
	upstream := httptest.NewServer(served)
	t.Cleanup(upstream.Close)
	keyFile := filepath.Join(t.TempDir(), "upstream.key")
	if err := os.WriteFile(keyFile, []byte("upstream-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := startWorld(t, "--upstream", upstream.URL+"/v1", "--upstream-key-file", keyFile)
	wallet := newStaker(t, w, "10")
	for _, name := range []string{"echo-1", "default"} {
		if status, body := chat(t, w.APIBase, wallet.AdminKey, name); status != http.StatusOK || !strings.Contains(body, "hello") {
			t.Errorf("model %s: %d %s", name, status, body)
		}
	}
	if tally := model.Tally(); tally.Calls != 2 || tally.Refused != 0 {
		t.Errorf("the model server was called %d times and refused %d, want 2 and 0", tally.Calls, tally.Refused)
	}
}

// stallingCall makes a call whose answer begins and never ends, and returns the
// rest of the answer.
func stallingCall(t *testing.T, w *world, key, model string) io.Reader {
	t.Helper()
	body := `{"model":"` + model + `","messages":[{"role":"user","content":"hello"}],"stream":true}`
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.APIBase+"/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() }) // read to its end already
	answer := bufio.NewReader(response.Body)
	if line, err := answer.ReadString('\n'); err != nil || !strings.HasPrefix(line, "data: ") || response.StatusCode != http.StatusOK {
		t.Fatalf("the stream: %s, %q, %v", response.Status, line, err)
	}
	return answer
}

// checkCut checks that a client whose call was cut gets to know why.
func checkCut(t *testing.T, answer io.Reader) {
	t.Helper()
	rest, err := io.ReadAll(answer)
	if err != nil || !strings.Contains(string(rest), `data: {"error":`) || strings.Contains(string(rest), "[DONE]") {
		t.Errorf("the client of the call that was cut got %q, %v, want an error", rest, err)
	}
}

// A stop waits for answers that go on, and ends those that never end.
func TestStopCutsACallThatNeverEndsAndKeepsTheBooks(t *testing.T) {
	t.Parallel()
	model := httptest.NewServer(echo.New(echo.Config{Fault: echo.FaultStall}))
	t.Cleanup(model.Close)
	w := startWorld(t, "--upstream", model.URL+"/v1")
	wallet := newStaker(t, w, "100")
	stalled := stallingCall(t, w, wallet.AdminKey, "echo-1")
	code, took := w.stop(t)
	checkCut(t, stalled)
	t.Logf("stopped after %s", took)
	if code != 0 {
		t.Errorf("SIGTERM: exit code %d", code)
	}
	if books := verifyBooks(t, w.data); len(books.Problems) > 0 || books.Reserved != 0 || books.Holds != 1 {
		t.Errorf("got %+v, want one hold, resolved", books)
	}
}

// agentResult is what "agent up --json" promises.
type agentResult struct {
	OK     bool `json:"ok"`
	Wallet struct {
		Address string `json:"address"`
		Created bool   `json:"created"`
	} `json:"wallet"`
	Plan struct {
		Complete bool `json:"complete"`
	} `json:"plan"`
	Transactions []struct {
		Step string `json:"step"`
	} `json:"transactions"`
	Balances struct {
		VVV       string `json:"vvv"`
		StakedVVV string `json:"stakedVvv"`
	} `json:"balances"`
	Key *struct {
		ID      string `json:"id"`
		Created bool   `json:"created"`
	} `json:"key"`
	Proof *struct {
		Answer string `json:"answer"`
	} `json:"proof"`
	Warnings []string `json:"warnings"`
	Error    *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// agentUp runs the agent to its end; it must succeed.
func agentUp(t *testing.T, w *world, stateDir string, flags ...string) agentResult {
	t.Helper()
	p, stdout := startAgent(t, w, stateDir, flags...)
	select {
	case <-p.ended:
	case <-t.Context().Done():
		t.Fatal("the test ended before the agent")
	}
	var result agentResult
	text, err := os.ReadFile(stdout)
	if err != nil {
		t.Fatal(err)
	}
	if code := p.command.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("agent up: exit code %d\n%s%s", code, p.output, text)
	}
	if err := json.Unmarshal(text, &result); err != nil || !result.OK || result.Key == nil {
		t.Fatalf("agent up printed %s: %v", text, err)
	}
	return result
}

// hostileProbes are so many requests that a server which loses one answer in
// twenty loses none of them once in a billion runs.
const hostileProbes = 400

// checkHostile checks that a server loses answers, and nothing worse.
func checkHostile(t *testing.T, w *world) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // on kept connections it would try again
	var lost, odd atomic.Int64
	var group sync.WaitGroup
	for range hostileProbes {
		group.Go(func() {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.APIBase+"/api_keys/generate_web3_key", nil)
			if err != nil {
				odd.Add(1)
				return
			}
			response, err := client.Do(request)
			if err != nil {
				lost.Add(1)
				return
			}
			if response.StatusCode != http.StatusOK || response.Body.Close() != nil {
				odd.Add(1)
			}
		})
	}
	group.Wait()
	t.Logf("the server lost %d of %d answers", lost.Load(), hostileProbes)
	if lost.Load() == 0 || lost.Load() > hostileProbes/4 || odd.Load() > 0 {
		t.Errorf("of %d answers %d were lost and %d were neither good nor lost, want some and none", hostileProbes, lost.Load(), odd.Load())
	}
}

func TestAgentGetsItsKeyFromAHostileServer(t *testing.T) {
	t.Parallel()
	w := startWorld(t, "--hostile")
	checkHostile(t, w)
	begun := time.Now()
	for run := range 10 {
		result := agentUp(t, w, filepath.Join(t.TempDir(), "agent"))
		if result.Proof == nil || !strings.Contains(result.Proof.Answer, "echo-1") || !result.Key.Created {
			t.Errorf("run %d: got %+v", run, result)
		}
	}
	t.Logf("10 agents took %s", time.Since(begun))
}
