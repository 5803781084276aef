package main

import (
	"bytes"
	"regexp"
	"testing"

	"stakegate/internal/apikey"
)

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
