package httpapi

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// Rate bounds what one source may do: so many a minute, and a burst of so many
// at once. PerMinute 0 bounds nothing.
type Rate struct{ PerMinute, Burst int }

// SourceLimits bound what a source, an IPv4 address or an IPv6 /64, may do
// before it has proved anything. An IPv6 /48, which has 65,536 of those, may do
// sixteen times as much.
type SourceLimits struct {
	Tokens  Rate // validation tokens that it gets
	Mints   Rate // signed tokens that it presents
	Wallets Rate // contracts that are asked about its signatures
	// WalletsAtOnce is how many of these questions may run at once; 0 bounds
	// nothing.
	WalletsAtOnce int
}

const (
	maxSources  = 1 << 16 // remembered at once, of each limit
	siteBits    = 48      // of an IPv6 network that one site has
	siteSources = 16      // that a site counts for
	maxHops     = 16      // proxies in a row
)

// Sources counts what sources do. What is remembered is bounded, and nothing is
// written anywhere.
type Sources struct {
	trusted                []netip.Prefix
	tokens, mints, wallets *bucketTable
	asking                 *turnTable
	refused                func(limit string)
}

// NewSources makes the counters of one server. The proxies' X-Forwarded-For is
// believed. Who is turned away is told to refused, by the limit's name: "tokens",
// "mints", "wallets" or "wallets_at_once"; nil: nobody is told.
func NewSources(limits SourceLimits, trusted []netip.Prefix, refused func(limit string)) *Sources {
	if refused == nil {
		refused = func(string) {}
	}
	return &Sources{
		trusted: trusted, tokens: newBuckets("tokens", limits.Tokens), mints: newBuckets("mints", limits.Mints),
		wallets: newBuckets("wallets", limits.Wallets), asking: newTurns(limits.WalletsAtOnce), refused: refused,
	}
}

// AdmitWallet counts a question to a contract that the request of this context
// names, until done is called. Its error is an *Error.
func (s *Sources) AdmitWallet(ctx context.Context, now time.Time) (done func(), err error) {
	e, ok := ctx.Value(eventKey{}).(*event)
	if !ok {
		return func() {}, nil
	}
	if err := s.admit(s.wallets, e.source, now); err != nil {
		return nil, err
	}
	done, ok = s.asking.take(e.source)
	if !ok {
		s.refused("wallets_at_once")
		return nil, tooOften(busyRetryAfter)
	}
	return done, nil
}

func (s *Sources) admit(limit *bucketTable, source netip.Prefix, now time.Time) error {
	err := limit.admit(source, now)
	if err != nil {
		s.refused(limit.name)
	}
	return err
}

// limitSource turns sources away that ask too often. Nothing of the request
// but its route and sender was looked at.
func (s *server) limitSource(r *http.Request, found *endpoint) error {
	sources := s.config.Sources
	if sources == nil || found == nil || found.limit == nil {
		return nil
	}
	e := eventOf(r)
	e.source = sourceOf(r, sources.trusted)
	return sources.admit(found.limit(sources), e.source, s.config.Now())
}

// bucketTable is GCRA, the generic cell rate algorithm: of each source it is
// remembered when it would have used up nothing.
type bucketTable struct {
	name string // of the limit
	rate Rate

	mu   sync.Mutex
	full map[netip.Prefix]time.Time
}

func newBuckets(name string, rate Rate) *bucketTable {
	rate.Burst = max(1, rate.Burst)
	return &bucketTable{name: name, rate: rate, full: map[netip.Prefix]time.Time{}}
}

// admit counts one more, for the source and its site, or says how long to wait.
func (b *bucketTable) admit(source netip.Prefix, now time.Time) error {
	if b.rate.PerMinute <= 0 {
		return nil
	}
	step := time.Minute / time.Duration(b.rate.PerMinute)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.makeRoom(now, step)
	wait := b.wait(source, now, step)
	site := siteOf(source)
	if site != source {
		wait = max(wait, b.wait(site, now, step/siteSources))
	}
	if wait > 0 {
		return tooOften(wait)
	}
	b.full[source] = later(b.full[source], now).Add(step)
	if site != source {
		b.full[site] = later(b.full[site], now).Add(step / siteSources)
	}
	return nil
}

// siteOf is the site of a source, which is the source itself but for IPv6.
func siteOf(source netip.Prefix) netip.Prefix {
	if source.Addr().Is6() && source.Bits() > siteBits {
		return netip.PrefixFrom(source.Addr(), siteBits).Masked()
	}
	return source
}

// wait is how long a source has to wait for its turn.
func (b *bucketTable) wait(source netip.Prefix, now time.Time, step time.Duration) time.Duration {
	burst := b.rate.Burst
	if source.Bits() <= siteBits && source.Addr().Is6() {
		burst *= siteSources
	}
	return later(b.full[source], now).Add(step).Sub(now) - time.Duration(burst)*step
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// makeRoom forgets sources that have used up nothing; if that is not enough
// those that have used up little, and only then any. So many at once that it is
// seldom done.
func (b *bucketTable) makeRoom(now time.Time, step time.Duration) {
	if len(b.full) < maxSources {
		return
	}
	little := time.Duration(max(1, b.rate.Burst/2)) * step
	for _, spared := range []time.Duration{0, little, 1 << 62} {
		for source, full := range b.full {
			if len(b.full) <= maxSources/2 {
				return
			}
			if full.Sub(now) <= spared {
				delete(b.full, source)
			}
		}
	}
}

func tooOften(wait time.Duration) *Error {
	return &Error{
		Status: http.StatusTooManyRequests, Text: textRate, Code: "RATE_LIMIT_EXCEEDED", RetryAfter: wait,
		Next: "So many requests of this kind may come from one network; nothing was spent.",
	}
}

// sourceOf is the network that a request comes from: an IPv4 address, or the
// /64 of an IPv6 one, which one subscriber has; the zero value if it has none.
func sourceOf(r *http.Request, trusted []netip.Prefix) netip.Prefix {
	client := clientAddress(r, trusted)
	if !client.IsValid() {
		return netip.Prefix{}
	}
	bits := 32
	if client.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(client, bits).Masked()
}

// forwardedFor is who sent a request to the first of our proxies. Each proxy
// appends whom it got the request from: the last one that is not a proxy of ours
// is the client, whatever it wrote before that. What no proxy writes ends the
// search at the proxy that passed it on.
func forwardedFor(headers []string, client netip.Addr, trusted []netip.Prefix) netip.Addr {
	isTrusted := func(a netip.Addr) bool {
		return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	hops := 0
	for i := len(headers) - 1; i >= 0; i-- {
		for rest, more := headers[i], true; more; {
			if hops++; hops > maxHops || !isTrusted(client) {
				return client
			}
			comma := strings.LastIndexByte(rest, ',')
			hop, ok := parseHop(strings.TrimSpace(rest[comma+1:]))
			if !ok {
				return client
			}
			client = hop
			if more = comma >= 0; more {
				rest = rest[:comma]
			}
		}
	}
	return client
}

// parseHop reads an address with or without a port, in its one form: IPv4 is
// never inside of IPv6, and there is no zone.
func parseHop(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(text)
	if err != nil {
		port, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		address = port.Addr()
	}
	return address.Unmap().WithZone(""), true
}
