package upstream

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func defaults() *policy {
	p := &policy{}
	p.setDefaults()
	return p
}

func TestBackOffDoublesUpToItsLimit(t *testing.T) {
	p := defaults()
	for n, seconds := range []float64{1, 2, 4, 8, 16, 30, 30, 30} {
		if got := p.backoff(n); got.Seconds() != seconds {
			t.Errorf("ejection %d lasts %v", n, got)
		}
	}
	if got := p.backoff(1 << 30); got != 30*time.Second {
		t.Errorf("a late ejection lasts %v", got)
	}
}

func TestOnlyFailuresInARowEject(t *testing.T) {
	var h health
	p := defaults()
	for range 2 {
		h.failed(noon, true, false, p)
	}
	h.answered(false)
	h.succeeded()
	for range 2 {
		if h.failed(noon, true, false, p) {
			t.Fatal("failures before a success count")
		}
	}
	if !h.failed(noon, true, false, p) || h.standing(noon, false) != out {
		t.Errorf("three failures in a row leave it %v", h.standing(noon, false))
	}
}

// An answer that begins well and breaks off is no success.
func TestAServerThatAlwaysBreaksOffIsEjected(t *testing.T) {
	var h health
	p := defaults()
	for range p.failures {
		h.answered(false)
		h.failed(noon, true, false, p)
	}
	if h.standing(noon, false) != out {
		t.Error("it is still trusted")
	}
}

func TestOneCallTestsAServerWhoseTimeIsOver(t *testing.T) {
	var h health
	p := defaults()
	for range p.failures {
		h.failed(noon, false, false, p)
	}
	at := noon
	for round := range 8 {
		if h.standing(at, true) != resting {
			t.Fatalf("round %d: it is not left alone", round)
		}
		at = at.Add(p.backoff(round))
		if h.standing(at, true) != due {
			t.Fatalf("round %d: its time is over, and it is %v", round, h.standing(at, true))
		}
		h.testing = true
		if h.standing(at, true) != resting {
			t.Fatalf("round %d: two calls test it", round)
		}
		h.failed(at, false, true, p)
	}
	at = at.Add(p.most)
	h.testing = true
	if !h.answered(true) || h.standing(at, true) != trusted {
		t.Error("a good answer does not bring it back")
	}
}

// A silent server is asked by the prober, and by a call only where there is
// no prober.
func TestCallsDoNotTestASilentServerIfTheProberDoes(t *testing.T) {
	var h health
	p := defaults()
	for range p.failures {
		h.failed(noon, true, false, p)
	}
	later := noon.Add(time.Hour)
	if h.standing(later, true) != out || h.standing(later, false) != due {
		t.Errorf("with a prober %v, without %v", h.standing(later, true), h.standing(later, false))
	}
}

func TestHealthKeepsItsRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &policy{failures: rapid.IntRange(-1, 4).Draw(t, "failures")}
		p.setDefaults()
		var h health
		now, inARow, testing := noon, 0, 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "pause")) * time.Millisecond)
			before := h.standing(now, false)
			tested := before == due && rapid.Bool().Draw(t, "test")
			if tested {
				h.testing = true
				testing++
			}
			switch rapid.SampledFrom([]string{"fails", "succeeds", "begins"}).Draw(t, "event") {
			case "fails":
				inARow++
				ejected := h.failed(now, rapid.Bool().Draw(t, "unanswered"), tested, p)
				if ejected && (p.failures < 0 || inARow < p.failures && !tested) {
					t.Fatalf("ejected after %d failures", inARow)
				}
				if ejected && (h.until.Sub(now) < p.first || h.until.Sub(now) > p.most) {
					t.Fatalf("ejected for %v", h.until.Sub(now))
				}
				if before == trusted && inARow >= p.failures && p.failures > 0 && !ejected {
					t.Fatalf("still trusted after %d failures", inARow)
				}
			case "succeeds":
				h.answered(tested)
				h.succeeded()
				inARow = 0
				if h.standing(now, true) != trusted || h.rounds != 0 {
					t.Fatal("a success does not bring it back")
				}
			case "begins":
				if h.answered(tested) {
					inARow = 0
				}
				if h.standing(now, true) != trusted {
					t.Fatal("an answer does not bring it back")
				}
			}
			if h.testing {
				t.Fatal("a test that has ended still counts as running")
			}
		}
	})
}
