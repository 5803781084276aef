package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"stakegate/internal/gateway"
	"stakegate/internal/httpapi"
)

// LimitsConfig bounds what one call may take, and how many may fail. A hold
// lives for the three durations together; after that it is charged in full.
type LimitsConfig struct {
	// UpstreamTimeout is the longest life of an upstream call. Default 15m.
	UpstreamTimeout Duration `yaml:"upstream_timeout"`
	// DrainTimeout is how long a call goes on without its client. Default 60s.
	DrainTimeout Duration `yaml:"drain_timeout"`
	// HoldSpare is what a hold lives on after the longest call, for its
	// settlement. Default 30s.
	HoldSpare Duration `yaml:"hold_spare"`
	// HeaderTimeout is how long a request's header may take. Default 5s.
	HeaderTimeout Duration `yaml:"header_timeout"`
	// HeaderBytes is the longest header of a request in bytes, with up to 4096
	// above. Default 32768.
	HeaderBytes int `yaml:"header_bytes"`
	// BodyTimeout is how long a request's body may take. Default, and for 0s:
	// 30s, and 15s where it costs no money.
	BodyTimeout Duration `yaml:"body_timeout"`
	// BodyBytes is the longest body of a request that costs money, in bytes,
	// but for the form of a transcription. Default 4194304.
	BodyBytes int `yaml:"body_bytes"`
	// SmallBodyBytes is the longest body of a request that costs no money, in
	// bytes. Default 65536.
	SmallBodyBytes int `yaml:"small_body_bytes"`
	// WriteTimeout is how long a client may take to read what is written to
	// it at once. Default 30s.
	WriteTimeout Duration `yaml:"write_timeout"`
	// IdleTimeout is how long a connection may wait for its next request.
	// Default 2m.
	IdleTimeout Duration `yaml:"idle_timeout"`
	// FailedAttempts is how many requests of a valid key may fail within
	// failed_attempts_window; one more blocks it for as long. 0 blocks none.
	// Default 50.
	FailedAttempts *int `yaml:"failed_attempts"`
	// FailedAttemptsBySource is the same of a source, an IPv4 address or an IPv6
	// /64, for requests without a valid key. Default 20.
	FailedAttemptsBySource *int `yaml:"failed_attempts_by_source"`
	// FailedAttemptsWindow is how long failures count, and who has too many of them
	// waits. Default 30s.
	FailedAttemptsWindow Duration `yaml:"failed_attempts_window"`
	// Tokens, Mints and Wallets bound what a source, an IPv4 address or an IPv6
	// /64, may do before it has proved anything: get validation tokens, present
	// signed ones, and have contracts asked about its signatures. An IPv6 /48 may
	// do sixteen times as much. Defaults: 60 a minute with a burst of 20, the
	// same, and 20 with a burst of 10.
	Tokens  RateConfig `yaml:"tokens"`
	Mints   RateConfig `yaml:"mints"`
	Wallets RateConfig `yaml:"wallets"`
	// WalletsAtOnce is how many contracts may be asked about a source's
	// signatures at once, of the smart_wallets.concurrent that all sources share;
	// of an IPv6 /48 four times as many. 0 bounds nothing. Default 4.
	WalletsAtOnce *int `yaml:"wallets_at_once"`
	// TrustedProxies lists the addresses or networks of proxies in front of
	// this server, whose X-Forwarded-For says who the client is; all others
	// are clients themselves. Without a proxy's address here all who come
	// through it count as one. Default: this machine, 127.0.0.0/8 and ::1.
	TrustedProxies []string `yaml:"trusted_proxies"`
}

// RateConfig is how often something may be done.
type RateConfig struct {
	// PerMinute is how many in a minute; 0 bounds nothing.
	PerMinute *int `yaml:"per_minute"`
	// Burst is how many of them at once.
	Burst int `yaml:"burst"`
}

// setNumber sets a number that nobody chose; 0 is a choice.
func setNumber(number **int, standard int) {
	if *number == nil {
		*number = &standard
	}
}

func (c *RateConfig) setDefaults(perMinute, burst int) {
	setNumber(&c.PerMinute, perMinute)
	setDefault(&c.Burst, burst)
}

func (c RateConfig) rate() httpapi.Rate { return httpapi.Rate{PerMinute: *c.PerMinute, Burst: c.Burst} }

// Generous lifts the limits on what strangers may do so far that nobody is
// locked out of a machine that only its owner reaches: to so many a minute.
func (c *LimitsConfig) Generous(perMinute int) {
	c.FailedAttempts, c.FailedAttemptsBySource = &perMinute, &perMinute
	c.WalletsAtOnce = new(int)
	for _, rate := range []*RateConfig{&c.Tokens, &c.Mints, &c.Wallets} {
		*rate = RateConfig{PerMinute: &perMinute, Burst: perMinute}
	}
}

