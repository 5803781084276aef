-- +goose Up
-- What was asked for under an idempotency key (id: the key's id, "/", the
-- client's text), until it may be forgotten. Written with its hold.
CREATE TABLE attempts (
    id         TEXT PRIMARY KEY,
    digest     BYTEA NOT NULL,
    hold_id    TEXT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX attempts_by_expiry ON attempts (expires_ms);

-- Calls that were refused for their rate or for too many failures, the newest
-- of each account.
CREATE TABLE denials (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    model_id   TEXT NOT NULL,
    tier       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    at_ms      BIGINT NOT NULL
);
CREATE INDEX denials_by_account ON denials (account_id, at_ms);
CREATE INDEX denials_by_time ON denials (at_ms);

-- +goose Down
DROP TABLE denials;
DROP TABLE attempts;
