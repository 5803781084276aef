package main

import (
	"context"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/rogpeppe/go-internal/testscript"

	"stakegate/agent"
	"stakegate/agent/wallet"
	"stakegate/agent/wallet/wallettest"
	"stakegate/contracts"
	"stakegate/internal/devworld"
)

// deployAccount makes a contract wallet with one owner: account OWNER VARIABLE.
func deployAccount(chain *devworld.Chain) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		payer, err := crypto.GenerateKey()
		ts.Check(err)
		ctx := context.Background()
		ts.Check(chain.Fund(ctx, crypto.PubkeyToAddress(payer.PublicKey), agent.MustAmount("1").Int(), nil, nil))
		auth := bind.NewKeyedTransactor(payer, new(big.Int).SetUint64(chain.ChainID()))
		at, err := contracts.Deploy(ctx, chain.Client(), auth, "OwnerWallet", common.HexToAddress(args[0]))
		ts.Check(err)
		ts.Setenv(args[1], strings.ToLower(at.Hex()))
	}
}

// startClef starts a signer with the key of a file: clef FILE VARIABLE. It sets
// CLEF_ADDRESS and CLEF_KEY too.
func startClef(dir string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		text := strings.TrimSpace(ts.ReadFile(args[0]))
		key, err := wallet.ParseKey([]byte(text))
		ts.Check(err)
		clef := &wallettest.Clef{Key: key, Accounts: []common.Address{key.Address()}}
		socket, stop, err := clef.Listen(dir)
		ts.Check(err)
		ts.Defer(stop)
		ts.Setenv(args[1], socket)
		ts.Setenv("CLEF_ADDRESS", strings.ToLower(key.Address().Hex()))
		ts.Setenv("CLEF_KEY", text)
	}
}
