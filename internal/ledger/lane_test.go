package ledger

import (
	"testing"
	"time"
)

// collecting is a lane whose turns are given to a script: so many operations
// come in each of them.
func collecting(arrivals ...int) (l *lane, given *int) {
	clock := time.Unix(0, 0)
	engine := NewEngine(nil, EngineConfig{QueueLength: 1000, MaxBatch: 100, Now: func() time.Time { return clock }})
	l, given = engine.lanes[0], new(int)
	engine.yield = func() {
		*given++
		clock = clock.Add(100 * time.Microsecond)
		if len(arrivals) > 0 {
			for range arrivals[0] {
				l.queue <- &call{}
			}
			arrivals = arrivals[1:]
		}
	}
	return l, given
}

func TestABatchWaitsOnlyForThoseWhoAreAtIt(t *testing.T) {
	endless := make([]int, 1000)
	for i := range endless {
		endless[i] = 1
	}
	for name, c := range map[string]struct {
		before, waiting int   // the last batch; operations that wait beside the first
		arrivals        []int // in each turn that is given
		size, turns     int
	}{
		"alone":                         {before: 1, size: 1},
		"two of them":                   {before: 2, waiting: 1, arrivals: []int{5}, size: 2},
		"a crowd that has come":         {before: 1, waiting: 7, size: 8, turns: maxTurns},
		"a crowd that was there before": {before: 8, arrivals: []int{3, 0, 4}, size: 8, turns: 3 + maxTurns},
		"nobody comes any more":         {before: 8, size: 1, turns: maxTurns},
		"a full batch":                  {before: 8, waiting: 98, arrivals: []int{5}, size: 100, turns: 1},
		"more than fit":                 {before: 8, waiting: 200, size: 100},
		"somebody in every turn":        {before: 8, arrivals: endless, size: 1 + int(patience/(100*time.Microsecond)), turns: int(patience / (100 * time.Microsecond))},
	} {
		t.Run(name, func(t *testing.T) {
			l, given := collecting(c.arrivals...)
			l.size = c.before
			for range c.waiting {
				l.queue <- &call{}
			}
			batch := l.collect(&call{})
			if len(batch) != c.size || *given != c.turns || l.size != c.size {
				t.Errorf("%d operations after %d turns, and %d are remembered; want %d after %d", len(batch), *given, l.size, c.size, c.turns)
			}
		})
	}
}
