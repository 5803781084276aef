package app

import (
	"context"
	"math/big"

	"stakegate/internal/httpapi"
	"stakegate/internal/ledger"
	"stakegate/internal/stake"
)

// Allocation implements httpapi.Allocations. What was not read in this epoch by
// this server is read now.
func (a *allocations) Allocation(ctx context.Context, accountID string) (httpapi.Allocation, error) {
	reading, known := a.lastReading(accountID)
	if !known {
		if err := a.refresh(ctx, accountID); err != nil {
			return httpapi.Allocation{}, err
		}
		reading, _ = a.lastReading(accountID)
	}
	epoch := ledger.EpochOf(a.now())
	view := httpapi.Allocation{Epoch: epoch, Block: blockView(reading.Block), Sources: []httpapi.AllocationSource{}}
	ids := make([]string, len(reading.Grants))
	for i, g := range reading.Grants {
		ids[i] = ledger.AllocationBudget(accountID, g.Source, epoch)
	}
	budgets, err := a.store.Budgets(ctx, ids)
	if err != nil {
		return httpapi.Allocation{}, err
	}
	for i, g := range reading.Grants {
		source := sourceView(g)
		if budget := budgets[ids[i]]; budget != nil { // what holds, also if it is frozen
			source.Cap, source.Spent, source.Held = budget.Cap, budget.Posted, budget.Pending
		}
		view.Sources = append(view.Sources, source)
	}
	view.ChangedAt, view.Reason, err = a.store.LastGrant(ctx, accountID)
	return view, err
}

func blockView(block stake.Block) httpapi.AllocationBlock {
	return httpapi.AllocationBlock{Number: block.Number, Time: block.Time}
}

func sourceView(g stake.Grant) httpapi.AllocationSource {
	tokens := func(amount *big.Int) string { return stake.FormatUnits(amount, g.Decimals) }
	view := httpapi.AllocationSource{
		Name: g.Source, Cap: g.Cap, Next: g.Next, Stake: tokens(g.Stake), Counted: tokens(g.Counted), Min: tokens(g.Min),
		Rule: string(g.Rule), Why: g.Why, Pool: g.Pool, Rate: g.Rate,
	}
	if g.Rule == stake.Snapshot {
		view.Snapshot, view.SnapshotAt = tokens(g.Snapshot), blockView(g.SnapshotBlock)
	}
	if g.Total != nil {
		view.Total = tokens(g.Total)
	}
	return view
}
