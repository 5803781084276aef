-- +goose Up
-- unused since migration 0004
-- Holds that run and calls that ended part: what runs is little, is written
-- once and deleted once; what ended is appended and stays. Older servers cannot
-- work beside this one.

-- A hold that ended. It is two entries of its account's log, numbered hold_seq
-- and seq, which are written nowhere else. What was charged, its bill and its
-- tokens are lowered in place when a late settlement corrects an assumed call,
-- with an entry of its own.
CREATE TABLE calls (
    account_id        TEXT NOT NULL,
    seq               BIGINT NOT NULL,
    hold_seq          BIGINT NOT NULL,
    hold_id           TEXT NOT NULL,
    key_id            TEXT NOT NULL,
    model_id          TEXT NOT NULL,
    model_type        TEXT NOT NULL,
    state             TEXT NOT NULL CHECK (state IN ('settled', 'voided', 'assumed')),
    source            TEXT NOT NULL,
    parts             TEXT NOT NULL,
    amount            BIGINT NOT NULL,
    started_ms        BIGINT NOT NULL,
    ended_ms          BIGINT NOT NULL,
    charged_diem      BIGINT NOT NULL,
    charged_usd       BIGINT NOT NULL,
    prompt_tokens     BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    execution_ms      BIGINT NOT NULL,
    lines             TEXT NOT NULL,
    PRIMARY KEY (account_id, seq),
    CONSTRAINT charge_within_hold CHECK (charged_diem >= 0 AND charged_usd >= 0 AND amount - charged_diem - charged_usd >= 0)
);

INSERT INTO calls (account_id, seq, hold_seq, hold_id, key_id, model_id, model_type, state, source, parts, amount, started_ms, ended_ms,
    charged_diem, charged_usd, prompt_tokens, completion_tokens, execution_ms, lines)
SELECT h.account_id, h.ended_seq, e.seq, h.id, h.key_id, h.model_id, h.model_type, h.state, h.source, h.parts, h.amount, h.started_ms, h.ended_ms,
    h.charged_diem, h.charged_usd, h.prompt_tokens, h.completion_tokens, h.execution_ms,
    CASE WHEN h.state = 'voided' THEN ''
    WHEN h.source = 'hold' THEN 'hold 1 0 ' || (h.charged_diem + h.charged_usd) || ';'
    ELSE 'input ' || h.prompt_tokens || ' ' || h.input_price || ' ' || (h.input_diem + h.input_usd) || ';'
        || 'output ' || h.completion_tokens || ' ' || h.output_price || ' '
        || (h.charged_diem + h.charged_usd - h.input_diem - h.input_usd) || ';' END
FROM holds h JOIN entries e ON e.account_id = h.account_id AND e.hold_id = h.id AND e.kind = 'hold'
WHERE h.ended_seq IS NOT NULL;

CREATE UNIQUE INDEX calls_by_hold ON calls (hold_id);

-- A hold that runs. seq is its number among its account's entries.
CREATE TABLE running_holds (
    id          TEXT PRIMARY KEY,
    seq         BIGINT NOT NULL,
    account_id  TEXT NOT NULL,
    key_id      TEXT NOT NULL,
    model_id    TEXT NOT NULL,
    model_type  TEXT NOT NULL,
    parts       TEXT NOT NULL,
    started_ms  BIGINT NOT NULL,
    deadline_ms BIGINT NOT NULL
);

INSERT INTO running_holds (id, seq, account_id, key_id, model_id, model_type, parts, started_ms, deadline_ms)
SELECT h.id, e.seq, h.account_id, h.key_id, h.model_id, h.model_type, h.parts, h.started_ms, h.deadline_ms
FROM holds h JOIN entries e ON e.account_id = h.account_id AND e.hold_id = h.id AND e.kind = 'hold'
WHERE h.state = 'reserved';

DELETE FROM entries WHERE kind IN ('hold', 'settle', 'void', 'assume');
DROP TABLE holds;
ALTER TABLE running_holds RENAME TO holds;
CREATE INDEX holds_by_deadline ON holds (deadline_ms);

-- There is no way down: a server of before would not know its calls. Restore a
-- backup instead.
