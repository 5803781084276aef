-- +goose Up
-- The lines of what a call cost.
ALTER TABLE holds ADD COLUMN lines TEXT NOT NULL DEFAULT '';

UPDATE holds SET lines = 'input ' || prompt_tokens || ' ' || input_price || ' ' || (input_diem + input_usd) || ';output ' || completion_tokens || ' ' || output_price || ' ' || (charged_diem + charged_usd - input_diem - input_usd) || ';'
    WHERE state IN ('settled', 'assumed') AND source <> 'hold';

-- +goose Down
ALTER TABLE holds DROP COLUMN lines;
