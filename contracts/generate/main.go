// Command generate writes the Go bindings of all contracts in
// contracts/artifacts.json, one file each, to contracts/bindings. Run it from
// the root of the repository:
//
//	go run ./contracts/generate
//
// The same artifacts give the same files. Bytecode is left out, so that a
// program that only calls contracts does not carry it; but for the contract that
// is sent with every call to it.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/abigen"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"stakegate/contracts"
)

const (
	target    = "contracts/bindings"
	generated = "// Code generated via abigen V2 - DO NOT EDIT."
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	names, err := contracts.Names()
	if err != nil {
		return err
	}
	if err := removeGenerated(); err != nil {
		return err
	}
	for _, name := range names {
		code, err := bindingOf(name)
		if err != nil {
			return fmt.Errorf("bind %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(target, strings.ToLower(name)+".go"), code, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// removeGenerated leaves no binding of a contract that is gone.
func removeGenerated() error {
	files, err := filepath.Glob(filepath.Join(target, "*.go"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no %s here: run this from the root of the repository", target)
	}
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(code, []byte(generated)) {
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

// carried are the contracts whose bindings have their bytecode.
var carried = map[string]bool{"SignatureValidator": true}

var outputType = regexp.MustCompile(`(?m)^type (\w+Output) struct`)

// bindingOf returns one contract's binding. abigen names the struct of a
// method's results after the method alone, which two contracts may share: here
// it gets the contract's name in front, as events and errors have it.
func bindingOf(name string) ([]byte, error) {
	a, err := contracts.Get(name)
	if err != nil {
		return nil, err
	}
	aliases, err := overloadNames(a.ABI)
	if err != nil {
		return nil, err
	}
	bytecode := ""
	if carried[name] {
		bytecode = hexutil.Encode(a.Bytecode)
	}
	code, err := abigen.BindV2([]string{name}, []string{a.RawABI}, []string{bytecode}, "bindings", map[string]string{}, aliases)
	if err != nil {
		return nil, err
	}
	for _, match := range outputType.FindAllStringSubmatch(code, -1) {
		code = regexp.MustCompile(`\b`+match[1]+`\b`).ReplaceAllString(code, name+match[1])
	}
	return format.Source([]byte(code))
}

// overloads names the methods that share a name, by signature: go-ethereum would
// number them by their place in the ABI.
var overloads = map[string]string{
	"cancelAuthorization(address,bytes32,bytes)":                                                       "cancelAuthorizationBytes",
	"cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)":                                       "cancelAuthorization",
	"getPool(address,address,bool)":                                                                    "getPool",
	"getPool(address,address,uint24)":                                                                  "getPoolByFee",
	"multicall(bytes[])":                                                                               "multicall",
	"multicall(bytes32,bytes[])":                                                                       "multicallBlockhash",
	"multicall(uint256,bytes[])":                                                                       "multicallDeadline",
	"permit(address,address,uint256,uint256,bytes)":                                                    "permitBytes",
	"permit(address,address,uint256,uint256,uint8,bytes32,bytes32)":                                    "permit",
	"receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)":                  "receiveWithAuthorizationBytes",
	"receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)":  "receiveWithAuthorization",
	"sweepToken(address,uint256)":                                                                      "sweepToken",
	"sweepToken(address,uint256,address)":                                                              "sweepTokenTo",
	"transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)":                 "transferWithAuthorizationBytes",
	"transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)": "transferWithAuthorization",
	"unwrapWETH9(uint256)":                                                                             "unwrapWETH9",
	"unwrapWETH9(uint256,address)":                                                                     "unwrapWETH9To",
}

// overloadNames maps go-ethereum's numbered names to those of overloads.
func overloadNames(contract abi.ABI) (map[string]string, error) {
	count := map[string]int{}
	for _, m := range contract.Methods {
		count[m.RawName]++
	}
	aliases := map[string]string{}
	for numbered, m := range contract.Methods {
		if count[m.RawName] == 1 {
			continue
		}
		name, ok := overloads[m.Sig]
		if !ok {
			return nil, fmt.Errorf("%s is overloaded: name it in the table overloads", m.Sig)
		}
		aliases[numbered] = name
	}
	return aliases, nil
}
