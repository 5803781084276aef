package upstream

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestForbiddenAddressesAreNotDialled(t *testing.T) {
	for address, local := range map[string]string{
		"169.254.169.254:80": "", "[fe80::1]:80": "", "[fd00:ec2::254]:80": "", "100.100.100.200:80": "", "192.0.0.192:80": "",
		"0.0.0.0:80": "", "[::]:80": "", "224.0.0.1:80": "", "[ff02::1]:80": "", "[::ffff:169.254.169.254]:80": "",
		"127.0.0.1:80": "name", "[::1]:80": "name", "127.8.8.8:80": "name", "[::ffff:127.0.0.1]:80": "name",
		"10.0.0.1:80": "ok", "192.168.1.1:80": "ok", "[fd12::1]:80": "ok", "8.8.8.8:443": "ok", "100.64.0.1:80": "ok",
	} {
		byName, literally := allowed(address, false) == nil, allowed(address, true) == nil
		if byName != (local == "ok") || literally != (local == "ok" || local == "name") {
			t.Errorf("%s: by a name %v, as it stands %v", address, byName, literally)
		}
	}
}

func TestANameThatLeadsToLoopbackIsRefused(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	conn, err := dial(context.Background(), "tcp", "localhost:"+port)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if conn, err := dial(context.Background(), "tcp", "localhost.:"+port); err == nil { // the root's dot makes it a name like any
		_ = conn.Close()
		t.Error("a name led to this machine")
	}
}

// counts tells how a request went over the wire.
type counts struct {
	net.Conn
	writes []int
}

func (c *counts) Write(p []byte) (int, error) {
	c.writes = append(c.writes, len(p))
	return len(p), nil
}

func TestABodyInMemoryIsWrittenInOnePiece(t *testing.T) {
	wire := &counts{}
	conn := &counted{Conn: wire}
	body := bytes.NewReader(make([]byte, 100_000))
	if n, err := conn.ReadFrom(io.LimitReader(body, 100_000)); n != 100_000 || err != nil || len(wire.writes) != 1 {
		t.Errorf("%d bytes in %d writes, %v", n, len(wire.writes), err)
	}
	short := bytes.NewReader(make([]byte, 100))
	if n, err := conn.ReadFrom(io.LimitReader(short, 10)); n != 10 || err != nil {
		t.Errorf("a limit of 10 lets %d through, %v", n, err)
	}
	if conn.written.Load() != 100_010 {
		t.Errorf("%d bytes counted", conn.written.Load())
	}
}

// TLS's own messages are not the request's bytes.
func TestOnlyTheRequestIsCountedOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	config := &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}
	conn, err := dialTLS(context.Background(), "tcp", server.Listener.Addr().String(), config)
	if err != nil {
		t.Fatal(err)
	}
	before := conn.(*counted).written.Load()
	_ = conn.Close() // sends an alert
	if after := conn.(*counted).written.Load(); before != 0 || after != 0 {
		t.Errorf("%d and %d bytes counted", before, after)
	}
	if _, err := dialTLS(context.Background(), "tcp", server.Listener.Addr().String(), &tls.Config{MinVersion: tls.VersionTLS12}); err == nil ||
		errors.Is(err, errForbidden) {
		t.Errorf("an unknown authority gives %v", err)
	}
	transport := newTransport(config)
	defer transport.CloseIdleConnections()
	request, _ := http.NewRequest(http.MethodGet, server.URL, nil)
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusNotFound || response.ProtoMajor != 1 {
		t.Errorf("%d over %s", response.StatusCode, response.Proto)
	}
}
