package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Outbox keeps what was noticed until it is delivered. Its methods may be called
// by several replicas at once.
type Outbox interface {
	// Spending lists the allocations and limits of the current windows of which
	// a good part is spent.
	Spending(ctx context.Context, now time.Time) ([]Spent, error)
	// AddNotices keeps those whose id is not known yet, to be sent at once.
	AddNotices(ctx context.Context, notices []Notice, now time.Time) error
	// ClaimNotice takes one that is due, for as long as the lease, and counts the
	// attempt; false: none is.
	ClaimNotice(ctx context.Context, now time.Time, lease time.Duration) (Notice, bool, error)
	// EndNotice notes that one was delivered, or is given up.
	EndNotice(ctx context.Context, id string, delivered bool, now time.Time) error
	// RetryNotice has one sent again at a time.
	RetryNotice(ctx context.Context, id string, at time.Time) error
}

// Results of an attempt, in a word that can label a metric.
const (
	Delivered = "delivered"
	Failed    = "failed"   // it is sent again later
	GivenUp   = "given_up" // it failed for three days
)

// Config is what a Sender is made of.
type Config struct {
	// URL is the operator's own: https, or http to this machine.
	URL     string
	Secrets Secrets
	Outbox  Outbox
	Now     func() time.Time
	Log     *slog.Logger
	// Observe is told how each attempt ended; nil: nobody is.
	Observe func(result string)
	// Every is how often budgets are read; 0: 15 s.
	Every time.Duration
}

// Sender reads budgets, and sends what it finds.
type Sender struct {
	config Config
	client *http.Client
}

const (
	defaultEvery  = 15 * time.Second
	attemptTime   = 10 * time.Second
	lease         = time.Minute // longer than an attempt
	firstRetry    = 5 * time.Second
	longestRetry  = 4 * time.Hour
	mostAttempts  = 28 // some three days
	mostInOneTurn = 256
)

// New makes a Sender. Its URL comes from the operator alone, so it may lead
// into the operator's own network; a redirect to elsewhere is not followed.
func New(config Config) (*Sender, error) {
	to, err := url.Parse(config.URL)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "https" && to.Scheme != "http":
		return nil, errors.New("webhooks.url must be a URL such as https://hooks.example.org/stakegate")
	case to.Scheme == "http" && !isLocal(to.Hostname()):
		return nil, errors.New("webhooks.url must be https, but for this machine: what is sent names accounts")
	case to.User != nil:
		return nil, errors.New("webhooks.url must have no user; messages are signed instead")
	}
	if config.Every <= 0 {
		config.Every = defaultEvery
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Observe == nil {
		config.Observe = func(string) {}
	}
	return &Sender{config: config, client: &http.Client{
		Timeout: attemptTime, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func isLocal(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// Run reads and sends until the context ends. A nil Sender does nothing.
func (s *Sender) Run(ctx context.Context) {
	if s == nil {
		return
	}
	defer s.client.CloseIdleConnections()
	ticker := time.NewTicker(s.config.Every)
	defer ticker.Stop()
	for {
		if err := s.turn(ctx); err != nil && ctx.Err() == nil {
			s.config.Log.Warn("webhooks wait for the database", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// turn looks once, and sends what is due.
func (s *Sender) turn(ctx context.Context) error {
	now := s.config.Now()
	spending, err := s.config.Outbox.Spending(ctx, now)
	if err != nil {
		return err
	}
	var notices []Notice
	for _, spent := range spending {
		reached, err := Notices(spent, now)
		if err != nil {
			return err
		}
		notices = append(notices, reached...)
	}
	if err := s.config.Outbox.AddNotices(ctx, notices, now); err != nil {
		return err
	}
	for range mostInOneTurn {
		notice, due, err := s.config.Outbox.ClaimNotice(ctx, s.config.Now(), lease)
		if err != nil || !due {
			return err
		}
		if err := s.deliver(ctx, notice); err != nil {
			return err
		}
	}
	return nil
}

// deliver makes one attempt. Its error is the outbox's; the lease's end then has
// it sent again.
func (s *Sender) deliver(ctx context.Context, notice Notice) error {
	err := s.post(ctx, notice)
	now := s.config.Now()
	switch {
	case err == nil:
		s.config.Observe(Delivered)
		return s.config.Outbox.EndNotice(ctx, notice.ID, true, now)
	case ctx.Err() != nil: // we are stopping; it is sent again after the lease
		return ctx.Err()
	case notice.Attempts+1 >= mostAttempts:
		s.config.Observe(GivenUp)
		s.config.Log.Error("a webhook is given up", "webhook", notice.ID, "attempts", notice.Attempts+1, "error", err)
		return s.config.Outbox.EndNotice(ctx, notice.ID, false, now)
	}
	s.config.Observe(Failed)
	again := pause(notice.Attempts)
	s.config.Log.Warn("a webhook was not taken", "webhook", notice.ID, "attempt", notice.Attempts+1, "again", again.String(), "error", err)
	return s.config.Outbox.RetryNotice(ctx, notice.ID, now.Add(again))
}

// pause doubles with each attempt, from five seconds to four hours.
func pause(attempts int) time.Duration {
	if attempts > 12 {
		return longestRetry
	}
	return min(firstRetry<<attempts, longestRetry)
}

func (s *Sender) post(ctx context.Context, notice Notice) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.URL, bytes.NewReader(notice.Body))
	if err != nil {
		return err
	}
	at := s.config.Now()
	request.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"stakegate"},
		"Webhook-Id": {notice.ID}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)},
		"Webhook-Signature": {s.config.Secrets.Sign(notice.ID, at, notice.Body)},
	}
	response, err := s.client.Do(request)
	if err != nil {
		var told *url.Error
		if errors.As(err, &told) { // it names the URL, which may have a token in it
			err = told.Err
		}
		return err
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10) // so that the connection can be used again
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("it was answered with %d", response.StatusCode)
	}
	return nil
}
