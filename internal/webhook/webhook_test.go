package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"stakegate/internal/money"
	"stakegate/internal/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The example of the specification's libraries.
const vectorSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func secrets(t testing.TB, text string) webhook.Secrets {
	t.Helper()
	parsed, err := webhook.ParseSecrets(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestMessagesAreSignedAsTheSpecificationSays(t *testing.T) {
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	sign := func(text string) string {
		return secrets(t, text).Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	}
	if got := sign(vectorSecret + "\n"); got != want {
		t.Errorf("the signature is %s, want %s", got, want)
	}
	other := "whsec_" + strings.Repeat("QUJD", 10)
	if got := strings.Fields(sign(other + "\n" + vectorSecret)); len(got) != 2 || got[1] != want || got[0] == want {
		t.Errorf("with two secrets: %v", got)
	}
}

func TestSecretsThatAreNoneAreRefusedAndNotQuoted(t *testing.T) {
	for _, text := range []string{"", "\n", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!!!!", vectorSecret + "\nwhsec_x", "whsec_" + strings.Repeat("QUJD", 30)} {
		if parsed, err := webhook.ParseSecrets(text); err == nil || strings.Contains(err.Error(), "MfKQ") {
			t.Errorf("%q gives %v, %v", text, parsed, err)
		}
	}
}

func reached(t testing.TB, spent webhook.Spent) []int {
	t.Helper()
	notices, err := webhook.Notices(spent, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	var thresholds []int
	for _, notice := range notices {
		thresholds = append(thresholds, notice.Threshold)
	}
	return thresholds
}

func TestThresholdsAreReachedByWhatIsChargedRoundedToAPercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(0, int64(money.Max)).Draw(t, "limit")
		spent := rapid.OneOf(rapid.Int64Range(0, int64(money.Max)), rapid.Just(limit/2), rapid.Just(limit/100*80), rapid.Just(limit/200*199)).Draw(t, "spent")
		var want []int
		for _, threshold := range webhook.Thresholds {
			// 200 spent + limit >= 2 threshold limit
			left := new(big.Int).Add(new(big.Int).Mul(big.NewInt(spent), big.NewInt(200)), big.NewInt(limit))
			right := new(big.Int).Mul(big.NewInt(limit), big.NewInt(int64(2*threshold)))
			if limit > 0 && spent > 0 && left.Cmp(right) >= 0 {
				want = append(want, threshold)
			}
		}
		notices, err := webhook.Notices(webhook.Spent{Limit: money.Nano(limit), Spent: money.Nano(spent)}, time.Unix(0, 0))
		var got []int
		for _, notice := range notices {
			got = append(got, notice.Threshold)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%d of %d reaches %v, want %v; %v", spent, limit, got, want, err)
		}
	})
}

