package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"stakegate/internal/issuer"
)

var _ issuer.SessionStore = (*Store)(nil)

// HasAccount implements issuer.SessionStore.
func (s *Store) HasAccount(ctx context.Context, accountID string) (bool, error) {
	var one int
	err := s.reader.QueryRowContext(ctx, "SELECT 1 FROM accounts WHERE id = $1", accountID).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// ChallengeSpent implements issuer.Store.
func (s *Store) ChallengeSpent(ctx context.Context, id string) (bool, error) {
	var one int
	err := s.reader.QueryRowContext(ctx, "SELECT 1 FROM spent_challenges WHERE id = $1", id).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// InsertSession implements issuer.SessionStore. It forgets sessions that have
// expired.
func (s *Store) InsertSession(ctx context.Context, session issuer.NewSession) error {
	return s.update(ctx, func(t *transaction) error {
		if err := t.spendOne(ctx, session.ChallengeID, session.ChallengeExpires, session.CreatedAt); err != nil {
			return err
		}
		if _, err := t.tx.ExecContext(ctx, "DELETE FROM sessions WHERE expires_ms <= $1", millis(session.CreatedAt)); err != nil {
			return err
		}
		_, err := t.tx.ExecContext(ctx, "INSERT INTO sessions (hash, account_id, created_ms, expires_ms) VALUES ($1, $2, $3, $4)",
			session.Hash[:], session.AccountID, millis(session.CreatedAt), millis(session.ExpiresAt))
		return err
	})
}

// Session implements issuer.SessionStore.
func (s *Store) Session(ctx context.Context, hash [32]byte, now time.Time) (issuer.Session, error) {
	if err := s.witness.admits(); err != nil {
		return issuer.Session{}, err
	}
	var session issuer.Session
	var expires int64
	err := s.reader.QueryRowContext(ctx, "SELECT account_id, expires_ms FROM sessions WHERE hash = $1 AND expires_ms > $2", hash[:], millis(now)).
		Scan(&session.AccountID, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return issuer.Session{}, issuer.ErrNoSession
	}
	session.ExpiresAt = time.UnixMilli(expires).UTC()
	return session, err
}

// EndSession implements issuer.SessionStore.
func (s *Store) EndSession(ctx context.Context, hash [32]byte) error {
	return s.update(ctx, func(t *transaction) error {
		_, err := t.tx.ExecContext(ctx, "DELETE FROM sessions WHERE hash = $1", hash[:])
		return err
	})
}
