package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/usage"
)

func newSession(challenge string, now time.Time) issuer.NewSession {
	return issuer.NewSession{
		Session: issuer.Session{AccountID: account, ExpiresAt: now.Add(time.Hour)}, Hash: hashOf(challenge), CreatedAt: now,
		ChallengeID: challenge, ChallengeExpires: now.Add(time.Minute),
	}
}

func wantSession(t *testing.T, s issuer.SessionStore, name string, at time.Time, there bool) {
	t.Helper()
	session, err := s.Session(t.Context(), hashOf(name), at)
	switch {
	case there && (err != nil || session.AccountID != account):
		t.Errorf("%s: %+v, %v", name, session, err)
	case !there && !errors.Is(err, issuer.ErrNoSession):
		t.Errorf("%s is there: %+v, %v", name, session, err)
	}
}

// A challenge begins one session, which ends when it is told to, when its time is
// over, and with all keys; other sessions go on.
func TestASessionBeginsOnceAndEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s, now := open(t, url), time.Now()
		for _, name := range []string{"one", "two"} {
			if err := s.InsertSession(t.Context(), newSession(name, now)); err != nil {
				t.Fatal(err)
			}
			wantSession(t, s, name, now, true)
		}
		again := newSession("one", now)
		again.Hash = hashOf("three")
		if err := s.InsertSession(t.Context(), again); !errors.Is(err, issuer.ErrChallengeSpent) {
			t.Errorf("the same challenge: %v", err)
		}
		wantSession(t, s, "three", now, false)
		if err := s.EndSession(t.Context(), hashOf("one")); err != nil {
			t.Error(err)
		}
		if err := s.EndSession(t.Context(), hashOf("nobody's")); err != nil {
			t.Error(err)
		}
		wantSession(t, s, "one", now, false)
		wantSession(t, s, "two", now, true)
		wantSession(t, s, "two", now.Add(time.Hour), false)

		insert(t, s, insertion("k"))
		if known, err := s.HasAccount(t.Context(), account); !known || err != nil {
			t.Errorf("the account: %v, %v", known, err)
		}
		if known, err := s.HasAccount(t.Context(), "0xnobody"); known || err != nil {
			t.Errorf("nobody's account: %v, %v", known, err)
		}
		if _, err := s.RevokeAll(t.Context(), issuer.Revocation{AccountID: account, ChallengeID: "all", ChallengeExpires: now.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		wantSession(t, s, "two", now, false)
	})
}

// From the newest on, a history is read in parts that neither lack nor repeat
// anything.
func TestChargesAreReadFromTheNewestOnToo(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		insert(t, s, insertion("k"))
		grant(t, engine, 1000)
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			if _, err := engine.Hold(t.Context(), hold(id, "k", 10)); err != nil {
				t.Fatal(err)
			}
			if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: 7, Source: ledger.SourceUsage}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.Charges(t.Context(), account, usage.Filter{}, 0, 10)
		if err != nil || len(all) != 5 {
			t.Fatalf("%d charges, %v", len(all), err)
		}
		filter := usage.Filter{NewestFirst: true, Start: all[0].At, End: time.Now().Add(time.Hour)}
		var walked []string
		for after := usage.Position(0); ; {
			part, err := s.Charges(t.Context(), account, filter, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, charge := range part {
				walked, after = append(walked, charge.RequestID), usage.Position(charge.Seq)
			}
			if len(part) < 2 {
				break
			}
		}
		if !slices.Equal(walked, []string{"e", "d", "c", "b", "a"}) {
			t.Errorf("walked %v", walked)
		}
	})
}
