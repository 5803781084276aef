// Package conformance puts contracts of others, as their authors compiled
// them, on a test chain: Uniswap's v3, so that code which swaps in the dev world
// can be run against it too, and wallets (Safe, ERC-4337's EntryPoint and its
// EIP-7702 account). fetch.sh gets them; nothing of them is committed. Only tests
// import this package.
package conformance

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/contracts"
	"stakegate/contracts/bindings"
)

// Fee is the pool's fee tier, in hundredths of a basis point.
const Fee = 3000

// What the pool is opened with, in wei: a VVV costs 1/150 ether.
var (
	PoolWETH  = ether(100)
	PoolToken = ether(15_000)
)

// fullRange is the largest tick that the pool's tick spacing of 60 allows.
const fullRange = 887220

// gasLimit is above what any step needs and below EIP-7825's cap, so that
// nothing depends on an estimate.
const gasLimit = 12_000_000

// Addresses is where everything stands. WETH and Token, an ERC-20 with 18
// decimals, are ours; the others are Uniswap's.
type Addresses struct {
	WETH, Token, Factory, Router, Quoter, PositionManager, Pool common.Address
}

// Backend is a chain that mines what it is sent; ethclient.Client is one.
type Backend interface {
	contracts.Backend
	ethereum.ChainIDReader
}

// deployer carries the one account that sends everything.
type deployer struct {
	ctx     context.Context
	backend Backend
	auth    *bind.TransactOpts
}

// Deploy deploys WETH, a token, and Uniswap's factory, position manager,
// router and quoter, and opens a full-range pool of PoolWETH and PoolToken. The
// key's account pays: 101 ether cover it. It keeps the rest of 1,000,000 tokens.
// The error says so when fetch.sh was not run.
func Deploy(ctx context.Context, backend Backend, key *ecdsa.PrivateKey) (Addresses, error) {
	id, err := backend.ChainID(ctx)
	if err != nil {
		return Addresses{}, fmt.Errorf("read the chain id: %w", err)
	}
	d := &deployer{ctx, backend, bind.NewKeyedTransactor(key, id)}
	d.auth.Context = ctx
	d.auth.GasLimit = gasLimit
	var a Addresses
	if a.WETH, err = contracts.Deploy(ctx, backend, d.auth, "WETH9"); err != nil {
		return a, err
	}
	if a.Token, err = contracts.Deploy(ctx, backend, d.auth, "VVV", d.auth.From, d.auth.From, ether(1_000_000)); err != nil {
		return a, err
	}
	if err := d.deployUniswap(&a); err != nil {
		return a, err
	}
	return a, d.openPool(&a)
}

func (d *deployer) deployUniswap(a *Addresses) error {
	none := common.Address{}
	var err error
	if a.Factory, err = d.deploy("UniswapV3Factory"); err != nil {
		return err
	}
	// without a token descriptor only tokenURI fails
	if a.PositionManager, err = d.deploy("NonfungiblePositionManager", a.Factory, a.WETH, none); err != nil {
		return err
	}
	if a.Router, err = d.deploy("SwapRouter02", none, a.Factory, a.PositionManager, a.WETH); err != nil {
		return err
	}
	a.Quoter, err = d.deploy("QuoterV2", a.Factory, a.WETH)
	return err
}

// mintParams is NonfungiblePositionManager's struct of that name.
type mintParams struct {
	Token0, Token1                 common.Address
	Fee                            *big.Int
	TickLower, TickUpper           *big.Int
	Amount0Desired, Amount1Desired *big.Int
	Amount0Min, Amount1Min         *big.Int
	Recipient                      common.Address
	Deadline                       *big.Int
}

