package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/usage"
)

var _ usage.Source = (*Store)(nil)

// Charges implements usage.Source. The number of the entry that ended a hold
// orders the history: entries become visible in that order.
func (s *Store) Charges(ctx context.Context, accountID string, filter usage.Filter, after usage.Position, limit int) ([]usage.Charge, error) {
	from, until := int64(0), int64(1<<63-1)
	if !filter.Start.IsZero() {
		from = millis(filter.Start)
	}
	if !filter.End.IsZero() {
		until = millis(filter.End)
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT ended_seq, id, key_id, ended_ms, model_id, model_type, source,
		prompt_tokens, completion_tokens, charged_diem, charged_usd, lines, execution_ms
		FROM holds WHERE account_id = $1 AND ended_seq IS NOT NULL AND ended_seq > $2 AND state IN ('settled', 'assumed')
		AND ended_ms >= $3 AND ended_ms < $4 AND ($5 <> 'DIEM' OR charged_diem > 0) AND ($5 <> 'USD' OR charged_usd > 0)
		ORDER BY ended_seq LIMIT $6`,
		accountID, int64(after), from, until, string(filter.Currency), limit)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (usage.Charge, error) { return scanCharge(rows) })
}

func scanCharge(row scanner) (usage.Charge, error) {
	var charge usage.Charge
	var ended, execution int64
	var source, lines string
	err := row.Scan(&charge.Seq, &charge.RequestID, &charge.KeyID, &ended, &charge.ModelID, &charge.ModelType, &source,
		&charge.PromptTokens, &charge.CompletionTokens, &charge.DIEM, &charge.USD, &lines, &execution)
	if err != nil {
		return charge, err
	}
	if charge.Lines, err = parseLines(lines); err != nil {
		return charge, fmt.Errorf("the bill of %s: %w", charge.RequestID, err)
	}
	charge.At = fromMillis(ended)
	charge.TokensKnown = source != ledger.SourceHold
	charge.ExecutionTime = time.Duration(execution) * time.Millisecond
	return charge, nil
}

// GrantedAccounts lists the accounts that have an allocation of the source in
// the epoch.
func (s *Store) GrantedAccounts(ctx context.Context, source, epoch string) ([]string, error) {
	rows, err := s.reader.QueryContext(ctx,
		"SELECT a.id FROM accounts a JOIN budgets b ON b.id = 'a/' || a.id || $1 ORDER BY a.id",
		ledger.AllocationSuffix(source, epoch))
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
}
