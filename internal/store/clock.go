package store

import (
	"context"
	"time"
)

// Clock is the time that decides about windows and epochs: the database's on
// PostgreSQL, else the one that was handed in. It fails, as Ping does, when the
// database is away or was restored.
func (s *Store) Clock(ctx context.Context) (time.Time, error) { return s.clock(ctx, s.reader) }
