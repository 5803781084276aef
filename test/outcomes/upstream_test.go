package outcomes_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/gateway"
	"stakegate/internal/money"
)

// call is what is known of a call when it has ended.
type call struct {
	kind
	truth, held, charged money.Nano
}

// rule says what a call must be charged with.
type rule struct {
	name string
	fits func(c call) bool
}

// The rules of the settlement. A claim is believed within the bounds that were
// held, also when it is less than the truth; what is unknown costs the hold.
var (
	exact     = rule{"what the model did", func(c call) bool { return c.charged == c.truth && c.truth > 0 }}
	free      = rule{"nothing", func(c call) bool { return c.charged == 0 }}
	inFull    = rule{"all that was held", func(c call) bool { return c.charged == c.held && c.held >= c.truth && c.held > 0 }}
	atLeast   = rule{"at least what the model did, at most the hold", func(c call) bool { return c.charged >= c.truth && c.charged <= c.held && c.truth > 0 }}
	upwards   = rule{"the claim, rounded up to whole tokens", func(c call) bool { return c.charged == min(c.truth+c.price(1, 1), c.held) }}
	fixed     = rule{"the claim", func(c call) bool { return c.charged == min(c.price(echo.FixedPrompt, echo.FixedCompletion), c.held) }}
	upToCap   = rule{"the prompt and the cap", func(c call) bool { return c.charged == c.truth-c.price(0, 3*c.cap) && c.charged <= c.held }}
	cutAtHold = rule{"all that was held, of a stream that is longer", func(c call) bool { return c.charged == c.held && c.held < c.truth }}
)

// How an answer must end.
const (
	wellFormed = "done"
	withError  = "error"
	cutOff     = "cut" // nobody takes it for a whole one
	noStream   = ""    // the status says it all
)

// want is how a call must end.
type want struct {
	status int
	charge rule
	end    string
}

// answered are the rows of a mode in which the client gets its answer.
func answered(charge rule) [2]want { return each(charge, charge) }

func each(whole, stream rule) [2]want {
	return [2]want{{200, whole, noStream}, {200, stream, wellFormed}}
}

// refused are the rows of a mode in which there is no answer.
func refused(status int, charge rule) [2]want {
	return [2]want{{status, charge, noStream}, {status, charge, noStream}}
}

// broken are those of a mode in which a stream ends with an error.
func broken(status int) [2]want {
	return [2]want{{status, inFull, noStream}, {200, inFull, withError}}
}

// wants chooses between an answer in one piece and a stream.
func (k kind) wants(of [2]want) want {
	if k.stream {
		return of[1]
	}
	return of[0]
}

// modes are all ways to misbehave, and how calls end with them: an answer in
// one piece, and a stream.
var modes = []struct {
	name  string
	fault echo.Fault
	want  [2]want
}{
	{"none", echo.FaultNone, answered(exact)},
	{"no usage", echo.FaultNoUsage, answered(atLeast)},
	{"a usage of zero", echo.FaultZeroUsage, answered(free)},
	{"a usage beyond any context", echo.FaultAbsurdUsage, answered(inFull)},
	{"a usage below zero", echo.FaultNegativeUsage, answered(free)},
	{"a usage of half tokens", echo.FaultFractionalUsage, answered(upwards)},
	{"a usage that is always the same", echo.FaultFixedUsage, answered(fixed)},
	{"a usage that is a text", echo.FaultTextUsage, answered(atLeast)},
	{"a usage in every chunk", echo.FaultUsageInChunks, answered(exact)},
	{"two usages", echo.FaultTwoUsages, answered(exact)},

	{"400", echo.FaultBadRequest, refused(400, free)},
	{"401", echo.FaultUnauthorized, refused(502, free)},
	{"404", echo.FaultNotFound, refused(502, free)},
	{"408, of which nobody knows what was done", echo.FaultRequestTimeout, refused(502, inFull)},
	{"429", echo.FaultRateLimited, refused(429, free)},
	{"500", echo.FaultServerError, refused(502, free)},
	{"502", echo.FaultBadGateway, refused(502, free)},
	{"503", echo.FaultUnavailable, refused(503, free)},
	{"504", echo.FaultGatewayTimeout, refused(504, free)},
	{"a redirect", echo.FaultRedirect, refused(502, free)},

	{"silence before the headers", echo.FaultStallHeaders, refused(504, inFull)},
	{"silence before the first token", echo.FaultStallFirst, refused(504, inFull)},
	{"silence in the middle", echo.FaultStall, broken(504)},
	{"a break before the headers", echo.FaultDisconnectHeaders, refused(502, inFull)},
	{"a break before the first token", echo.FaultDisconnectFirst, refused(502, inFull)},
	{"a break in the middle", echo.FaultDisconnect, broken(502)},
	{"a break before the usage", echo.FaultDisconnectUsage, [2]want{{502, inFull, noStream}, {200, atLeast, wellFormed}}},
	{"a break before [DONE]", echo.FaultDisconnectDone, [2]want{{502, inFull, noStream}, {200, exact, wellFormed}}},
	{"no [DONE]", echo.FaultNoDone, answered(exact)},

	{"more tokens than the cap", echo.FaultIgnoresCap, each(upToCap, cutAtHold)},
	{"choices that nobody asked for", echo.FaultWrongIndex, [2]want{{200, exact, noStream}, {502, inFull, noStream}}},
	{"an error in place of an answer", echo.FaultErrorEvent, broken(502)},
	{"no JSON", echo.FaultInvalidJSON, broken(502)},
	{"a line of a gigabyte", echo.FaultHugeLine, broken(502)},
	{"another content type", echo.FaultContentType, [2]want{{200, exact, noStream}, {502, inFull, noStream}}},
	{"a compressed answer", echo.FaultCompressed, refused(502, inFull)},
	{"cookies and headers of the operator", echo.FaultLeaks, answered(exact)},
	{"nothing at all", echo.FaultEmpty, refused(502, inFull)},
}

