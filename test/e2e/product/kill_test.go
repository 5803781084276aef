package product_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"stakegate/internal/devworld/echo"
	"stakegate/internal/money"
)

// killRoundsVariable asks for longer runs.
const (
	killRoundsVariable = "E2E_KILL_ROUNDS"
	killRounds         = 3
)

// What must have been seen before the server is killed: calls that finished,
// and streams that go on.
const (
	finishedBeforeKill = 60
	runningAtKill      = 10
)

// settleTimeout is how long a restarted server may take to settle what was in
// flight when it was killed.
const settleTimeout = 2 * time.Second

// Prices of the dev world's echo-1, in nano DIEM for a token.
const (
	inputPrice  money.Nano = 1000
	outputPrice money.Nano = 2000
)

// A power cut may come at any time: what a client saw finished is charged with
// exactly its price, and the books balance before and after the next start.
func TestKillInTheMiddleOfFiftyCallersLosesNoFinishedCall(t *testing.T) {
	t.Parallel()
	insideOneEpoch(t)
	rounds := killRounds
	if text := os.Getenv(killRoundsVariable); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil || rounds < 1 {
			t.Fatalf("%s=%q is not a number of rounds", killRoundsVariable, text)
		}
	}
	// The model outlives the server, and is slow enough for it to be in the
	// middle of many answers.
	model := httptest.NewServer(echo.New(echo.Config{Delay: 10 * time.Millisecond}))
	t.Cleanup(model.Close)
	data := filepath.Join(t.TempDir(), "data")
	flags := []string{"--no-demo", "--upstream", model.URL + "/v1"}
	w := startWorldIn(t, data, flags...)
	wallet := newStaker(t, w, "1000")
	finished := map[string]money.Nano{}
	for round := range rounds {
		seen := burst(t, w, wallet.AdminKey)
		torn := verifyBooks(t, data)
		if len(torn.Problems) > 0 || torn.Reserved+torn.Waiting == 0 {
			t.Fatalf("round %d: after the kill: %+v, want calls in flight, or commits that wait for their tables, and no problems", round, torn)
		}
		w = startWorldIn(t, data, flags...)
		history := settledHistory(t, w, wallet.AdminKey)
		for id, cost := range seen {
			finished[id] = cost
		}
		for id, cost := range finished {
			if charged, there := history[id]; !there || charged != cost {
				t.Errorf("round %d: call %s cost %s, the history says %s (there: %t)", round, id, cost, charged, there)
			}
		}
		t.Logf("round %d: %d calls seen finished, %d in flight in the books at the kill and %d commits beyond them, %d in the history, ready again after %s",
			round, len(seen), torn.Reserved, torn.Waiting, len(history), w.ready)
	}
	if code, took := w.stop(t); code != 0 {
		t.Errorf("SIGTERM: exit code %d after %s", code, took)
	}
	if report := verifyBooks(t, data); len(report.Problems) > 0 || report.Reserved != 0 || report.Holds < int64(len(finished)) {
		t.Errorf("in the end: %+v, want no problems and nothing in flight", report)
	}
}

// burst lets fifty callers call, kills the server in the middle, and returns
// the costs of the calls that were seen to finish.
func burst(t *testing.T, w *world, key string) map[string]money.Nano {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), nodeTimeout)
	defer cancel()
	callers := nodeCommand(ctx, t, w, "burst.mjs", "API_KEY="+key)
	var stderr bytes.Buffer
	callers.Stderr = &stderr
	stdout, err := callers.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := callers.Start(); err != nil {
		t.Fatal(err)
	}
	finished, running, killed := map[string]money.Nano{}, 0, false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		var line struct {
			Begun    bool `json:"begun"`
			Finished *struct {
				ID         string     `json:"id"`
				Streamed   bool       `json:"streamed"`
				Prompt     money.Nano `json:"prompt"`
				Completion money.Nano `json:"completion"`
			} `json:"finished"`
			Refused *struct {
				Status int    `json:"status"`
				Text   string `json:"text"`
			} `json:"refused"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("%v in %s", err, lines.Bytes())
		}
		switch {
		case line.Begun:
			running++
		case line.Refused != nil:
			t.Errorf("a call was refused: %+v", *line.Refused)
		case line.Finished != nil:
			finished[line.Finished.ID] = line.Finished.Prompt*inputPrice + line.Finished.Completion*outputPrice
			if line.Finished.Streamed {
				running--
			}
		}
		if !killed && len(finished) >= finishedBeforeKill && running >= runningAtKill {
			w.kill()
			killed = true
		}
	}
	if err := callers.Wait(); err != nil || !killed {
		t.Fatalf("callers: %v, killed %t after %d calls\n%s", err, killed, len(finished), &stderr)
	}
	return finished
}

// report is what "ledger verify --json" prints.
type report struct {
	Entries, Holds, Budgets, Reserved, Waiting int64
	Problems                                   []string
}

func verifyBooks(t *testing.T, data string) report {
	t.Helper()
	command := exec.CommandContext(t.Context(), binary(t, "stakegate"), "ledger", "verify", "--json")
	command.Env = append(os.Environ(), "STAKEGATE_DATABASE=sqlite:"+filepath.Join(data, "stakegate.db"))
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("ledger verify: %v\n%s%s", err, output, &stderr)
	}
	var books report
	if err := json.Unmarshal(output, &books); err != nil {
		t.Fatalf("ledger verify printed %s: %v", output, err)
	}
	return books
}

// charges is the whole usage history: what each request was charged.
func charges(t *testing.T, w *world, adminKey string) map[string]money.Nano {
	t.Helper()
	charged := map[string]money.Nano{}
	for cursor := ""; ; {
		page := fetch[struct {
			Data []struct {
				Amount  json.Number `json:"amount"`
				Details struct {
					RequestID string `json:"requestId"`
				} `json:"inferenceDetails"`
			} `json:"data"`
			NextCursor *string `json:"nextCursor"`
		}](t, w.APIBase+"/billing/usage-history"+cursor, adminKey)
		for _, entry := range page.Data {
			charged[entry.Details.RequestID] += amount(t, strings.TrimPrefix(entry.Amount.String(), "-"))
		}
		if page.NextCursor == nil {
			return charged
		}
		cursor = "?cursor=" + *page.NextCursor
	}
}

func amount(t *testing.T, text string) money.Nano {
	t.Helper()
	parsed, err := money.Parse(text)
	if err != nil {
		t.Fatalf("amount %q: %v", text, err)
	}
	return parsed
}

// standing is what /billing/balance says.
type standing struct {
	CanConsume bool `json:"canConsume"`
	Balances   struct {
		DIEM json.Number `json:"diem"`
	} `json:"balances"`
	Allocation json.Number `json:"diemEpochAllocation"`
}

// settledHistory waits until nothing is held any more, so that the balance is
// the day's allocation less the history, and returns the history.
func settledHistory(t *testing.T, w *world, key string) map[string]money.Nano {
	t.Helper()
	var history map[string]money.Nano
	within(t, settleTimeout, "a balance that agrees with the history", func() (bool, error) {
		before := fetch[standing](t, w.APIBase+"/billing/balance", key)
		history = charges(t, w, key)
		left := amount(t, before.Allocation.String())
		for _, charged := range history {
			left -= charged
		}
		return amount(t, before.Balances.DIEM.String()) == left, nil
	})
	return history
}
