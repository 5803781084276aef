// Command generate writes the pages that are made from the program itself:
// docs/configuration.md from the configuration's struct, and docs/api.md from
// api/openapi.yaml. Its test fails when they are not what it would write.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// pages are the generated files, relative to the repository's root, which is
// also where the sources are.
func pages(root string) (map[string]string, error) {
	configuration, err := configurationPage(filepath.Join(root, "internal", "app"))
	if err != nil {
		return nil, err
	}
	routes, err := apiPage()
	if err != nil {
		return nil, err
	}
	return map[string]string{"docs/configuration.md": configuration, "docs/api.md": routes}, nil
}

func main() {
	all, err := pages(".")
	for name, text := range all {
		if err == nil {
			err = os.WriteFile(name, []byte(text), 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
