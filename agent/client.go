package agent

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	maxAnswer         = 8 << 20          // bytes of any answer
	managementTimeout = 30 * time.Second // everything but model calls
	chatTimeout       = 5 * time.Minute
	userAgent         = "stakegate-agent/1"
)

// Client calls one server's API: Venice's, or any that speaks the same. It is
// safe for concurrent use. It repeats nothing by itself; WithRetry gives one
// that does.
//
// Errors are *[APIError], which is an answer, or *[TransportError], which is
// none, or say that an answer was not what the route promises. [Retryable] and
// [NextStep] tell of any of them what can be done about it.
type Client struct {
	base  string // no trailing slash
	http  *http.Client
	key   Secret
	retry Retry
}

// NewClient makes a client for a base URL such as https://api.venice.ai/api/v1.
// Plain http is for loopback hosts only. A nil transport gives one that uses no
// proxy from the environment; redirects are never followed, because a server
// that moves a request elsewhere would move the key or the signature with it.
func NewClient(apiBase string, transport http.RoundTripper) (*Client, error) {
	base, err := checkBase(apiBase)
	if err != nil {
		return nil, err
	}
	if transport == nil {
		transport = ownTransport()
	}
	return &Client{base: base, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func ownTransport() http.RoundTripper {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout:     30 * time.Second,
		ForceAttemptHTTP2:   true,
	}
}

// checkBase returns the URL in one spelling, or says what is wrong with it.
func checkBase(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return "", errors.New("the API address is not a URL such as https://api.venice.ai/api/v1")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("the API address must be a plain URL, without user, query or fragment")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("the API address must start with https://")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", fmt.Errorf("the API at %s must be called over https; plain http is for this machine only", u.Host)
	}
	return origin(u) + strings.TrimRight(u.EscapedPath(), "/"), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// WithKey returns a client that authenticates with the key.
func (c *Client) WithKey(key Secret) *Client {
	with := *c
	with.key = key
	return &with
}

// Base returns the API's base URL, without a trailing slash.
func (c *Client) Base() string { return c.base }

func (c *Client) anonymous() *Client { return c.WithKey(Secret{}) }

// exchange is one call of a route.
type exchange struct {
	method, path string
	body, answer any
	// accept is the answer's type; "" is JSON.
	accept string
	// secrets are values that the body carries; they are taken out of everything
	// that the server says about the request.
	secrets []string
	// idempotencyKey stands for this one call; "" for none.
	idempotencyKey string
	timeout        time.Duration // of one try; 0 is managementTimeout
	limit          int64         // bytes of the answer; 0 is maxAnswer
	// once says that a second try may do a second thing, unless the server said
	// that the first did none.
	once bool
}

func (e exchange) route() string {
	route, _, _ := strings.Cut(e.path, "?")
	return route
}

// call does the exchange, and again as far as the client's Retry allows.
func (c *Client) call(ctx context.Context, e exchange) error {
	if e.timeout == 0 {
		e.timeout = managementTimeout
	}
	again := retryable
	if e.once {
		again = refusedForNow
	}
	return c.retry.backoff().do(ctx, again, func() error {
		ctx, cancel := context.WithTimeout(ctx, e.timeout)
		defer cancel()
		return c.send(ctx, e)
	})
}

// send makes one request.
func (c *Client) send(ctx context.Context, e exchange) error {
	request, err := c.request(ctx, e)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return &TransportError{Method: e.method, Route: e.route(), err: withoutURL(err)}
	}
	defer func() { _ = response.Body.Close() }()
	limit := cmp.Or(e.limit, maxAnswer)
	data, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return &TransportError{Method: e.method, Route: e.route(), err: withoutURL(err)}
	}
	if response.StatusCode != http.StatusOK {
		return newAPIError(e.method, e.route(), response, data, append(e.secrets, c.key.Reveal()))
	}
	if int64(len(data)) > limit {
		return fmt.Errorf("%s %s: the answer is longer than %d bytes", e.method, e.route(), limit)
	}
	switch answer := e.answer.(type) {
	case nil:
		return nil
	case *document:
		answer.header, answer.body = response.Header, data
		return nil
	}
	if err := json.Unmarshal(data, e.answer); err != nil {
		// The decoder's text may quote the answer, and with it a key.
		return fmt.Errorf("%s %s: the answer is not the JSON that this route promises: is %s an API of this kind?",
			e.method, e.route(), c.base)
	}
	return nil
}

// document is an answer that is not JSON.
type document struct {
	header http.Header
	body   []byte
}

func (c *Client) request(ctx context.Context, e exchange) (*http.Request, error) {
	var reader io.Reader
	if e.body != nil {
		encoded, err := stdjson.Marshal(e.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: the request does not encode: %w", e.method, e.route(), err)
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, e.method, c.base+e.path, reader)
	if err != nil {
		return nil, fmt.Errorf("%s: the address does not parse", e.method)
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept", cmp.Or(e.accept, "application/json"))
	if e.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if e.idempotencyKey != "" {
		request.Header.Set("Idempotency-Key", e.idempotencyKey)
	}
	if !c.key.IsZero() {
		request.Header.Set("Authorization", "Bearer "+c.key.Reveal())
	}
	return request, nil
}
