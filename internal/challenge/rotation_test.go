package challenge_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"stakegate/internal/challenge"
)

var (
	midnight = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	newRoot  = []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345")
)

// issueAt makes a token, and a message of the same second.
func issueAt(t rapid.TB, issuer *challenge.Issuer, at time.Time) (token, message string) {
	t.Helper()
	token, said, err := issuer.IssueFor(at, common.HexToAddress(wallet))
	if err != nil {
		t.Fatal(err)
	}
	return token, said.Text
}

func wantBoth(t rapid.TB, issuer *challenge.Issuer, token, message string, at time.Time, ofToken, ofMessage error) {
	t.Helper()
	if _, err := issuer.Check(token, at); !errors.Is(err, ofToken) {
		t.Errorf("%s: the token gives %v, want %v", at, err, ofToken)
	}
	if _, err := issuer.CheckMessage(message, challenge.MintKey, at); !errors.Is(err, ofMessage) {
		t.Errorf("%s: the message gives %v, want %v", at, err, ofMessage)
	}
}

func TestTheKeyIsAnotherOneEachDayAndTheOneBeforeIsTakenUntilItsTokensExpire(t *testing.T) {
	issuer, replica := newIssuer(t, root, "g1"), newIssuer(t, root, "g1")
	before, message := issueAt(t, issuer, midnight.Add(-time.Second))
	after, _ := issueAt(t, issuer, midnight)
	if header(before) == header(after) {
		t.Fatal("two days have one key")
	}
	if other, _ := issueAt(t, issuer, midnight.Add(-challenge.Period)); header(other) != header(before) {
		t.Error("one day has two keys")
	}
	for _, one := range []*challenge.Issuer{issuer, replica} {
		last := midnight.Add(challenge.Lifetime - time.Second)
		wantBoth(t, one, before, message, midnight, nil, nil)
		wantBoth(t, one, before, message, last.Add(-time.Nanosecond), nil, nil)
		wantBoth(t, one, before, message, last, challenge.ErrExpired, challenge.ErrMessageExpired)
		wantBoth(t, one, before, message, midnight.Add(23*time.Hour), challenge.ErrExpired, challenge.ErrMessageExpired)
		wantBoth(t, one, before, message, midnight.Add(48*time.Hour), challenge.ErrSignature, challenge.ErrMessage)
	}
}

// A replica whose clock is ahead signs with tomorrow's key already.
func TestClocksThatDifferDoNotRefuseEachOthersTokens(t *testing.T) {
	ahead, behind := newIssuer(t, root, "g1"), newIssuer(t, root, "g1")
	token, message := issueAt(t, ahead, midnight.Add(time.Second))
	wantBoth(t, behind, token, message, midnight.Add(time.Second-challenge.MaxSkew), nil, nil)
	token, message = issueAt(t, behind, midnight.Add(-time.Second))
	wantBoth(t, ahead, token, message, midnight.Add(time.Second), nil, nil)
}

// Who has stolen a day's key can make no token of another day with it.
func TestAKeySignsForItsOwnDayOnly(t *testing.T) {
	issuer := newIssuer(t, root, "g1")
	at := midnight.Add(time.Minute)
	token, _ := issueAt(t, issuer, at)
	payload := decoded(t, strings.Split(token, ".")[1])
	stolen := macKey(t, root, "g1") // of the day before
	ofBefore := decoded(t, strings.Split(issue(t, issuer, ""), ".")[0])
	if now.Unix()/86_400+1 != at.Unix()/86_400 {
		t.Fatal("the days do not follow each other")
	}
	if _, err := issuer.Check(sign(stolen, ofBefore, payload), at); !errors.Is(err, challenge.ErrClaims) {
		t.Errorf("yesterday's key signs for today: %v", err)
	}
	if _, err := issuer.Check(sign(stolen, decoded(t, strings.Split(token, ".")[0]), payload), at); !errors.Is(err, challenge.ErrSignature) {
		t.Errorf("yesterday's key signs under today's name: %v", err)
	}
}

