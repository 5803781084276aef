package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

const holdColumns = `id, key_id, account_id, model_id, model_type, state, parts,
	started_ms, deadline_ms, ended_ms, ended_seq, charged_diem, charged_usd,
	prompt_tokens, completion_tokens, source, execution_ms, lines`

// holdFields are all columns of a hold, in the order of holdRow.
var holdFields = []string{
	"id TEXT", "key_id TEXT", "account_id TEXT", "model_id TEXT", "model_type TEXT", "input_price BIGINT", "output_price BIGINT",
	"state TEXT", "parts TEXT", "amount BIGINT", "started_ms BIGINT", "deadline_ms BIGINT", "ended_ms BIGINT?", "ended_seq BIGINT?",
	"charged_diem BIGINT", "charged_usd BIGINT", "input_diem BIGINT", "input_usd BIGINT",
	"prompt_tokens BIGINT", "completion_tokens BIGINT", "source TEXT", "execution_ms BIGINT", "lines TEXT",
}

// endedFields are the columns of a hold that change when it ends. Naming others
// would have SQLite write their indexes anew.
var endedFields = []string{
	"state", "parts", "ended_ms", "ended_seq", "charged_diem", "charged_usd",
	"prompt_tokens", "completion_tokens", "source", "execution_ms", "lines",
}

// storedPart is a part as kept in a hold's row: amounts in nanos.
type storedPart struct {
	Currency money.Currency `json:"c"`
	Budgets  []string       `json:"b"`
	Amount   int64          `json:"a"`
	Charged  int64          `json:"x"`
}

func scanHold(row scanner) (*ledger.Hold, error) {
	var hold ledger.Hold
	var parts, lines string
	var started, deadline, execution int64
	var ended, endedSeq sql.NullInt64
	err := row.Scan(&hold.ID, &hold.KeyID, &hold.AccountID, &hold.ModelID, &hold.ModelType,
		&hold.State, &parts, &started, &deadline, &ended, &endedSeq, &hold.ChargedDIEM, &hold.ChargedUSD,
		&hold.Cost.PromptTokens, &hold.Cost.CompletionTokens, &hold.Cost.Source, &execution, &lines)
	if err != nil {
		return nil, err
	}
	var stored []storedPart
	if err := json.Unmarshal([]byte(parts), &stored); err != nil {
		return nil, fmt.Errorf("hold %s has unreadable parts: %w", hold.ID, err)
	}
	for _, part := range stored {
		hold.Parts = append(hold.Parts, ledger.Part{
			Currency: part.Currency, Budgets: part.Budgets, Amount: money.Nano(part.Amount), Charged: money.Nano(part.Charged),
		})
	}
	hold.StartedAt, hold.Deadline = fromMillis(started), fromMillis(deadline)
	hold.EndedSeq = endedSeq.Int64
	if ended.Valid {
		hold.EndedAt = fromMillis(ended.Int64)
	}
	hold.Cost.HoldID = hold.ID
	hold.Cost.Cost = hold.ChargedDIEM + hold.ChargedUSD
	if hold.Cost.Lines, err = parseLines(lines); err != nil {
		return nil, fmt.Errorf("hold %s has an unreadable bill: %w", hold.ID, err)
	}
	hold.Cost.ExecutionTime = time.Duration(execution) * time.Millisecond
	return &hold, nil
}

func (t *transaction) Holds(ctx context.Context, ids []string) ([]*ledger.Hold, error) {
	if t.ahead.holds != nil && slices.Equal(ids, t.ahead.holdIDs) {
		return *t.ahead.holds, nil
	}
	return find(ctx, t, holdsByID, ids, scanHold)
}

func storedParts(hold *ledger.Hold) (string, error) {
	stored := make([]storedPart, len(hold.Parts))
	for i, part := range hold.Parts {
		stored[i] = storedPart{part.Currency, part.Budgets, int64(part.Amount), int64(part.Charged)}
	}
	text, err := json.Marshal(stored)
	return string(text), err
}

// writeHolds adds new holds, as they ended if they did so in the same batch,
// and ends old ones.
func (t *transaction) writeHolds(ctx context.Context, changes *ledger.Changes) error {
	fresh := make(map[string]bool, len(changes.NewHolds))
	for _, hold := range changes.NewHolds {
		fresh[hold.ID] = true
	}
	if err := write(ctx, t, addHolds, changes.NewHolds, holdRow); err != nil {
		return err
	}
	ended := slices.DeleteFunc(slices.Clone(changes.Ended), func(hold *ledger.Hold) bool { return fresh[hold.ID] })
	return write(ctx, t, endHolds, ended, holdRow)
}

func holdRow(hold *ledger.Hold) ([]any, error) {
	parts, err := storedParts(hold)
	var ended, endedSeq sql.NullInt64
	if hold.State != ledger.Reserved {
		ended, endedSeq = nullMillis(&hold.EndedAt), sql.NullInt64{Int64: hold.EndedSeq, Valid: true}
	}
	return []any{
		hold.ID, hold.KeyID, hold.AccountID, hold.ModelID, hold.ModelType, int64(0), int64(0),
		string(hold.State), parts, int64(hold.Amount()), millis(hold.StartedAt), millis(hold.Deadline), ended, endedSeq,
		int64(hold.ChargedDIEM), int64(hold.ChargedUSD), int64(0), int64(0),
		hold.Cost.PromptTokens, hold.Cost.CompletionTokens, hold.Cost.Source, hold.Cost.ExecutionTime.Milliseconds(), storedLines(hold.Cost.Lines),
	}, err
}
