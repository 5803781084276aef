package httpapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func from(address string, forwarded ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/x", nil)
	r.RemoteAddr = address
	for _, hops := range forwarded {
		r.Header.Add("X-Forwarded-For", hops)
	}
	return r
}

// note tells of an answer and reports whether it blocks a key.
func note(f *Failures, r *http.Request, hash [32]byte, hasKey, proven bool, status int, now time.Time) bool {
	name, byKey := f.judge(r, hash, hasKey, proven, status)
	return name != "" && f.fail(r.Context(), name, hash, byKey, now) && byKey
}

func waitOf(f *Failures, r *http.Request, hash [32]byte, hasKey bool, now time.Time) time.Duration {
	_, wait := f.blocked(r, hash, hasKey, now)
	return wait
}

func TestTheClientsNetworkIsWhatATrustedProxySays(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, test := range []struct {
		r    *http.Request
		want string
	}{
		{from("192.0.2.1:1000"), "192.0.2.1"},
		{from("[::ffff:192.0.2.1]:1000"), "192.0.2.1"},
		{from("[2001:db8:1:2:3:4:5:6]:1"), "2001:db8:1:2::/64"},
		{from("[fe80::1%eth0]:1"), "fe80::/64"},
		{from("192.0.2.1:1", "198.51.100.7"), "192.0.2.1"},                            // not a proxy of ours
		{from("10.1.1.1:1", "198.51.100.7"), "198.51.100.7"},                          // it is
		{from("10.1.1.1:1", "203.0.113.9, 198.51.100.7"), "198.51.100.7"},             // the client wrote the first
		{from("10.1.1.1:1", "203.0.113.9", "198.51.100.7, 10.2.2.2"), "198.51.100.7"}, // two proxies, two lines
		{from("[fd00::1]:1", "2001:db8::1"), "2001:db8::/64"},
		{from("10.1.1.1:1"), "10.1.1.1"},
		{from("10.1.1.1:1", "unknown"), "10.1.1.1"},
		{from("10.1.1.1:1", "10.3.3.3"), "10.3.3.3"},
		{from("@"), ""},
	} {
		if got := clientNetwork(test.r, trusted); got != test.want {
			t.Errorf("%s %v: %q, want %q", test.r.RemoteAddr, test.r.Header.Values("X-Forwarded-For"), got, test.want)
		}
	}
}

func TestMoreThanTheLimitInTheWindowBlocks(t *testing.T) {
	f := NewFailures(FailuresConfig{KeyLimit: 50, SourceLimit: 50})
	r, now := from("192.0.2.1:1"), noon
	fail := func(times int) {
		for range times {
			note(f, r, [32]byte{}, false, false, http.StatusBadRequest, now)
		}
	}
	wait := func() time.Duration { return waitOf(f, r, [32]byte{}, false, now) }
	fail(25)
	now = now.Add(29 * time.Second)
	fail(25)
	if wait() > 0 {
		t.Fatal("50 failures block")
	}
	now = now.Add(time.Second) // the first 25 are out of the window
	fail(25)
	if wait() > 0 {
		t.Fatal("50 failures in the window block")
	}
	for _, status := range []int{200, 402, 408, 409, 429, 499, 500, 502, 503} {
		note(f, r, [32]byte{}, false, false, status, now)
	}
	if wait() > 0 {
		t.Fatal("answers that are nobody's fault count")
	}
	fail(1)
	if wait() != 30*time.Second {
		t.Fatalf("after 51 failures the wait is %s", wait())
	}
	if other := from("192.0.2.2:1"); waitOf(f, other, [32]byte{}, false, now) > 0 {
		t.Error("a neighbour is blocked")
	}
	now = now.Add(30 * time.Second)
	if wait() > 0 {
		t.Errorf("after 30 s the wait is %s", wait())
	}
	fail(50)
	if wait() > 0 {
		t.Error("failures of before the block count again")
	}
}

func TestAStrangerDoesNotBlockTheKeysOfItsAddress(t *testing.T) {
	f := NewFailures(FailuresConfig{KeyLimit: 50, SourceLimit: 50})
	r, good := from("192.0.2.1:1"), [32]byte{1}
	note(f, r, good, true, true, http.StatusOK, noon)
	for i := range 51 { // each with another key that nobody knows
		note(f, r, [32]byte{2, byte(i)}, true, false, http.StatusUnauthorized, noon)
	}
	if waitOf(f, r, [32]byte{3}, true, noon) <= 0 || waitOf(f, r, [32]byte{}, false, noon) <= 0 {
		t.Error("who guesses keys is not blocked")
	}
	if waitOf(f, r, good, true, noon) > 0 {
		t.Error("a valid key is blocked for its neighbour's failures")
	}
	// The key's own failures block it, wherever it comes from, and nobody else.
	for i := range 51 {
		if blocks := note(f, from(fmt.Sprintf("198.51.100.%d:1", i)), good, true, false, http.StatusBadRequest, noon); blocks != (i == 50) {
			t.Fatalf("failure %d blocks: %t", i+1, blocks)
		}
	}
	if waitOf(f, from("203.0.113.1:1"), good, true, noon) <= 0 {
		t.Error("a key with 51 failures is not blocked")
	}
	if waitOf(f, from("198.51.100.1:1"), [32]byte{9}, true, noon) > 0 {
		t.Error("a key's failures block its address")
	}
	// A key that is not valid any more is a stranger's.
	note(f, from("203.0.113.1:1"), good, true, false, http.StatusUnauthorized, noon)
	if waitOf(f, from("203.0.113.1:1"), good, true, noon) > 0 {
		t.Error("a revoked key is still judged by itself")
	}
}

func TestTheMemoryOfFailuresIsBounded(t *testing.T) {
	f := NewFailures(FailuresConfig{KeyLimit: 50, SourceLimit: 50})
	for i := range maxCallers + 1000 {
		note(f, from(fmt.Sprintf("[2001:db8:%x:%x::1]:1", i>>16, i&0xffff)), [32]byte{}, false, false, http.StatusBadRequest, noon)
	}
	if len(f.callers) > maxCallers {
		t.Errorf("%d callers are remembered", len(f.callers))
	}
	for i := range maxKnownKeys + 10 {
		note(f, from("192.0.2.1:1"), [32]byte{byte(i), byte(i >> 8), byte(i >> 16)}, true, true, http.StatusOK, noon)
	}
	if len(f.known) > maxKnownKeys {
		t.Errorf("%d keys are remembered", len(f.known))
	}
}