func (d *deployer) openPool(a *Addresses) error {
	if err := d.send(a.WETH, PoolWETH, bindings.NewWETH9().PackDeposit()); err != nil {
		return fmt.Errorf("wrap ether: %w", err)
	}
	approve := bindings.NewIERC20().PackApprove(a.PositionManager, PoolToken)
	for _, token := range []common.Address{a.WETH, a.Token} {
		if err := d.send(token, nil, approve); err != nil {
			return fmt.Errorf("approve %s: %w", token, err)
		}
	}
	manager, _, err := read("NonfungiblePositionManager")
	if err != nil {
		return err
	}
	token0, token1, amount0, amount1 := a.WETH, a.Token, PoolWETH, PoolToken
	if token0.Cmp(token1) > 0 {
		token0, token1, amount0, amount1 = token1, token0, amount1, amount0
	}
	fee := big.NewInt(Fee)
	open, err := manager.Pack("createAndInitializePoolIfNecessary", token0, token1, fee, SqrtPriceX96(amount0, amount1))
	if err != nil {
		return err
	}
	if err := d.send(a.PositionManager, nil, open); err != nil {
		return fmt.Errorf("open the pool: %w", err)
	}
	mint, err := manager.Pack("mint", mintParams{token0, token1, fee, big.NewInt(-fullRange), big.NewInt(fullRange),
		amount0, amount1, new(big.Int), new(big.Int), d.auth.From, new(big.Int).Lsh(big.NewInt(1), 64)})
	if err != nil {
		return err
	}
	if err := d.send(a.PositionManager, nil, mint); err != nil {
		return fmt.Errorf("fill the pool: %w", err)
	}
	factory := bindings.NewUniswapV3Factory()
	a.Pool, err = bind.Call(factory.Instance(d.backend, a.Factory), &bind.CallOpts{Context: d.ctx},
		factory.PackGetPool(token0, token1, fee), factory.UnpackGetPool)
	return err
}

// SqrtPriceX96 is the price of a v3 pool that holds the two amounts, in wei:
// sqrt(amount1 / amount0) * 2^96.
func SqrtPriceX96(amount0, amount1 *big.Int) *big.Int {
	ratio := new(big.Int).Lsh(amount1, 192)
	return ratio.Sqrt(ratio.Div(ratio, amount0))
}

func (d *deployer) deploy(name string, args ...any) (common.Address, error) {
	code, err := InitCode(name, args...)
	if err != nil {
		return common.Address{}, err
	}
	at, err := contracts.DeployCode(d.ctx, d.backend, d.auth, code)
	if err != nil {
		return common.Address{}, fmt.Errorf("deploy the real %s: %w", name, err)
	}
	return at, nil
}

// InitCode is the creation code of one of the contracts that fetch.sh has
// fetched, with the arguments of its constructor.
func InitCode(name string, args ...any) ([]byte, error) {
	contract, code, err := read(name)
	if err != nil {
		return nil, err
	}
	packed, err := contract.Pack("", args...)
	if err != nil {
		return nil, fmt.Errorf("constructor arguments of %s: %w", name, err)
	}
	return slices.Concat(code, packed), nil
}

func (d *deployer) send(to common.Address, value *big.Int, data []byte) error {
	opts := *d.auth
	opts.Value = value
	tx, err := bind.Transact(bind.NewBoundContract(to, abi.ABI{}, d.backend, d.backend, d.backend), &opts, data)
	if err != nil {
		return err
	}
	receipt, err := bind.WaitMined(d.ctx, d.backend, tx.Hash())
	if err != nil {
		return err
	}
	if receipt.Status != types.ReceiptStatusSuccessful {
		return fmt.Errorf("transaction %s was mined and reverted", tx.Hash())
	}
	return nil
}

// read loads one of the artifacts that fetch.sh has put beside this file.
func read(name string) (abi.ABI, []byte, error) {
	root, err := moduleRoot()
	if err != nil {
		return abi.ABI{}, nil, err
	}
	path := filepath.Join(root, "contracts", "conformance", "artifacts", name+".json")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return abi.ABI{}, nil, fmt.Errorf("%s is missing: run make test-setup, which runs contracts/conformance/fetch.sh", path)
	}
	if err != nil {
		return abi.ABI{}, nil, err
	}
	var artifact struct {
		ABI      abi.ABI       `json:"abi"`
		Bytecode hexutil.Bytes `json:"bytecode"`
	}
	if err := json.Unmarshal(text, &artifact); err != nil {
		return abi.ABI{}, nil, fmt.Errorf("%s: %w; delete it and run make test-setup", path, err)
	}
	return artifact.ABI, artifact.Bytecode, nil
}

// moduleRoot is the nearest directory upwards that holds go.mod: a test runs in
// the directory of its package.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod upwards of the working directory: run this from inside the repository")
		}
		dir = parent
	}
}

func ether(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18))
}
