package upstream

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unicode"
)

// Limits of a connection.
const (
	connectTimeout   = 5 * time.Second // TCP, and then TLS
	maxAnswerHeaders = 64 << 10
	maxIdle          = 1024
	writeBuffer      = 16 << 10
	// A request on a connection that the server closes at that moment has an
	// unknown outcome and is charged. Common servers keep idle connections for
	// 5 s or more, so ours are given up earlier.
	idleTimeout = 3 * time.Second
)

// newClient makes the client of a server, or else the transport if a proxy from
// the environment (HTTPS_PROXY and its like) leads there, or if its name has to
// be translated.
func newClient(server *url.URL, base *tls.Config) (*client, http.RoundTripper) {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: server})
	if proxy != nil || err != nil || !isASCII(server.Host) {
		return nil, newTransport(base)
	}
	c := &client{address: server.Host}
	port := "80"
	if server.Scheme == "https" {
		port = "443"
		c.secure = secured(base)
		if c.secure.ServerName == "" {
			c.secure.ServerName = server.Hostname()
		}
	}
	if server.Port() == "" {
		c.address = net.JoinHostPort(server.Hostname(), port)
	}
	return c, nil
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

// secured is a configuration of TLS for HTTP/1.1.
func secured(base *tls.Config) *tls.Config {
	secure := base.Clone()
	if secure == nil {
		secure = &tls.Config{}
	}
	secure.MinVersion = tls.VersionTLS12
	secure.NextProtos = []string{"http/1.1"}
	return secure
}

// newTransport makes the connections to one server by way of net/http: HTTP/1.1,
// uncompressed, pooled, and counting what is written to them.
func newTransport(base *tls.Config) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	secure := secured(base)
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			plain, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &counted{Conn: plain}, nil
		},
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialTLS(ctx, network, address, secure)
		},
		Protocols:              &protocols,
		TLSClientConfig:        secure, // for servers behind a proxy
		TLSHandshakeTimeout:    connectTimeout,
		MaxIdleConns:           0, // of all hosts: there is one
		MaxIdleConnsPerHost:    maxIdle,
		MaxResponseHeaderBytes: maxAnswerHeaders,
		WriteBufferSize:        writeBuffer,
		DisableCompression:     true,
		IdleConnTimeout:        idleTimeout,
	}
}

var errForbidden = errors.New("its address is not allowed for an upstream")

// dial refuses, when a name is resolved, what no model server lives on:
// link-local addresses (clouds give credentials to whoever asks there),
// multicast, and loopback under a name that does not say so. Private networks
// are where many model servers live, and are allowed.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	literal, err := netip.ParseAddr(host)
	local := host == "localhost" || err == nil && literal.Unmap().IsLoopback()
	dialer := &net.Dialer{
		Timeout: connectTimeout,
		Control: func(_, resolved string, _ syscall.RawConn) error {
			return allowed(resolved, local)
		},
	}
	return dialer.DialContext(ctx, network, address)
}

// metadata are addresses of clouds' metadata services that are not link-local:
// AWS over IPv6, Alibaba, Oracle.
var metadata = map[netip.Addr]bool{
	netip.MustParseAddr("fd00:ec2::254"): true, netip.MustParseAddr("100.100.100.200"): true,
	netip.MustParseAddr("192.0.0.192"): true,
}

func allowed(resolved string, local bool) error {
	target, err := netip.ParseAddrPort(resolved)
	if err != nil {
		return err
	}
	ip := target.Addr().Unmap().WithZone("")
	if ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || metadata[ip] || ip.IsLoopback() && !local {
		return errForbidden
	}
	return nil
}

// dialTLS shakes hands itself, so that what is counted is what the request
// wrote and not TLS's own messages.
func dialTLS(ctx context.Context, network, address string, config *tls.Config) (net.Conn, error) {
	plain, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if config.ServerName == "" {
		config = config.Clone()
		if config.ServerName, _, err = net.SplitHostPort(address); err != nil {
			return nil, errors.Join(err, plain.Close())
		}
	}
	secure, err := shake(ctx, plain, config)
	if err != nil {
		return nil, err
	}
	return &counted{Conn: secure}, nil
}

// counted is a connection that knows how much was written to it.
type counted struct {
	net.Conn
	written atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n))
	return n, err
}

// ReadFrom writes a body that is in memory in one piece; net/http would copy
// it through a buffer, with a system call for every 32 KB.
func (c *counted) ReadFrom(r io.Reader) (int64, error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if body, ok := limited.R.(*bytes.Reader); ok && int64(body.Len()) <= limited.N {
			n, err := body.WriteTo(writerOnly{c})
			limited.N -= n
			return n, err
		}
	}
	return io.Copy(writerOnly{c}, r)
}

// writerOnly hides ReadFrom.
type writerOnly struct{ io.Writer }
