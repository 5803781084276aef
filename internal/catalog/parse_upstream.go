package catalog

import (
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const (
	maxTimeout     = 24 * time.Hour
	maxConnections = 1_000_000
	maxPass        = 100
)

func (p *parser) upstreams(entries []upstreamEntry) {
	if len(entries) == 0 {
		p.fail(at("upstreams"), "name at least one model server")
	}
	for i, e := range entries {
		at := at("upstreams").index(i).named(e.Name)
		p.word(at.key("name"), e.Name)
		if _, taken := p.catalog.Upstream(e.Name); taken {
			p.fail(at.key("name"), "%q is used twice", e.Name)
		}
		p.catalog.byUpstream[e.Name] = i
		p.catalog.upstreams = append(p.catalog.upstreams, p.upstream(at, e))
	}
}

func (p *parser) upstream(at place, e upstreamEntry) Upstream {
	switch e.Kind {
	case KindOpenAI, KindAnthropic, KindVenice:
	default:
		p.fail(at.key("kind"), "must be %q, %q or %q", KindOpenAI, KindAnthropic, KindVenice)
	}
	p.url(at.key("url"), e)
	u := Upstream{
		Name: e.Name, Kind: e.Kind, URL: strings.TrimRight(e.URL, "/"), KeyFile: e.KeyFile,
		Timeout:        p.duration(at.key("timeout"), e.Timeout),
		MaxConnections: int(p.number(at.key("max_connections"), e.MaxConnections, 0, maxConnections)),
		HealthPath:     "/models", HealthInterval: p.duration(at.key("health").key("interval"), e.Health.Interval),
		Pass: e.Pass, ChargePrompt: e.ChargePrompt,
	}
	if e.Health.Path != "" {
		u.HealthPath = e.Health.Path
		if !strings.HasPrefix(e.Health.Path, "/") || strings.ContainsAny(e.Health.Path, "#\\ ") {
			p.fail(at.key("health").key("path"), `must be a path below url that begins with a slash, such as "/models"`)
		}
	}
	p.members(at.key("pass"), e.Pass)
	return u
}

// members checks the names of request members that pass. What the gateway
// reads, sets or prices itself cannot be among them.
func (p *parser) members(at place, names []string) {
	if len(names) > maxPass {
		p.fail(at, "must have at most %d names", maxPass)
	}
	for i, name := range names {
		p.word(at.index(i), name)
		if governed[strings.ToLower(name)] {
			p.fail(at.index(i), "%q is governed by the gateway, because it can change what a request costs", name)
		}
	}
	p.unique(at, names)
}

// governed are the members of requests that change the cost, the model or the
// form of the answer.
var governed = func() map[string]bool {
	set := map[string]bool{}
	for _, name := range []string{
		"model", "models", "fallbacks", "route", "provider", "messages", "prompt", "input", "instructions", "system",
		"n", "best_of", "max_tokens", "max_completion_tokens", "max_output_tokens", "stream", "stream_options",
		"tools", "functions", "plugins", "web_search", "web_search_options", "venice_parameters", "audio", "modalities",
		"prediction", "service_tier", "background", "store", "previous_response_id", "conversation", "thinking",
		"image", "images", "file", "files", "suffix", "echo", "usage", "user",
	} {
		set[name] = true
	}
	return set
}()

// url checks an upstream's base: keys and prompts travel to it, so plain HTTP
// needs a loopback host or the operator's word.
func (p *parser) url(at place, e upstreamEntry) {
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		p.fail(at, `must be an http or https URL such as "https://host/v1"`)
		return
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		p.fail(at, "must have no user, query or fragment; put the key into key_file")
	}
	if u.Scheme == "http" && !e.AllowHTTP && !loopback(u.Hostname()) {
		p.fail(at, "is plain http to another host; use https, or set allow_http: true on a trusted network")
	}
}

// Loopback reports whether the upstream is on this machine, so that nothing
// leaves it.
func (u Upstream) Loopback() bool {
	parsed, err := url.Parse(u.URL)
	return err == nil && loopback(parsed.Hostname())
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func (p *parser) duration(at place, text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > maxTimeout {
		p.fail(at, `must be a duration of up to 24 hours, such as "30s" or "15m"`)
		return 0
	}
	return d
}

func (p *parser) tiers(entries map[string]tierEntry) {
	for name, e := range entries {
		at := at("tiers").key(name)
		p.word(at, name)
		p.catalog.tiers[name] = Tier{
			RequestsPerMinute: p.number(at.key("requests_per_minute"), e.RequestsPerMinute, 0, maxRate),
			RequestsPerDay:    p.number(at.key("requests_per_day"), e.RequestsPerDay, 0, maxRate),
			TokensPerMinute:   p.number(at.key("tokens_per_minute"), e.TokensPerMinute, 0, maxRate),
		}
	}
}
