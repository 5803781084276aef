package httpapi

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func admitted(b *bucketTable, source string, now time.Time) (bool, time.Duration) {
	var refused *Error
	if err := b.admit(netip.MustParsePrefix(source), now); errors.As(err, &refused) {
		return false, refused.RetryAfter
	}
	return true, 0
}

func TestASourceMayDoItsBurstAndThenItsRate(t *testing.T) {
	b := newBuckets("", Rate{PerMinute: 60, Burst: 20})
	for i := range 20 {
		if ok, _ := admitted(b, "192.0.2.1/32", noon); !ok {
			t.Fatalf("number %d of the burst is refused", i+1)
		}
	}
	if ok, wait := admitted(b, "192.0.2.1/32", noon); ok || wait != time.Second {
		t.Errorf("beyond the burst: %t, wait %s", ok, wait)
	}
	if ok, _ := admitted(b, "192.0.2.2/32", noon); !ok {
		t.Error("a neighbour is refused")
	}
	if ok, _ := admitted(b, "192.0.2.1/32", noon.Add(time.Second)); !ok {
		t.Error("who waits as told is refused")
	}
	granted := 0
	for i := range 3000 {
		if ok, _ := admitted(b, "192.0.2.3/32", noon.Add(time.Duration(i)*time.Minute/3000)); ok {
			granted++
		}
	}
	if granted < 79 || granted > 80 {
		t.Errorf("%d in a minute that began with a full burst", granted)
	}
}

func TestASiteOfManyNetworksIsBoundedToo(t *testing.T) {
	b := newBuckets("", Rate{PerMinute: 60, Burst: 20})
	granted := 0
	for i := range 5000 {
		if ok, _ := admitted(b, fmt.Sprintf("2001:db8:1:%x::/64", i), noon); ok {
			granted++
		}
	}
	if granted != 16*20 {
		t.Errorf("a /48 got %d", granted)
	}
	if ok, _ := admitted(b, "2001:db8:2::/64", noon); !ok {
		t.Error("another /48 is refused")
	}
}

// A million prefixes take bounded memory, and do not wash out who floods.
func TestASprayOfAMillionPrefixesIsBounded(t *testing.T) {
	b := newBuckets("", Rate{PerMinute: 60, Burst: 20})
	for range 20 {
		admitted(b, "192.0.2.1/32", noon)
	}
	for i := range 1_000_000 {
		admitted(b, fmt.Sprintf("2001:%x:%x:1::/64", i>>16, i&0xffff), noon)
		if len(b.full) > maxSources+1 {
			t.Fatalf("%d sources are remembered", len(b.full))
		}
	}
	if ok, _ := admitted(b, "192.0.2.1/32", noon); ok {
		t.Error("a spray gives a flooder its burst again")
	}
}

func TestNoRateBoundsNothing(t *testing.T) {
	b := newBuckets("", Rate{})
	for range 1000 {
		if ok, _ := admitted(b, "192.0.2.1/32", noon); !ok {
			t.Fatal("refused")
		}
	}
	if len(b.full) != 0 {
		t.Error("it remembers sources all the same")
	}
}

func TestHopsThatNoProxyWritesAreNotBelieved(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fe80::/10")}
	for _, test := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"10.1.1.1:1", []string{"198.51.100.7:4711"}, "198.51.100.7/32"}, // with a port
		{"10.1.1.1:1", []string{"[2001:db8::7]:4711"}, "2001:db8::/64"},
		{"10.1.1.1:1", []string{"::ffff:198.51.100.7"}, "198.51.100.7/32"},
		{"[::ffff:10.1.1.1]:1", []string{"198.51.100.7"}, "198.51.100.7/32"},
		{"[fe80::1%eth0]:1", []string{"198.51.100.7"}, "198.51.100.7/32"}, // a zone does not hide a proxy
		{"10.1.1.1:1", []string{"fe80::9%evil,10.2.2.2"}, "fe80::/64"},
		{"10.1.1.1:1", []string{"198.51.100.7, garbage"}, "10.1.1.1/32"},
		{"10.1.1.1:1", []string{"198.51.100.7", ""}, "10.1.1.1/32"},
		{"10.1.1.1:1", []string{"198.51.100.7, "}, "10.1.1.1/32"},
		{"10.1.1.1:1", []string{"203.0.113.1", "198.51.100.7", "10.3.3.3"}, "198.51.100.7/32"},
		{"10.1.1.1:1", []string{"198.51.100.7" + strings.Repeat(",10.1.1.1", 1000)}, "10.1.1.1/32"},
		{"203.0.113.5:1", []string{"10.1.1.1"}, "203.0.113.5/32"},
	} {
		if got := sourceOf(from(test.remote, test.forwarded...), trusted).String(); got != test.want {
			t.Errorf("%s %q: %s, want %s", test.remote, test.forwarded, got, test.want)
		}
	}
}

// Whatever a client writes before what its proxy appends, it stays who it is.
func FuzzAClientCannotChooseItsSource(f *testing.F) {
	f.Add("203.0.113.1", "10.0.0.1, ::1")
	f.Add(",,,", "%eth0")
	f.Add("[::ffff:10.0.0.1]:1", "unknown")
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, one, other string) {
		for _, headers := range [][]string{{one, other, "198.51.100.7"}, {one + "," + other + ", 198.51.100.7"}, {one, other + ",198.51.100.7,10.9.9.9"}} {
			if got := sourceOf(from("10.1.1.1:1", headers...), trusted).String(); got != "198.51.100.7/32" {
				t.Fatalf("%q: %s", headers, got)
			}
		}
		if got := sourceOf(from("203.0.113.5:1", one, other), trusted).String(); got != "203.0.113.5/32" {
			t.Fatalf("straight from a client: %s", got)
		}
	})
}
