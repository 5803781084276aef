package httpapi

import (
	"fmt"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestASourceTakesItsTurnsAndNoMore(t *testing.T) {
	turns := newTurns(2)
	one, other := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	first, _ := turns.take(one)
	if _, ok := turns.take(one); !ok {
		t.Fatal("the second turn is refused")
	}
	if _, ok := turns.take(one); ok {
		t.Error("a third turn is granted")
	}
	if _, ok := turns.take(other); !ok {
		t.Error("a neighbour is refused")
	}
	first()
	if _, ok := turns.take(one); !ok {
		t.Error("a turn that is over still counts")
	}
	if _, ok := newTurns(0).take(one); !ok {
		t.Error("0 bounds something")
	}
}

// Of a site never more than four sources' turns are taken, and nothing is
// remembered of those that are over.
func TestTurnsAreBoundedByTheSiteAndForgotten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		turns, most := newTurns(rapid.IntRange(1, 3).Draw(t, "most")), 0
		var running []func()
		of := map[netip.Prefix]int{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(running) > 0 && rapid.Bool().Draw(t, "end") {
				running[0]()
				running = running[1:]
				continue
			}
			source := netip.MustParsePrefix(fmt.Sprintf("2001:db8:%x:%x::/64", rapid.IntRange(0, 1).Draw(t, "site"), rapid.IntRange(0, 9).Draw(t, "source")))
			before := of[source]
			done, ok := turns.take(source)
			site := 0
			for other, n := range of {
				if siteOf(other) == siteOf(source) {
					site += n
				}
			}
			if want := before < turns.most && site < siteTurns*turns.most; ok != want {
				t.Fatalf("with %d of its own and %d of the site taken: %t", before, site, ok)
			}
			if ok {
				of[source]++
				running = append(running, func() { done(); of[source]-- })
			}
			most = max(most, len(turns.taken))
		}
		for _, done := range running {
			done()
		}
		if len(turns.taken) != 0 {
			t.Fatalf("%d are remembered, of %d at most", len(turns.taken), most)
		}
	})
}
