package browser_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What the page offers to copy works as it stands, but for the key, which the
// first one puts into the environment. Python's is held to the same base URL.
func TestTheSnippetsWorkAsTheyStand(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, desktop)
	b.signIn()
	secret := b.makesAKey()
	code := func(id string) string {
		return eval[string](b, `document.getElementById("code-`+id+`").textContent`)
	}
	goFile := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(goFile, []byte(code("go")), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, run := range map[string]struct {
		folder  string
		command []string
	}{
		"curl":       {".", []string{"sh", "-c", code("curl")}},
		"JavaScript": {"../e2e", []string{"node", "--input-type=module", "--eval", code("js")}},
		"Go":         {"../..", []string{"go", "run", goFile}},
	} {
		if got := output(t, secret, run.folder, run.command...); !strings.Contains(got, "Hello!") {
			t.Errorf("%s answers %s", name, got)
		}
	}
	if !strings.Contains(code("python"), `base_url="`+w.Origin+`/v1"`) || !strings.Contains(code("python"), `model="echo-1"`) {
		t.Errorf("Python: %s", code("python"))
	}
}

// output runs a program with a key in its environment.
func output(t *testing.T, key, folder string, command ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute) // Go's may have to be compiled
	defer cancel()
	program := exec.CommandContext(ctx, command[0], command[1:]...)
	program.Dir, program.Env = folder, append(os.Environ(), "STAKEGATE_API_KEY="+key)
	var stderr bytes.Buffer
	program.Stderr = &stderr
	text, err := program.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", command[0], err, text, &stderr)
	}
	return string(text)
}
