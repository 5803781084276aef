package stakegate

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "stakegate"

// floor says on which floor of the house each package stands; ARCHITECTURE.md
// explains the floors. A package may import packages of lower floors only, and
// one that is missing here fails the test.
var floor = map[string]int{
	".": 0,
	// Small words that everybody uses.
	"api": 0, "contracts": 0, "contracts/bindings": 0,
	"internal/money": 0, "internal/secretfile": 0, "internal/strictjson": 0, "internal/strictyaml": 0, "internal/telemetry": 0, "internal/tracing": 0,
	// The rules: mostly pure code.
	"internal/apikey": 1, "internal/catalog": 1, "internal/challenge": 1,
	"internal/dialect": 1, "internal/ledger": 1, "internal/signature": 1, "internal/stake": 1, "internal/upstream": 1, "internal/webhook": 1,
	// The roads; never each other.
	"internal/calibrate": 2, "internal/gateway": 2, "internal/gateway/sse": 1, "internal/issuer": 2, "internal/usage": 2,
	// The doors and the adapters.
	"internal/chain": 3, "internal/dashboard": 3, "internal/httpapi": 3, "internal/store": 3,
	// The only places that connect everything.
	"internal/app": 4, "internal/devworld": 4,
	// Programs.
	"cmd/stakegate": 5, "cmd/stakegate-dev": 5, "deploy": 5, "docs/generate": 5, "contracts/generate": 5,
	// Kits, which only tests import.
	"api/apitest": kit, "contracts/conformance": kit, "internal/app/apptest": kit, "internal/signature/signaturetest": kit, "internal/sim": kit,
	"internal/store/pgtest": kit, "internal/tracing/tracingtest": kit,
	// The agent's side: the public SDK, which could be written by anybody.
	"agent/mcpserver": 3, "agent": 2, "agent/dex": 1, "agent/wallet": 1, "agent/wallet/wallettest": kit,
	"agent/redact": 0, "agent/internal/oneline": 0, "agent/internal/revert": 0, "agent/internal/secretfile": 0,
}

const kit = 6

// neighbours are imports within a floor that are allowed.
var neighbours = map[string]string{
	"internal/ledger":      "internal/apikey",  // a key's limits are budgets
	"internal/app/apptest": "api/apitest",      // every answer of a server under test is checked
	"internal/upstream":    "internal/catalog", // which says who the servers are
}

// rooms of one floor that are part of another package.
var inside = map[string]string{
	"internal/devworld/echo":     "internal/devworld",
	"internal/dialect/anthropic": "internal/dialect", "internal/dialect/responses": "internal/dialect",
	"internal/dialect/dialecttest": "internal/dialect",
}

func TestImportsPointDownstairs(t *testing.T) {
	for file, imports := range goFiles(t) {
		from := filepath.ToSlash(filepath.Dir(file))
		for _, to := range imports {
			checkArrow(t, file, from, to)
		}
	}
}

func checkArrow(t *testing.T, file, from, to string) {
	t.Helper()
	if inside[from] != "" {
		from = inside[from]
	}
	if inside[to] != "" {
		to = inside[to]
	}
	level, known := floor[from]
	if !known {
		t.Errorf("%s: package %s has no floor; add it to the table", file, from)
		return
	}
	if to == "" || to == from || neighbours[from] == to {
		return
	}
	below, known := floor[to]
	switch {
	case !known:
		t.Errorf("%s: package %s has no floor; add it to the table", file, to)
	case below >= level:
		t.Errorf("%s: %s (floor %d) must not import %s (floor %d)", file, from, level, to, below)
	case strings.HasPrefix(from, "agent") && strings.HasPrefix(to, "internal/") && below > 0:
		t.Errorf("%s: the agent's side must not import %s: an outside program could not", file, to)
	case strings.HasPrefix(to, "agent") && !strings.HasPrefix(from, "agent") && !strings.HasPrefix(from, "cmd/"):
		t.Errorf("%s: the server's side must not import %s", file, to)
	case to == "internal/devworld" && from != "cmd/stakegate-dev" && level != kit:
		t.Errorf("%s: only cmd/stakegate-dev and tests may import %s", file, to)
	}
}

// goFiles returns what each Go file of the module imports from it, tests left
// out; a file without such imports has one empty name.
func goFiles(t *testing.T) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && (name == "node_modules" || name == "testdata" || name != "." && name[0] == '.') {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files[path] = []string{""}
		for _, spec := range parsed.Imports {
			if name, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module+"/"); ours {
				files[path] = append(files[path], name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The test itself must see a wrong arrow.
func TestWrongArrowIsSeen(t *testing.T) {
	for _, arrow := range [][2]string{
		{"internal/ledger", "internal/store"},
		{"internal/issuer", "internal/gateway"},
		{"internal/app", "internal/devworld"},
		{"internal/httpapi", "internal/store"},
		{"agent", "internal/ledger"},
		{"internal/nowhere", "internal/money"},
	} {
		seen := &testing.T{}
		checkArrow(seen, "x.go", arrow[0], arrow[1])
		if !seen.Failed() {
			t.Errorf("%s -> %s is not seen", arrow[0], arrow[1])
		}
	}
}

// The product links neither the embedded chain nor any cgo-only package.
func TestProductDoesNotLinkTheChain(t *testing.T) {
	output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/stakegate").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dependency := range strings.Fields(string(output)) {
		switch dependency {
		case module + "/internal/devworld", module + "/contracts",
			"github.com/ethereum/go-ethereum/core", "github.com/ethereum/go-ethereum/node", "github.com/ethereum/go-ethereum/eth":
			t.Errorf("cmd/stakegate links %s", dependency)
		}
	}
}
