package chaos_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"
)

const (
	stallTime    = 6 * time.Second
	stallSettles = 500 * time.Millisecond // for what was on its way when the stall began
	stallCalls   = 60
	// answerLimit is how long a call may take to hear that it was not made: 2 s
	// for its hold, and a slow machine.
	answerLimit = 4 * time.Second
)

// F06: the database stops answering without closing a connection. Calls are
// told so soon, nothing is forwarded meanwhile, and when it answers again
// nothing is left held.
func TestStalledDatabase(t *testing.T) {
	d := deploy(t, options{postgres: true, cut: true})
	insideOneEpoch(t, d.country.now)
	customers(d)
	l := newLoad(d, callers)
	l.impolite = false
	if status, _ := l.callOnce(t, 0); status != http.StatusOK {
		t.Fatalf("before the stall: %d", status)
	}
	d.proxy.stall()
	begun := time.Now()
	var group sync.WaitGroup
	for i := range stallCalls {
		group.Go(func() {
			status, took := l.callOnce(t, i)
			if status != http.StatusServiceUnavailable || took > answerLimit {
				t.Errorf("during the stall: %d after %s, want %d within %s", status, took, http.StatusServiceUnavailable, answerLimit)
			}
		})
	}
	<-time.After(stallSettles)
	before := d.model.arrived()
	<-time.After(stallTime - time.Since(begun))
	if now := d.model.arrived(); now != before {
		t.Errorf("%d calls reached the model while the database was stalled", now-before)
	}
	d.proxy.flow()
	group.Wait()
	running, stop := context.WithCancel(t.Context())
	defer stop()
	var clients sync.WaitGroup
	clients.Go(func() { l.run(running) })
	l.recover(t)
	stop()
	clients.Wait()
	settled := d.settle()
	r := row{name: "database stalled for " + stallTime.String() + ", 3 replicas", audit: l.compare(t)}
	t.Logf("nothing was held %s after the last call", settled)
	if r.audit.unknown != 0 {
		t.Errorf("%s were charged for calls of unknown outcome; want none: nothing died", r.audit.unknown)
	}
	report(r)
}

// callOnce makes a call with the first key of a wallet and measures it.
func (l *load) callOnce(t *testing.T, number int) (status int, took time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	spender := l.spenders[0]
	marker := spender.marker(l.next.Add(1))
	begun := time.Now()
	status, finished := l.exchange(ctx, l.replicas[number%len(l.replicas)], spender, marker, map[string]any{
		"model": "small", "messages": []any{map[string]string{"role": "user", "content": marker}},
	}, false)
	took = time.Since(begun)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.statuses[status]++
	if finished != nil {
		l.receipts = append(l.receipts, *finished)
	}
	return status, took
}
