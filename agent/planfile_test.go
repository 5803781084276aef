package agent_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stakegate/agent"
)

func TestPlanFileKeepsThePlanAndRefusesWhatWasChanged(t *testing.T) {
	plan := agent.NewPlan(observed())
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := agent.WritePlan(path, plan); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	back, err := agent.ReadPlan(path)
	if err != nil || back.Digest != plan.Digest || len(back.Steps) != len(plan.Steps) {
		t.Fatalf("got %+v, %v", back, err)
	}
	// What a command prints with --json holds the plan as a member.
	if wrapped, err := agent.ParsePlan([]byte(`{"ok":true,"plan":` + string(text) + `}`)); err != nil || wrapped.Digest != plan.Digest {
		t.Errorf("inside a command's output: %v", err)
	}
	for name, change := range map[string]func(string) string{
		"an amount":        func(s string) string { return strings.Replace(s, `"amount": "10"`, `"amount": "11"`, 1) },
		"a cap":            func(s string) string { return strings.Replace(s, `"maxEth": "0.2"`, `"maxEth": "2"`, 1) },
		"a fact":           func(s string) string { return strings.Replace(s, `"vvv": "0"`, `"vvv": "1"`, 1) },
		"an unknown name":  func(s string) string { return strings.Replace(s, `"version"`, `"more": 1, "version"`, 1) },
		"a repeated name":  func(s string) string { return strings.Replace(s, `"version"`, `"chainId": 1, "version"`, 1) },
		"another version":  func(s string) string { return strings.Replace(s, `"version": 1`, `"version": 2`, 1) },
		"no digest":        func(s string) string { return strings.Replace(s, plan.Digest, "", 1) },
		"the end cut off":  func(s string) string { return s[:len(s)/2] },
		"text behind it":   func(s string) string { return s + "{}" },
		"more than a plan": func(s string) string { return s + strings.Repeat(" ", 2<<20) },
	} {
		changed := change(string(text))
		if changed == string(text) {
			t.Errorf("%s: the test changed nothing", name)
		}
		if _, err := agent.ParsePlan([]byte(changed)); !errors.Is(err, agent.ErrPlanFile) {
			t.Errorf("%s: got %v, want ErrPlanFile", name, err)
		}
	}
}

// FuzzParsePlan: whatever is taken for a plan says so of itself again.
func FuzzParsePlan(f *testing.F) {
	text, err := json.Marshal(agent.NewPlan(observed()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"plan":` + string(text) + `}`))
	f.Add([]byte(`{"version":1,"digest":"sha256:00","steps":[{"kind":"buy","amount":"1e9"}]}`))
	f.Add([]byte(`{"version":1,"chainId":18446744073709551615,"facts":{"blockTime":"0001-01-01T00:00:00Z"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		plan, err := agent.ParsePlan(text)
		if err != nil {
			if !errors.Is(err, agent.ErrPlanFile) {
				t.Fatalf("got %v, want ErrPlanFile", err)
			}
			return
		}
		again, err := json.Marshal(plan)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := agent.ParsePlan(again); err != nil || back.Digest != plan.Digest {
			t.Fatalf("written and read again: %v", err)
		}
	})
}
