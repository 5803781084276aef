package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

const maxErrorText = 200 // of a node's own words, in characters

// try asks one node, with a time limit, and names it in the error.
func (c *Client) try(ctx context.Context, n *node, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	if err := ask(ctx); err != nil {
		return fmt.Errorf("node %s: %w", n.name, hideURL(err))
	}
	return nil
}

// batch sends all queries in one request and fails if any of them failed. If
// chainID is not 0, the first query is eth_chainId and must give it.
func (n *node) batch(ctx context.Context, queries []rpc.BatchElem, chainID uint64) error {
	if err := n.rpc.BatchCallContext(ctx, queries); err != nil {
		return err
	}
	for _, query := range queries {
		if query.Error != nil {
			return fmt.Errorf("%s: %w", query.Method, query.Error)
		}
	}
	if chainID != 0 {
		if got := queries[0].Result.(*hexutil.Big).ToInt(); !got.IsUint64() || got.Uint64() != chainID {
			return fmt.Errorf("%w: its id is %s, chain.id is %d", ErrChainID, clip(got.String()), chainID)
		}
	}
	return nil
}

// hideURL removes what may hold a credential (a URL) or be of any length and
// content (a node's words) from an error's text, and keeps what callers match.
func hideURL(err error) error {
	var inURL *url.Error
	var status rpc.HTTPError
	switch {
	case errors.Is(err, ErrChainID):
		return err
	case errors.As(err, &status):
		return fmt.Errorf("HTTP status %d", status.StatusCode)
	case errors.As(err, &inURL):
		return inURL.Err
	default:
		return &clippedError{err}
	}
}

// clippedError shows a bounded part of an error's text.
type clippedError struct{ error }

func (e *clippedError) Error() string { return clip(e.error.Error()) }
func (e *clippedError) Unwrap() error { return e.error }

// clip makes foreign text short and printable.
func clip(text string) string {
	runes := []rune(text[:min(len(text), 4*maxErrorText)])
	text = string(runes[:min(len(runes), maxErrorText)])
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

// boundedTransport makes answers beyond a size fail, instead of being read.
type boundedTransport struct {
	http.RoundTripper
	max int64
}

func (t boundedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.RoundTripper.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = &boundedBody{ReadCloser: response.Body, left: t.max}
	return response, nil
}

// errTooLarge ends the reading of an answer.
var errTooLarge = errors.New("answer is too large")

type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		// One byte more tells an exact fit from an excess.
		var one [1]byte
		if n, err := b.ReadCloser.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, errTooLarge
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// newTransport is like http.DefaultTransport, for a few hosts that are asked
// often. A node behind a proxy needs the environment's usual variables.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   2 * time.Second,
		ResponseHeaderTimeout: 10 * time.Second,
	}
}
