package chaos_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"stakegate/internal/money"
)

// load is many clients that call random replicas with random keys.
type load struct {
	*deployment
	callers  int
	impolite bool // clients hang up in the middle
	next     atomic.Int64

	mu       sync.Mutex
	era      context.Context // a storm ends it
	storm    context.CancelFunc
	statuses map[int]int // of answers; 0 for none
	receipts []receipt
	odd      []string // answers that must not be
}

// receipt is a call that its client saw finished.
type receipt struct {
	marker, requestID string
	spender           *spender
	origin            string
	usd, diem         money.Nano
}

const (
	callLimit  = 20 * time.Second
	afterError = 15 * time.Millisecond // before a client tries again
)

func newLoad(d *deployment, callers int) *load {
	l := &load{deployment: d, callers: callers, impolite: true, statuses: map[int]int{}}
	l.era, l.storm = context.WithCancel(context.Background())
	return l
}

// run calls until the context ends, and returns when the last call is over.
func (l *load) run(ctx context.Context) {
	var group sync.WaitGroup
	for range l.callers {
		group.Go(func() {
			for ctx.Err() == nil {
				replica := l.anyReplica()
				if replica == nil || !l.call(replica, l.anySpender()) {
					<-time.After(afterError)
				}
			}
		})
	}
	group.Wait()
}

// anyReplica is what a load balancer would choose: one that serves, as far as
// it knows; nil if none does.
func (d *deployment) anyReplica() *replica {
	first := rand.IntN(len(d.replicas))
	for i := range d.replicas {
		if r := d.replicas[(first+i)%len(d.replicas)]; r.isServing() {
			return r
		}
	}
	return nil
}

// anySpender is half of the time one without a limit of its own: those with
// one have soon spent it.
func (d *deployment) anySpender() *spender {
	for {
		if s := d.spenders[rand.IntN(len(d.spenders))]; s.limit == "" || rand.IntN(3) == 0 {
			return s
		}
	}
}

// hangUpAll is a storm: every client leaves at once.
func (l *load) hangUpAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.storm()
	l.era, l.storm = context.WithCancel(context.Background())
}

// patience is the context of one call.
func (l *load) patience() (context.Context, context.CancelFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit := callLimit
	if l.impolite && rand.IntN(10) == 0 {
		limit = time.Duration(1+rand.IntN(80)) * time.Millisecond
	}
	return context.WithTimeout(l.era, limit)
}

// call makes one call and reports whether it got an answer that was not an
// error.
func (l *load) call(replica *replica, spender *spender) bool {
	ctx, cancel := l.patience()
	defer cancel()
	marker := spender.marker(l.next.Add(1))
	stream := rand.IntN(2) == 0
	request := map[string]any{
		"model": "small", "stream": stream,
		"messages": []any{map[string]string{"role": "user", "content": marker + strings.Repeat(" chaos", rand.IntN(20))}},
	}
	if stream {
		request["stream_options"] = map[string]bool{"include_usage": true}
	}
	if rand.IntN(3) > 0 {
		request["max_tokens"] = 1 + rand.IntN(40)
	}
	status, finished := l.exchange(ctx, replica, spender, marker, request, stream)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.statuses[status]++
	if finished != nil {
		l.receipts = append(l.receipts, *finished)
	}
	return status == http.StatusOK
}

// exchange sends a request. The receipt is nil unless the answer's end was seen.
func (l *load) exchange(ctx context.Context, replica *replica, spender *spender, marker string, body map[string]any, stream bool) (int, *receipt) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, replica.origin+"/api/v1/chat/completions", bytes.NewReader(text))
	if err != nil {
		return 0, nil
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+spender.secret)
	response, err := l.client.Do(request)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(response.Body) // for its words
		l.checkRefusal(response.StatusCode, answer)
		return response.StatusCode, nil
	}
	read := readWhole
	if stream {
		read = readStream
	}
	r := &receipt{marker: marker, requestID: response.Header.Get("X-Request-Id"), spender: spender, origin: replica.origin}
	if read(response.Body, r) != nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, r
}

// checkRefusal: whatever breaks, a valid key is never told that it is not, nor
// that it failed too often.
func (l *load) checkRefusal(status int, answer []byte) {
	if slices.Contains(refusals, status) && !bytes.Contains(answer, []byte("Too many failed attempts")) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.odd = append(l.odd, http.StatusText(status)+": "+string(answer))
}

// refusals are what a good request may be answered with.
var refusals = []int{
	http.StatusPaymentRequired, http.StatusTooManyRequests, http.StatusBadGateway,
	http.StatusServiceUnavailable, http.StatusGatewayTimeout,
}

var errUnfinished = errors.New("the answer has no end")

// charged is the member of an answer that tells what it cost.
type charged struct {
	Cost *struct{ USD, DIEM json.Number }
}

func (c charged) into(r *receipt) error {
	if c.Cost == nil {
		return errUnfinished
	}
	var err, err2 error
	r.usd, err = money.Parse(c.Cost.USD.String())
	r.diem, err2 = money.Parse(c.Cost.DIEM.String())
	return errors.Join(err, err2)
}

func readWhole(body io.Reader, r *receipt) error {
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	var answer charged
	if err := json.Unmarshal(text, &answer); err != nil {
		return err
	}
	return answer.into(r)
}

func readStream(body io.Reader, r *receipt) error {
	var last charged
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		data, found := strings.CutPrefix(lines.Text(), "data: ")
		switch {
		case !found:
			continue
		case data == "[DONE]":
			return last.into(r)
		}
		if err := json.Unmarshal([]byte(data), &last); err != nil {
			return err
		}
	}
	return errors.Join(errUnfinished, lines.Err())
}
