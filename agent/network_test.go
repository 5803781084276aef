package agent_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent"
	"stakegate/internal/devworld"
)

// TestBaseAddressesHaveTheirChecksums guards against a typo in the table: each
// address, as it is written in the source, has its EIP-55 spelling.
func TestBaseAddressesHaveTheirChecksums(t *testing.T) {
	source, err := os.ReadFile("network.go")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for rest := string(source); ; count++ {
		i := strings.Index(rest, `HexToAddress("`)
		if i < 0 {
			break
		}
		rest = rest[i+len(`HexToAddress("`):]
		text, _, _ := strings.Cut(rest, `"`)
		if got := common.HexToAddress(text).Hex(); got != text {
			t.Errorf("%s: its checksum spells it %s", text, got)
		}
	}
	if count != 22 {
		t.Errorf("found %d addresses, want 22", count)
	}
}

// TestBaseAddressesAreTheDevWorlds: what is pinned for Base runs unchanged here.
func TestBaseAddressesAreTheDevWorlds(t *testing.T) {
	ours, err := json.Marshal(agent.BaseContracts())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := json.Marshal(devworld.BaseContracts())
	if err != nil {
		t.Fatal(err)
	}
	if string(ours) != string(theirs) {
		t.Errorf("got %s, want %s", ours, theirs)
	}
}

func TestVeniceIsValid(t *testing.T) {
	if err := agent.Venice("https://rpc.example.org").Validate(); err != nil {
		t.Error(err)
	}
	if err := agent.Venice("").Validate(); err == nil {
		t.Error("a network without a node is valid")
	}
}

func TestLoadWorldRefusesWorldsElsewhere(t *testing.T) {
	contracts, err := json.Marshal(agent.BaseContracts())
	if err != nil {
		t.Fatal(err)
	}
	write := func(api, rpc string) string {
		path := filepath.Join(t.TempDir(), "world.json")
		text := `{"apiBase":"` + api + `","rpcUrl":"` + rpc + `","wsUrl":"ws://127.0.0.1:1","chainId":31337,"pid":1,"contracts":` + string(contracts) +
			`,"faucet":{"address":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266","privateKey":"0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"}}`
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	world, err := agent.LoadWorld(write("http://127.0.0.1:8402/api/v1", "http://127.0.0.1:8545"))
	if err != nil || world.Network.ChainID != 31337 || world.Network.Contracts != agent.BaseContracts() || world.Faucet == nil {
		t.Errorf("got %+v, %v", world, err)
	}
	for _, elsewhere := range [][2]string{{"https://api.example.org/api/v1", "http://127.0.0.1:8545"},
		{"http://127.0.0.1:8402/api/v1", "https://rpc.example.org"}, {"http://127.0.0.1:8402/api/v1", ""}, {"", "http://127.0.0.1:8545"}} {
		if _, err := agent.LoadWorld(write(elsewhere[0], elsewhere[1])); err == nil {
			t.Errorf("%v was loaded", elsewhere)
		}
	}
}
