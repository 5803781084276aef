package stake_test

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
	"stakegate/internal/stake"
)

var (
	vvvStaking = common.HexToAddress("0x321b7ff75154472B18EDb199033fF4D116F340Ff")
	diem       = common.HexToAddress("0xF4d97F2da56e8c3098f3a8D538DB630A2606a024")
	plain      = common.HexToAddress("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913") // an ERC-20 with 6 decimals
	vault      = common.HexToAddress("0x4626000000000000000000000000000000004626") // an ERC-4626 for it
	midnight   = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	errDown    = errors.New("connection refused")
)

// fakeChain is an honest small chain of the two contracts: each block knows
// all stakes after it.
type fakeChain struct {
	mu     sync.Mutex
	blocks []fakeBlock
	jump   time.Duration // that the next blocks are later
	fork   byte          // makes hashes of another branch differ

	down       error // answer of every method
	emptyCode  bool  // contracts answer nothing
	calls      int   // calls of the last batch
	touchCalls [][2]uint64
	// What the staking contract is like.
	cooldown       int64 // seconds; less than 0: it does not tell
	transferable   bool
	implementation common.Hash
	probes         int
	decimals       int64 // of plain
}

type fakeBlock struct {
	stake.Block
	vvv, diem map[common.Address]*big.Int
	total     *big.Int
	plain     map[common.Address]*big.Int
	shares    map[common.Address]*big.Int
	price     int64 // of a share, in hundredths of its asset
	touches   []stake.Touch
}

func newFakeChain() *fakeChain {
	c := &fakeChain{cooldown: 86_400, decimals: 6}
	c.blocks = []fakeBlock{{Block: c.block(0), vvv: map[common.Address]*big.Int{}, diem: map[common.Address]*big.Int{}, total: new(big.Int), price: 100}}
	return c
}

func (c *fakeChain) block(number uint64) stake.Block {
	var hash common.Hash
	hash[0] = c.fork
	binary.BigEndian.PutUint64(hash[24:], number+1)
	return stake.Block{Number: number, Hash: hash, Time: midnight.Add(c.jump + time.Duration(number)*2*time.Second)}
}

// mine adds a block in which the change happens.
func (c *fakeChain) mine(change func(*fakeBlock)) stake.Block {
	c.mu.Lock()
	defer c.mu.Unlock()
	parent := c.blocks[len(c.blocks)-1]
	next := fakeBlock{Block: c.block(parent.Number + 1), vvv: cloneMap(parent.vvv), diem: cloneMap(parent.diem), total: parent.total,
		plain: cloneMap(parent.plain), shares: cloneMap(parent.shares), price: parent.price}
	if change != nil {
		change(&next)
	}
	c.blocks = append(c.blocks, next)
	return next.Block
}

// forget takes back the newest blocks; the next ones have other hashes.
func (c *fakeChain) forget(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blocks = c.blocks[:len(c.blocks)-n]
	c.fork++
}

func (c *fakeChain) setDown(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = err
}

func cloneMap(m map[common.Address]*big.Int) map[common.Address]*big.Int {
	out := make(map[common.Address]*big.Int, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func (b *fakeBlock) setVVV(address common.Address, wei *big.Int) {
	before := b.vvv[address]
	if before == nil {
		before = new(big.Int)
	}
	b.total = new(big.Int).Add(b.total, new(big.Int).Sub(wei, before))
	b.vvv[address] = wei
	b.touches = append(b.touches, stake.Touch{Contract: vvvStaking, Accounts: []common.Address{{}, address}, Block: b.Number})
}

func (b *fakeBlock) setDIEM(address common.Address, wei *big.Int) {
	b.diem[address] = wei
	b.touches = append(b.touches, stake.Touch{Contract: diem, Accounts: []common.Address{address, diem}, Block: b.Number})
}

func (c *fakeChain) Sealed(context.Context) (stake.Block, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.blocks[len(c.blocks)-1].Block, c.down
}

func (c *fakeChain) Canonical(_ context.Context, block stake.Block) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return block.Number < uint64(len(c.blocks)) && c.blocks[block.Number].Hash == block.Hash, c.down
}

func (c *fakeChain) Touches(_ context.Context, contracts []common.Address, from, to uint64) ([]stake.Touch, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return nil, c.down
	}
	c.touchCalls = append(c.touchCalls, [2]uint64{from, to})
	var out []stake.Touch
	for _, block := range c.blocks[from : to+1] {
		for _, touch := range block.touches {
			if slices.Contains(contracts, touch.Contract) {
				out = append(out, touch)
			}
		}
	}
	return out, nil
}

