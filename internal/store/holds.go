package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"stakegate/internal/ledger"
)

// Columns of running holds, and of calls, which ended.
const (
	holdColumns = "id, seq, account_id, key_id, model_id, model_type, parts, started_ms, deadline_ms"
	callColumns = `account_id, seq, hold_seq, hold_id, key_id, model_id, model_type, state, source, parts, started_ms, ended_ms,
	charged_diem, charged_usd, prompt_tokens, completion_tokens, execution_ms, lines`
)

var (
	// holdFields are all columns of a running hold, in the order of holdRow.
	holdFields = []string{
		"id TEXT", "seq BIGINT", "account_id TEXT", "key_id TEXT", "model_id TEXT", "model_type TEXT",
		"parts TEXT", "started_ms BIGINT", "deadline_ms BIGINT",
	}
	// callFields are all columns of a call, in the order of callRow.
	callFields = []string{
		"account_id TEXT", "seq BIGINT", "hold_seq BIGINT", "hold_id TEXT", "key_id TEXT", "model_id TEXT", "model_type TEXT",
		"state TEXT", "source TEXT", "parts TEXT", "amount BIGINT", "started_ms BIGINT", "ended_ms BIGINT",
		"charged_diem BIGINT", "charged_usd BIGINT", "prompt_tokens BIGINT", "completion_tokens BIGINT", "execution_ms BIGINT", "lines TEXT",
	}
)

const correctCall = `UPDATE calls SET source = $1, charged_diem = $2, charged_usd = $3, prompt_tokens = $4, completion_tokens = $5,
	execution_ms = $6, lines = $7 WHERE account_id = $8 AND seq = $9`

func scanHold(row scanner) (*ledger.Hold, error) {
	hold := ledger.Hold{State: ledger.Reserved}
	var parts string
	var started, deadline int64
	err := row.Scan(&hold.ID, &hold.Seq, &hold.AccountID, &hold.KeyID, &hold.ModelID, &hold.ModelType, &parts, &started, &deadline)
	if err != nil {
		return nil, err
	}
	if hold.Parts, err = parseParts(parts, hold.AccountID, hold.KeyID); err != nil {
		return nil, fmt.Errorf("the parts of hold %s: %w", hold.ID, err)
	}
	hold.StartedAt, hold.Deadline = fromMillis(started), fromMillis(deadline)
	return &hold, nil
}

// scanCall reads a hold that ended, but for its deadline, which is of no more
// interest.
func scanCall(row scanner) (*ledger.Hold, error) {
	var hold ledger.Hold
	var parts, lines string
	var started, ended, execution int64
	err := row.Scan(&hold.AccountID, &hold.EndedSeq, &hold.Seq, &hold.ID, &hold.KeyID, &hold.ModelID, &hold.ModelType, &hold.State,
		&hold.Cost.Source, &parts, &started, &ended, &hold.ChargedDIEM, &hold.ChargedUSD,
		&hold.Cost.PromptTokens, &hold.Cost.CompletionTokens, &execution, &lines)
	if err != nil {
		return nil, err
	}
	if hold.Parts, err = parseParts(parts, hold.AccountID, hold.KeyID); err != nil {
		return nil, fmt.Errorf("the parts of call %s: %w", hold.ID, err)
	}
	if hold.Cost.Lines, err = parseLines(lines); err != nil {
		return nil, fmt.Errorf("the bill of call %s: %w", hold.ID, err)
	}
	hold.Spread()
	hold.StartedAt, hold.EndedAt = fromMillis(started), fromMillis(ended)
	hold.Cost.HoldID, hold.Cost.Cost = hold.ID, hold.ChargedDIEM+hold.ChargedUSD
	hold.Cost.ExecutionTime = time.Duration(execution) * time.Millisecond
	return &hold, nil
}

// Take implements ledger.Tx.
func (t *transaction) Take(ctx context.Context, ids []string) ([]*ledger.Hold, error) {
	if t.ahead.holds != nil && slices.Equal(ids, t.ahead.holdIDs) {
		t.taken = len(*t.ahead.holds)
		return *t.ahead.holds, nil
	}
	holds, err := find(ctx, t, takeHolds, ids, scanHold)
	t.taken = len(holds)
	return holds, err
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

// writeHolds adds the new holds that still run, and the calls that ended.
func (t *transaction) writeHolds(ctx context.Context, changes *ledger.Changes) error {
	running, ended := changes.NewHolds, len(changes.Ended)
	if slices.ContainsFunc(running, hasEnded) {
		running = slices.DeleteFunc(slices.Clone(running), hasEnded)
		ended -= len(changes.NewHolds) - len(running)
	}
	if ended != t.taken {
		return fmt.Errorf("%d holds were taken and %d of them ended", t.taken, ended)
	}
	if err := write(ctx, t, addHolds, running, holdRow); err != nil {
		return err
	}
	if err := write(ctx, t, addCalls, changes.Ended, callRow); err != nil {
		return err
	}
	for _, hold := range changes.Corrected {
		err := t.exec(ctx, correctCall, []any{
			hold.Cost.Source, int64(hold.ChargedDIEM), int64(hold.ChargedUSD), hold.Cost.PromptTokens, hold.Cost.CompletionTokens,
			hold.Cost.ExecutionTime.Milliseconds(), storedLines(hold.Cost.Lines), hold.AccountID, hold.EndedSeq,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func hasEnded(hold *ledger.Hold) bool { return hold.State != ledger.Reserved }

func holdRow(hold *ledger.Hold) ([]any, error) {
	return []any{
		hold.ID, hold.Seq, hold.AccountID, hold.KeyID, hold.ModelID, hold.ModelType,
		storedParts(hold), millis(hold.StartedAt), millis(hold.Deadline),
	}, nil
}

func callRow(hold *ledger.Hold) ([]any, error) {
	return []any{
		hold.AccountID, hold.EndedSeq, hold.Seq, hold.ID, hold.KeyID, hold.ModelID, hold.ModelType,
		string(hold.State), hold.Cost.Source, storedParts(hold), int64(hold.Amount()), millis(hold.StartedAt), millis(hold.EndedAt),
		int64(hold.ChargedDIEM), int64(hold.ChargedUSD), hold.Cost.PromptTokens, hold.Cost.CompletionTokens,
		hold.Cost.ExecutionTime.Milliseconds(), storedLines(hold.Cost.Lines),
	}, nil
}
