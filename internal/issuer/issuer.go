// Package issuer is the mint: a challenge, a signature over it and a stake
// become an API key, in one transaction. Nothing is spent until everything has
// passed, so a refused attempt leaves the token usable.
package issuer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/uuid"

	"stakegate/internal/apikey"
	"stakegate/internal/challenge"
)

// Errors of minting and creating keys. The texts are what a client sees.
var (
	ErrChallengeSpent = errors.New("JWT has already been used")
	ErrMessageSpent   = errors.New("Authorization challenge has already been used")
	ErrOtherWallet    = errors.New("Authorization challenge is for another wallet")
	// ErrOpaque: this server makes no such key at the word of a signature over
	// a token, whose meaning a wallet cannot show.
	ErrOpaque      = errors.New("Sign the message of GET ?address= instead of a token")
	ErrTooManyKeys = errors.New("Maximum number of active API keys reached")
	ErrTooFast     = errors.New("Rate limit exceeded")
	ErrTooDeep     = errors.New("Maximum depth of sub-keys reached")
)

// NoStakeError says that the wallet has no mint right.
type NoStakeError struct{ Symbol, Chain string }

func (e *NoStakeError) Error() string {
	return fmt.Sprintf("Wallet has no staked %s on %s", e.Symbol, e.Chain)
}

// Store keeps accounts and keys.
type Store interface {
	// InsertKey spends the challenge (when there is one), makes the account if
	// it is new, and inserts the key, in one transaction. It returns
	// ErrChallengeSpent, ErrTooManyKeys, ErrTooFast or, of a sub-key, ErrTooDeep,
	// *apikey.WiderError or apikey.ErrNotFound for its parent, having changed
	// nothing.
	InsertKey(ctx context.Context, insertion Insertion) error
	// RotateKey gives an account's key another secret, in one transaction, and
	// returns the key and until when the one before is good. It returns
	// apikey.ErrNotFound, having changed nothing.
	RotateKey(ctx context.Context, rotation Rotation) (apikey.Key, time.Time, error)
	// RevokeAll spends the challenge and ends all keys of an account, in one
	// transaction, and returns the keys with their IDs and Last6. Of an account
	// that does not exist it ends none and writes nothing. It returns
	// ErrChallengeSpent, having changed nothing.
	RevokeAll(ctx context.Context, revocation Revocation) ([]apikey.Key, error)
	// ChallengeSpent reports whether a challenge was spent already.
	ChallengeSpent(ctx context.Context, id string) (bool, error)
}

// Insertion is everything that the transaction of a mint writes and checks.
type Insertion struct {
	Key  apikey.Key
	Hash [32]byte
	By   apikey.Actor
	// ParentID is the key that a sub-key is made under, "" for other keys, and
	// MaxDepth how many keys may be above it. The store fills in its ParentIDs.
	ParentID string
	MaxDepth int
	// ChallengeID is "" when an ADMIN key creates the key.
	ChallengeID      string
	ChallengeExpires time.Time
	// MaxActive and MaxPerMinute bound an account's keys and creations; of a
	// sub-key those below the key that is none.
	MaxActive, MaxPerMinute int
}

// Admits returns ErrTooFast or ErrTooManyKeys where so many keys were made in
// the last minute, or are active, that there must not be another one.
func (n *Insertion) Admits(active, recent int) error {
	switch {
	case recent >= n.MaxPerMinute:
		return ErrTooFast
	case active >= n.MaxActive:
		return ErrTooManyKeys
	}
	return nil
}

// Verifier tells whether a wallet signed a text (EIP-191).
type Verifier interface {
	Verify(ctx context.Context, address common.Address, text string, signature []byte) error
}

// Stake tells whether a wallet may mint. It returns *NoStakeError when it may
// not, and another error when the chain could not be asked.
type Stake interface {
	MintRight(ctx context.Context, address common.Address) error
}

