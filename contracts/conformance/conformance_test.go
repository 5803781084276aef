package conformance_test

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient/simulated"

	"stakegate/contracts"
	"stakegate/contracts/bindings"
	"stakegate/contracts/conformance"
)

// chain is go-ethereum's simulated backend, mining every transaction at once.
type chain struct {
	simulated.Client
	sim *simulated.Backend
}

func (c chain) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	err := c.Client.SendTransaction(ctx, tx)
	c.sim.Commit()
	return err
}

type fixture struct {
	*testing.T
	chain
	conformance.Addresses
	key  *ecdsa.PrivateKey
	auth *bind.TransactOpts
}

// newChain is a chain with one rich account and no contracts.
func newChain(t *testing.T) *fixture {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	sim := simulated.NewBackend(types.GenesisAlloc{owner(key): {Balance: ether(1000)}}, simulated.WithBlockGasLimit(60_000_000))
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	f := &fixture{T: t, chain: chain{sim.Client(), sim}, key: key}
	id, err := f.ChainID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.auth = bind.NewKeyedTransactor(key, id)
	f.auth.GasLimit = 5_000_000
	return f
}

// newFixture is the same with Uniswap on it.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := newChain(t)
	var err error
	if f.Addresses, err = conformance.Deploy(t.Context(), f.chain, f.key); err != nil {
		t.Fatal(err)
	}
	return f
}

