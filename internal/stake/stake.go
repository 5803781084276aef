// Package stake says what a wallet holds on chain and what that allows it: to
// mint keys, and to spend an allocation every epoch.
//
// A Policy reads the configured adapters for many wallets at one block that is
// named by its hash, so that nothing is decided over two states of the chain.
// A Watcher tells when to read again. What the chain did not say is never
// taken for "no stake": every such failure is ErrChain.
package stake

import (
	"context"
	"errors"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/money"
)

// ErrChain wraps every failure to learn something from the chain: no answer,
// a wrong chain, an old head, an answer that makes no sense. It is no verdict
// about a wallet; try again later.
var ErrChain = errors.New("chain could not be read")

// Block is one block of the chain.
type Block struct {
	Number uint64
	Hash   common.Hash
	Time   time.Time
}

// Call is a read-only call of a contract.
type Call struct {
	To   common.Address
	Data []byte
}

// Touch is one event that a contract emitted. Accounts are the addresses that
// its indexed fields name, if any.
type Touch struct {
	Contract common.Address
	Accounts []common.Address
	Block    uint64
}

// Chain is what this package needs of a chain. Every error wraps ErrChain, but
// for those of the context.
type Chain interface {
	// Sealed returns the newest block that may be relied on: some confirmations
	// behind the newest, never the pending one.
	Sealed(ctx context.Context) (Block, error)
	// Canonical reports whether the block is still a part of the chain.
	Canonical(ctx context.Context, block Block) (bool, error)
	// Call makes all calls in the state after the block with that hash, and
	// returns their answers in order, or an error if any of them failed.
	Call(ctx context.Context, block Block, calls []Call) ([][]byte, error)
	// Touches returns the events of the contracts in blocks from to to, both
	// included.
	Touches(ctx context.Context, contracts []common.Address, from, to uint64) ([]Touch, error)
	// Recent is Sealed, or a block that Sealed returned not longer ago than age.
	// It never goes back behind a block that Sealed has returned since.
	Recent(ctx context.Context, age time.Duration) (Block, error)
	// FirstSince returns the first block whose time is not before the instant.
	// There is one: head's time is not before it either.
	FirstSince(ctx context.Context, at time.Time, head Block) (Block, error)
	// Storage returns a word of a contract's storage after the block.
	Storage(ctx context.Context, block Block, contract common.Address, slot common.Hash) (common.Hash, error)
	// Try makes one call as if from was its sender. That the contract refuses is
	// an answer too: ok is false then.
	Try(ctx context.Context, block Block, from common.Address, call Call) (answer []byte, ok bool, err error)
}

// EpochLength is the length of an epoch; epochs begin at midnight in UTC.
const EpochLength = 24 * time.Hour

// EpochStart is when the epoch of the instant began.
func EpochStart(at time.Time) time.Time { return at.UTC().Truncate(EpochLength) }

// Epoch is what a grant is for.
type Epoch struct {
	// Start is when it began; zero means the epoch of the block that is read.
	Start time.Time
	// First are the totals at its first reading; nil if there is none yet.
	First Totals
}

// of returns the epoch with its start.
func (e Epoch) of(block Block) Epoch {
	if e.Start.IsZero() {
		e.Start = EpochStart(block.Time)
	}
	return e
}

// Reading is what one wallet had at one block.
type Reading struct {
	Address common.Address
	Block   Block
	// Mint is the stake that the mint right is read from, in wei; MintOK says
	// that it suffices.
	Mint   *big.Int
	MintOK bool
	// Grants has one element for each allocation adapter, also for those that
	// give nothing.
	Grants []Grant
}

// Grant is the allocation for one epoch that one adapter gives.
type Grant struct {
	Source string     // the adapter's name
	Cap    money.Nano // in DIEM
	Stake  *big.Int   // at the reading's block, in the token's smallest unit
	// Counted is what the cap is made from: Stake under the rule Immediate, and
	// under Snapshot the smaller of Stake and Snapshot.
	Counted *big.Int
	// Decimals of the token that the stake is an amount of.
	Decimals uint8
	Rule     Rule
	Why      string // why that rule, for people
	// Under the rule Snapshot only: the stake at the epoch's first block.
	Snapshot      *big.Int
	SnapshotBlock Block
	// Of a pooled adapter: the total stake, and the pool that all wallets share,
	// whose use is the ledger's to bound. Else nil and 0.
	Total *big.Int
	Pool  money.Nano
	Rate  money.Nano // DIEM for a whole token; 0 for a pooled adapter
	Min   *big.Int   // the least stake that counts, in the token's smallest unit
	// Next is what the next epoch would give, if nothing changed until then.
	Next money.Nano
}

// InEpoch reports whether the block is of the epoch that starts then, or
// later. A grant must come from such a reading: an older one could count a
// stake that meanwhile counts for another wallet.
func (r Reading) InEpoch(start time.Time) bool { return !r.Block.Time.Before(start) }

// Mint is what a wallet's right to mint keys rests on.
type Mint struct {
	OK    bool
	Stake *big.Int
	Block Block
}

// Totals holds, by the name of a pooled adapter, the total stake at the
// epoch's first reading. A share is of that or of the total now, whichever is
// larger, so that the shares handed out in an epoch add up to one pool at most
// while stakes leave.
type Totals map[string]*big.Int
