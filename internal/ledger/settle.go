package ledger

import (
	"fmt"

	"stakegate/internal/money"
)

func (s *State) settle(settlement *Settlement) Verdict {
	hold := s.Holds[settlement.HoldID]
	if hold == nil {
		return Verdict{Err: ErrHoldUnknown}
	}
	switch hold.State {
	case Reserved:
		return s.resolve(hold, settlement, SettledAs)
	case AssumedFor:
		return s.correct(hold, settlement)
	case VoidedAs:
		return Verdict{Err: fmt.Errorf("hold %s was voided", hold.ID)}
	case SettledAs: // said already; saying it again changes nothing
	}
	return Verdict{Settled: Settled{DIEM: hold.ChargedDIEM, USD: hold.ChargedUSD}}
}

// assume charges a hold of unknown outcome in full.
func (s *State) assume(holdID string) Verdict {
	hold := s.Holds[holdID]
	if hold == nil {
		return Verdict{Err: ErrHoldUnknown}
	}
	if hold.State != Reserved {
		return Verdict{Settled: Settled{DIEM: hold.ChargedDIEM, USD: hold.ChargedUSD}}
	}
	amount := hold.Amount()
	return s.resolve(hold, &Settlement{HoldID: holdID, Cost: amount, Source: SourceHold}, AssumedFor)
}

// void releases a hold without a charge.
func (s *State) void(holdID string) Verdict {
	hold := s.Holds[holdID]
	if hold == nil {
		return Verdict{Err: ErrHoldUnknown}
	}
	if hold.State == Reserved {
		return s.resolve(hold, &Settlement{HoldID: holdID}, VoidedAs)
	}
	if hold.State != VoidedAs {
		return Verdict{Err: fmt.Errorf("hold %s is %s already", hold.ID, hold.State)}
	}
	return Verdict{}
}

// resolve moves a reserved hold to its final state, charging at most the hold.
func (s *State) resolve(hold *Hold, settlement *Settlement, state HoldState) Verdict {
	cost := min(max(0, settlement.Cost), hold.Amount())
	rest := cost
	for i := range hold.Parts {
		part := &hold.Parts[i]
		if part.IsMoney() {
			part.Charged = min(rest, part.Amount)
			rest -= part.Charged
		} else {
			part.Charged = counted(part, settlement)
		}
		for _, id := range part.Budgets {
			s.move(nil, id, Delta{Pending: -part.Amount, Posted: part.Charged})
		}
	}
	hold.State = state
	hold.EndedAt, hold.EndedSeq = s.Now, s.next(hold.AccountID)
	s.record(hold, settlement, cost)
	s.touched[hold.ID] = true
	s.changes.Ended = append(s.changes.Ended, hold)
	return Verdict{Settled: Settled{DIEM: hold.ChargedDIEM, USD: hold.ChargedUSD}}
}

// correct lowers the charge of an assumed hold to what is now known.
func (s *State) correct(hold *Hold, settlement *Settlement) Verdict {
	charged := hold.ChargedDIEM + hold.ChargedUSD
	cost := max(0, settlement.Cost)
	if cost >= charged {
		return Verdict{Settled: Settled{DIEM: hold.ChargedDIEM, USD: hold.ChargedUSD}}
	}
	entry := s.entry(EntryCorrect, hold.AccountID, hold.KeyID, hold.ID)
	rest := cost
	for i := range hold.Parts {
		part := &hold.Parts[i]
		if !part.IsMoney() {
			continue // its window is over
		}
		keep := min(rest, part.Charged)
		rest -= keep
		for _, id := range part.Budgets {
			s.move(entry, id, Delta{Posted: keep - part.Charged})
		}
		part.Charged = keep
	}
	s.record(hold, settlement, cost)
	if !s.touched[hold.ID] { // a charge keeps its place in the history
		s.touched[hold.ID] = true
		s.changes.Corrected = append(s.changes.Corrected, hold)
	}
	return Verdict{Settled: Settled{DIEM: hold.ChargedDIEM, USD: hold.ChargedUSD}}
}

// record notes what a resolved hold cost.
func (s *State) record(hold *Hold, settlement *Settlement, cost money.Nano) {
	hold.Cost = *settlement
	hold.Cost.Cost = cost
	if hold.State != VoidedAs {
		hold.Cost.Lines = money.Fit(settlement.Lines, cost)
	}
	hold.ChargedDIEM, hold.ChargedUSD = 0, 0
	for _, part := range hold.Parts {
		switch part.Currency {
		case money.USD:
			hold.ChargedUSD += part.Charged
		case money.DIEM:
			hold.ChargedDIEM += part.Charged
		}
	}
}
