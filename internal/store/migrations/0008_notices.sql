-- +goose Up
-- What the operator's webhook is told: each threshold of a window once. A row
-- without next_ms is over.
CREATE TABLE notices (
    id           TEXT PRIMARY KEY,
    body         TEXT NOT NULL,
    attempts     BIGINT NOT NULL,
    next_ms      BIGINT,
    made_ms      BIGINT NOT NULL,
    delivered_ms BIGINT,
    -- For ever: the window is a key's whole life.
    for_ever     BOOLEAN NOT NULL
);
CREATE INDEX notices_due ON notices (next_ms) WHERE next_ms IS NOT NULL;

-- +goose Down
DROP TABLE notices;
