package app

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/singleflight"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/stake"
	"stakegate/internal/store"
)

// allocations keeps the ledger's caps true to the chain: it reads stakes,
// grants what they allow for the epoch, and lowers it when a stake leaves.
type allocations struct {
	policy        *stake.Policy
	engine        *ledger.Engine
	store         *store.Store
	sources       []ledger.Source
	symbol, chain string
	now           func() time.Time
	flight        singleflight.Group // by account

	mu    sync.Mutex
	epoch string       // that first is about
	first stake.Totals // totals at the epoch's first reading
	turn  uint64       // counts the changes that the watcher told of
	// failed is when an account's stake could not be read; zero if the last
	// reading went well.
	failed time.Time

	granting sync.Mutex // held while a single account's reading is granted
}

// readBatch is how many wallets one reading of the chain takes.
const readBatch = 200

// MintRight implements issuer.Stake.
func (a *allocations) MintRight(ctx context.Context, address common.Address) error {
	readings, err := a.policy.Read(ctx, []common.Address{address}, nil)
	if err != nil {
		return err
	}
	if !readings[0].MintOK {
		return &issuer.NoStakeError{Symbol: a.symbol, Chain: a.chain}
	}
	return nil
}

// Hold implements gateway.Ledger. The first hold of an account in an epoch
// finds no allocation; it is read from the chain then, once for all callers.
func (a *allocations) Hold(ctx context.Context, request ledger.HoldRequest) (ledger.Held, error) {
	held, err := a.engine.Hold(ctx, request)
	if !errors.Is(err, ledger.ErrNoGrant) {
		return held, err
	}
	key, err := a.store.KeyByHash(ctx, request.KeyHash)
	if errors.Is(err, apikey.ErrNotFound) {
		return ledger.Held{}, ledger.ErrKey
	}
	if err != nil {
		return ledger.Held{}, err
	}
	if err := a.refresh(ctx, key.AccountID); err != nil {
		return ledger.Held{}, err
	}
	return a.engine.Hold(ctx, request)
}

// Settle implements gateway.Ledger.
func (a *allocations) Settle(ctx context.Context, settlement ledger.Settlement) (ledger.Settled, error) {
	return a.engine.Settle(ctx, settlement)
}

// Void implements gateway.Ledger.
func (a *allocations) Void(ctx context.Context, holdID string) error {
	return a.engine.Void(ctx, holdID)
}

// Standing implements httpapi.Books.
func (a *allocations) Standing(ctx context.Context, accountID string) (ledger.Standing, error) {
	standing, err := a.standing(ctx, accountID)
	if err != nil || standing.Granted {
		return standing, err
	}
	if err := a.refresh(ctx, accountID); err != nil {
		return ledger.Standing{}, err
	}
	return a.standing(ctx, accountID)
}

const (
	// patience is how long an answer that does not need the chain waits for
	// the first reading of an epoch.
	patience = 200 * time.Millisecond
	// distrust is how long nobody waits so after a reading failed.
	distrust = 5 * time.Second
)

// KnownStanding implements httpapi.Books. A chain that answers at once is asked
// all the same.
func (a *allocations) KnownStanding(ctx context.Context, accountID string) (ledger.Standing, error) {
	standing, err := a.standing(ctx, accountID)
	if err != nil || standing.Granted || a.failedLately() {
		return standing, err
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case reading := <-a.flight.DoChan(accountID, func() (any, error) { return nil, a.readAndGrant(ctx, accountID) }):
		if reading.Err == nil {
			return a.standing(ctx, accountID)
		}
	case <-timer.C:
	case <-ctx.Done():
	}
	return standing, nil
}

func (a *allocations) failedLately() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.failed.IsZero() && a.now().Sub(a.failed) < distrust
}

func (a *allocations) standing(ctx context.Context, accountID string) (ledger.Standing, error) {
	epoch := ledger.EpochOf(a.now())
	budgets, err := a.store.Budgets(ctx, ledger.StandingIDs(a.sources, accountID, epoch))
	if err != nil {
		return ledger.Standing{}, err
	}
	return ledger.StandingOf(a.sources, accountID, epoch, budgets), nil
}

