package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/usage"
)

var _ usage.Source = (*Store)(nil)

// clockSlack is how far an account's calls may be out of the order of their
// times, because a clock was set back.
const clockSlack = 10 * time.Minute

// charges are calls that were charged, from one number to another, within times.
const charges = "SELECT " + callColumns + ` FROM calls WHERE account_id = $1 AND seq > $2 AND seq < $3 AND state IN ('settled', 'assumed') AND ended_ms >= $4 AND ended_ms < $5`

// chargesWithin are the arguments of charges for times, open where they are zero.
func (s *Store) chargesWithin(ctx context.Context, accountID string, from, until time.Time, after int64) ([]any, error) {
	first, last := int64(0), int64(math.MaxInt64)
	fromMS, untilMS := int64(0), int64(math.MaxInt64)
	var err error
	if !from.IsZero() {
		fromMS = millis(from)
		if first, err = seqAt(ctx, s.reader, accountID, from.Add(-clockSlack)); err != nil {
			return nil, err
		}
	}
	if !until.IsZero() {
		untilMS = millis(until)
		if last, err = seqAt(ctx, s.reader, accountID, until.Add(clockSlack)); err != nil {
			return nil, err
		}
	}
	return []any{accountID, max(after, first-1), last, fromMS, untilMS}, nil
}

// Charges implements usage.Source. The number of the entry that ended a hold
// orders the history: entries become visible in that order.
func (s *Store) Charges(ctx context.Context, accountID string, filter usage.Filter, after usage.Position, limit int) ([]usage.Charge, error) {
	from, order := int64(after), "seq"
	if filter.NewestFirst {
		from, order = 0, "seq DESC"
	}
	arguments, err := s.chargesWithin(ctx, accountID, filter.Start, filter.End, from)
	if err != nil {
		return nil, err
	}
	if last := arguments[2].(int64); filter.NewestFirst && after > 0 {
		arguments[2] = min(last, int64(after))
	}
	rows, err := s.reader.QueryContext(ctx,
		charges+" AND ($6 <> 'DIEM' OR charged_diem > 0) AND ($6 <> 'USD' OR charged_usd > 0) ORDER BY "+order+" LIMIT $7",
		append(arguments, string(filter.Currency), limit)...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (usage.Charge, error) { return scanCharge(rows) })
}

// chargesAtOnce is how many charges EachCharge reads while it keeps a state of
// the database.
const chargesAtOnce = 1000

// EachCharge implements usage.AnalyticsSource: it hands over an account's
// charges of calls that ended from one time until before another, in the order
// of the history; zero times are open.
func (s *Store) EachCharge(ctx context.Context, accountID string, start, end time.Time, visit func(usage.Charge) error) error {
	arguments, err := s.chargesWithin(ctx, accountID, start, end, 0)
	if err != nil {
		return err
	}
	for {
		rows, err := s.reader.QueryContext(ctx, charges+" ORDER BY seq LIMIT $6", append(arguments, chargesAtOnce)...)
		if err != nil {
			return err
		}
		page, err := scanAll(rows, func(rows *sql.Rows) (usage.Charge, error) { return scanCharge(rows) })
		if err != nil {
			return err
		}
		for _, charge := range page {
			if err := visit(charge); err != nil {
				return err
			}
			arguments[1] = charge.Seq
		}
		if len(page) < chargesAtOnce {
			return nil
		}
	}
}

func scanCharge(row scanner) (usage.Charge, error) {
	call, err := scanCall(row)
	if err != nil {
		return usage.Charge{}, err
	}
	return usage.Charge{
		Seq: call.EndedSeq, RequestID: call.ID, KeyID: call.KeyID, At: call.EndedAt, ModelID: call.ModelID, ModelType: call.ModelType,
		TokensKnown:  call.Cost.Source != ledger.SourceHold,
		PromptTokens: call.Cost.PromptTokens, CompletionTokens: call.Cost.CompletionTokens,
		DIEM: call.ChargedDIEM, USD: call.ChargedUSD, Lines: call.Cost.Lines, ExecutionTime: call.Cost.ExecutionTime,
	}, nil
}

// seqAt is the number of an account's first call that ended at the time or
// after it, found by bisection: calls are in the order of their times.
func seqAt(ctx context.Context, q rowQueryer, accountID string, at time.Time) (int64, error) {
	var newest int64
	err := q.QueryRowContext(ctx, "SELECT last_seq FROM accounts WHERE id = $1", accountID).Scan(&newest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	low, high := int64(1), newest+1
	for low < high {
		middle := low + (high-low)/2
		var seq, ended int64
		err := q.QueryRowContext(ctx, "SELECT seq, ended_ms FROM calls WHERE account_id = $1 AND seq >= $2 ORDER BY seq LIMIT 1", accountID, middle).
			Scan(&seq, &ended)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			high = middle
		case err != nil:
			return 0, err
		case ended >= millis(at):
			high = middle
		default:
			low = seq + 1
		}
	}
	return low, nil
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

// LastGrant is when and why an account's allocation was last changed, as its log
// says; the time is zero if it never was.
func (s *Store) LastGrant(ctx context.Context, accountID string) (at time.Time, note string, err error) {
	var ms int64
	err = s.reader.QueryRowContext(ctx, "SELECT at_ms, note FROM entries WHERE account_id = $1 AND kind = $2 ORDER BY seq DESC LIMIT 1",
		accountID, ledger.EntryGrant).Scan(&ms, &note)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, "", nil
	}
	if err != nil {
		return time.Time{}, "", err
	}
	return time.UnixMilli(ms).UTC(), note, nil
}
