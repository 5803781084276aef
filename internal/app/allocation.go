package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
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
	reader        *stake.Reader
	engine        *ledger.Engine
	store         *store.Store
	sources       []ledger.Source
	symbol, chain string
	now           func() time.Time
	pace          int                // the most wallets read anew in a second
	flight        singleflight.Group // by account

	mu    sync.Mutex
	epoch string                   // that first and last are about
	first stake.Totals             // totals at the epoch's first reading
	last  map[string]stake.Reading // by account
	turn  uint64                   // counts the changes that the watcher told of
	// failed is when an account's stake could not be read; zero if the last
	// reading went well.
	failed time.Time

	granting sync.Mutex // held while a single account's reading is granted
}

// readBatch is how many wallets one reading of the chain takes.
const readBatch = 200

// MintRight implements issuer.Stake.
func (a *allocations) MintRight(ctx context.Context, address common.Address) error {
	mint, err := a.reader.Mint(ctx, address)
	if err != nil {
		return err
	}
	if !mint.OK {
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
		reading, err := a.reader.Read(ctx, common.HexToAddress(accountID))
		a.noteReading(err)
		if err != nil {
			return err
		}
		if granted, err := a.grantIfSame(ctx, turn, reading); granted || err != nil {
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

func (a *allocations) grantIfSame(ctx context.Context, turn uint64, reading stake.Reading) (bool, error) {
	a.granting.Lock()
	defer a.granting.Unlock()
	if a.turnNow() != turn {
		return false, nil
	}
	return true, a.grant(ctx, []stake.Reading{reading}, stake.CauseStart)
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

// changed is called by the watcher. Only accounts that have an allocation in
// this epoch matter; the others are read when they first spend.
func (a *allocations) changed(ctx context.Context, change stake.Change) error {
	a.nextTurn()
	if change.Addresses == nil {
		if err := a.policy.Probe(ctx, change.Block); err != nil {
			return err
		}
	}
	granted, err := a.grantedAccounts(ctx)
	if err != nil {
		return err
	}
	wanted := map[common.Address]bool{}
	for _, address := range change.Addresses {
		wanted[address] = true
	}
	var batch []common.Address
	for _, account := range granted {
		if address := common.HexToAddress(account); change.Addresses == nil || wanted[address] {
			batch = append(batch, address)
		}
	}
	for len(batch) > 0 {
		size, began := min(len(batch), readBatch), time.Now()
		readings, err := a.policy.ReadAt(ctx, change.Block, batch[:size], a.epochNow())
		if err != nil {
			return err
		}
		if err := a.grant(ctx, readings, change.Cause); err != nil {
			return err
		}
		if batch = batch[size:]; len(batch) > 0 {
			if err := rest(ctx, time.Second*time.Duration(size)/time.Duration(a.pace)-time.Since(began)); err != nil {
				return err
			}
		}
	}
	return nil
}

// rest waits, so that many accounts take a while and not all of a node's time.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// grantedAccounts lists who has an allocation of any source.
func (a *allocations) grantedAccounts(ctx context.Context) ([]string, error) {
	epoch := ledger.EpochOf(a.now())
	seen := map[string]bool{}
	for _, source := range a.sources {
		accounts, err := a.store.GrantedAccounts(ctx, source.Name, epoch)
		if err != nil {
			return nil, err
		}
		for _, account := range accounts {
			seen[account] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// grant writes readings into the ledger. A block of before the epoch may count
// a stake that counts for another wallet by now, so it grants nothing.
func (a *allocations) grant(ctx context.Context, readings []stake.Reading, cause stake.Cause) error {
	window := apikey.Epoch.Window(a.now())
	for _, reading := range readings {
		if !reading.InEpoch(window.Start) {
			return fmt.Errorf("%w: its newest block is of before this epoch", stake.ErrChain)
		}
		account := issuer.AccountOf(reading.Address)
		before, known := a.remember(window.ID, account, reading)
		grant := ledger.Grant{AccountID: account, Epoch: window.ID, Reason: reasonOf(before, known, reading, cause)}
		for _, g := range reading.Grants {
			grant.Sources = append(grant.Sources, ledger.SourceGrant{Source: g.Source, Cap: g.Cap, PoolCap: g.Pool})
		}
		if err := a.engine.Grant(ctx, grant); err != nil {
			a.forget(account)
			return err
		}
	}
	return nil
}

// epochNow is what a reading is for, with each pool's total stake at the epoch's
// first reading: a share does not grow because others leave within the day.
func (a *allocations) epochNow() stake.Epoch {
	now := a.now()
	return stake.Epoch{Start: apikey.Epoch.Window(now).Start, First: a.firstTotals()}
}

// firstTotals are those of this epoch, nil if nobody was read in it.
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

// maxRemembered bounds the accounts whose last reading is kept; it only serves
// to tell why something changed.
const maxRemembered = 100_000

// remember keeps a reading and returns the account's one before, if it is of the
// same epoch.
func (a *allocations) remember(epoch, account string, reading stake.Reading) (before stake.Reading, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch != epoch {
		a.epoch, a.first, a.last = epoch, stake.Totals{}, map[string]stake.Reading{}
	}
	for _, grant := range reading.Grants {
		if _, known := a.first[grant.Source]; !known && grant.Total != nil {
			a.first[grant.Source] = grant.Total
		}
	}
	old, known := a.last[account]
	if len(a.last) >= maxRemembered && !known {
		clear(a.last)
	}
	a.last[account] = reading
	return old, known
}

func (a *allocations) forget(account string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.last, account)
}

// lastReading is what an account's allocation of this epoch was last made from.
func (a *allocations) lastReading(account string) (stake.Reading, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch != ledger.EpochOf(a.now()) {
		return stake.Reading{}, false
	}
	last, known := a.last[account]
	return last, known
}
