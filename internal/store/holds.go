package store

import (
	"context"
	"fmt"
	"slices"

	"stakegate/internal/ledger"
)

// Columns of running holds, and of calls, which ended.
const (
	holdColumns = "id, account_id, seq, started_ms, deadline_ms, detail"
	callColumns = "account_id, seq, hold_seq, hold_id, key_id, state, started_ms, ended_ms, charged_diem, charged_usd, detail"
)

// The same with their types, in the order of holdRow and callRow.
var (
	holdFields = []string{"id TEXT", "account_id TEXT", "seq BIGINT", "started_ms BIGINT", "deadline_ms BIGINT", "detail TEXT"}
	callFields = []string{
		"account_id TEXT", "seq BIGINT", "hold_seq BIGINT", "hold_id TEXT", "key_id TEXT", "state TEXT", "started_ms BIGINT", "ended_ms BIGINT",
		"charged_diem BIGINT", "charged_usd BIGINT", "detail TEXT",
	}
)

const correctCall = "UPDATE calls SET charged_diem = $1, charged_usd = $2, detail = $3 WHERE account_id = $4 AND seq = $5"

func scanHold(row scanner) (*ledger.Hold, error) {
	hold := ledger.Hold{State: ledger.Reserved}
	var started, deadline int64
	var detail string
	if err := row.Scan(&hold.ID, &hold.AccountID, &hold.Seq, &started, &deadline, &detail); err != nil {
		return nil, err
	}
	hold.StartedAt, hold.Deadline = fromMillis(started), fromMillis(deadline)
	if err := readHold(detail, &hold); err != nil {
		return nil, fmt.Errorf("the detail of hold %s: %w", hold.ID, err)
	}
	return &hold, nil
}

// scanCall reads a hold that ended, but for its deadline, which is of no more
// interest.
func scanCall(row scanner) (*ledger.Hold, error) {
	var hold ledger.Hold
	var started, ended int64
	var detail string
	err := row.Scan(&hold.AccountID, &hold.EndedSeq, &hold.Seq, &hold.ID, &hold.KeyID, &hold.State, &started, &ended,
		&hold.ChargedDIEM, &hold.ChargedUSD, &detail)
	if err != nil {
		return nil, err
	}
	hold.StartedAt, hold.EndedAt = fromMillis(started), fromMillis(ended)
	if err := readCall(detail, &hold); err != nil {
		return nil, fmt.Errorf("the detail of call %s: %w", hold.ID, err)
	}
	return &hold, nil
}

// Take implements ledger.Tx.
func (t *transaction) Take(ctx context.Context, ids []string) ([]*ledger.Hold, error) {
	if t.ahead.holds != nil && slices.Equal(ids, t.ahead.holdIDs) {
		t.taken = len(*t.ahead.holds)
		return *t.ahead.holds, nil
	}
	var holds []*ledger.Hold
	others := among(t.kept.holds, ids, func(_ string, hold *ledger.Hold) { holds = append(holds, hold) })
	if len(others) == 0 && t.untouched() {
		t.untold, t.taken = holds, len(holds)
		return holds, nil
	}
	if err := t.catchUp(ctx); err != nil {
		return nil, err
	}
	if err := t.takeKept(ctx, holds); err != nil {
		return nil, err
	}
	if len(others) > 0 {
		read, err := find(ctx, t, takeHolds, others, scanHold)
		if err != nil {
			return nil, err
		}
		holds = append(holds, read...)
	}
	t.taken = len(holds)
	return holds, nil
}

// Holds implements ledger.Tx.
func (t *transaction) Holds(ctx context.Context, ids []string) ([]*ledger.Hold, error) {
	running, err := ask(ctx, t, holdsByID, ids, scanHold)
	if err != nil {
		return nil, err
	}
	ended, err := ask(ctx, t, callsByHold, ids, scanCall)
	if err != nil {
		return nil, err
	}
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	return append(*running, *ended...), nil
}

// stillRunning are the new holds that did not end in the same batch. All that were
// taken must have ended.
func (t *transaction) stillRunning(changes *ledger.Changes) ([]*ledger.Hold, error) {
	running, ended := changes.NewHolds, len(changes.Ended)
	if slices.ContainsFunc(running, hasEnded) {
		running = slices.DeleteFunc(slices.Clone(running), hasEnded)
		ended -= len(changes.NewHolds) - len(running)
	}
	if ended != t.taken {
		return nil, fmt.Errorf("%d holds were taken and %d of them ended", t.taken, ended)
	}
	return running, nil
}

// writeHolds adds the new holds that still run, and the calls that ended.
func (t *transaction) writeHolds(ctx context.Context, changes *ledger.Changes) error {
	running, err := t.stillRunning(changes)
	if err != nil {
		return err
	}
	if err := write(ctx, t, addHolds, running, holdRow); err != nil {
		return err
	}
	if err := write(ctx, t, addCalls, changes.Ended, callRow); err != nil {
		return err
	}
	for _, hold := range changes.Corrected {
		err := t.exec(ctx, correctCall, []any{
			int64(hold.ChargedDIEM), int64(hold.ChargedUSD), storedCall(hold), hold.AccountID, hold.EndedSeq,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func hasEnded(hold *ledger.Hold) bool { return hold.State != ledger.Reserved }

func holdRow(c *cells, hold *ledger.Hold) {
	c.text(hold.ID)
	c.text(hold.AccountID)
	c.number(hold.Seq)
	c.number(millis(hold.StartedAt))
	c.number(millis(hold.Deadline))
	c.text(storedHold(hold))
}

func callRow(c *cells, hold *ledger.Hold) {
	c.text(hold.AccountID)
	c.number(hold.EndedSeq)
	c.number(hold.Seq)
	c.text(hold.ID)
	c.text(hold.KeyID)
	c.text(string(hold.State))
	c.number(millis(hold.StartedAt))
	c.number(millis(hold.EndedAt))
	c.number(int64(hold.ChargedDIEM))
	c.number(int64(hold.ChargedUSD))
	c.text(storedCall(hold))
}
