package store_test

import (
	"slices"
	"testing"
	"time"
)

func TestALeakedSecretEndsAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		insert(t, s, insertion("k"))
		engine, _ := run(t, s, true)
		grant(t, engine, 100)
		rotated(t, s, "second", time.Hour)
		for _, step := range []struct {
			leaked string
			good   []string
		}{{"never", []string{"k", "second"}}, {"k", []string{"second"}}, {"k", []string{"second"}}, {"second", nil}, {"second", nil}} {
			if err := s.EndLeaked(t.Context(), hashOf(step.leaked)); err != nil {
				t.Fatal(err)
			}
			if got := active(t, s, engine, "k", "second"); !slices.Equal(got, step.good) {
				t.Errorf("after %s leaked, good are %q, want %q", step.leaked, got, step.good)
			}
		}
		if kinds, _ := audited(t, s, account); !slices.Equal(kinds, []string{"revoke k", "secret k", "rotate k", "mint k"}) {
			t.Errorf("the trail is %q", kinds)
		}
		verify(t, s)
	})
}
