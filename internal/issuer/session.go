package issuer

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/challenge"
)

// ErrNoSession: there is no such session, or it has ended.
var ErrNoSession = errors.New("Not signed in")

// SessionStore keeps sessions, by the hashes of their tokens.
type SessionStore interface {
	// HasAccount reports whether an account was made already.
	HasAccount(ctx context.Context, accountID string) (bool, error)
	// InsertSession spends the challenge and inserts the session, in one
	// transaction. It returns ErrChallengeSpent, having changed nothing.
	InsertSession(ctx context.Context, session NewSession) error
	// Session returns a session that ends after now, or ErrNoSession.
	Session(ctx context.Context, hash [32]byte, now time.Time) (Session, error)
	// EndSession ends a session, if there is one.
	EndSession(ctx context.Context, hash [32]byte) error
}

// Session is a wallet that has signed in.
type Session struct {
	AccountID string
	ExpiresAt time.Time
}

// NewSession is everything that the transaction of a sign-in writes.
type NewSession struct {
	Session
	Hash             [32]byte
	CreatedAt        time.Time
	ChallengeID      string
	ChallengeExpires time.Time
}

// SessionsConfig wires Sessions.
type SessionsConfig struct {
	Challenges *challenge.Issuer
	Verifier   Verifier
	Stake      Stake
	Store      SessionStore
	// Key hashes tokens. It must be another one after a restore, so that sessions
	// which had ended do not come back.
	Key []byte
	// Lifetime is how long a session lasts.
	Lifetime time.Duration
	Now      func() time.Time
}

// Sessions lets wallets sign in to the account page. It is safe for concurrent
// use, and all replicas of a server see the same sessions.
type Sessions struct{ config SessionsConfig }

// NewSessions makes the sessions of a deployment.
func NewSessions(config SessionsConfig) *Sessions { return &Sessions{config} }

// Challenge issues the message (EIP-4361) by which a wallet signs in. It is good
// for that alone, once. It writes nothing.
func (s *Sessions) Challenge(address common.Address) (challenge.Message, error) {
	return s.config.Challenges.IssueMessage(s.config.Now(), challenge.SignIn, address)
}

// SignIn checks the message and its signature as those of a mint are checked, and
// begins a session. A wallet that has no account yet must have the right to mint,
// so that strangers leave nothing behind. The token is shown this once. It
// returns challenge's and signature's errors, *NoStakeError, this package's, or
// the error of a chain that could not be read.
func (s *Sessions) SignIn(ctx context.Context, proof Proof) (token string, session Session, err error) {
	now := s.config.Now()
	checked, err := checkMessage(s.config.Challenges, proof, challenge.SignIn, now)
	if err != nil {
		return "", Session{}, err
	}
	if err := s.config.Verifier.Verify(ctx, proof.Address, proof.Message, proof.Signature); err != nil {
		return "", Session{}, err
	}
	session = Session{AccountID: AccountOf(proof.Address), ExpiresAt: now.Add(s.config.Lifetime)}
	known, err := s.config.Store.HasAccount(ctx, session.AccountID)
	if err == nil && !known {
		err = s.config.Stake.MintRight(ctx, proof.Address)
	}
	if err != nil {
		return "", Session{}, err
	}
	token = newSessionToken()
	err = s.config.Store.InsertSession(ctx, NewSession{
		Session: session, Hash: s.hash(token), CreatedAt: now, ChallengeID: checked.ID, ChallengeExpires: checked.ExpiresAt,
	})
	if errors.Is(err, ErrChallengeSpent) {
		err = ErrMessageSpent
	}
	return token, session, err
}

// Session returns the session that a token stands for, or ErrNoSession.
func (s *Sessions) Session(ctx context.Context, token string) (Session, error) {
	if len(token) != sessionTokenLength {
		return Session{}, ErrNoSession
	}
	return s.config.Store.Session(ctx, s.hash(token), s.config.Now())
}

// SignOut ends a session.
func (s *Sessions) SignOut(ctx context.Context, token string) error {
	return s.config.Store.EndSession(ctx, s.hash(token))
}

const sessionTokenLength = 43 // of 32 bytes in base64url

func newSessionToken() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(random[:])
}

func (s *Sessions) hash(token string) (hash [32]byte) {
	mac := hmac.New(sha256.New, s.config.Key)
	mac.Write([]byte(token)) // a hash.Hash never fails
	return [32]byte(mac.Sum(nil))
}
