package chaos_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/devworld/echo"
	"stakegate/internal/money"
)

// Prices in nano DIEM for a token; the catalogue says the same for a million.
const (
	inputPrice  money.Nano = 100_000
	outputPrice money.Nano = 200_000
)

// model is the upstream. It books the true cost of every call when it arrives,
// by the marker that its prompt begins with.
type model struct {
	*httptest.Server
	echo     *echo.Server
	running  atomic.Int64
	gate     atomic.Pointer[gate] // nil: calls are answered at once
	unmarked atomic.Int64

	mu     sync.Mutex
	billed map[string]money.Nano
	twice  []string // markers of calls that were sent twice
}

// gate keeps what has arrived waiting.
type gate struct {
	opened chan struct{}
}

// marked finds a call's marker: who spends, and a number.
var marked = regexp.MustCompile(`marker-(\d{3})-\d{9}`)

func newModel(t *testing.T, pace time.Duration) *model {
	t.Helper()
	m := &model{billed: map[string]money.Nano{}}
	m.echo = echo.New(echo.Config{Delay: pace, Billed: m.bill})
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.running.Add(1)
		defer m.running.Add(-1)
		m.echo.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		m.open()
		m.Server.CloseClientConnections()
		m.Server.Close()
	})
	return m
}

func (m *model) bill(body []byte, prompt, completion int64) {
	marker := marked.FindString(string(body))
	if marker == "" {
		m.unmarked.Add(1)
		return
	}
	m.mu.Lock()
	if _, again := m.billed[marker]; again {
		m.twice = append(m.twice, marker)
	}
	m.billed[marker] += money.Nano(prompt)*inputPrice + money.Nano(completion)*outputPrice
	m.mu.Unlock()
	if gate := m.gate.Load(); gate != nil {
		<-gate.opened
	}
}

// shut makes calls wait that arrive from now on.
func (m *model) shut() { m.gate.Store(&gate{make(chan struct{})}) }

// open lets all calls go on.
func (m *model) open() {
	if gate := m.gate.Swap(nil); gate != nil {
		close(gate.opened)
	}
}

func (m *model) arrived() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.billed)
}

// spenderOf reads who spends from a marker.
func spenderOf(marker string) int {
	parts := marked.FindStringSubmatch(marker)
	index, _ := strconv.Atoi(parts[1]) // three digits
	return index
}
