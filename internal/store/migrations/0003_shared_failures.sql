-- +goose Up
-- Failed requests of a key, where replicas share the database: Unix
-- milliseconds of the newest ones as a JSON array, and until when it is blocked.
CREATE TABLE key_failures (
    hash       BYTEA PRIMARY KEY,
    times      TEXT NOT NULL,
    blocked_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX key_failures_by_expiry ON key_failures (expires_ms);

-- +goose Down
DROP TABLE key_failures;
