package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"stakegate/internal/apikey"
)

// The files under examples are for who has no binary at hand.
func TestScannerRulesInTheExamplesAreThoseThatArePrinted(t *testing.T) {
	files := map[string]string{"gitleaks": "gitleaks.toml", "trufflehog": "trufflehog.yaml"}
	if len(files) != len(scannerRules) {
		t.Fatalf("there are %d formats and %d files", len(scannerRules), len(files))
	}
	for format, name := range files {
		var out, problems bytes.Buffer
		if code := run(t.Context(), []string{"keys", "scanner-rules", "--format", format}, nil, &out, &problems); code != exitOK {
			t.Fatalf("%s: exit %d, %s", format, code, &problems)
		}
		text, err := os.ReadFile(filepath.Join("../../examples/scanners", name))
		if err != nil || string(text) != out.String() {
			t.Errorf("%s is not what is printed (%v): stakegate keys scanner-rules --format %s > examples/scanners/%s", name, err, format, name)
		}
	}
}

func TestScannerRulesFindEveryKey(t *testing.T) {
	quoted := regexp.MustCompile(`(?m)(?:regex = '''|key: ')([^']+)'`)
	for format := range scannerRules {
		var out, problems bytes.Buffer
		if code := run(t.Context(), []string{"keys", "scanner-rules", "--format", format}, nil, &out, &problems); code != exitOK {
			t.Fatalf("%s: exit %d, %s", format, code, &problems)
		}
		printed := quoted.FindStringSubmatch(out.String())
		if printed == nil {
			t.Fatalf("%s has no pattern: %s", format, &out)
		}
		pattern := regexp.MustCompile(printed[1])
		for i := range 1000 {
			secret, err := apikey.New([]apikey.Type{apikey.Inference, apikey.Admin}[i%2])
			if err != nil {
				t.Fatal(err)
			}
			text := secret.Reveal()
			if found := pattern.FindStringSubmatch(`key="` + text + `",`); found == nil || found[1] != text {
				t.Fatalf("%s does not find a key", format)
			}
			if pattern.MatchString(text[:len(text)-1]) || pattern.MatchString(text+"0") {
				t.Fatalf("%s finds what is no key", format)
			}
		}
	}
	var out, problems bytes.Buffer
	if code := run(t.Context(), []string{"keys", "scanner-rules", "--format", "x"}, nil, &out, &problems); code != exitUsage {
		t.Errorf("an unknown format exits with %d", code)
	}
}