func (c *fakeChain) Call(_ context.Context, block stake.Block, calls []stake.Call) ([][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return nil, c.down
	}
	if block.Number >= uint64(len(c.blocks)) || c.blocks[block.Number].Hash != block.Hash {
		return nil, errors.New("unknown block")
	}
	c.calls = len(calls)
	answers := make([][]byte, len(calls))
	for i, call := range calls {
		answer, err := c.answer(&c.blocks[block.Number], call)
		if err != nil {
			return nil, err
		}
		if !c.emptyCode {
			answers[i] = answer
		}
	}
	return answers, nil
}

func (c *fakeChain) answer(block *fakeBlock, call stake.Call) ([]byte, error) {
	var who common.Address
	if len(call.Data) == 36 {
		who = common.BytesToAddress(call.Data[16:])
	}
	staking, token, erc20 := bindings.NewStakingV2(), bindings.NewDIEM(), bindings.NewIERC20()
	switch {
	case call.To == vvvStaking && slices.Equal(call.Data, staking.PackBalanceOf(who)):
		return word(block.vvv[who]), nil
	case call.To == vvvStaking && slices.Equal(call.Data, staking.PackTotalSupply()):
		return word(block.total), nil
	case call.To == diem && slices.Equal(call.Data, token.PackStakedInfos(who)):
		// The second field is a time: large, and no amount.
		return slices.Concat(word(block.diem[who]), word(big.NewInt(1_800_000_000)), word(tokens(5))), nil
	case call.To == plain && slices.Equal(call.Data, erc20.PackBalanceOf(who)):
		return word(block.plain[who]), nil
	case call.To == plain && slices.Equal(call.Data, erc20.PackDecimals()):
		return word(big.NewInt(c.decimals)), nil
	case call.To == vault && slices.Equal(call.Data, erc20.PackBalanceOf(who)):
		return word(block.shares[who]), nil
	case call.To == vault && hex.EncodeToString(call.Data) == "38d52e0f": // asset()
		return word(new(big.Int).SetBytes(plain[:])), nil
	case call.To == vault && hex.EncodeToString(call.Data[:4]) == "07a2d13a": // convertToAssets(uint256)
		worth := new(big.Int).Mul(new(big.Int).SetBytes(call.Data[4:]), big.NewInt(block.price))
		return word(worth.Quo(worth, big.NewInt(100))), nil
	default:
		return nil, fmt.Errorf("execution reverted: %x", call.Data)
	}
}

func (c *fakeChain) Recent(ctx context.Context, _ time.Duration) (stake.Block, error) {
	return c.Sealed(ctx)
}

func (c *fakeChain) FirstSince(_ context.Context, at time.Time, head stake.Block) (stake.Block, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, block := range c.blocks[:head.Number+1] {
		if !block.Time.Before(at) {
			return block.Block, c.down
		}
	}
	return stake.Block{}, errors.New("no such block")
}

func (c *fakeChain) Storage(_ context.Context, block stake.Block, _ common.Address, _ common.Hash) (common.Hash, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.implementation, c.down
}

// Try answers what a probe asks; a block does not matter to it.
func (c *fakeChain) Try(_ context.Context, _ stake.Block, from common.Address, call stake.Call) ([]byte, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.probes++
	switch selector := call.Data[:4]; {
	case c.down != nil:
		return nil, false, c.down
	case slices.Equal(selector, bindings.NewStakingV2().PackCooldownDuration()):
		return word(big.NewInt(c.cooldown)), c.cooldown >= 0, nil
	case slices.Equal(selector, bindings.NewIERC20().PackTransfer(from, new(big.Int))[:4]):
		return word(big.NewInt(1)), c.transferable, nil
	}
	return nil, false, nil
}

func word(n *big.Int) []byte {
	if n == nil {
		n = new(big.Int)
	}
	return n.FillBytes(make([]byte, 32))
}

// tokens is n whole tokens in wei.
func tokens(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(1_000_000_000_000_000_000))
}

func wallet(n byte) common.Address { return common.Address{0: 0xaa, 19: n} }
