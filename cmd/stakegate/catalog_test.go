package main

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stakegate/internal/devworld/echo"
)

// catalogRun runs "stakegate catalog ..." on a file with the text.
func catalogRun(t *testing.T, text string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "catalog.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	code = run(t.Context(), append([]string{"catalog", args[0], path}, args[1:]...), nil, &out, &problems)
	clean := func(b *bytes.Buffer) string { return strings.ReplaceAll(b.String(), path, "FILE") }
	return code, clean(&out), clean(&problems)
}

const goodCatalog = `
upstreams:
  - {name: main, kind: openai, url: "http://127.0.0.1:9000/v1"}
models:
  - {id: small, type: text, upstream: main, context: 32768, max_output: 4096, price: {input: "1", output: "2"}, privacy: private}
`

func TestCatalogCheckTellsWhereAndExitsAccordingly(t *testing.T) {
	for name, test := range map[string]struct {
		old, new string
		flags    []string
		code     int
		want     string
	}{
		"good":             {"", "", nil, exitOK, "FILE: 1 models, 1 upstreams, 0 errors, 0 warnings\n"},
		"error":            {`"1"`, `"-1"`, nil, exitError, "FILE:5: error: models[0] (small).price.input: must be a decimal"},
		"unknown field":    {"privacy:", "colour: red, privacy:", nil, exitError, `FILE:5: error: is not valid YAML of the known fields: unknown field "colour"`},
		"warning":          {`output: "2"`, `output: "0.5"`, nil, exitOK, "FILE:5: warning: models[0] (small).price.output: is below"},
		"warning, strict":  {`output: "2"`, `output: "0.5"`, []string{"--strict"}, exitError, "0 errors, 1 warnings"},
		"missing key file": {`9000/v1"`, `9000/v1", key_file: none.key`, nil, exitError, "FILE:3: error: upstreams[0] (main).key_file: upstream main: key_file: open "},
		"json":             {`output: "2"`, `output: "0.5"`, []string{"--json"}, exitOK, `{"file":"FILE","ok":true,"models":1,"upstreams":1,"errors":0,"warnings":1,"problems":[{"line":5,"severity":"warning","field":"models[0] (small).price.output"`},
	} {
		code, out, _ := catalogRun(t, strings.Replace(goodCatalog, test.old, test.new, 1), append([]string{"check"}, test.flags...)...)
		if code != test.code || !strings.Contains(out, test.want) {
			t.Errorf("%s: exit code %d: %s", name, code, out)
		}
	}
	if code := run(t.Context(), []string{"catalog", "check", filepath.Join(t.TempDir(), "none.yaml")}, nil, &bytes.Buffer{}, &bytes.Buffer{}); code != exitError {
		t.Errorf("a missing file: exit code %d", code)
	}
}

func TestCalibrateSaysWhatItSpendsAndFindsWhatIsTooLow(t *testing.T) {
	model := echo.New(echo.Config{})
	server := httptest.NewServer(model)
	t.Cleanup(server.Close)
	text := strings.NewReplacer("http://127.0.0.1:9000", server.URL, "privacy: private", "upstream_model: echo-1, privacy: private").Replace(goodCatalog)

	code, out, told := catalogRun(t, text, "calibrate", "--prompts", "120", "--json")
	var report struct {
		Reports []struct {
			Prompts, Refused int
			Violations       []any
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitOK || len(report.Reports) != 1 ||
		report.Reports[0].Prompts < 100 || len(report.Reports[0].Violations) > 0 {
		t.Fatalf("exit code %d, %v: %s %s", code, err, out, told)
	}
	if !strings.Contains(told, "prompts to 1 models, for at most 0.") || !strings.Contains(told, "small at main:") {
		t.Errorf("told %q", told)
	}
	if calls := model.Tally().Calls; calls < 100 || calls > 120 {
		t.Errorf("%d calls", calls)
	}

	// Another vocabulary than the server's gives bounds that are too low.
	code, out, told = catalogRun(t, strings.Replace(text, "type: text", "type: text, tokenizer: o200k", 1), "calibrate", "--prompts", "120")
	if code != exitError || !strings.Contains(out, "bound of o200k") || !strings.Contains(told, "more tokens than their bound") {
		t.Errorf("exit code %d: %s %s", code, out, told)
	}
}

func TestCalibrateAsksBeforeItSpendsElsewhere(t *testing.T) {
	away := strings.Replace(goodCatalog, "http://127.0.0.1:9000", "https://models.invalid", 1)
	for name, test := range map[string]struct {
		text string
		args []string
		want string
	}{
		"away":       {away, []string{"--prompts", "5"}, "add --yes"},
		"too many":   {goodCatalog, []string{"--prompts", "20000"}, "raise --max-prompts"},
		"no model":   {goodCatalog, []string{"--model", "other"}, "no text or embedding model"},
		"no prompts": {goodCatalog, []string{"--prompts", "0"}, "at least 1"},
	} {
		code, out, told := catalogRun(t, test.text, append([]string{"calibrate"}, test.args...)...)
		if code != exitUsage || !strings.Contains(told, test.want) || out != "" {
			t.Errorf("%s: exit code %d: %s %s", name, code, out, told)
		}
	}
}
