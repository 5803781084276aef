package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

const (
	defaultStuckAfter = 30 * time.Second
	sendAgainAfter    = 5 * time.Second // until the same bytes are sent again: a node may have forgotten them
)

// NonceTakenError says that the nonce of a transaction of ours was used by one
// that is not in the journal: another program sends from this wallet.
type NonceTakenError struct {
	Nonce uint64
	Block uint64 // the block at which that was seen
}

func (e *NonceTakenError) Error() string {
	return fmt.Sprintf("nonce %d was used by a transaction that this program did not make: another program sends from this wallet", e.Nonce)
}

// errRefused marks a transaction that a node looked at and did not take.
var errRefused = errors.New("the node refuses the transaction")

// deliver sends the newest of a nonce's versions and waits until one of them is
// mined. It sends the same bytes again and again, because nodes forget, and
// replaces what is stuck. Whatever a node says meanwhile, only a receipt or a
// nonce that somebody else used ends the wait before its time.
func (s sender) deliver(ctx context.Context, versions []*types.Transaction) (*types.Receipt, error) {
	newest := versions[len(versions)-1]
	err := s.broadcast(ctx, newest)
	if errors.Is(err, errUnderpriced) {
		versions, err = s.replace(ctx, versions)
	}
	if err != nil {
		return nil, err
	}
	s.sent(versions[len(versions)-1])
	return s.await(ctx, versions)
}

// await is deliver's waiting.
func (s sender) await(ctx context.Context, versions []*types.Transaction) (*types.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, minedTimeout)
	defer cancel()
	var sinceSent, sinceNew, sinceTaken time.Duration
	patience := cmp.Or(s.stuckAfter, defaultStuckAfter) / 2 // until a nonce that is used, but by none of ours, counts as taken
	for wait := 10 * time.Millisecond; ; wait = min(wait*3/2, time.Second) {
		newest := versions[len(versions)-1]
		if receipt := s.receipt(ctx, versions); receipt != nil {
			return receipt, outcome(receipt, versions)
		}
		if wait >= 100*time.Millisecond {
			block, used := s.used(ctx, newest.Nonce())
			if used && sinceTaken >= patience {
				return nil, &NonceTakenError{Nonce: newest.Nonce(), Block: block}
			}
			if used {
				sinceTaken += wait
			}
		}
		if sleep(ctx, wait) != nil {
			return nil, fmt.Errorf("transaction %s is not mined yet: run again later, it will be seen: %w", newest.Hash(), ctx.Err())
		}
		sinceSent, sinceNew = sinceSent+wait, sinceNew+wait
		switch {
		case s.stuckAfter > 0 && sinceNew >= s.stuckAfter && sinceTaken == 0:
			if more, _ := s.replace(ctx, versions); more != nil { // else it is tried again later, and the old one stays
				versions = more
				s.sent(more[len(more)-1])
			}
			sinceSent, sinceNew = 0, 0
		case sinceSent >= sendAgainAfter && sinceTaken == 0:
			_ = s.broadcast(ctx, newest) // what it is good for shows in a receipt
			sinceSent = 0
		}
	}
}

// receipt is that of the version that was mined, or nil.
func (s sender) receipt(ctx context.Context, versions []*types.Transaction) *types.Receipt {
	for _, tx := range versions {
		if receipt, err := s.chain.TransactionReceipt(ctx, tx.Hash()); err == nil && receipt != nil && receipt.BlockNumber != nil {
			return receipt
		}
	}
	return nil
}

// used reports whether the wallet's nonce is beyond this one in the newest block.
func (s sender) used(ctx context.Context, nonce uint64) (block uint64, used bool) {
	head, err := s.chain.HeaderByNumber(ctx, nil)
	if err != nil {
		return 0, false
	}
	next, err := s.chain.NonceAt(ctx, s.signer.Address(), head.Number)
	return head.Number.Uint64(), err == nil && next > nonce
}

// outcome says what a receipt means.
func outcome(receipt *types.Receipt, versions []*types.Transaction) error {
	for _, tx := range versions {
		if tx.Hash() != receipt.TxHash || receipt.Status == types.ReceiptStatusSuccessful {
			continue
		}
		if receipt.GasUsed >= tx.Gas() {
			return fmt.Errorf("transaction %s ran out of gas: run again to try once more", tx.Hash())
		}
		return fmt.Errorf("transaction %s was mined and reverted: run again to see what is missing now", tx.Hash())
	}
	return nil
}

var errUnderpriced = errors.New("a transaction of the same nonce offers as much or more")

// broadcast hands the bytes to the node. An answer that is lost, and a node in
// trouble, are no errors: the node may have them.
func (s sender) broadcast(ctx context.Context, tx *types.Transaction) error {
	err := s.chain.SendTransaction(ctx, tx)
	var answered rpc.Error
	switch {
	case err == nil || !errors.As(err, &answered):
		return ctx.Err()
	case hasWords(err, "already known", "known transaction", "already imported", "nonce too low", "nonce has already been used"):
		return nil // the same bytes count once; whether they were mined, or others, the receipts tell
	case hasWords(err, "replacement transaction underpriced", "replacement fee too low"):
		return errUnderpriced
	case answered.ErrorCode() == -32000 || answered.ErrorCode() == -32003: // the pool's own refusals
		return fmt.Errorf("%w: %w", errRefused, chainError("sending the transaction", err))
	}
	return nil
}

func hasWords(err error, words ...string) bool {
	text := strings.ToLower(err.Error())
	for _, word := range words {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// replace signs and sends the newest version once more, with a higher fee, if
// the caps leave room for that.
func (s sender) replace(ctx context.Context, versions []*types.Transaction) ([]*types.Transaction, error) {
	old := versions[len(versions)-1]
	head, err := s.chain.HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, chainError("reading the latest block", err)
	}
	offer, err := s.fees(ctx, head)
	if err != nil {
		return nil, err
	}
	offer = offer.above(old)
	next := types.NewTx(&types.DynamicFeeTx{ChainID: old.ChainId(), Nonce: old.Nonce(), GasTipCap: offer.tip, GasFeeCap: offer.max,
		Gas: old.Gas(), To: old.To(), Value: old.Value(), Data: old.Data()})
	if cost := gasCost(offer.max, next.Gas()); cost.Cmp(s.maxFee) > 0 {
		return nil, fmt.Errorf("transaction %s is stuck, and to replace it may cost %s ETH of gas, more than the cap of %s",
			old.Hash(), cost.Short(), s.maxFee.Short())
	}
	if s.allow != nil {
		if err := s.allow(next); err != nil {
			return nil, err
		}
	}
	signed, err := s.sign(ctx, next)
	if err != nil {
		return nil, err
	}
	// From here on either may win; both are in the journal.
	return append(versions, signed), s.broadcast(ctx, signed)
}