// Config wires an issuer.
type Config struct {
	Challenges              *challenge.Issuer
	Verifier                Verifier
	Stake                   Stake
	Store                   Store
	Hasher                  *apikey.Hasher
	Now                     func() time.Time
	MaxActive, MaxPerMinute int
	// MaxDepth is how many keys may be above a sub-key, 0 for no sub-keys;
	// MaxSubKeys is how many active ones may be below a key.
	MaxDepth, MaxSubKeys int
	// OpaqueMint says which keys a signature over a token makes; one over a
	// message makes all. "" is OpaqueAll.
	OpaqueMint OpaqueMint
}

// OpaqueMint says what a signature over a validation token is good for. A token
// is opaque to who signs it: another site can show it as its own login text.
type OpaqueMint string

// All keys, as Venice does; inference keys; or none.
const (
	OpaqueAll       OpaqueMint = "all"
	OpaqueInference OpaqueMint = "inference"
	OpaqueOff       OpaqueMint = "off"
)

func (o OpaqueMint) admits(kind apikey.Type) bool {
	return o == "" || o == OpaqueAll || o == OpaqueInference && kind == apikey.Inference
}

// Issuer mints keys. It is safe for concurrent use.
type Issuer struct{ config Config }

// New makes an issuer.
func New(config Config) *Issuer { return &Issuer{config} }

// Proof is what a wallet presents.
type Proof struct {
	Address common.Address
	// Token or Message is the text that was signed; the other one is "".
	Token, Message string
	Signature      []byte
}

// kind names what was signed.
func (p Proof) kind() string {
	if p.Message != "" {
		return "message"
	}
	return "token"
}

// Minted is a fresh key with its secret, which is shown this once.
type Minted struct {
	Key    apikey.Key
	Secret apikey.Secret
}

// Challenge issues a validation token. It writes nothing.
func (i *Issuer) Challenge() (string, error) {
	return i.config.Challenges.Issue(i.config.Now(), "")
}

// ChallengeFor issues a validation token and a sign-in message for one wallet.
// They are one challenge: either makes a key, once. It writes nothing.
func (i *Issuer) ChallengeFor(address common.Address) (token string, message challenge.Message, err error) {
	return i.config.Challenges.IssueFor(i.config.Now(), address)
}

// Mint checks, in this order, the token or message, the signature and the
// stake, and then makes the key in one transaction with spending the challenge.
// It returns challenge's and signature's errors, *NoStakeError, this package's,
// or the error of a chain that could not be read. That the challenge was used
// before is said before all that comes after it.
func (i *Issuer) Mint(ctx context.Context, proof Proof, spec apikey.Spec) (Minted, error) {
	checked, text, err := i.check(proof, spec.Type)
	if err != nil {
		return Minted{}, err
	}
	minted, err := i.mint(ctx, proof, text, checked, spec)
	return minted, i.spentFirst(ctx, proof, checked, err)
}

// mint makes the key of a good challenge.
func (i *Issuer) mint(ctx context.Context, proof Proof, text string, checked challenge.Challenge, spec apikey.Spec) (Minted, error) {
	if err := i.config.Verifier.Verify(ctx, proof.Address, text, proof.Signature); err != nil {
		return Minted{}, err
	}
	if err := i.config.Stake.MintRight(ctx, proof.Address); err != nil {
		return Minted{}, err
	}
	return i.insert(ctx, AccountOf(proof.Address), spec, Insertion{
		By:          apikey.Actor{Kind: apikey.ByWallet, Proof: proof.kind()},
		ChallengeID: checked.ID, ChallengeExpires: checked.ExpiresAt, MaxActive: i.config.MaxActive,
	})
}

