package sim

import (
	"context"
	"fmt"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
)

// rotate gives a key another secret. The one before is tried once more, as by
// whoever has stolen it.
func (s *simulation) rotate() {
	real, ok := s.backing.(*queued)
	if !ok {
		return
	}
	a := s.someAccount()
	k := a.keys[s.rng.IntN(len(a.keys))]
	s.rotations++
	var fresh [32]byte
	copy(fresh[:], fmt.Sprintf("secret %d", s.rotations))
	s.say("  %s", k.id)
	_, _, err := real.RotateKey(context.Background(), issuer.Rotation{
		AccountID: a.id, KeyID: k.id, By: apikey.Actor{Kind: apikey.ByKey},
		Renew: func(apikey.Type) ([32]byte, string, error) { return fresh, "abcdef", nil },
	})
	if err != nil && !k.revoked && !k.gone {
		s.failed("rotating: %v", err)
	}
	if err != nil {
		return
	}
	old := k.hash
	k.hash = fresh
	s.count("rotations")
	if r := s.someReplica(); r != nil {
		s.sendSecret(r, a, k, old, fine, 0, 0)
	}
}

// revokeAll ends all keys of an account, which then gets another one.
func (s *simulation) revokeAll() {
	real, ok := s.backing.(*queued)
	if !ok {
		return
	}
	a := s.someAccount()
	s.rotations++
	ended, err := real.RevokeAll(context.Background(), issuer.Revocation{
		AccountID: a.id, By: apikey.Actor{Kind: apikey.ByWallet, Proof: "message"},
		ChallengeID: fmt.Sprint("challenge ", s.rotations), ChallengeExpires: s.clock().Add(time.Minute),
	})
	if err != nil {
		s.failed("revoking all: %v", err)
		return
	}
	s.say("  %d of %s", len(ended), a.id)
	s.count("keys revoked together")
	for _, k := range a.keys {
		k.revoked = k.revoked || !k.gone
	}
	s.addKey(a)
}