// refresh reads one account's stake and grants what it allows, once for all
// who wait for it.
func (a *allocations) refresh(ctx context.Context, accountID string) error {
	_, err, _ := a.flight.Do(accountID, func() (any, error) { return nil, a.readAndGrant(ctx, accountID) })
	return err
}

// readAndGrant is one reading. If the watcher tells of changes meanwhile, it
// may be of before them: it is made again.
func (a *allocations) readAndGrant(ctx context.Context, accountID string) error {
	ctx = context.WithoutCancel(ctx) // others may wait for the same reading
	for {
		turn := a.turnNow()
		readings, err := a.policy.Read(ctx, []common.Address{common.HexToAddress(accountID)}, a.firstTotals())
		a.noteReading(err)
		if err != nil {
			return err
		}
		if granted, err := a.grantIfSame(ctx, turn, readings); granted || err != nil {
			return err
		}
	}
}

func (a *allocations) noteReading(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failed = time.Time{}
	if err != nil {
		a.failed = a.now()
	}
}

func (a *allocations) turnNow() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.turn
}

func (a *allocations) grantIfSame(ctx context.Context, turn uint64, readings []stake.Reading) (bool, error) {
	a.granting.Lock()
	defer a.granting.Unlock()
	if a.turnNow() != turn {
		return false, nil
	}
	return true, a.grant(ctx, readings)
}

// nextTurn makes readings that are under way be made again. After it, an
// account either has its grant in the store or will read anew.
func (a *allocations) nextTurn() {
	a.granting.Lock()
	defer a.granting.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn++
}

// changed is called by the watcher: with the wallets whose stake may have
// changed, or nil for everybody. Only accounts that have an allocation in this
// epoch matter; the others are read when they first spend.
func (a *allocations) changed(ctx context.Context, block stake.Block, addresses []common.Address) error {
	a.nextTurn()
	granted, err := a.store.GrantedAccounts(ctx, a.sources[0].Name, ledger.EpochOf(a.now()))
	if err != nil {
		return err
	}
	wanted := map[common.Address]bool{}
	for _, address := range addresses {
		wanted[address] = true
	}
	var batch []common.Address
	for _, account := range granted {
		if address := common.HexToAddress(account); addresses == nil || wanted[address] {
			batch = append(batch, address)
		}
	}
	for len(batch) > 0 {
		size := min(len(batch), readBatch)
		readings, err := a.policy.ReadAt(ctx, block, batch[:size], a.firstTotals())
		if err != nil {
			return err
		}
		if err := a.grant(ctx, readings); err != nil {
			return err
		}
		batch = batch[size:]
	}
	return nil
}

// grant writes readings into the ledger. A block of before the epoch may count
// a stake that counts for another wallet by now, so it grants nothing.
func (a *allocations) grant(ctx context.Context, readings []stake.Reading) error {
	window := apikey.Epoch.Window(a.now())
	for _, reading := range readings {
		if !reading.InEpoch(window.Start) {
			return fmt.Errorf("%w: its newest block is of before this epoch", stake.ErrChain)
		}
		a.remember(window.ID, reading)
		grant := ledger.Grant{
			AccountID: issuer.AccountOf(reading.Address), Epoch: window.ID,
			Reason: fmt.Sprintf("stake at block %d", reading.Block.Number),
		}
		for _, g := range reading.Grants {
			grant.Sources = append(grant.Sources, ledger.SourceGrant{Source: g.Source, Cap: g.Cap, PoolCap: g.Pool})
		}
		if err := a.engine.Grant(ctx, grant); err != nil {
			return err
		}
	}
	return nil
}

// firstTotals is what each pool's total stake was at the epoch's first
// reading: a share does not grow because others leave within the day.
func (a *allocations) firstTotals() stake.Totals {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch != ledger.EpochOf(a.now()) {
		return nil
	}
	copied := make(stake.Totals, len(a.first))
	for source, total := range a.first {
		copied[source] = new(big.Int).Set(total)
	}
	return copied
}

func (a *allocations) remember(epoch string, reading stake.Reading) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch != epoch {
		a.epoch, a.first = epoch, stake.Totals{}
	}
	for _, grant := range reading.Grants {
		if _, known := a.first[grant.Source]; !known && grant.Total != nil {
			a.first[grant.Source] = grant.Total
		}
	}
}
