package bench_test

import (
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// progress tells what goes on, beside the table.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

func micros(d time.Duration) float64 { return float64(d) / 1e3 }
func millis(d time.Duration) float64 { return float64(d) / 1e6 }

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	if n := len(sorted); n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[len(sorted)/2]
}

// What is read of an outcome.
func perSecond(o outcome) float64 { return float64(o.Requests) / o.Window.Seconds() }
func cpuEach(o outcome) float64   { return micros(o.CPU) / float64(o.Requests) }
func resident(o outcome) float64  { return float64(o.Resident) / (1 << 20) }
func p50(o outcome) float64       { return millis(o.Latency.P50) }
func p99(o outcome) float64       { return millis(o.Latency.P99) }
func firstByte(o outcome) float64 { return millis(o.FirstByte.P50) }
func gap(o outcome) float64       { return millis(o.Gap.P50) }
func lag(o outcome) float64       { return millis(o.Lag.P99) }

// of is the median of a number over a scenario's rounds.
func (r *results) of(scenario, server string, number func(outcome) float64) float64 {
	var all []float64
	for _, o := range r.samples[scenario][server] {
		all = append(all, number(o))
	}
	return median(all)
}

// against joins a server's rounds with those of another, and is the median of
// what join makes of each pair.
func (r *results) against(scenario, server, other string, number func(outcome) float64, join func(a, b float64) float64) float64 {
	own, others := r.samples[scenario][server], r.samples[scenario][other]
	var all []float64
	for i := range min(len(own), len(others)) {
		all = append(all, join(number(own[i]), number(others[i])))
	}
	return median(all)
}

func ratio(a, b float64) float64      { return a / b }
func difference(a, b float64) float64 { return a - b }

func (r *results) print(out io.Writer) {
	for _, s := range r.scenarios {
		fmt.Fprintf(out, "\n%s\n", s.title)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		switch s.name {
		case "rate", "asleep":
			fmt.Fprintln(w, "server\tp50 ms\tp99 ms\tadded p50\tadded p99\tCPU us\tx CPU\t")
		case "stream":
			fmt.Fprintln(w, "server\tstreams/s\tfirst byte ms\tadded\tgap p50 ms\tx gap direct\tlag p99 ms\tCPU us\tx CPU\tRSS MB\t")
		default:
			fmt.Fprintln(w, "server\trequests/s\tx proxy\tCPU us\tx CPU\tp50 ms\tp99 ms\tRSS MB\t")
		}
		for _, server := range r.servers {
			if len(r.samples[s.name][server.name]) > 0 {
				r.row(w, s.name, server)
			}
		}
		_ = w.Flush() // into the same writer
	}
	for _, server := range r.servers {
		if o, ok := r.overshoot[server.name]; ok {
			fmt.Fprintf(out, "\novershoot, %s: a budget worth 10 requests, 64 callers at once: %d served, %d refused, %d beyond the budget\n",
				server.name, o.served, o.refused, o.beyond)
		}
	}
	r.verdict(out)
	if r.disturbed > 0 {
		fmt.Fprintf(out, "\nin %d of %d samples others had more than %.0f %% of the server's core\n", r.disturbed, r.total, mostOthers*100)
	}
}

func (r *results) row(w io.Writer, scenario string, s *server) {
	name := s.name
	cpu, times := "-", "-"
	if s.process != nil {
		cpu = fmt.Sprintf("%.1f", r.of(scenario, name, cpuEach))
		times = fmt.Sprintf("%.2f", r.against(scenario, name, "proxy", cpuEach, ratio))
	}
	switch scenario {
	case "rate", "asleep":
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%+.2f\t%+.2f\t%s\t%s\t\n", name, r.of(scenario, name, p50), r.of(scenario, name, p99),
			r.against(scenario, name, "proxy", p50, difference), r.against(scenario, name, "proxy", p99, difference), cpu, times)
	case "stream":
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%+.2f\t%.2f\t%.2f\t%.2f\t%s\t%s\t%.0f\t\n", name, r.of(scenario, name, perSecond),
			r.of(scenario, name, firstByte), r.against(scenario, name, "proxy", firstByte, difference),
			r.of(scenario, name, gap), r.against(scenario, name, "direct", gap, ratio), r.of(scenario, name, lag), cpu, times, r.of(scenario, name, resident))
	default:
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%s\t%s\t%.2f\t%.2f\t%.0f\t\n", name, r.of(scenario, name, perSecond),
			r.against(scenario, name, "proxy", perSecond, ratio), cpu, times, r.of(scenario, name, p50), r.of(scenario, name, p99), r.of(scenario, name, resident))
	}
}