func TestARootIsReplacedWithoutRefusingAToken(t *testing.T) {
	from := now.Add(time.Hour)
	roots := []challenge.Root{{Secret: root}, {Secret: newRoot, From: from}}
	issuer, replica := newIssuer(t, root, "g1"), newIssuer(t, root, "g1")
	if err := issuer.SetRoots(roots); err != nil {
		t.Fatal(err)
	}
	before, message := issueAt(t, issuer, from.Add(-time.Second))
	wantBoth(t, replica, before, message, from, nil, nil) // it has not heard of the new one yet
	late, lateMessage := issueAt(t, replica, from.Add(time.Minute))
	wantBoth(t, issuer, late, lateMessage, from.Add(time.Minute), nil, nil)
	after, afterMessage := issueAt(t, issuer, from)
	if header(before) == header(after) {
		t.Error("the new root does not sign")
	}
	wantBoth(t, replica, after, afterMessage, from, challenge.ErrSignature, challenge.ErrMessage)
	if err := replica.SetRoots(roots); err != nil {
		t.Fatal(err)
	}
	wantBoth(t, replica, after, afterMessage, from, nil, nil)
	wantBoth(t, replica, before, message, from.Add(challenge.Lifetime-2*time.Second), nil, nil)
	wantBoth(t, replica, before, message, from.Add(challenge.Lifetime-time.Second), challenge.ErrExpired, challenge.ErrMessageExpired)

	// What still has the old root alone is refused some time later.
	alone := newIssuer(t, root, "g1")
	at := from.Add(challenge.Lifetime)
	token, text := issueAt(t, alone, at)
	if _, err := issuer.Check(token, at); err == nil {
		t.Error("the old root signs for ever")
	}
	if _, err := issuer.CheckMessage(text, challenge.MintKey, at); !errors.Is(err, challenge.ErrMessage) {
		t.Errorf("the old root signs messages for ever: %v", err)
	}
}

func TestBadRootsChangeNothing(t *testing.T) {
	issuer := newIssuer(t, root, "g1")
	token := issue(t, issuer, "")
	for name, roots := range map[string][]challenge.Root{
		"none":           {},
		"short":          {{Secret: root}, {Secret: newRoot[:31], From: now}},
		"constant":       {{Secret: root}, {Secret: make([]byte, 32), From: now}},
		"not in order":   {{Secret: root, From: now}, {Secret: newRoot, From: now.Add(-time.Second)}},
		"at one time":    {{Secret: root, From: now}, {Secret: newRoot, From: now}},
		"without a time": {{Secret: root}, {Secret: newRoot}},
	} {
		if err := issuer.SetRoots(roots); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := issuer.Check(token, now); err != nil {
		t.Error(err)
	}
	if err := issuer.SetRoots([]challenge.Root{{Secret: root, From: now.Add(time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := issuer.Issue(now, ""); err == nil {
		t.Error("a root signs before its time")
	}
	if _, err := issuer.Check(token, now); err == nil {
		t.Error("a root checks before its time")
	}
}

// Whatever roots follow each other, at whatever times: a token lives for its
// lifetime on every server that knows the roots, and not a moment longer.
func TestEveryTokenLivesExactlyForItsLifetimeHoweverRootsFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Unix(now.Unix(), 0)
		roots := []challenge.Root{{Secret: root}}
		at := start
		for i := range rapid.IntRange(0, 3).Draw(t, "roots") {
			at = at.Add(time.Duration(rapid.Int64Range(1, 50_000).Draw(t, "seconds between")) * time.Second)
			roots = append(roots, challenge.Root{Secret: []byte(fmt.Sprintf("%s-%d", newRoot, i)), From: at})
		}
		one, err := challenge.NewWithRoots(roots, "g1", publicURL, 8453)
		if err != nil {
			t.Fatal(err)
		}
		other, err := challenge.NewWithRoots(roots, "g1", publicURL, 8453)
		if err != nil {
			t.Fatal(err)
		}
		issued := start.Add(time.Duration(rapid.Int64Range(0, 300_000).Draw(t, "issued")) * time.Second)
		token, message := issueAt(t, one, issued)
		age := time.Duration(rapid.Int64Range(-60, 100_000).Draw(t, "age")) * time.Second
		_, err = other.Check(token, issued.Add(age))
		_, messageErr := other.CheckMessage(message, challenge.MintKey, issued.Add(age))
		if lives := age < challenge.Lifetime; (err == nil) != lives || (messageErr == nil) != lives {
			t.Fatalf("at the age of %s: %v, %v", age, err, messageErr)
		}
	})
}

func header(token string) string {
	first, _, _ := strings.Cut(token, ".")
	return first
}
