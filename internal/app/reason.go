package app

import (
	"fmt"
	"math/big"
	"strings"

	"stakegate/internal/stake"
)

// Why a source gives another amount than before.
const (
	reasonEpoch    = "first reading of the epoch"
	reasonAdded    = "source added"
	reasonReorg    = "the chain took back blocks"
	reasonRule     = "counts by the snapshot"
	reasonMinimum  = "minimum not met"
	reasonRaised   = "stake raised"
	reasonLowered  = "stake lowered"
	reasonTotal    = "total stake moved"
	reasonNoChange = "read again"
)

// reasonOf tells people why an account's allocation is what it is, with the
// block and the amounts in whole tokens; known says that there is a reading
// before of the same epoch.
func reasonOf(before stake.Reading, known bool, now stake.Reading, cause stake.Cause) string {
	var text strings.Builder
	fmt.Fprintf(&text, "block %d", now.Block.Number)
	for _, g := range now.Grants {
		old := grantOf(before, g.Source)
		why := reasonEpoch
		switch {
		case known && old == nil:
			why = reasonAdded
		case known:
			why = whyChanged(old, g, cause)
		case below(g):
			why += ", " + reasonMinimum
		}
		fmt.Fprintf(&text, "; %s: %s: %s", g.Source, why, amountsOf(old, g))
	}
	return text.String()
}

// whyChanged tells why a source gives another amount than at the last reading.
func whyChanged(old *stake.Grant, now stake.Grant, cause stake.Cause) string {
	change := now.Counted.Cmp(old.Counted)
	switch {
	case cause == stake.CauseReorg && (change != 0 || now.Cap != old.Cap):
		return reasonReorg
	case old.Rule != now.Rule:
		return reasonRule + " (" + now.Why + ")"
	case change != 0 && below(now):
		return reasonMinimum
	case change > 0:
		return reasonRaised
	case change < 0:
		return reasonLowered
	case now.Cap != old.Cap:
		return reasonTotal
	default:
		return reasonNoChange
	}
}

func below(g stake.Grant) bool { return g.Counted.Cmp(g.Min) < 0 }

func amountsOf(old *stake.Grant, now stake.Grant) string {
	tokens := func(amount *big.Int) string { return stake.FormatUnits(amount, now.Decimals) }
	text := "staked " + tokens(now.Stake)
	if old != nil && old.Stake.Cmp(now.Stake) != 0 {
		text = "staked " + tokens(now.Stake) + ", before " + tokens(old.Stake)
	}
	if now.Rule == stake.Snapshot {
		text += fmt.Sprintf(", %s at block %d counting at most", tokens(now.Snapshot), now.SnapshotBlock.Number)
	}
	if below(now) {
		text += ", minimum " + tokens(now.Min)
	}
	if now.Total != nil {
		text += ", total " + tokens(now.Total)
	}
	text += fmt.Sprintf(", %s DIEM", now.Cap)
	if old != nil && old.Cap != now.Cap {
		text += fmt.Sprintf(", before %s", old.Cap)
	}
	return text
}

func grantOf(reading stake.Reading, source string) *stake.Grant {
	for i := range reading.Grants {
		if reading.Grants[i].Source == source {
			return &reading.Grants[i]
		}
	}
	return nil
}
