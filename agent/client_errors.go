package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Errors that a caller may want to tell apart; an *[APIError] is one of them by
// its status.
var (
	// ErrKeyRejected: the server does not know the key: 401.
	ErrKeyRejected = errors.New("the server does not accept this key")
	// ErrNotFound: there is no such key, model or route: 404.
	ErrNotFound = errors.New("the server has no such thing")
	// ErrBudget: the key works, but there is nothing that it could spend: 402.
	ErrBudget = errors.New("the key has nothing to spend")
)

// APIError is an answer other than 200. Texts are the server's: one line,
// bounded, and without the secrets of the request.
type APIError struct {
	Method, Route string
	Status        int
	Code          string        // the server's machine word, "" if it sent none
	Text          string        // the server's sentence
	Advice        string        // the server's word on what to do next, "" if it sent none
	RequestID     string        // to quote when reporting a fault of the server
	Members       []MemberError // what is wrong with which member of the request
	Budget        *BudgetState  // which budget is spent, where the server says so
	RetryAfter    time.Duration // what the server asked for, 0 if nothing
	NoRetry       bool          // the server said x-should-retry: false
}

// MemberError is a complaint about a member of a request.
type MemberError struct {
	Member string // dotted path; "" for the whole
	Text   string
}

// BudgetState is a budget that stood in a call's way.
type BudgetState struct {
	Scope     string  `json:"budget"` // account, key, parent or pool
	Currency  string  `json:"currency"`
	Limit     Decimal `json:"limit"`
	Spent     Decimal `json:"spent"`
	Held      Decimal `json:"held"`
	ResetsAt  string  `json:"resetsAt"` // "" is never
	MaxTokens Decimal `json:"affordable_max_tokens"`
}

// Is makes errors.Is find ErrKeyRejected, ErrNotFound and ErrBudget.
func (e *APIError) Is(target error) bool {
	switch target {
	case ErrKeyRejected:
		return e.Status == http.StatusUnauthorized
	case ErrNotFound:
		return e.Status == http.StatusNotFound
	case ErrBudget:
		return e.Status == http.StatusPaymentRequired
	}
	return false
}

func (e *APIError) Error() string {
	text := e.Text
	if text == "" {
		text = http.StatusText(e.Status)
	}
	for _, member := range e.Members {
		text += fmt.Sprintf("; %s: %s", cmp.Or(member.Member, "request"), member.Text)
	}
	return fmt.Sprintf("%s %s: %s (status %d)", e.Method, e.Route, text, e.Status)
}

// Retryable reports whether the same request may succeed later.
func (e *APIError) Retryable() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return !e.NoRetry
	}
	return false
}

// TransportError is a request without an answer. Whether the server acted on
// it is not known.
type TransportError struct {
	Method, Route string
	err           error
}

func (e *TransportError) Error() string {
	return fmt.Sprintf("%s %s: no answer: %v", e.Method, e.Route, e.err)
}

// Unwrap gives the cause, such as context.Canceled.
func (e *TransportError) Unwrap() error { return e.err }

// Retryable reports true: nothing says that a second try would fail.
func (e *TransportError) Retryable() bool {
	return !errors.Is(e.err, context.Canceled)
}

// withoutURL drops the URL that net/http and the RPC client put into errors:
// providers put access keys into RPC URLs.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

const maxRetryAfter = time.Hour

func newAPIError(method, route string, response *http.Response, body []byte, secrets []string) error {
	e := &APIError{
		Method: method, Route: route, Status: response.StatusCode,
		RetryAfter: retryAfter(response.Header),
		NoRetry:    strings.EqualFold(response.Header.Get("X-Should-Retry"), "false"),
	}
	e.RequestID = remoteText(response.Header.Get("X-Request-Id"), secrets...)
	e.read(body, secrets)
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		e.Text = "the server redirects to another address; if that is right, use that one as the API address"
	}
	return e
}

// read takes the words of Venice's StandardError and DetailedError, of OpenAI's
// error object, and stakegate's budget; other bodies give nothing.
func (e *APIError) read(body []byte, secrets []string) {
	var members map[string]jsontext.Value
	if json.Unmarshal(body, &members) != nil {
		return
	}
	// One at a time: a member of another type must not hide the others.
	text := func(name string) (text string) {
		_ = json.Unmarshal(members[name], &text)
		return text
	}
	var said any
	_ = json.Unmarshal(members["error"], &said)
	e.Code, e.Text = text("code"), text("message")
	switch said := said.(type) {
	case string:
		e.Text, e.Advice = said, e.Text
	case map[string]any:
		if message, ok := said["message"].(string); ok {
			e.Text, e.Advice = message, e.Text
		}
		if word, ok := said["code"].(string); ok && e.Code == "" {
			e.Code = word
		}
	}
	if members["budget"] != nil {
		e.Budget = new(BudgetState)
		_ = json.Unmarshal(body, e.Budget)
	}
	e.Members = memberErrors(members["details"])
	for _, text := range []*string{&e.Code, &e.Text, &e.Advice} {
		*text = remoteText(*text, secrets...)
	}
	for i := range e.Members {
		e.Members[i] = MemberError{remoteText(e.Members[i].Member, secrets...), remoteText(e.Members[i].Text, secrets...)}
	}
	if e.Budget != nil {
		e.Budget.Scope, e.Budget.Currency = remoteText(e.Budget.Scope, secrets...), remoteText(e.Budget.Currency, secrets...)
		e.Budget.ResetsAt = remoteText(e.Budget.ResetsAt, secrets...)
	}
}

// retryAfter reads Retry-After in seconds (RFC 9110 section 10.2.3). The date
// form is not read: it would trust two clocks.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.ParseInt(header.Get("Retry-After"), 10, 64)
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, int64(maxRetryAfter/time.Second)))*time.Second, maxRetryAfter)
}

// Retryable reports whether err says of itself that the same thing may succeed
// later.
func Retryable(err error) bool { return retryable(err) }

func retryable(err error) bool {
	var e interface{ Retryable() bool }
	return errors.As(err, &e) && e.Retryable()
}

// refusedForNow reports whether the server said that it has done nothing yet
// and may do it later: only then may what must not be done twice be repeated.
func refusedForNow(err error) bool {
	var e *APIError
	if !errors.As(err, &e) || e.NoRetry {
		return false
	}
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable && e.RetryAfter > 0
}

// backoff is how retries wait: what the server asks for, or doubling from
// first to a ceiling, bounded in number and in total time.
type backoff struct {
	first, ceiling time.Duration
	tries          int           // at most this many calls
	total          time.Duration // of all the waits; the calls' own time comes on top
}

var apiBackoff = backoff{first: 250 * time.Millisecond, ceiling: 8 * time.Second, tries: 8, total: 90 * time.Second}

// do calls once or more often, while again(err) allows it.
func (b backoff) do(ctx context.Context, again func(error) bool, call func() error) error {
	wait, waited := b.first, time.Duration(0)
	for try := 1; ; try++ {
		err := call()
		if err == nil || try >= b.tries || ctx.Err() != nil || !again(err) {
			return err
		}
		pause := wait
		var answered *APIError
		if errors.As(err, &answered) && answered.RetryAfter > 0 {
			pause = answered.RetryAfter
		}
		if waited += pause; waited > b.total {
			return err
		}
		if sleep(ctx, pause) != nil {
			return err
		}
		wait = min(wait*2, b.ceiling)
	}
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