// aim is a line of the promises that this table is about.
type aim struct {
	what            string
	scenario        string
	server          string
	number          func(outcome) float64
	join            func(a, b float64) float64
	other           string
	must, stretch   float64
	atLeast         bool
	withoutAStretch bool
}

func aims() []aim {
	return []aim{
		{what: "SQLite: requests/s against the proxy", scenario: "plain", server: "sqlite", number: perSecond, join: ratio, must: 0.50, stretch: 0.75, atLeast: true},
		{what: "SQLite: CPU against the proxy", scenario: "plain", server: "sqlite", number: cpuEach, join: ratio, must: 2.0, stretch: 1.4},
		{what: "PostgreSQL: requests/s against the proxy", scenario: "plain", server: "postgres", number: perSecond, join: ratio, must: 0.30, stretch: 0.5, atLeast: true},
		{what: "all but the durable ledger: CPU", scenario: "plain", server: "memory", number: cpuEach, join: ratio, must: 1.05, stretch: 0.65},
		{what: "100 KB bodies, SQLite: CPU", scenario: "long", server: "sqlite", number: cpuEach, join: ratio, must: 1.3, stretch: 0.8},
		{what: "50/s, SQLite: added p50, ms", scenario: "rate", server: "sqlite", number: p50, join: difference, must: 1.0, stretch: 0.8},
		{what: "50/s, SQLite, cores asleep: added p50, ms", scenario: "asleep", server: "sqlite", number: p50, join: difference, must: 1.0, stretch: 0.8},
		{what: "50/s, SQLite: added p99, ms", scenario: "rate", server: "sqlite", number: p99, join: difference, must: 4, stretch: 2.5},
		{what: "streams, SQLite: CPU", scenario: "stream", server: "sqlite", number: cpuEach, join: ratio, must: 1.15, withoutAStretch: true},
		{what: "streams, SQLite: gap against direct", scenario: "stream", server: "sqlite", number: gap, join: ratio, other: "direct", must: 1.05, withoutAStretch: true},
		{what: "refusals, SQLite: CPU against an answer", scenario: "refusal", server: "sqlite", number: cpuEach, join: ratio, must: 1.2, withoutAStretch: true},
	}
}

// verdict compares the table with what it should read.
func (r *results) verdict(out io.Writer) {
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "aim\tis\tmust\tstretch\t")
	for _, a := range aims() {
		other := a.other
		if other == "" {
			other = "proxy"
		}
		if len(r.samples[a.scenario][a.server]) == 0 || len(r.samples[a.scenario][other]) == 0 {
			continue
		}
		is := r.against(a.scenario, a.server, other, a.number, a.join)
		fmt.Fprintf(w, "%s\t%.2f\t%s\t%s\t\n", a.what, is, a.bound(is, a.must), a.optional(is))
	}
	beyond, tried := 0, false
	for _, o := range r.overshoot {
		beyond, tried = beyond+o.beyond, true
	}
	if tried {
		fmt.Fprintf(w, "requests served beyond a budget\t%d\t%s\t\t\n", beyond, aim{}.bound(float64(beyond), 0))
	}
	_ = w.Flush() // into the same writer
}

func (a aim) bound(is, limit float64) string {
	sign, met := "<=", is <= limit
	if a.atLeast {
		sign, met = ">=", is >= limit
	}
	word := "missed"
	if met {
		word = "met"
	}
	return fmt.Sprintf("%s %.2f %s", sign, limit, word)
}

func (a aim) optional(is float64) string {
	if a.withoutAStretch {
		return ""
	}
	return a.bound(is, a.stretch)
}
