// Package contracts holds the contracts of the dev world: their Solidity
// sources, what the pinned compiler made of them (artifacts.json) and a way to
// deploy them. They are a simulation with the live contracts' selectors; see
// README.md. Code that only talks to such contracts imports contracts/bindings,
// which carries no bytecode.
package contracts

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

//go:embed artifacts.json
var artifactsJSON []byte

// Artifact is one compiled contract.
type Artifact struct {
	Name string
	// ABI is the interface, parsed; RawABI is the same as JSON.
	ABI    abi.ABI
	RawABI string
	// Bytecode is the creation code, to which packed constructor arguments are
	// appended; empty for an interface.
	Bytecode []byte
}

var load = sync.OnceValues(parseArtifacts)

func parseArtifacts() (map[string]Artifact, error) {
	var file struct {
		Contracts map[string]struct {
			ABI      json.RawMessage `json:"abi"`
			Bytecode string          `json:"bytecode"`
		} `json:"contracts"`
	}
	if err := json.Unmarshal(artifactsJSON, &file); err != nil {
		return nil, fmt.Errorf("artifacts.json: %w; rebuild it with make generate", err)
	}
	all := make(map[string]Artifact, len(file.Contracts))
	for name, c := range file.Contracts {
		a := Artifact{Name: name, RawABI: string(c.ABI)}
		if err := json.Unmarshal(c.ABI, &a.ABI); err != nil {
			return nil, fmt.Errorf("abi of %s in artifacts.json: %w; rebuild it with make generate", name, err)
		}
		var err error
		if a.Bytecode, err = hexutil.Decode("0x" + c.Bytecode); err != nil {
			return nil, fmt.Errorf("bytecode of %s in artifacts.json: %w; rebuild it with make generate", name, err)
		}
		all[name] = a
	}
	return all, nil
}

// Names lists all compiled contracts and bound interfaces, sorted.
func Names() ([]string, error) {
	all, err := load()
	return slices.Sorted(maps.Keys(all)), err
}

// Get returns the compiled contract called name, for example "StakingV2".
func Get(name string) (Artifact, error) {
	all, err := load()
	if err != nil {
		return Artifact{}, err
	}
	a, ok := all[name]
	if !ok {
		return Artifact{}, fmt.Errorf("no contract called %q: see contracts.Names", name)
	}
	return a, nil
}

// InitCode returns the code that creates the contract called name with the
// given constructor arguments, in go-ethereum's types for the ABI's
// (common.Address, *big.Int, []byte, ...). It can be sent in a transaction or
// run at an address of choice while a genesis is built.
func InitCode(name string, args ...any) ([]byte, error) {
	a, err := Get(name)
	if err != nil {
		return nil, err
	}
	if len(a.Bytecode) == 0 {
		return nil, fmt.Errorf("%s is an interface and cannot be deployed", name)
	}
	packed, err := a.ABI.Pack("", args...)
	if err != nil {
		return nil, fmt.Errorf("constructor arguments of %s: %w", name, err)
	}
	return slices.Concat(a.Bytecode, packed), nil
}

// StakingConfig sets up a StakingV2 behind its proxy.
type StakingConfig struct {
	VVV, DIEM, Owner, Treasury, Oracle common.Address
	// EmissionRate is in wei of VVV a second, shared by all stakers.
	EmissionRate *big.Int
}

// StakingProxyInitCode returns the code that creates the staking proxy, which
// is the sVVV token, over a StakingV2 that already stands at implementation.
func StakingProxyInitCode(implementation common.Address, c StakingConfig) ([]byte, error) {
	args, err := StakingProxyArgs(implementation, c)
	if err != nil {
		return nil, err
	}
	return InitCode("ERC1967Proxy", args...)
}

// StakingProxyArgs returns the arguments of the same ERC1967Proxy constructor.
func StakingProxyArgs(implementation common.Address, c StakingConfig) ([]any, error) {
	a, err := Get("StakingV2")
	if err != nil {
		return nil, err
	}
	init, err := a.ABI.Pack("initialize", c.VVV, c.DIEM, c.Owner, c.Treasury, c.Oracle, c.EmissionRate)
	if err != nil {
		return nil, fmt.Errorf("initialize of StakingV2: %w", err)
	}
	return []any{implementation, init}, nil
}
