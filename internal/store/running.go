package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"stakegate/internal/apikey"
)

// lineHead asks for keys that have ended, with a text that is not empty, and for
// the lines of sub-keys that have not themselves.
const lineHead = `SELECT id, line, CASE WHEN revoked_ms IS NOT NULL OR expires_ms <= $1 OR account_id IN (SELECT account_id FROM blocks) THEN 'ended' ELSE '' END FROM api_keys
	WHERE (revoked_ms IS NOT NULL OR expires_ms <= $1 OR line <> '' OR account_id IN (SELECT account_id FROM blocks)) AND id IN (`

// endedChunk is how many keys one query asks for.
const endedChunk = 64

// EndedKeys returns those of the uses whose key was revoked or has expired, or
// was made under such a key, or whose secret has ended, or whose account was
// blocked. It is for the calls that such keys have running, on any replica; new
// ones are refused by the hold's own commit.
func (s *Store) EndedKeys(ctx context.Context, uses []apikey.Use) ([]apikey.Use, error) {
	if len(uses) == 0 {
		return nil, nil
	}
	ctx = behind(ctx) // in which nothing is that ends a key
	now, err := s.clock(ctx, s.reader)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, use := range uses {
		ids[use.KeyID] = true
	}
	ended, err := s.endedIDs(ctx, slices.Sorted(maps.Keys(ids)), now)
	if err != nil {
		return nil, err
	}
	live, err := s.liveSecrets(ctx, uses, now)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(uses), func(use apikey.Use) bool {
		return live[use.Hash] && !slices.Contains(ended, use.KeyID)
	}), nil
}

// endedIDs returns the keys that have ended, by themselves or with one above.
func (s *Store) endedIDs(ctx context.Context, ids []string, now time.Time) ([]string, error) {
	ended, lines, err := s.endedAmong(ctx, ids, now)
	if err != nil || len(lines) == 0 {
		return ended, err
	}
	above := map[string]bool{}
	for _, parents := range lines {
		for _, id := range parents {
			above[id] = true
		}
	}
	endedAbove, _, err := s.endedAmong(ctx, slices.Sorted(maps.Keys(above)), now)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(lines)) {
		if slices.ContainsFunc(lines[id], func(parent string) bool { return slices.Contains(endedAbove, parent) }) {
			ended = append(ended, id)
		}
	}
	return ended, nil
}

// endedAmong returns the keys that have ended themselves, and the lines of the
// sub-keys that have not.
func (s *Store) endedAmong(ctx context.Context, ids []string, now time.Time) (ended []string, lines map[string][]string, err error) {
	lines = map[string][]string{}
	for chunk := range slices.Chunk(ids, endedChunk) {
		arguments := []any{millis(now)}
		for i := range endedChunk { // one text, padded with the last id
			arguments = append(arguments, chunk[min(i, len(chunk)-1)])
		}
		rows, err := s.reader.QueryContext(ctx, lineHead+marks(2, endedChunk)+")", arguments...)
		if err != nil {
			return nil, nil, err
		}
		_, err = scanAll(rows, func(rows *sql.Rows) (id string, err error) {
			var line, state string
			err = rows.Scan(&id, &line, &state)
			if state != "" {
				ended = append(ended, id)
			} else {
				lines[id] = readLine(line)
			}
			return id, err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return ended, lines, nil
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
