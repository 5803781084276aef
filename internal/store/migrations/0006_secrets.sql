-- +goose Up
-- The secret that a key had before its last rotation, and until when it is
-- good beside the new one. A key has at most two. Servers of before refuse the
-- old one at once.
CREATE TABLE old_secrets (
    key_id    TEXT PRIMARY KEY,
    old_hash  BYTEA NOT NULL UNIQUE,
    old_last6 TEXT NOT NULL,
    until_ms  BIGINT NOT NULL
);

-- What happened to an account's keys and credit, which it may read.
CREATE INDEX entries_audited ON entries (account_id, seq)
    WHERE kind IN ('mint', 'key', 'seed', 'rotate', 'secret', 'revoke', 'credit', 'freeze');

-- +goose Down
DROP INDEX entries_audited;
DROP TABLE old_secrets;
