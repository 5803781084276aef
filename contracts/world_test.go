package contracts_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"stakegate/contracts"
	"stakegate/contracts/bindings"
)

// The addresses of the live counterparts on Base.
var (
	vvvAt        = common.HexToAddress("0xacfE6019Ed1A7Dc6f7B508C02d1b04ec88cC21bf")
	stakingAt    = common.HexToAddress("0x321b7ff75154472B18EDb199033fF4D116F340Ff")
	stakingImpl  = common.HexToAddress("0xe37A7920dbc11253ac6d031C29f592f71B348DCA")
	diemAt       = common.HexToAddress("0xF4d97F2da56e8c3098f3a8D538DB630A2606a024")
	wethAt       = common.HexToAddress("0x4200000000000000000000000000000000000006")
	usdcAt       = common.HexToAddress("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")
	multicallAt  = common.HexToAddress("0xcA11bde05977b3631167028862bE2a173976CA11")
	aeroPoolImpl = common.HexToAddress("0xA4e46b4f701c62e14DF11B48dCe76A7d793CD6d7")
	aeroFactory  = common.HexToAddress("0x420DD381b31aEf6683db6B902084cB0FFECe40Da")
	aeroRouter   = common.HexToAddress("0xcF77a3Ba9A5CA399B7c97c74d54e5b1Beb874E43")
	v3Factory    = common.HexToAddress("0x33128a8fC17869897dcE68Ed026d694621f6FDfD")
	v3Router     = common.HexToAddress("0x2626664c2603336E57B271c5C0b26F421741e481")
	v3Quoter     = common.HexToAddress("0x3d4e44Eb1374240CE5F1B871ab261CD16335B76a")
	v3Liquidity  = common.HexToAddress("0x00000000000000000000000000000000000f1111")
)

// The people of the tests.
var (
	owner    = common.HexToAddress("0x0000000000000000000000000000000000a11ce0")
	treasury = common.HexToAddress("0x0000000000000000000000000000000000a11ce1")
	alice    = common.HexToAddress("0x0000000000000000000000000000000000a11ce2")
	bob      = common.HexToAddress("0x0000000000000000000000000000000000a11ce3")
)

const (
	startOfTime = 1_800_000_000
	gasCap      = 16_777_216 // of one transaction, EIP-7825
	day         = 86_400
)

var (
	emissionRate = big.NewInt(79_274_479_959_411_466) // wei of VVV a second
	zero         = new(big.Int)
)