// sources are the counters of what strangers do.
func (c LimitsConfig) sources(refused func(limit string)) (*httpapi.Sources, error) {
	proxies, err := c.trustedProxies()
	limits := httpapi.SourceLimits{Tokens: c.Tokens.rate(), Mints: c.Mints.rate(), Wallets: c.Wallets.rate(), WalletsAtOnce: *c.WalletsAtOnce}
	return httpapi.NewSources(limits, proxies, refused), err
}

// trustedProxies reads addresses ("192.0.2.1") and networks ("10.0.0.0/8").
func (c LimitsConfig) trustedProxies() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, text := range c.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if address, addressErr := netip.ParseAddr(text); addressErr == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("limits.trusted_proxies: %q is neither an address nor a network such as 10.0.0.0/8", text)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

func (c *LimitsConfig) setDefaults() {
	setDefault(&c.UpstreamTimeout, Duration(15*time.Minute))
	setDefault(&c.DrainTimeout, Duration(time.Minute))
	setDefault(&c.HoldSpare, Duration(30*time.Second))
	setDefault(&c.HeaderTimeout, Duration(5*time.Second))
	setDefault(&c.HeaderBytes, 32<<10)
	setDefault(&c.BodyBytes, 4<<20)
	setDefault(&c.SmallBodyBytes, 64<<10)
	setDefault(&c.WriteTimeout, Duration(30*time.Second))
	setDefault(&c.IdleTimeout, Duration(2*time.Minute))
	setNumber(&c.FailedAttempts, 50)
	setNumber(&c.FailedAttemptsBySource, 20)
	setDefault(&c.FailedAttemptsWindow, Duration(30*time.Second))
	c.Tokens.setDefaults(60, 20)
	c.Mints.setDefaults(60, 20)
	c.Wallets.setDefaults(20, 10)
	setNumber(&c.WalletsAtOnce, 4)
	if c.TrustedProxies == nil {
		c.TrustedProxies = []string{"127.0.0.0/8", "::1"}
	}
}

// gateway is the gateway's limits: what the program set, else the operator's.
func (c LimitsConfig) gateway(limits gateway.Limits) gateway.Limits {
	setDefault(&limits.Upstream, time.Duration(c.UpstreamTimeout))
	setDefault(&limits.Drain, time.Duration(c.DrainTimeout))
	setDefault(&limits.Spare, time.Duration(c.HoldSpare))
	setDefault(&limits.BodyTime, time.Duration(c.BodyTimeout))
	setDefault(&limits.Write, time.Duration(c.WriteTimeout))
	setDefault(&limits.Body, int64(c.BodyBytes))
	return limits
}

// management is the front door's limits on requests that cost nothing.
func (c LimitsConfig) management() httpapi.Limits {
	return httpapi.Limits{Body: int64(c.SmallBodyBytes), BodyTime: time.Duration(c.BodyTimeout), Write: time.Duration(c.WriteTimeout)}
}

// check refuses numbers that cannot be meant.
func (c LimitsConfig) check() error {
	switch {
	case c.HeaderBytes < 0:
		return errors.New("limits.header_bytes must be above 0")
	case c.BodyBytes < 0:
		return errors.New("limits.body_bytes must be above 0")
	case c.SmallBodyBytes < 0:
		return errors.New("limits.small_body_bytes must be above 0")
	}
	for name, number := range map[string]*int{
		"wallets_at_once": c.WalletsAtOnce, "failed_attempts": c.FailedAttempts, "failed_attempts_by_source": c.FailedAttemptsBySource,
	} {
		if number != nil && *number < 0 {
			return fmt.Errorf("limits.%s must not be negative", name)
		}
	}
	if _, err := c.trustedProxies(); err != nil {
		return err
	}
	for name, rate := range map[string]RateConfig{"tokens": c.Tokens, "mints": c.Mints, "wallets": c.Wallets} {
		if rate.Burst < 0 || rate.PerMinute != nil && *rate.PerMinute < 0 {
			return fmt.Errorf("limits.%s: per_minute and burst must not be negative", name)
		}
	}
	return nil
}

// newServer is a server within the limits of the configuration. What it would
// answer by itself to "OPTIONS *" is the handler's too.
func (a *App) newServer(handler http.Handler) *http.Server {
	limits := a.config.Limits
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: time.Duration(limits.HeaderTimeout), IdleTimeout: time.Duration(limits.IdleTimeout),
		MaxHeaderBytes: limits.HeaderBytes, DisableGeneralOptionsHandler: true,
		ErrorLog: slog.NewLogLogger(a.options.Logger.Handler(), slog.LevelDebug),
	}
}
