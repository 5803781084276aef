package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// APIError is an answer other than 200.
type APIError struct {
	Method, Route string
	Status        int
	Code          string        // the server's machine word, "" if it sent none
	Text          string        // the server's sentence; one line, bounded, without secrets
	RetryAfter    time.Duration // what the server asked for, 0 if nothing
	NoRetry       bool          // the server said x-should-retry: false
}

func (e *APIError) Error() string {
	text := e.Text
	if text == "" {
		text = http.StatusText(e.Status)
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
	e.Code, e.Text = errorWords(body)
	e.Code, e.Text = remoteText(e.Code, secrets...), remoteText(e.Text, secrets...)
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		e.Text = "the server redirects to another address; if that is right, use that one as the API address"
	}
	return e
}

// errorWords reads Venice's StandardError and DetailedError and OpenAI's
// error object; other bodies give nothing.
func errorWords(body []byte) (code, text string) {
	var answer struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Error   any    `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return "", ""
	}
	code, text = answer.Code, answer.Message
	switch e := answer.Error.(type) {
	case string:
		text = e
	case map[string]any:
		if message, ok := e["message"].(string); ok {
			text = message
		}
		if word, ok := e["code"].(string); ok && code == "" {
			code = word
		}
	}
	return code, text
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

// retryable reports whether err says of itself that a retry may help.
func retryable(err error) bool {
	var e interface{ Retryable() bool }
	return errors.As(err, &e) && e.Retryable()
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
