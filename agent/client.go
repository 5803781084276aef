package agent

import (
	"bytes"
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
// safe for concurrent use and does not retry by itself.
type Client struct {
	base string // no trailing slash
	http *http.Client
	key  Secret
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
	return &Client{base: c.base, http: c.http, key: key}
}

// Base returns the API's base URL, without a trailing slash.
func (c *Client) Base() string { return c.base }

// Challenge fetches a validation token (GET /api_keys/generate_web3_key). It
// lives 15 minutes: fetch it last. Check it with CheckToken before signing.
func (c *Client) Challenge(ctx context.Context) (string, error) {
	var answer struct {
		Data struct {
			Token string `json:"token"`
		} `json:"data"`
	}
	if err := c.anonymous().call(ctx, http.MethodGet, mintPath, nil, &answer); err != nil {
		return "", err
	}
	return answer.Data.Token, nil
}

// Mint exchanges a signed validation token for an API key
// (POST /api_keys/generate_web3_key). Address is the wallet's, in any case;
// signature is 0x and hex digits.
func (c *Client) Mint(ctx context.Context, address, token, signature string, spec KeySpec) (NewKey, error) {
	body := struct {
		KeySpec
		Address   string `json:"address"`
		Signature string `json:"signature"`
		Token     string `json:"token"`
	}{spec, address, signature, token}
	return c.anonymous().newKey(ctx, mintPath, body, token, signature, strings.TrimPrefix(signature, "0x"))
}

// CreateKey makes a further key; it needs an ADMIN key.
func (c *Client) CreateKey(ctx context.Context, spec KeySpec) (NewKey, error) {
	return c.newKey(ctx, "/api_keys", spec)
}

func (c *Client) newKey(ctx context.Context, path string, body any, secrets ...string) (NewKey, error) {
	var answer struct {
		Data struct {
			NewKey
			APIKey string `json:"apiKey"`
		} `json:"data"`
	}
	if err := c.call(ctx, http.MethodPost, path, body, &answer, secrets...); err != nil {
		return NewKey{}, err
	}
	key := answer.Data.NewKey
	key.Secret = NewSecret(answer.Data.APIKey)
	if err := checkKeyText(answer.Data.APIKey); err != nil {
		return NewKey{}, err
	}
	return key, nil
}

// checkKeyText makes sure that what the server calls a key fits in a header.
func checkKeyText(text string) error {
	if len(text) < 8 || len(text) > 512 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("the server's answer holds no usable API key")
	}
	return nil
}

// Keys lists the account's keys, without their secrets; it needs an ADMIN key.
func (c *Client) Keys(ctx context.Context) ([]KeyInfo, error) {
	var answer struct {
		Data []KeyInfo `json:"data"`
	}
	err := c.call(ctx, http.MethodGet, "/api_keys", nil, &answer)
	return answer.Data, err
}

// Key returns one key, without its secret.
func (c *Client) Key(ctx context.Context, id string) (KeyInfo, error) {
	var answer struct {
		Data KeyInfo `json:"data"`
	}
	err := c.call(ctx, http.MethodGet, "/api_keys/"+url.PathEscape(id), nil, &answer)
	return answer.Data, err
}

// UpdateKey changes what the update names and leaves the rest; it needs an
// ADMIN key.
func (c *Client) UpdateKey(ctx context.Context, id string, update KeyUpdate) (KeyInfo, error) {
	body := struct {
		ID string `json:"id"`
		KeyUpdate
	}{id, update}
	var answer struct {
		Data KeyInfo `json:"data"`
	}
	err := c.call(ctx, http.MethodPatch, "/api_keys", body, &answer)
	return answer.Data, err
}

// DeleteKey revokes a key; it needs an ADMIN key.
func (c *Client) DeleteKey(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, "/api_keys?id="+url.QueryEscape(id), nil, nil)
}

// RateLimits returns what the key may do now. It is the cheapest route that
// tells a working key from a revoked one.
func (c *Client) RateLimits(ctx context.Context) (RateLimits, error) {
	var answer struct {
		Data RateLimits `json:"data"`
	}
	err := c.call(ctx, http.MethodGet, "/api_keys/rate_limits", nil, &answer)
	return answer.Data, err
}

// Balance returns what the account can spend now.
func (c *Client) Balance(ctx context.Context) (Balance, error) {
	var answer Balance
	err := c.call(ctx, http.MethodGet, "/billing/balance", nil, &answer)
	return answer, err
}

// Models lists the models of a type: text, embedding, or all.
func (c *Client) Models(ctx context.Context, modelType string) ([]Model, error) {
	var answer struct {
		Data []Model `json:"data"`
	}
	err := c.call(ctx, http.MethodGet, "/models?type="+url.QueryEscape(modelType), nil, &answer)
	return answer.Data, err
}

// Chat calls a text model and waits for the whole answer.
func (c *Client) Chat(ctx context.Context, request ChatRequest) (ChatAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, chatTimeout)
	defer cancel()
	var answer ChatAnswer
	err := c.send(ctx, http.MethodPost, "/chat/completions", request, &answer)
	return answer, err
}

func (c *Client) anonymous() *Client { return c.WithKey(Secret{}) }

func (c *Client) call(ctx context.Context, method, path string, body, answer any, secrets ...string) error {
	ctx, cancel := context.WithTimeout(ctx, managementTimeout)
	defer cancel()
	return c.send(ctx, method, path, body, answer, secrets...)
}

// send makes one request. Secrets are values that the body carries; they are
// taken out of everything that the server says about the request.
func (c *Client) send(ctx context.Context, method, path string, body, answer any, secrets ...string) error {
	route, _, _ := strings.Cut(path, "?")
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return &TransportError{Method: method, Route: route, err: withoutURL(err)}
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return &TransportError{Method: method, Route: route, err: withoutURL(err)}
	}
	if response.StatusCode != http.StatusOK {
		return newAPIError(method, route, response, data, append(secrets, c.key.Reveal()))
	}
	if len(data) > maxAnswer {
		return fmt.Errorf("%s %s: the answer is longer than %d bytes", method, route, maxAnswer)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(data, answer); err != nil {
		// The decoder's text may quote the answer, and with it a key.
		return fmt.Errorf("%s %s: the answer is not the JSON that this route promises: is %s an API of this kind?",
			method, route, c.base)
	}
	return nil
}

func (c *Client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var reader io.Reader
	if body != nil {
		encoded, err := stdjson.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: the request does not encode: %w", method, path, err)
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	if err != nil {
		return nil, fmt.Errorf("%s: the address does not parse", method)
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if !c.key.IsZero() {
		request.Header.Set("Authorization", "Bearer "+c.key.Reveal())
	}
	return request, nil
}