func TestANoticeSaysWhoseAndHowMuchUnderAnIDThatStays(t *testing.T) {
	spent := webhook.Spent{AccountID: "0xabc", KeyID: "k1", Currency: money.DIEM, Window: "20261123", Limit: 1_000_000_000, Spent: 800_000_000}
	first, err := webhook.Notices(spent, time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	later := spent
	later.Spent, later.Limit = 950_000_000, 1_100_000_000
	again, err := webhook.Notices(later, time.Unix(99, 0))
	if err != nil || len(first) != 2 || first[0].ID != again[0].ID || first[1].ID != again[1].ID || first[0].ID == first[1].ID {
		t.Errorf("the ids are %v and %v, %v", first, again, err)
	}
	for _, other := range []webhook.Spent{
		{AccountID: "0xabc", Currency: money.DIEM, Window: "20261123"}, {AccountID: "0xabc", KeyID: "k2", Currency: money.DIEM, Window: "20261123"},
		{AccountID: "0xabc", KeyID: "k1", Currency: money.USD, Window: "20261123"}, {AccountID: "0xabc", KeyID: "k1", Currency: money.DIEM, Window: "20261124"},
	} {
		other.Limit, other.Spent = 2, 1
		if notices, err := webhook.Notices(other, time.Unix(1, 0)); err != nil || notices[0].ID == first[0].ID {
			t.Errorf("%+v has the same id", other)
		}
	}
	want := `{"type":"threshold.reached","timestamp":"1970-01-01T00:00:01Z","data":{"scope":"key","account":"0xabc","apiKeyId":"k1",` +
		`"currency":"DIEM","window":"20261123","threshold":80,"limit":1,"spent":0.8}}`
	if string(first[1].Body) != want || !json.Valid(first[1].Body) {
		t.Errorf("the body is %s", first[1].Body)
	}
	if got := reached(t, webhook.Spent{Limit: 10, Spent: 20}); len(got) != 3 {
		t.Errorf("beyond a limit that was lowered: %v", got)
	}
}

func TestURLsThatLeaveTheMachineInTheClearAreRefused(t *testing.T) {
	for url, good := range map[string]bool{
		"https://hooks.example.org/x": true, "http://127.0.0.1:9/": true, "http://localhost/": true, "http://[::1]/": true,
		"http://hooks.example.org/": false, "http://10.0.0.1/": false, "ftp://x/": false, "hooks": false, "https://a:b@x/": false, "": false,
	} {
		if _, err := webhook.New(webhook.Config{URL: url}); (err == nil) != good {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// memory is an outbox without a database.
type memory struct {
	mu       sync.Mutex
	spending []webhook.Spent
	rows     map[string]*row
	broken   bool
}

type row struct {
	webhook.Notice
	next      time.Time
	retried   bool
	over      bool
	delivered bool
}

var errBroken = errors.New("the database is away")

func (m *memory) Spending(context.Context, time.Time) ([]webhook.Spent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return nil, errBroken
	}
	return m.spending, nil
}

func (m *memory) AddNotices(_ context.Context, notices []webhook.Notice, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, notice := range notices {
		if m.rows[notice.ID] == nil {
			m.rows[notice.ID] = &row{Notice: notice, next: now}
		}
	}
	return nil
}

func (m *memory) ClaimNotice(_ context.Context, now time.Time, lease time.Duration) (webhook.Notice, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if !r.over && !r.next.After(now) {
			taken := r.Notice
			r.next, r.Attempts = now.Add(lease), r.Attempts+1
			return taken, true, nil
		}
	}
	return webhook.Notice{}, false, nil
}

func (m *memory) EndNotice(_ context.Context, id string, delivered bool, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[id].over, m.rows[id].delivered = true, delivered
	return nil
}

func (m *memory) RetryNotice(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[id].next, m.rows[id].retried = at, true
	return nil
}

var half = []webhook.Spent{{AccountID: "0xabc", Currency: money.DIEM, Window: "life", Limit: 2, Spent: 1}}

// A receiver that fails gets the same message again and again, under one id,
// each time signed for its own time; for three days.
func TestWhatIsNotTakenIsSentAgainForThreeDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type attempt struct {
			id, body string
			at       int64
		}
		var attempts []attempt
		var mu sync.Mutex
		taker := roundTrip(func(r *http.Request) int {
			body, _ := io.ReadAll(r.Body)
			at, _ := strconv.ParseInt(r.Header.Get("Webhook-Timestamp"), 10, 64)
			id := r.Header.Get("Webhook-Id")
			if got, want := r.Header.Get("Webhook-Signature"), secrets(t, vectorSecret).Sign(id, time.Unix(at, 0), body); got != want {
				t.Errorf("signed with %s, want %s", got, want)
			}
			mu.Lock()
			defer mu.Unlock()
			attempts = append(attempts, attempt{id, string(body), at})
			return http.StatusInternalServerError
		})
		outbox := &memory{spending: half, rows: map[string]*row{}}
		results := map[string]int{}
		sender, err := webhook.New(webhook.Config{
			URL: "https://hooks.example.org/", Secrets: secrets(t, vectorSecret), Outbox: outbox, Now: time.Now,
			Observe: func(result string) { results[result]++ },
		})
		if err != nil {
			t.Fatal(err)
		}
		sender.SetTransport(taker)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); sender.Run(ctx) }()
		<-time.After(10 * 24 * time.Hour)
		stop()
		<-done
		first, last := attempts[0], attempts[len(attempts)-1]
		for _, one := range attempts {
			if one.id != first.id || one.body != first.body {
				t.Errorf("%v is another message than %v", one, first)
			}
		}
		if days := float64(last.at-first.at) / 86400; days < 2 || days > 4 || results[webhook.GivenUp] != 1 || results[webhook.Failed] != len(attempts)-1 {
			t.Errorf("%d attempts in %v days: %v", len(attempts), days, results)
		}
		if second := attempts[1].at - first.at; second < 5 || second > 30 {
			t.Errorf("the second attempt comes after %d s", second)
		}
	})
}

type roundTrip func(*http.Request) int

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: f(r), Body: http.NoBody, Header: http.Header{}, Request: r}, nil
}

func TestADeliveredMessageIsNotSentAgainAndARedirectIsNoDelivery(t *testing.T) {
	var elsewhere, taken atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	status := atomic.Int64{}
	status.Store(http.StatusTemporaryRedirect)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		taken.Add(1)
		w.Header().Set("Location", other.URL)
		w.WriteHeader(int(status.Load()))
	}))
	defer server.Close()
	outbox := &memory{spending: half, rows: map[string]*row{}, broken: true}
	var clock atomic.Int64
	sender, err := webhook.New(webhook.Config{
		URL: server.URL, Secrets: secrets(t, vectorSecret), Outbox: outbox, Every: time.Millisecond,
		Now: func() time.Time { return time.Unix(clock.Load(), 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); sender.Run(ctx) }()
	eventually(t, func() bool { // it lives through a database that is away
		outbox.mu.Lock()
		defer outbox.mu.Unlock()
		outbox.broken = false
		return true
	})
	every := func(holds func(*row) bool) func() bool {
		return func() bool {
			outbox.mu.Lock()
			defer outbox.mu.Unlock()
			for _, r := range outbox.rows {
				if !holds(r) {
					return false
				}
			}
			return len(outbox.rows) > 0
		}
	}
	eventually(t, every(func(r *row) bool { return r.retried }))
	status.Store(http.StatusNoContent)
	clock.Store(3600)
	eventually(t, every(func(r *row) bool { return r.delivered }))
	clock.Store(1_000_000)
	stop()
	<-done
	if taken.Load() != 2 || elsewhere.Load() != 0 {
		t.Errorf("taken %d times, and %d times elsewhere", taken.Load(), elsewhere.Load())
	}
}

func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatal("not within ten seconds")
		}
		<-ticker.C
	}
}
