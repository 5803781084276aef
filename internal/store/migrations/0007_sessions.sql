-- +goose Up
-- Wallets that have signed in to the account page, by the keyed hash of the
-- token in their browser's cookie.
CREATE TABLE sessions (
    hash       BYTEA PRIMARY KEY,
    account_id TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expiry ON sessions (expires_ms);

-- +goose Down
DROP TABLE sessions;
