-- +goose Up
-- unused since migration 0004
-- Holds that run and calls that ended part: what runs is little, is written
-- once and deleted once; what ended is appended and stays. Both are written on
-- every call, so that what no statement looks for or sums is one text
-- (internal/store/codec.go). Older servers cannot work beside this one.

-- A hold that ended. It is two entries of its account's log, its making and its
-- end, numbered hold_seq and seq, which are written nowhere else. What was
-- charged and the bill are lowered in place when a late settlement corrects an
-- assumed call, with an entry of its own.
CREATE TABLE calls (
    account_id   TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    hold_seq     BIGINT NOT NULL,
    hold_id      TEXT NOT NULL,
    key_id       TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('settled', 'voided', 'assumed')),
    started_ms   BIGINT NOT NULL,
    ended_ms     BIGINT NOT NULL,
    charged_diem BIGINT NOT NULL CHECK (charged_diem >= 0),
    charged_usd  BIGINT NOT NULL CHECK (charged_usd >= 0),
    detail       TEXT NOT NULL,
    PRIMARY KEY (account_id, seq)
);

INSERT INTO calls (account_id, seq, hold_seq, hold_id, key_id, state, started_ms, ended_ms, charged_diem, charged_usd, detail)
SELECT h.account_id, h.ended_seq, e.seq, h.id, h.key_id, h.state, h.started_ms, h.ended_ms, h.charged_diem, h.charged_usd,
    replace(replace(replace(replace(h.model_id, '%', '%25'), ' ', '%20'), ';', '%3B'), '|', '%7C')
    || ' ' || h.model_type || ' ' || h.source || ' ' || h.prompt_tokens || ' ' || h.completion_tokens || ' ' || h.execution_ms
    || ';|' || h.parts || '|'
    || CASE WHEN h.state = 'voided' THEN ''
    WHEN h.source = 'hold' THEN 'hold 1 0 ' || (h.charged_diem + h.charged_usd) || ';'
    ELSE 'input ' || h.prompt_tokens || ' ' || h.input_price || ' ' || (h.input_diem + h.input_usd) || ';'
        || 'output ' || h.completion_tokens || ' ' || h.output_price || ' '
        || (h.charged_diem + h.charged_usd - h.input_diem - h.input_usd) || ';' END
FROM holds h JOIN entries e ON e.account_id = h.account_id AND e.hold_id = h.id AND e.kind = 'hold'
WHERE h.ended_seq IS NOT NULL;

CREATE UNIQUE INDEX calls_by_hold ON calls (hold_id);

-- A hold that runs, number seq in its account's log. There are as many as calls
-- are in flight.
CREATE TABLE running_holds (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL,
    seq         BIGINT NOT NULL,
    started_ms  BIGINT NOT NULL,
    deadline_ms BIGINT NOT NULL,
    detail      TEXT NOT NULL
);

INSERT INTO running_holds (id, account_id, seq, started_ms, deadline_ms, detail)
SELECT h.id, h.account_id, e.seq, h.started_ms, h.deadline_ms,
    h.key_id || ' ' || replace(replace(replace(replace(h.model_id, '%', '%25'), ' ', '%20'), ';', '%3B'), '|', '%7C')
    || ' ' || h.model_type || ';|' || h.parts
FROM holds h JOIN entries e ON e.account_id = h.account_id AND e.hold_id = h.id AND e.kind = 'hold'
WHERE h.state = 'reserved';

DELETE FROM entries WHERE kind IN ('hold', 'settle', 'void', 'assume');
DROP TABLE holds;
ALTER TABLE running_holds RENAME TO holds;

-- There is no way down: a server of before would not know its calls. Restore a
-- backup instead.
