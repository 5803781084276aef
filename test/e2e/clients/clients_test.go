// Package clients_test runs clients that stakegate did not write, unmodified
// but for their base URL and key: OpenAI's, Anthropic's and Vercel's with
// Venice's provider from npm, and OpenAI's for Go. Each suite runs against a
// whole server, and what it cost is compared with what the model server did;
// the npm ones run against the echo model too, to see that it speaks as they
// expect.
package clients_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/money"
)

const suiteTimeout = time.Minute

// suites are the programs of this folder.
var suites = map[string]struct {
	file string
	echo bool // the echo model has what it needs
}{
	"openai":                 {"openai.test.mjs", true},
	"openai responses":       {"responses.test.mjs", false},
	"anthropic":              {"anthropic.test.mjs", true},
	"venice-ai-sdk-provider": {"venice.test.mjs", true},
}

func TestForeignClientsWorkUnmodifiedAndPayThePrice(t *testing.T) {
	for name, suite := range suites {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			metered(t, func(w *apptest.World, key string) {
				runNode(t, suite.file, "ORIGIN="+w.Origin, "API_KEY="+key, "GATEWAY=1")
			})
		})
	}
}

func TestForeignClientsWorkWithTheEchoModelItself(t *testing.T) {
	for name, suite := range suites {
		if !suite.echo {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(echo.New(echo.Config{APIKey: "s3cret"}))
			defer server.Close()
			runNode(t, suite.file, "ORIGIN="+server.URL, "API_KEY=s3cret")
		})
	}
}

// metered runs calls against a whole server with a key of its own, and compares
// what was charged with what the model server did.
func metered(t *testing.T, run func(w *apptest.World, key string)) {
	t.Helper()
	w := apptest.Start(t, apptest.Options{Media: true})
	_, admin := w.Account(100)
	key, _ := w.NewKey(admin, "INFERENCE", "")
	before := w.Balance(admin)
	run(w, key)
	charged := func() money.Nano { return before - w.Balance(admin) }
	w.Eventually(5*time.Second, "everything is charged, also what the client left", func() bool { return charged() == w.Truth() })
	if w.Truth() == 0 {
		t.Error("the model was never asked")
	}
}

// runNode runs a node:test file of this folder and fails with its report.
func runNode(t *testing.T, file string, env ...string) {
	t.Helper()
	for _, needed := range []string{file, "../node_modules/@anthropic-ai/sdk", "../node_modules/openai", "../node_modules/venice-ai-sdk-provider"} {
		if _, err := os.Stat(needed); err != nil { // also tells go test's cache what the result depends on
			t.Fatalf("%s is missing: run `make test-setup` (needs node and npm) and try again", needed)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), suiteTimeout)
	defer cancel()
	suite := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", file)
	suite.Env = append(os.Environ(), env...)
	report, err := suite.CombinedOutput()
	if err != nil {
		t.Fatalf("node --test %s: %v\n%s", file, err, report)
	}
	t.Logf("%s", report)
}
