package store

import (
	"context"
	"database/sql"

	"stakegate/internal/usage"
)

var _ usage.AnalyticsSource = (*Store)(nil)

// KeyLabels implements usage.AnalyticsSource.
func (s *Store) KeyLabels(ctx context.Context, accountID string) (map[string]usage.KeyLabel, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT id, description, last6 FROM api_keys WHERE account_id = $1", accountID)
	if err != nil {
		return nil, err
	}
	labels := map[string]usage.KeyLabel{}
	_, err = scanAll(rows, func(rows *sql.Rows) (id string, err error) {
		var label usage.KeyLabel
		err = rows.Scan(&id, &label.Description, &label.Last6)
		labels[id] = label
		return id, err
	})
	return labels, err
}