// spentFirst is what a proof is refused for: that its challenge was used before,
// which no better signature or stake would mend, else the error itself. Only who
// fails is looked up; a good proof spends its challenge in the transaction.
func (i *Issuer) spentFirst(ctx context.Context, proof Proof, checked challenge.Challenge, err error) error {
	if err == nil {
		return nil
	}
	spent := errors.Is(err, ErrChallengeSpent)
	if !spent {
		spent, _ = i.config.Store.ChallengeSpent(ctx, checked.ID) // if that cannot be read, the error stands
	}
	switch {
	case !spent:
		return err
	case proof.Message != "":
		return ErrMessageSpent
	}
	return ErrChallengeSpent
}

// check returns what was signed, and what it says.
func (i *Issuer) check(proof Proof, kind apikey.Type) (checked challenge.Challenge, text string, err error) {
	if proof.Message != "" {
		checked, err = checkMessage(i.config.Challenges, proof, challenge.MintKey, i.config.Now())
		return checked, proof.Message, err
	}
	checked, err = i.config.Challenges.Check(proof.Token, i.config.Now())
	switch {
	case err != nil:
	case checked.Subject != "" && !strings.EqualFold(checked.Subject, proof.Address.Hex()):
		err = challenge.ErrClaims
	case !i.config.OpaqueMint.admits(kind):
		err = ErrOpaque
	}
	return checked, proof.Token, err
}

// checkMessage returns what a message says that was issued for the purpose and
// the proof's wallet.
func checkMessage(challenges *challenge.Issuer, proof Proof, purpose challenge.Purpose, now time.Time) (challenge.Challenge, error) {
	checked, err := challenges.CheckMessage(proof.Message, purpose, now)
	if err == nil && !strings.EqualFold(checked.Subject, proof.Address.Hex()) {
		err = ErrOtherWallet
	}
	return checked, err
}

// Create makes a key at the word of an ADMIN key, for that one's account. A
// wallet that has signed in must have the stake that a mint needs.
func (i *Issuer) Create(ctx context.Context, caller apikey.Key, spec apikey.Spec) (Minted, error) {
	if caller.IsWallet() {
		if err := i.config.Stake.MintRight(ctx, common.HexToAddress(caller.AccountID)); err != nil {
			return Minted{}, err
		}
	}
	return i.insert(ctx, caller.AccountID, spec, Insertion{By: caller.ActsAs(), MaxActive: i.config.MaxActive})
}

// CreateChild makes a sub-key: a key below one of the account's that is
// narrower than it, or as narrow. Its settings are bounded by those of all keys
// above it, its calls are charged to them too, and it ends with them. It returns
// ErrTooDeep, ErrTooManyKeys, ErrTooFast, *apikey.WiderError or
// apikey.ErrNotFound.
func (i *Issuer) CreateChild(ctx context.Context, caller apikey.Key, parentID string, spec apikey.Spec) (Minted, error) {
	return i.insert(ctx, caller.AccountID, spec, Insertion{
		By: caller.ActsAs(), ParentID: parentID, MaxDepth: i.config.MaxDepth, MaxActive: i.config.MaxSubKeys,
	})
}

// insert makes a key. The insertion says what else its transaction does.
func (i *Issuer) insert(ctx context.Context, accountID string, spec apikey.Spec, insertion Insertion) (Minted, error) {
	secret, err := apikey.New(spec.Type)
	if err != nil {
		return Minted{}, err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return Minted{}, err
	}
	key := apikey.Key{
		Spec: spec, ID: id.String(), AccountID: accountID,
		Last6: secret.Last6(), CreatedAt: i.config.Now().UTC().Truncate(time.Millisecond),
	}
	insertion.Key, insertion.Hash, insertion.MaxPerMinute = key, i.config.Hasher.Hash(secret), i.config.MaxPerMinute
	if insertion.ParentID != "" {
		key.ParentIDs = []string{insertion.ParentID} // of those above, all that is known here
	}
	if err := i.config.Store.InsertKey(ctx, insertion); err != nil {
		return Minted{}, err
	}
	return Minted{Key: key, Secret: secret}, nil
}

// AccountOf is the account id of a wallet address: lower-case hex with 0x.
func AccountOf(address common.Address) string { return strings.ToLower(address.Hex()) }
