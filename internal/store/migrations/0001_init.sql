-- +goose Up
-- Types are the ones that mean the same on SQLite and PostgreSQL. Times are
-- Unix milliseconds, amounts are nanos (10^-9 USD or DIEM).

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- An account is a wallet address, lower case with 0x. Its row is the lock for
-- everything that belongs to it; last_seq numbers its entries.
CREATE TABLE accounts (
    id         TEXT PRIMARY KEY,
    created_ms BIGINT NOT NULL,
    last_seq   BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY,
    account_id   TEXT NOT NULL REFERENCES accounts (id),
    hash         BYTEA NOT NULL UNIQUE,
    last6        TEXT NOT NULL,
    key_type     TEXT NOT NULL CHECK (key_type IN ('INFERENCE', 'ADMIN')),
    description  TEXT NOT NULL,
    limit_usd    TEXT,
    limit_diem   TEXT,
    limit_vcu    TEXT,
    limit_period TEXT NOT NULL CHECK (limit_period IN ('EPOCH', 'MONTH', 'LIFETIME')),
    privacy      TEXT NOT NULL CHECK (privacy IN ('ALL', 'PRIVATE_TEXT', 'PRIVATE_ONLY')),
    created_ms   BIGINT NOT NULL,
    expires_ms   BIGINT,
    last_used_ms BIGINT,
    revoked_ms   BIGINT
);
CREATE INDEX api_keys_by_account ON api_keys (account_id, created_ms);

-- Validation tokens that were spent, until they would have expired anyway.
CREATE TABLE spent_challenges (
    id         TEXT PRIMARY KEY,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX spent_challenges_by_expiry ON spent_challenges (expires_ms);

-- The CHECK is the second guard behind the ledger's own decision. The
-- subtraction cannot overflow where the sum could.
CREATE TABLE budgets (
    id       TEXT PRIMARY KEY,
    cap      BIGINT NOT NULL CHECK (cap >= 0),
    cap_high BIGINT NOT NULL CHECK (cap_high >= cap),
    posted   BIGINT NOT NULL CHECK (posted >= 0),
    pending  BIGINT NOT NULL CHECK (pending >= 0),
    -- Rate windows only: when the row may be forgotten.
    expires_ms BIGINT,
    CONSTRAINT ceiling CHECK (cap_high - posted - pending >= 0)
);
CREATE INDEX budgets_by_expiry ON budgets (expires_ms) WHERE expires_ms IS NOT NULL;

CREATE TABLE holds (
    id                TEXT PRIMARY KEY,
    key_id            TEXT NOT NULL,
    account_id        TEXT NOT NULL,
    model_id          TEXT NOT NULL,
    model_type        TEXT NOT NULL,
    input_price       BIGINT NOT NULL,
    output_price      BIGINT NOT NULL,
    state             TEXT NOT NULL CHECK (state IN ('reserved', 'settled', 'voided', 'assumed')),
    parts             TEXT NOT NULL,
    amount            BIGINT NOT NULL CHECK (amount >= 0),
    started_ms        BIGINT NOT NULL,
    deadline_ms       BIGINT NOT NULL,
    ended_ms          BIGINT,
    ended_seq         BIGINT,
    charged_diem      BIGINT NOT NULL,
    charged_usd       BIGINT NOT NULL,
    input_diem        BIGINT NOT NULL,
    input_usd         BIGINT NOT NULL,
    prompt_tokens     BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    source            TEXT NOT NULL,
    execution_ms      BIGINT NOT NULL,
    CONSTRAINT charge_within_hold CHECK (charged_diem >= 0 AND charged_usd >= 0 AND amount - charged_diem - charged_usd >= 0)
);
CREATE INDEX holds_reserved ON holds (deadline_ms) WHERE state = 'reserved';
CREATE INDEX holds_history ON holds (account_id, ended_seq) WHERE ended_seq IS NOT NULL;
CREATE INDEX holds_by_start ON holds (account_id, started_ms);

-- The append-only log from which every budget can be recomputed. An account's
-- entries are numbered without gaps.
CREATE TABLE entries (
    account_id TEXT NOT NULL,
    seq        BIGINT NOT NULL,
    at_ms      BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    hold_id    TEXT NOT NULL,
    note       TEXT NOT NULL,
    deltas     TEXT NOT NULL,
    PRIMARY KEY (account_id, seq)
);

-- +goose Down
DROP TABLE entries;
DROP TABLE holds;
DROP TABLE budgets;
DROP TABLE spent_challenges;
DROP TABLE api_keys;
DROP TABLE accounts;
DROP TABLE meta;
