package store

import (
	"context"
	"database/sql"
)

// layOut brings SQLite's tables into their form.
func layOut(ctx context.Context, tx *sql.Tx) error {
	if err := clusterHolds(ctx, tx); err != nil {
		return err
	}
	for _, statement := range []string{makeBacklog, fenceBacklog} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// clusterHolds makes the table of running holds one tree, by id. As every other
// table of SQLite's with a key that is a text it would be two, the rows and their
// index, and every call is written to and deleted from both.
func clusterHolds(ctx context.Context, tx *sql.Tx) error {
	var clustered bool
	err := tx.QueryRowContext(ctx, "SELECT sql LIKE '%WITHOUT ROWID' FROM sqlite_master WHERE name = 'holds'").Scan(&clustered)
	if err != nil || clustered {
		return err
	}
	for _, statement := range []string{
		`CREATE TABLE clustered_holds (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL,
    seq         BIGINT NOT NULL,
    started_ms  BIGINT NOT NULL,
    deadline_ms BIGINT NOT NULL,
    detail      TEXT NOT NULL
) WITHOUT ROWID`,
		"INSERT INTO clustered_holds (" + holdColumns + ") SELECT " + holdColumns + " FROM holds",
		"DROP TABLE holds",
		"ALTER TABLE clustered_holds RENAME TO holds",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
