package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"stakegate/internal/catalog"
)

// Limits of what is read of an upstream's answer that is an error.
const (
	maxErrorBody  = 64 << 10
	maxKeyFile    = 8 << 10
	maxRetryAfter = time.Hour
)

// userAgent names us to model servers.
const userAgent = "stakegate"

// ReadKeys reads the key file of every upstream that has one; relative paths
// are relative to dir. The keys belong into Config.Keys.
func ReadKeys(c *catalog.Catalog, dir string) (map[string]string, error) {
	keys := map[string]string{}
	for _, u := range c.Upstreams() {
		if u.KeyFile == "" {
			continue
		}
		path := u.KeyFile
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		key, err := readKey(path)
		if err != nil {
			return nil, fmt.Errorf("upstream %s: key_file: %w", u.Name, err)
		}
		keys[u.Name] = key
	}
	return keys, nil
}

func readKey(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return "", err
	}
	key := strings.TrimSpace(string(text))
	if key == "" || len(text) > maxKeyFile || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("%s must hold one line with the key", path)
	}
	return key, nil
}

// NewTransport makes the connections to model servers: pooled, uncompressed,
// and never to a link-local address, where clouds keep their credentials.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: refuseLinkLocal}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    256,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
		// A request on a connection that the server closes at that moment has
		// an unknown outcome and would be charged. Common servers keep idle
		// connections for 5 s or more, so ours are given up earlier.
		IdleConnTimeout: 3 * time.Second,
	}
}

func refuseLinkLocal(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := target.Addr().Unmap(); ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return errors.New("address is not allowed for an upstream")
	}
	return nil
}

// Causes that end an upstream call from our side.
var (
	errTooLong   = errors.New("upstream call took too long")
	errSilent    = errors.New("upstream was silent for too long")
	errKeyEnded  = errors.New("key was revoked or has expired")
	errAbandoned = errors.New("client left and the call could not be finished")
)

// failure is an upstream call without an answer.
type failure struct {
	err *Error
	// free: it is certain that the upstream has nothing to bill.
	free bool
}

// post makes the upstream call, once. On success the answer is a 2xx; its body must be
// closed. The context decides how long it may take.
func (c *paid) post(ctx context.Context, path, accept string, body []byte) (*http.Response, *failure) {
	upstream, _ := c.g.catalog.Upstream(c.model.Upstream)
	var reached atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { reached.Store(true) },
	})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, upstream.URL+path, bytes.NewReader(body))
	if err != nil {
		c.g.log.Error("upstream request cannot be made", "upstream", upstream.Name)
		return nil, &failure{unreachable(), true}
	}
	request.Header = http.Header{
		"Content-Type": {"application/json"}, "Accept": {accept},
		"Accept-Encoding": {"identity"}, "User-Agent": {userAgent},
	}
	if key := c.g.keys[upstream.Name]; key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	// The transport itself, not a client: nothing follows a redirect.
	response, err := c.g.transport.RoundTrip(request)
	if err != nil {
		if !reached.Load() {
			c.g.log.Warn("upstream cannot be reached", "upstream", upstream.Name, "request_id", c.id)
			return nil, &failure{unreachable(), true}
		}
		return nil, &failure{err: c.broken(ctx)}
	}
	if response.StatusCode >= 200 && response.StatusCode <= 299 {
		return response, nil
	}
	defer response.Body.Close()
	return nil, c.reshape(ctx, upstream.Name, response)
}

// reshape turns an upstream's error into ours. Nothing of its text goes on.
func (c *paid) reshape(ctx context.Context, upstream string, response *http.Response) *failure {
	c.g.log.Warn("upstream answered an error", "upstream", upstream, "status", response.StatusCode, "request_id", c.id)
	status := response.StatusCode
	switch {
	case status == http.StatusRequestTimeout, status == 499:
		return &failure{err: c.broken(ctx)} // it gave up in the middle; what it bills is unknown
	case status == http.StatusTooManyRequests:
		return &failure{&Error{
			Status: 429, Code: "MODEL_OVERLOADED", RetryAfter: c.retryAfter(response),
			Message: "The model is overloaded. Nothing was charged. Please try again later.",
		}, true}
	case status == http.StatusServiceUnavailable:
		return &failure{&Error{
			Status: 503, Code: "MODEL_AT_CAPACITY", RetryAfter: c.retryAfter(response),
			Message: "The model is at capacity. Nothing was charged. Please try again later.",
		}, true}
	case status == http.StatusGatewayTimeout:
		return &failure{&Error{
			Status: 504, Code: "REQUEST_TIMEOUT", RetryAfter: time.Second,
			Message: "The model took too long to answer. Nothing was charged.",
		}, true}
	case status == 400, status == 413, status == 415, status == 422:
		return &failure{refusedByModel(response), true}
	default: // redirects, missing models, bad credentials, broken servers: the operator's to mend
		return &failure{&Error{
			Status: 502, Code: "INFERENCE_FAILED", RetryAfter: time.Second,
			Message: "Inference processing failed: the model server answered with an error. Nothing was charged.",
		}, true}
	}
}

// refusedByModel explains a 400 of the upstream as far as its code is one of
// those that everybody uses.
func refusedByModel(response *http.Response) *Error {
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	members, _ := object(body)
	detail, _ := find(members, "error")
	inner, _ := object(detail)
	codeValue, _ := find(inner, "code")
	if code, _ := str(codeValue); code == "context_length_exceeded" {
		return &Error{
			Status: 400, Code: "TOO_MANY_TOKENS", Member: "messages", NoRetry: true,
			Message: "and the output cap are more than the model's context holds",
		}
	}
	return &Error{
		Status: 400, Code: "INVALID_REQUEST", NoRetry: true,
		Message: "The model server refused the request as invalid (status " + strconv.Itoa(response.StatusCode) +
			"). Nothing was charged.",
	}
}

// retryAfter reads seconds or a date (RFC 9110 section 10.2.3), within bounds.
func (c *paid) retryAfter(response *http.Response) time.Duration {
	text := response.Header.Get("Retry-After")
	after := time.Second
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		after = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		after = at.Sub(c.g.now())
	}
	return min(max(after, time.Second), maxRetryAfter)
}

func unreachable() *Error {
	return &Error{
		Status: 502, Code: "UPSTREAM_UNAVAILABLE", RetryAfter: time.Second,
		Message: "The model server could not be reached. Nothing was charged.",
	}
}

// broken is the error of a call that ended without an answer although the
// upstream may bill it. The context's cause tells whose doing it was.
func (c *paid) broken(ctx context.Context) *Error {
	const charged = " The call was charged in full, because its cost is unknown."
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errTooLong), errors.Is(cause, errSilent):
		return &Error{
			Status: 504, Code: "REQUEST_TIMEOUT", NoRetry: true,
			Message: "The model took too long to answer." + charged,
		}
	case errors.Is(cause, errKeyEnded):
		return &Error{
			Status: 401, Code: "AUTHENTICATION_FAILED_INACTIVE_KEY", NoRetry: true,
			Message: "The API key was revoked or has expired while the call was running." + charged,
		}
	case errors.Is(cause, errAbandoned):
		return clientLeft()
	case errors.Is(cause, errShutdown):
		return &Error{
			Status: 503, Code: "SERVICE_UNAVAILABLE", NoRetry: true,
			Message: "The server is shutting down." + charged,
		}
	default:
		return &Error{
			Status: 502, Code: "INFERENCE_FAILED", NoRetry: true,
			Message: "Inference processing failed: the model server broke off." + charged,
		}
	}
}
