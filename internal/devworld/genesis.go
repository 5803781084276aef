package devworld

import (
	"fmt"
	"maps"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/triedb"
	"github.com/holiman/uint256"

	"stakegate/contracts"
)

// Genesis is the dev chain's first block: the world's contracts at their Base
// addresses, the exchanges' liquidity, a large staker, and the money of a
// faucet. Encoded as JSON it is geth's genesis file, which other nodes read too.
func Genesis(chainID uint64, faucet common.Address, at time.Time) (*core.Genesis, error) {
	alloc := core.SystemContractAllocs()
	b, err := newBuilder(chainConfig(chainID), uint64(at.Unix()))
	if err != nil {
		return nil, err
	}
	b.furnish(faucet)
	world, err := b.alloc()
	if err != nil {
		return nil, fmt.Errorf("build the dev chain's first block: %w", err)
	}
	maps.Copy(alloc, world)
	return &core.Genesis{
		Config:     b.env.ChainConfig,
		Timestamp:  b.env.Time,
		Difficulty: new(big.Int),
		GasLimit:   gasLimit,
		BaseFee:    big.NewInt(params.GWei),
		Alloc:      alloc,
	}, nil
}

// builder runs constructors and calls on a state in memory, which then becomes
// the first block's. After the first error it does nothing more.
type builder struct {
	state *state.StateDB
	tries state.Database
	env   runtime.Config
	err   error
}

func newBuilder(config *params.ChainConfig, now uint64) (*builder, error) {
	db := rawdb.NewMemoryDatabase()
	// Preimages: the dump must know addresses and slots, not only their hashes.
	tries := state.NewDatabase(triedb.NewDatabase(db, &triedb.Config{Preimages: true}), state.NewCodeDB(db))
	st, err := state.New(types.EmptyRootHash, tries)
	if err != nil {
		return nil, fmt.Errorf("open a state in memory: %w", err)
	}
	return &builder{state: st, tries: tries, env: runtime.Config{
		ChainConfig: config, State: st, Time: now, GasLimit: 1 << 40, BaseFee: new(big.Int), GasPrice: new(big.Int),
	}}, nil
}

func (b *builder) rules() params.Rules {
	return b.env.ChainConfig.Rules(new(big.Int), true, b.env.Time)
}

// place runs the constructor of a compiled contract at an address of choice, so
// that its immutables and its storage are as if it had been deployed there.
func (b *builder) place(at common.Address, name string, args ...any) {
	if b.err != nil {
		return
	}
	code, err := contracts.InitCode(name, args...)
	if err != nil {
		b.err = err
		return
	}
	b.state.SetCode(at, code, tracing.CodeChangeUnspecified)
	b.state.SetNonce(at, 1, tracing.NonceChangeUnspecified)
	env := b.env
	deployed, _, err := runtime.Call(at, nil, &env)
	if err != nil {
		b.err = fmt.Errorf("constructor of %s: %w", name, err)
		return
	}
	b.state.SetCode(at, deployed, tracing.CodeChangeUnspecified)
	b.state.Finalise(b.rules())
}

// call calls a method of the compiled contract called name, which stands at to,
// and returns its answer.
func (b *builder) call(from common.Address, wei *big.Int, to common.Address, name, method string, args ...any) []byte {
	if b.err != nil {
		return nil
	}
	artifact, err := contracts.Get(name)
	if err != nil {
		b.err = err
		return nil
	}
	input, err := artifact.ABI.Pack(method, args...)
	if err != nil {
		b.err = fmt.Errorf("arguments of %s.%s: %w", name, method, err)
		return nil
	}
	env := b.env
	env.Origin, env.Value = from, wei
	answer, _, err := runtime.Call(to, input, &env)
	if err != nil {
		b.err = fmt.Errorf("%s.%s: %w (answer %x)", name, method, err, answer)
		return nil
	}
	b.state.Finalise(b.rules())
	return answer
}

// read calls a method that answers with one address.
func (b *builder) read(to common.Address, name, method string, args ...any) common.Address {
	return common.BytesToAddress(b.call(marketMaker, noWei, to, name, method, args...))
}

// give adds ETH out of nowhere.
func (b *builder) give(to common.Address, wei *big.Int) {
	b.state.AddBalance(to, uint256.MustFromBig(wei), tracing.BalanceIncreaseGenesisBalance)
}

// alloc is the whole state as a genesis allocation.
func (b *builder) alloc() (types.GenesisAlloc, error) {
	if b.err != nil {
		return nil, b.err
	}
	root, err := b.state.Commit(b.rules(), 0)
	if err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	committed, err := state.New(root, b.tries)
	if err != nil {
		return nil, fmt.Errorf("reopen: %w", err)
	}
	alloc := types.GenesisAlloc{}
	for key, account := range committed.RawDump(nil).Accounts {
		if !common.IsHexAddress(key) {
			return nil, fmt.Errorf("the address behind %q is not known", key)
		}
		balance, ok := new(big.Int).SetString(account.Balance, 10)
		if !ok {
			return nil, fmt.Errorf("balance %q of %s", account.Balance, key)
		}
		entry := types.Account{Balance: balance, Nonce: account.Nonce, Code: account.Code, Storage: map[common.Hash]common.Hash{}}
		for slot, value := range account.Storage {
			entry.Storage[slot] = common.HexToHash(value)
		}
		alloc[common.HexToAddress(key)] = entry
	}
	return alloc, nil
}
