-- +goose Up
-- Accounts whose keys the operator refuses. It is written under the account's
-- lock, and read with each of its keys.
CREATE TABLE blocks (
    account_id TEXT PRIMARY KEY,
    at_ms      BIGINT NOT NULL
);

-- In the place of entries_audited, which servers of before use.
CREATE INDEX entries_audited_all ON entries (account_id, seq)
    WHERE kind IN ('mint', 'key', 'seed', 'rotate', 'secret', 'revoke', 'credit', 'freeze', 'block', 'unblock');

-- +goose Down
DROP INDEX entries_audited_all;
DROP TABLE blocks;
