package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestViemEncodesTheAgentsTransactionsAlike: the vectors that the agent's own
// encoders are held to are what viem makes of the published signatures.
func TestViemEncodesTheAgentsTransactionsAlike(t *testing.T) {
	const script = "calldata.mjs"
	if _, err := os.Stat(script); err != nil { // also tells go test's cache what the result depends on
		t.Fatal(err)
	}
	file := filepath.Join("..", "..", "agent", "testdata", "calldata.json")
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", script)
	node.Stderr = os.Stderr
	got, err := node.Output()
	if err != nil {
		t.Fatalf("node %s: %v", script, err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what viem encodes: node %s > %s shows how", file, script, file)
	}
}
