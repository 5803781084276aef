package gateway_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stakegate/internal/catalog"
	"stakegate/internal/gateway"
)

const keyedCatalog = `
upstreams:
  - {name: a, kind: openai, url: "https://a.example/v1", key_file: a.key}
  - {name: b, kind: openai, url: "https://b.example/v1"}
models: [{id: m, type: text, upstream: a, context: 10, max_output: 5, price: {input: "1", output: "1"}, privacy: private}]
`

func TestKeyFilesAreReadBesideTheCatalogue(t *testing.T) {
	dir := t.TempDir()
	c, err := catalog.Parse([]byte(keyedCatalog))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gateway.ReadKeys(c, dir); err == nil || !strings.Contains(err.Error(), "upstream a: key_file") {
		t.Errorf("a missing file gives %v", err)
	}
	path := filepath.Join(dir, "a.key")
	for content, ok := range map[string]bool{
		"sk-secret\n": true, "": false, "\n": false, "two words": false, "two\nlines": false, "ümlaut": false,
		strings.Repeat("x", 9000): false,
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		keys, err := gateway.ReadKeys(c, dir)
		if ok && (err != nil || len(keys) != 1 || keys["a"] != "sk-secret") {
			t.Errorf("%.20q gives %v, %v", content, keys, err)
		}
		if !ok && err == nil {
			t.Errorf("%.20q is accepted", content)
		}
		if err != nil && strings.Contains(err.Error(), "words") {
			t.Errorf("the error tells the key: %v", err)
		}
	}
	absolute, err := catalog.Parse([]byte(strings.Replace(keyedCatalog, "a.key", path, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("k"), 0o600); err != nil {
		t.Fatal(err)
	}
	if keys, err := gateway.ReadKeys(absolute, "/nowhere"); err != nil || keys["a"] != "k" {
		t.Errorf("an absolute path gives %v, %v", keys, err)
	}
}
