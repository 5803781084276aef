package chaos_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/money"
)

const (
	crowd        = 1000 // concurrent calls
	crowdTokens  = 8    // of output that each call asks and pays for
	crowdLimit   = 2 * time.Minute
	crowdTimeout = 100 * time.Second // of a call upstream: longer than everybody takes to be decided
)

// F08: a thousand callers at once with room for exactly k of them. The model
// answers nobody before all have been decided on, so that nothing is given
// back meanwhile: exactly k calls reach it, and all others are refused.
func TestExactlyAsManyCallsAsThereIsRoomForReachTheModel(t *testing.T) {
	for _, engine := range []struct {
		name     string
		postgres bool
	}{{"PostgreSQL, 3 replicas", true}, {"SQLite", false}} {
		t.Run(engine.name, func(t *testing.T) {
			d := deploy(t, options{postgres: engine.postgres, upstreamTimeout: crowdTimeout})
			insideOneEpoch(t, d.country.now)
			c := newCrowd(t, d)
			repeats := number(t, repeatsVariable, 1)
			for range repeats {
				for _, k := range []int{0, 1, 10, 999} {
					c.rush(t, k)
				}
			}
			r := row{name: fmt.Sprintf("%d at once, room for 0, 1, 10, 999, %d times; %s", crowd, repeats, engine.name), audit: c.compare(t)}
			report(r)
		})
	}
}

// crowd is a load of which every call holds the same.
type crowdLoad struct {
	*load
	admin *spender
	bound money.Nano
}

// newCrowd makes one call to learn what a call holds.
func newCrowd(t *testing.T, d *deployment) *crowdLoad {
	t.Helper()
	c := &crowdLoad{load: newLoad(d, crowd), admin: d.mint(d.country.wallets[0])[0]}
	status, receipt := c.one(d.replicas[0], c.admin)
	if receipt == nil {
		t.Fatalf("the first call was answered %d", status)
	}
	c.receipts = append(c.receipts, *receipt)
	d.settle()
	var detail string
	err := d.books.QueryRowContext(t.Context(), "SELECT detail FROM calls WHERE hold_id = $1", receipt.requestID).Scan(&detail)
	if err != nil {
		t.Fatal(err)
	}
	c.bound = heldFor(t, detail)
	return c
}

// heldFor reads what was held for a call: the money among its parts, each of
// which begins with what is counted and how much.
func heldFor(t *testing.T, detail string) (sum money.Nano) {
	t.Helper()
	sections := strings.Split(detail, "|")
	for _, part := range strings.Split(sections[1], ";") {
		fields := strings.Fields(part)
		if len(fields) < 3 || fields[0] != "DIEM" && fields[0] != "USD" {
			continue
		}
		amount, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += money.Nano(amount)
	}
	if sum == 0 {
		t.Fatalf("nothing was held by %q", detail)
	}
	return sum
}

func (c *crowdLoad) one(replica *replica, spender *spender) (int, *receipt) {
	ctx, cancel := context.WithTimeout(context.Background(), crowdLimit)
	defer cancel()
	marker := spender.marker(c.next.Add(1))
	return c.exchange(ctx, replica, spender, marker, map[string]any{
		"model": "small", "max_tokens": crowdTokens, "messages": []any{map[string]string{"role": "user", "content": marker}},
	}, false)
}

// rush lets everybody call at once with a key that has room for k calls and
// almost one more.
func (c *crowdLoad) rush(t *testing.T, k int) {
	t.Helper()
	room := money.Nano(0)
	if k > 0 {
		room = money.Nano(k+1)*c.bound - 1
	}
	key := c.newKey("/api_keys", c.admin.wallet, c.admin.secret, map[string]any{
		"apiKeyType": "INFERENCE", "description": "crowd", "consumptionLimit": map[string]money.Nano{"diem": room},
	}, room.String())
	before := c.model.arrived()
	c.model.shut()
	defer c.model.open()
	var refused, answered atomic.Int64
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range crowd {
		group.Go(func() {
			<-start
			c.insist(t, c.replicas[i%len(c.replicas)], key, &answered, &refused)
		})
	}
	close(start)
	took := within(t, crowdLimit, "a decision on everybody", func() (bool, error) {
		return int(refused.Load())+c.model.arrived()-before >= crowd, nil
	})
	reached := c.model.arrived() - before
	c.model.open()
	group.Wait()
	if reached != k || c.model.arrived()-before != k || int(answered.Load()) != k || int(refused.Load()) != crowd-k {
		t.Errorf("room for %d of %d: %d reached the model, %d were answered, %d refused", k, crowd, reached, answered.Load(), refused.Load())
	}
	t.Logf("room for %d of %d: %d reached the model, decided in %s", k, crowd, reached, took)
}

// insist calls until there is an answer or a refusal that money is the reason of.
func (c *crowdLoad) insist(t *testing.T, replica *replica, key *spender, answered, refused *atomic.Int64) {
	for {
		status, receipt := c.one(replica, key)
		switch {
		case receipt != nil:
			answered.Add(1)
			c.mu.Lock()
			c.receipts = append(c.receipts, *receipt)
			c.mu.Unlock()
			return
		case status == http.StatusPaymentRequired, status == http.StatusTooManyRequests:
			refused.Add(1)
			return
		case status == http.StatusServiceUnavailable: // nothing was sent
			<-time.After(afterError)
		default:
			t.Errorf("a call was answered %d", status)
			return
		}
	}
}