func owner(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

func ether(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

func (f *fixture) at(address common.Address) *bind.BoundContract {
	return bind.NewBoundContract(address, abi.ABI{}, f.chain, f.chain, f.chain)
}

func (f *fixture) send(to common.Address, value *big.Int, data []byte) {
	f.Helper()
	opts := *f.auth
	opts.Value = value
	tx, err := bind.Transact(f.at(to), &opts, data)
	if err != nil {
		f.Fatal(err)
	}
	receipt, err := f.TransactionReceipt(f.Context(), tx.Hash())
	if err != nil {
		f.Fatal(err)
	}
	if receipt.Status != types.ReceiptStatusSuccessful {
		f.Fatalf("transaction to %s reverted", to)
	}
}

func (f *fixture) balance(token, account common.Address) *big.Int {
	f.Helper()
	t := bindings.NewIERC20()
	n, err := bind.Call(f.at(token), nil, t.PackBalanceOf(account), t.UnpackBalanceOf)
	if err != nil {
		f.Fatal(err)
	}
	return n
}

type quote struct{ out, price string }

func (f *fixture) quote(quoter, tokenIn, tokenOut common.Address, amount *big.Int) quote {
	f.Helper()
	q := bindings.NewQuoterV2()
	got, err := bind.Call(f.at(quoter), nil, q.PackQuoteExactInputSingle(bindings.QuoterV2QuoteExactInputSingleParams{
		TokenIn: tokenIn, TokenOut: tokenOut, AmountIn: amount,
		Fee: big.NewInt(conformance.Fee), SqrtPriceLimitX96: new(big.Int),
	}), q.UnpackQuoteExactInputSingle)
	if err != nil {
		f.Fatalf("quote %s: %v", amount, err)
	}
	return quote{got.AmountOut.String(), got.SqrtPriceX96After.String()}
}

func (f *fixture) swapCall(tokenIn, tokenOut common.Address, amount, min *big.Int) []byte {
	return bindings.NewSwapRouter02().PackExactInputSingle(bindings.SwapRouter02ExactInputSingleParams{
		TokenIn: tokenIn, TokenOut: tokenOut, Fee: big.NewInt(conformance.Fee), Recipient: f.auth.From,
		AmountIn: amount, AmountOutMinimum: min, SqrtPriceLimitX96: new(big.Int),
	})
}

func TestBindingsBuyOnUniswapsOwnBytecodeWhatTheyWereQuoted(t *testing.T) {
	f := newFixture(t)
	amount := ether(1)
	quoted := f.quote(f.Quoter, f.WETH, f.Token, amount)
	before := f.balance(f.Token, f.auth.From)
	minimum, _ := new(big.Int).SetString(quoted.out, 10)
	f.send(f.Router, amount, bindings.NewSwapRouter02().PackMulticallDeadline(
		new(big.Int).Lsh(big.NewInt(1), 64), [][]byte{f.swapCall(f.WETH, f.Token, amount, minimum)}))
	got := new(big.Int).Sub(f.balance(f.Token, f.auth.From), before)
	if got.String() != quoted.out {
		t.Errorf("bought %s, quoted %s", got, quoted.out)
	}
}

// The traps that our own router imitates, as Uniswap's own bytecode has them.
func TestUniswapsOwnRouterRefusesAsOurs(t *testing.T) {
	f := newFixture(t)
	ours := f.deployOurs()
	router := bindings.NewSwapRouter02()
	amount := ether(1)
	late := router.PackMulticallDeadline(big.NewInt(1), [][]byte{f.swapCall(f.WETH, f.Token, amount, new(big.Int))})
	for _, c := range []struct {
		name, want string
		value      *big.Int
		data       []byte
	}{
		{"no approval", "STF", nil, f.swapCall(f.Token, f.WETH, amount, new(big.Int))},
		{"no ether with it", "STF", nil, f.swapCall(f.WETH, f.Token, amount, new(big.Int))},
		{"minimum above the quote", "Too little received", amount, f.swapCall(f.WETH, f.Token, amount, ether(1000))},
		{"deadline over", "Transaction too old", amount, late},
		{"more WETH than there is", "Insufficient WETH9", nil, router.PackUnwrapWETH9(amount)},
	} {
		for name, at := range map[string]common.Address{"Uniswap's": f.Router, "ours": ours.router} {
			opts := *f.auth
			opts.Value = c.value
			opts.GasLimit = 0 // so that the estimate returns the reason
			_, err := bind.Transact(f.at(at), &opts, c.data)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s on %s router: %v, want a revert with %q", c.name, name, err, c.want)
			}
		}
	}
}

type ourV3 struct{ factory, router, quoter common.Address }

// deployOurs puts our exchange beside Uniswap's, for the same tokens and with a
// pool at the same price and of the same liquidity.
func (f *fixture) deployOurs() ourV3 {
	f.Helper()
	deploy := func(name string, args ...any) common.Address {
		opts := *f.auth
		opts.GasLimit = 10_000_000
		at, err := contracts.Deploy(f.Context(), f.chain, &opts, name, args...)
		if err != nil {
			f.Fatal(err)
		}
		return at
	}
	var o ourV3
	o.factory = deploy("UniswapV3Factory", f.auth.From)
	o.router = deploy("SwapRouter02", o.factory, f.WETH)
	o.quoter = deploy("QuoterV2", o.factory, f.WETH)
	filler := deploy("UniswapV3Liquidity", o.factory)

	pool := bindings.NewUniswapV3Pool()
	slot0, err := bind.Call(f.at(f.Pool), nil, pool.PackSlot0(), pool.UnpackSlot0)
	if err != nil {
		f.Fatal(err)
	}
	liquidity, err := bind.Call(f.at(f.Pool), nil, pool.PackLiquidity(), pool.UnpackLiquidity)
	if err != nil {
		f.Fatal(err)
	}
	factory := bindings.NewUniswapV3Factory()
	f.send(o.factory, nil, factory.PackCreatePool(f.WETH, f.Token, big.NewInt(conformance.Fee)))
	ours, err := bind.Call(f.at(o.factory), nil, factory.PackGetPool(f.WETH, f.Token, big.NewInt(conformance.Fee)), factory.UnpackGetPool)
	if err != nil {
		f.Fatal(err)
	}
	f.send(ours, nil, pool.PackInitialize(slot0.SqrtPriceX96))
	got, err := bind.Call(f.at(ours), nil, pool.PackSlot0(), pool.UnpackSlot0)
	if err != nil {
		f.Fatal(err)
	}
	if got.Tick.Cmp(slot0.Tick) != 0 {
		f.Errorf("our pool opens at tick %s, Uniswap's at %s", got.Tick, slot0.Tick)
	}
	f.fill(filler, ours, slot0.SqrtPriceX96, liquidity)
	return o
}

// fill gives our pool exactly the liquidity wanted. It follows from the smaller
// of two amounts; the token that is worth less than one unit of the other in
// the pool's terms can hit it exactly, so the other one is left ample.
func (f *fixture) fill(filler, pool common.Address, price, liquidity *big.Int) {
	f.Helper()
	f.send(f.WETH, ether(200), bindings.NewWETH9().PackDeposit())
	for _, token := range []common.Address{f.WETH, f.Token} {
		f.send(token, nil, bindings.NewIERC20().PackApprove(filler, ether(1_000_000)))
	}
	token0, token1 := f.WETH, f.Token
	if token0.Cmp(token1) > 0 {
		token0, token1 = token1, token0
	}
	q96 := new(big.Int).Lsh(big.NewInt(1), 96)
	amount0, amount1 := ether(1_000_000), ether(1_000_000)
	if price.Cmp(q96) > 0 {
		amount1 = ceilDiv(new(big.Int).Mul(liquidity, price), q96)
	} else {
		amount0 = ceilDiv(new(big.Int).Mul(liquidity, q96), price)
	}
	f.send(filler, nil, bindings.NewUniswapV3Liquidity().PackAdd(token0, token1, big.NewInt(conformance.Fee), amount0, amount1))
	p := bindings.NewUniswapV3Pool()
	got, err := bind.Call(f.at(pool), nil, p.PackLiquidity(), p.UnpackLiquidity)
	if err != nil {
		f.Fatal(err)
	}
	if got.Cmp(liquidity) != 0 {
		f.Fatalf("our pool has liquidity %s, want %s", got, liquidity)
	}
}

func ceilDiv(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

func TestOurPoolQuotesToTheWeiAsUniswaps(t *testing.T) {
	f := newFixture(t)
	ours := f.deployOurs()
	for _, amount := range []string{
		"1", "2", "334", "1000000", "123456789012345678", "1000000000000000000", "7777777777777777777",
	} {
		n, _ := new(big.Int).SetString(amount, 10)
		for _, way := range [][2]common.Address{{f.WETH, f.Token}, {f.Token, f.WETH}} {
			want := f.quote(f.Quoter, way[0], way[1], n)
			if got := f.quote(ours.quoter, way[0], way[1], n); got != want {
				t.Errorf("%s of %s: ours %v, Uniswap's %v", amount, way[0], got, want)
			}
		}
	}
}

// A swap that moves the price by a factor runs through several words of
// Uniswap's tick bitmap and is rounded in each; ours is rounded once.
func TestOurPoolQuotesHugeSwapsAsUniswapsButForRounding(t *testing.T) {
	f := newFixture(t)
	ours := f.deployOurs()
	for _, amount := range []string{"99999999999999999999999", "5000000000000000000000000000"} {
		n, _ := new(big.Int).SetString(amount, 10)
		for _, way := range [][2]common.Address{{f.WETH, f.Token}, {f.Token, f.WETH}} {
			want, got := f.quote(f.Quoter, way[0], way[1], n), f.quote(ours.quoter, way[0], way[1], n)
			if !nearly(got.out, want.out) || !nearly(got.price, want.price) {
				t.Errorf("%s of %s: ours %v, Uniswap's %v", amount, way[0], got, want)
			}
		}
	}
}

// nearly tells whether a differs from b by at most 1 in 10^9.
func nearly(a, b string) bool {
	x, _ := new(big.Int).SetString(a, 10)
	y, _ := new(big.Int).SetString(b, 10)
	x.Sub(x, y)
	return x.Abs(x).Mul(x, big.NewInt(1e9)).Cmp(y) <= 0
}

func TestMissingArtifactsAreNamedWithTheRemedy(t *testing.T) {
	f := newChain(t)
	t.Chdir(t.TempDir())
	if err := os.WriteFile("go.mod", []byte("module elsewhere\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := conformance.Deploy(t.Context(), f.chain, f.key)
	if err == nil || !strings.Contains(err.Error(), "make test-setup") {
		t.Errorf("got %v, want an error that tells to run make test-setup", err)
	}
}
