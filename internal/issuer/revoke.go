package issuer

import (
	"context"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/apikey"
	"stakegate/internal/challenge"
)

// Revocation is everything that the transaction that ends a wallet's keys needs.
type Revocation struct {
	AccountID        string
	By               apikey.Actor
	ChallengeID      string
	ChallengeExpires time.Time
}

// RevocationChallenge issues a message whose signature ends a wallet's keys. It
// writes nothing.
func (i *Issuer) RevocationChallenge(address common.Address) (challenge.Message, error) {
	return i.config.Challenges.IssueMessage(i.config.Now(), challenge.RevokeKeys, address)
}

// RevokeAll ends every key of a wallet's account, sub-keys too, at the word of
// the wallet alone: neither a key nor a stake is needed. It returns the keys that
// it ended, of which IDs and Last6 are known; or challenge's, signature's and this
// package's errors, having changed nothing.
func (i *Issuer) RevokeAll(ctx context.Context, proof Proof) ([]apikey.Key, error) {
	checked, err := checkMessage(i.config.Challenges, proof, challenge.RevokeKeys, i.config.Now())
	if err != nil {
		return nil, err
	}
	ended, err := i.revokeAll(ctx, proof, checked)
	return ended, i.spentFirst(ctx, proof, checked, err)
}

// revokeAll ends the keys at the word of a good challenge.
func (i *Issuer) revokeAll(ctx context.Context, proof Proof, checked challenge.Challenge) ([]apikey.Key, error) {
	if err := i.config.Verifier.Verify(ctx, proof.Address, proof.Message, proof.Signature); err != nil {
		return nil, err
	}
	return i.config.Store.RevokeAll(ctx, Revocation{
		AccountID: AccountOf(proof.Address), By: apikey.Actor{Kind: apikey.ByWallet, Proof: proof.kind()},
		ChallengeID: checked.ID, ChallengeExpires: checked.ExpiresAt,
	})
}
