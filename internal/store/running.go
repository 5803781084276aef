package store

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

const endedHead = "SELECT id FROM api_keys WHERE (revoked_ms IS NOT NULL OR expires_ms <= $1) AND id IN ("

// endedChunk is how many keys one query asks for.
const endedChunk = 64

// EndedKeys returns those of the keys that were revoked or have expired. It is
// for the calls that such keys have running, on any replica; new ones are
// refused by the hold's own commit.
func (s *Store) EndedKeys(ctx context.Context, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	now, err := s.clock(ctx, s.reader)
	if err != nil {
		return nil, err
	}
	var ended []string
	for chunk := range slices.Chunk(ids, endedChunk) {
		arguments := []any{millis(now)}
		for i := range endedChunk { // one text, padded with the last id
			arguments = append(arguments, chunk[min(i, len(chunk)-1)])
		}
		rows, err := s.reader.QueryContext(ctx, endedHead+marks(2, endedChunk)+")", arguments...)
		if err != nil {
			return nil, err
		}
		found, err := scanAll(rows, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
		if err != nil {
			return nil, err
		}
		ended = append(ended, found...)
	}
	return ended, nil
}

// InFlight is what the database holds for calls that run.
type InFlight struct {
	Holds int64
	// Oldest is how long the oldest of them has been held.
	Oldest time.Duration
}

// InFlight counts the holds that are not resolved, on every replica.
func (s *Store) InFlight(ctx context.Context) (InFlight, error) {
	now, err := s.clock(ctx, s.reader)
	if err != nil {
		return InFlight{}, err
	}
	var state InFlight
	var oldest sql.NullInt64
	err = s.reader.QueryRowContext(ctx, "SELECT COUNT(*), MIN(started_ms) FROM holds").Scan(&state.Holds, &oldest)
	if oldest.Valid {
		state.Oldest = max(0, now.Sub(fromMillis(oldest.Int64)))
	}
	return state, err
}
