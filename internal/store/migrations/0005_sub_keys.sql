-- +goose Up
-- Sub-keys and narrower keys. line has the ids of the keys that a key was made
-- under, each after a slash, its parent first; "" for a key that is no sub-key.
-- scope has what narrows it beside its limits (internal/store/keyscope.go). A
-- server of before would look at neither: no sub-key may be made while one runs.
ALTER TABLE api_keys ADD COLUMN line TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN scope TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE api_keys DROP COLUMN scope;
ALTER TABLE api_keys DROP COLUMN line;