func vvv(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

func mul(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }
func sub(a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }
func add(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }
func div(a, b *big.Int) *big.Int { return new(big.Int).Div(a, b) }

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// world is go-ethereum's EVM over a state in memory, where all contracts were
// made by running their constructors at the addresses above, as the dev chain's
// genesis does. Every transaction is atomic; time moves only by sleep.
type world struct {
	fataler
	db  *state.StateDB
	now uint64
}

func newWorld(t fataler) *world {
	t.Helper()
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, db, startOfTime}
	for _, a := range []common.Address{owner, alice, bob} {
		w.db.AddBalance(a, uint256.MustFromBig(vvv(10_000)), tracing.BalanceChangeUnspecified)
	}
	w.place(vvvAt, "VVV", stakingAt, owner, vvv(1_000_000))
	w.place(diemAt, "DIEM", stakingAt, owner, zero)
	w.place(stakingImpl, "StakingV2")
	proxy, err := contracts.StakingProxyArgs(stakingImpl, contracts.StakingConfig{
		VVV: vvvAt, DIEM: diemAt, Owner: owner, Treasury: treasury, EmissionRate: emissionRate,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.place(stakingAt, "ERC1967Proxy", proxy...)
	w.place(wethAt, "WETH9")
	w.place(usdcAt, "USDC", owner, owner, big.NewInt(1e15))
	w.place(multicallAt, "Multicall3")
	w.place(aeroPoolImpl, "AerodromePool")
	w.place(aeroFactory, "AerodromePoolFactory", aeroPoolImpl, owner)
	w.place(aeroRouter, "AerodromeRouter", aeroFactory, wethAt)
	w.place(v3Factory, "UniswapV3Factory", owner)
	w.place(v3Router, "SwapRouter02", v3Factory, wethAt)
	w.place(v3Quoter, "QuoterV2", v3Factory, wethAt)
	w.place(v3Liquidity, "UniswapV3Liquidity", v3Factory)
	return w
}

// place runs a constructor at the given address and keeps the code it returns.
func (w *world) place(at common.Address, name string, args ...any) {
	w.Helper()
	code, err := contracts.InitCode(name, args...)
	if err != nil {
		w.Fatal(err)
	}
	w.db.SetCode(at, code, tracing.CodeChangeUnspecified)
	w.db.SetNonce(at, 1, tracing.NonceChangeUnspecified)
	deployed, err := w.try(common.Address{}, at, nil, nil)
	if err != nil {
		w.Fatalf("constructor of %s: %v", name, err)
	}
	w.db.SetCode(at, deployed, tracing.CodeChangeUnspecified)
}

func (w *world) sleep(seconds uint64) { w.now += seconds }

// run executes one call; the answer of a revert becomes the error.
func (w *world) run(from, to common.Address, value *big.Int, data []byte) (answer []byte, gas uint64, err error) {
	cfg := &runtime.Config{Origin: from, State: w.db, Time: w.now, Value: value, GasLimit: gasCap,
		BlockNumber: big.NewInt(1_000), BaseFee: big.NewInt(1)}
	answer, left, err := runtime.Call(to, data, cfg)
	if errors.Is(err, vm.ErrExecutionReverted) {
		err = fmt.Errorf("reverted: %s", reason(answer))
	}
	return answer, gasCap - left, err
}

// try sends a transaction.
func (w *world) try(from, to common.Address, value *big.Int, data []byte) ([]byte, error) {
	answer, _, err := w.run(from, to, value, data)
	w.db.Finalise(params.Rules{IsEIP158: true})
	return answer, err
}

// send sends a transaction that must succeed.
func (w *world) send(from, to common.Address, data []byte) []byte {
	w.Helper()
	return w.pay(from, to, nil, data)
}

// pay sends one with ether in it.
func (w *world) pay(from, to common.Address, value *big.Int, data []byte) []byte {
	w.Helper()
	answer, err := w.try(from, to, value, data)
	if err != nil {
		w.Fatal(err)
	}
	return answer
}

// refused sends a transaction that must revert with the reason.
func (w *world) refused(want string, from, to common.Address, data []byte) {
	w.Helper()
	w.refusedPaying(want, from, to, nil, data)
}

func (w *world) refusedPaying(want string, from, to common.Address, value *big.Int, data []byte) {
	w.Helper()
	_, err := w.try(from, to, value, data)
	if err == nil || err.Error() != "reverted: "+want {
		w.Fatalf("got %v, want a revert with %q", err, want)
	}
}

// read calls without a trace and decodes the answer.
func read[T any](w *world, to common.Address, data []byte, unpack func([]byte) (T, error)) T {
	w.Helper()
	before := w.db.Snapshot()
	answer, _, err := w.run(alice, to, nil, data)
	w.db.RevertToSnapshot(before)
	if err != nil {
		w.Fatal(err)
	}
	value, err := unpack(answer)
	if err != nil {
		w.Fatal(err)
	}
	return value
}

func (w *world) balance(token, account common.Address) *big.Int {
	w.Helper()
	t := bindings.NewIERC20()
	return read(w, token, t.PackBalanceOf(account), t.UnpackBalanceOf)
}

func (w *world) ether(account common.Address) *big.Int { return w.db.GetBalance(account).ToBig() }

func (w *world) approve(from, token, spender common.Address, amount *big.Int) {
	w.Helper()
	w.send(from, token, bindings.NewIERC20().PackApprove(spender, amount))
}

// give hands out what the owner got at genesis.
func (w *world) give(token, to common.Address, amount *big.Int) {
	w.Helper()
	w.send(owner, token, bindings.NewIERC20().PackTransfer(to, amount))
}

func (w *world) equal(what string, got, want *big.Int) {
	w.Helper()
	if got.Cmp(want) != 0 {
		w.Fatalf("%s is %s, want %s", what, got, want)
	}
}

// logs returns the topics and data of the logs with the event's signature.
func (w *world) logs(at common.Address, signature string) []*types.Log {
	var found []*types.Log
	for _, l := range w.db.Logs() {
		if l.Address == at && l.Topics[0] == crypto.Keccak256Hash([]byte(signature)) {
			found = append(found, l)
		}
	}
	return found
}

// reason renders what a revert returned: the string, or the custom error.
func reason(answer []byte) string {
	if len(answer) == 0 {
		return ""
	}
	if text, err := abi.UnpackRevert(answer); err == nil {
		return text
	}
	names, err := contracts.Names()
	if err != nil {
		return err.Error()
	}
	for _, name := range names {
		a, err := contracts.Get(name)
		if err != nil {
			return err.Error()
		}
		for _, e := range a.ABI.Errors {
			if len(answer) < 4 || !bytes.Equal(e.ID[:4], answer[:4]) {
				continue
			}
			args, err := e.Inputs.Unpack(answer[4:])
			if err != nil {
				return err.Error()
			}
			return e.Name + strings.TrimSuffix(strings.Replace(fmt.Sprint(args), "[", "(", 1), "]") + ")"
		}
	}
	return common.Bytes2Hex(answer)
}

func TestEveryContractStandsWhereItWasPlaced(t *testing.T) {
	w := newWorld(t)
	for _, at := range []common.Address{vvvAt, stakingAt, stakingImpl, diemAt, wethAt, usdcAt, multicallAt,
		aeroPoolImpl, aeroFactory, aeroRouter, v3Factory, v3Router, v3Quoter, v3Liquidity} {
		if w.db.GetCodeSize(at) == 0 {
			t.Errorf("no code at %s", at)
		}
	}
	s := bindings.NewStakingV2()
	for what, pair := range map[string][2]common.Address{
		"staking.venice": {read(w, stakingAt, s.PackVenice(), s.UnpackVenice), vvvAt},
		"staking.diem":   {read(w, stakingAt, s.PackDiem(), s.UnpackDiem), diemAt},
		"staking.owner":  {read(w, stakingAt, s.PackOwner(), s.UnpackOwner), owner},
		"vvv.owner":      {read(w, vvvAt, bindings.NewVVV().PackOwner(), bindings.NewVVV().UnpackOwner), stakingAt},
		"router.WETH9": {read(w, v3Router, bindings.NewSwapRouter02().PackWETH9(),
			bindings.NewSwapRouter02().UnpackWETH9), wethAt},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %s, want %s", what, pair[0], pair[1])
		}
	}
}
