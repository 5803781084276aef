package sim

import (
	"context"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

// queued is the product's store on SQLite, whose one writer is waited for in
// the order of coming: database/sql would choose by chance.
type queued struct {
	*store.Store
	path string
	turn chan struct{}
}

func newQueued(real *store.Store, path string) *queued {
	return &queued{Store: real, path: path, turn: make(chan struct{}, 1)}
}

func (q *queued) url() string { return "sqlite:" + q.path }

func (q *queued) wait() (done func()) {
	q.turn <- struct{}{}
	return func() { <-q.turn }
}

func (q *queued) Update(ctx context.Context, work func(context.Context, ledger.Tx) error) error {
	defer q.wait()()
	return q.Store.Update(ctx, work)
}

func (q *queued) Overdue(ctx context.Context, all bool, limit int) ([]string, error) {
	defer q.wait()()
	return q.Store.Overdue(ctx, all, limit)
}

func (q *queued) InsertKey(ctx context.Context, insertion issuer.Insertion) error {
	defer q.wait()()
	return q.Store.InsertKey(ctx, insertion)
}

func (q *queued) RevokeAll(ctx context.Context, revocation issuer.Revocation) ([]apikey.Key, error) {
	defer q.wait()()
	return q.Store.RevokeAll(ctx, revocation)
}

func (q *queued) RotateKey(ctx context.Context, rotation issuer.Rotation) (apikey.Key, time.Time, error) {
	defer q.wait()()
	return q.Store.RotateKey(ctx, rotation)
}

func (q *queued) RevokeKey(ctx context.Context, accountID, id string, by apikey.Actor) error {
	defer q.wait()()
	return q.Store.RevokeKey(ctx, accountID, id, by)
}

func (q *queued) UpdateKey(ctx context.Context, accountID, id string, by apikey.Actor, edit func(*apikey.Key)) (apikey.Key, error) {
	defer q.wait()()
	return q.Store.UpdateKey(ctx, accountID, id, by, edit)
}
