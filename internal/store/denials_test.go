package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

func TestTheNewestDenialsOfAnAccountAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		start := time.Now().UTC().Truncate(time.Millisecond)
		var all []ledger.Denial
		add := func(account string, at time.Time, n int) {
			for i := range n {
				all = append(all, ledger.Denial{
					AccountID: account, KeyID: "k", ModelID: fmt.Sprint("m", i), Tier: "S", Kind: ledger.RequestsPerMinute,
					At: at.Add(time.Duration(i) * time.Millisecond),
				})
			}
		}
		add("other", start, 1)
		add("ancient", start.Add(-40*24*time.Hour), 1)
		add(account, start, 70)
		for chunk := range slices.Chunk(all, 9) {
			if err := s.AddDenials(t.Context(), chunk); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Denials(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(all[len(all)-store.DenialsKept:])
		slices.Reverse(want)
		if !slices.Equal(got, want) {
			t.Errorf("got %d denials from %v to %v", len(got), got[0], got[len(got)-1])
		}
		if rows := s.Count(t, "denials"); rows != store.DenialsKept+1 {
			t.Errorf("%d denials are kept, want %d of one account and 1 of another", rows, store.DenialsKept)
		}
	})
}

func TestEndedKeysAreThoseRevokedOrExpired(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		var ids []string
		for i := range 15 {
			ids = append(ids, fmt.Sprintf("key-%02d", i))
			insert(t, s, insertion(ids[i]))
		}
		ids = append(ids, "unknown")
		for i := range 100 { // more than one query takes
			ids = append(ids, fmt.Sprint("more-", i))
		}
		var uses []apikey.Use
		for _, id := range ids { // all with a secret that is good
			uses = append(uses, apikey.Use{KeyID: id, Hash: hashOf("key-00")})
		}
		if ended, err := s.EndedKeys(t.Context(), uses); err != nil || len(ended) != 0 {
			t.Fatalf("ended are %v, %v", ended, err)
		}
		if err := s.RevokeKey(t.Context(), account, "key-03", apikey.Actor{}); err != nil {
			t.Fatal(err)
		}
		for id, at := range map[string]time.Time{"key-05": time.Now().Add(-time.Second), "key-06": time.Now().Add(time.Hour)} {
			if _, err := s.UpdateKey(t.Context(), account, id, apikey.Actor{}, func(key *apikey.Key) { key.ExpiresAt = &at }); err != nil {
				t.Fatal(err)
			}
		}
		ended, err := s.EndedKeys(t.Context(), append(uses, apikey.Use{KeyID: "key-07", Hash: hashOf("never")}))
		if err != nil || !slices.Equal(ended, []apikey.Use{uses[3], uses[5], {KeyID: "key-07", Hash: hashOf("never")}}) {
			t.Errorf("ended are %v, %v", ended, err)
		}

		grant(t, engine, 1000)
		if _, err := engine.Hold(t.Context(), hold("h", "key-00", 7)); err != nil {
			t.Fatal(err)
		}
		if state, err := s.InFlight(t.Context()); err != nil || state.Holds != 1 || state.Oldest < 0 || state.Oldest > time.Minute {
			t.Errorf("in flight: %+v, %v", state, err)
		}
		if err := engine.Void(t.Context(), "h"); err != nil {
			t.Fatal(err)
		}
		if state, err := s.InFlight(t.Context()); err != nil || state != (store.InFlight{}) {
			t.Errorf("in flight: %+v, %v", state, err)
		}
	})
}