// silent are the modes that a time limit ends. They have a server of their own,
// so that no other call runs into that limit on a slow machine.
var silent = map[echo.Fault]bool{echo.FaultStallHeaders: true, echo.FaultStallFirst: true, echo.FaultStall: true}

func TestEveryModeOfAMisbehavingModelEndsInItsCharge(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			size := gateway.Limits{Answer: 4 << 20, Event: 64 << 10}
			brief := gateway.Limits{Upstream: time.Second, Silence: time.Second}
			talking, quiet := start(t, size), start(t, brief)
			for _, mode := range modes {
				want := k.wants(mode.want)
				if other, is := k.other[mode.fault]; is {
					want = other
				}
				if silent[mode.fault] {
					quiet.check(t, k, mode.name, mode.fault, want)
					continue
				}
				talking.check(t, k, mode.name, mode.fault, want)
				if well := k.wants(modes[0].want); want.status != well.status || want.end != well.end {
					// All is well again after it, which also keeps the model's server
					// from being left alone for failing too often.
					talking.check(t, k, "after "+mode.name, echo.FaultNone, well)
				}
			}
			for _, w := range []*world{talking, quiet} {
				if sum := w.history(); sum != w.spent() {
					t.Errorf("the history adds up to %s, the balance fell by %s", sum, w.spent())
				}
				w.Stop() // the books balance, and no hold is open
			}
		})
	}
}

// check makes one call under one fault.
func (w *world) check(t *testing.T, k kind, name string, fault echo.Fault, want want) {
	t.Helper()
	truth := w.begin(fault, nil)
	answer, err := w.Try(w.request(k))
	if (err != nil) != (want.end == cutOff) || answer.Status != want.status {
		t.Errorf("%s: %v, want %d, got %.160q", name, err, want.status, answer.String())
	}
	w.idle()
	c := call{kind: k, truth: w.Truth() - truth, charged: w.charged()}
	w.mu.Lock()
	c.held = w.held
	w.mu.Unlock()
	if !want.charge.fits(c) {
		t.Errorf("%s: charged %s, want %s (the model did %s, %s was held)", name, c.charged, want.charge.name, c.truth, c.held)
	}
	if told := answer.Charge(); told != c.charged && (told >= 0 || c.charged > 0) {
		t.Errorf("%s: the client is told %s, %s was charged", name, told, c.charged)
	}
	checkEnd(t, name, k, answer, want.end)
	checkLeaks(t, name, answer)
	if fault == echo.FaultUnavailable && answer.Header.Get("Retry-After") != "7" {
		t.Errorf("%s: Retry-After is %q", name, answer.Header.Get("Retry-After"))
	}
	if followed := w.Model.Tally().Redirected; followed != 0 {
		t.Errorf("%s: a redirect was followed", name)
	}
}

// checkEnd looks how a stream ended.
func checkEnd(t *testing.T, name string, k kind, answer apptest.Answer, end string) {
	t.Helper()
	body := string(answer.Body)
	events := strings.Split(strings.TrimSuffix(body, "\n\n"), "\n\n")
	last := events[len(events)-1]
	well := k.stream && answer.Status == http.StatusOK && strings.HasSuffix(body, "\n\n") && k.end.MatchString(last)
	failed := k.stream && answer.Status == http.StatusOK && strings.Contains(last, `"error":{`)
	if well != (end == wellFormed) || failed != (end == withError) {
		t.Errorf("%s: want the end %q, got %.160s", name, end, last)
	}
}

// checkLeaks looks for what belongs to the operator.
func checkLeaks(t *testing.T, name string, answer apptest.Answer) {
	t.Helper()
	all := fmt.Sprint(answer.Header, answer.Trailer) + string(answer.Body)
	if strings.Contains(all, echo.Canary) || strings.Contains(all, "987654321") || answer.Header.Get("Set-Cookie") != "" {
		t.Errorf("%s: the client sees what is the operator's: %.1000s", name, all)
	}
}

// TestAModelServerThatIsAwayCostsNothing calls, on every route, a model whose
// server accepts no connection; after a few calls it is not even tried.
func TestAModelServerThatIsAwayCostsNothing(t *testing.T) {
	w := start(t, gateway.Limits{})
	for _, k := range kinds() {
		k.body = awayModel.ReplaceAllString(k.body, "away-$1$2")
		if !strings.Contains(k.body, "away-") {
			continue // its upstream has a kind of its own
		}
		truth := w.begin(echo.FaultNone, nil)
		answer := w.Send(w.request(k))
		if answer.Status != http.StatusBadGateway && answer.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: %.200s", k.name, answer)
		}
		if w.charged() != 0 || w.Truth() != truth {
			t.Errorf("%s: charged %s", k.name, w.charged())
		}
	}
	if sum := w.history(); sum != 0 || w.spent() != 0 {
		t.Errorf("the history has %s, %s is missing", sum, w.spent())
	}
}

// awayModel finds the names that have a model whose server is away.
var awayModel = regexp.MustCompile(`\becho-(1|embed-1|image-1|tts-1|asr-1)(["\r])`)

// TestTheTableHasEveryMode fails when the model learns to misbehave in a new
// way that has no row.
func TestTheTableHasEveryMode(t *testing.T) {
	rows := map[echo.Fault]int{}
	for _, mode := range modes {
		rows[mode.fault]++
	}
	for fault := echo.FaultNone; fault <= echo.LastFault; fault++ {
		if rows[fault] != 1 {
			t.Errorf("fault %d has %d rows", fault, rows[fault])
		}
	}
}
