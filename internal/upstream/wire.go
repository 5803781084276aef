package upstream

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"syscall"
	"time"
)

// conn is a connection of a client.
type conn struct {
	net.Conn         // TCP, or TLS over it
	socket   *socket // below TLS; nil without it
	raw      syscall.RawConn
	in       *bufio.Reader
	text     *textproto.Reader // of in
	limit    int64             // how much may still be read
	out      []byte            // room for what is written at once
	since    time.Time         // idle since then
}

// dial makes a connection.
func (c *client) dial(ctx context.Context) (*conn, error) {
	plain, err := dial(ctx, "tcp", c.address)
	if err != nil {
		return nil, err
	}
	raw, err := plain.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, errors.Join(err, plain.Close())
	}
	wire := newConn(plain)
	wire.raw = raw
	if c.secure != nil {
		wire.socket = &socket{Conn: plain}
		if wire.Conn, err = shake(ctx, wire.socket, c.secure); err != nil {
			return nil, err
		}
	}
	return wire, nil
}

func newConn(over net.Conn) *conn {
	c := &conn{Conn: over}
	c.in = bufio.NewReader(reader{c})
	c.text = textproto.NewReader(c.in)
	return c
}

// reader reads from a connection as much as it may.
type reader struct{ *conn }

func (r reader) Read(p []byte) (int, error) {
	if r.limit <= 0 {
		return 0, errLongHead
	}
	n, err := r.Conn.Read(p[:min(int64(len(p)), r.limit)])
	r.limit -= int64(n)
	return n, err
}

// cut closes the connection without a farewell, which might have to wait.
func (c *conn) cut() {
	if c.socket != nil {
		_ = c.socket.Close()
		return
	}
	_ = c.Close()
}

// offer writes as much of a request as the socket takes without waiting, and
// returns how much that is: nothing where it cannot. An error is left to the
// next write.
func (c *conn) offer(parts [][]byte) int {
	if c.raw == nil || c.socket != nil {
		return 0 // TLS does wait
	}
	return offer(c.raw, parts)
}

// interrupt ends what reads and writes, now and later.
func (c *conn) interrupt() { _ = c.SetDeadline(time.Unix(1, 0)) }

// usable reports whether a kept connection has nothing to say. Bytes that
// nobody asked for, and the end of the stream, say that it is over.
func (c *conn) usable() bool {
	if !silent(c.raw) {
		return false
	}
	if c.socket == nil {
		return true
	}
	// TLS may have read its farewell already. What it has is looked at, and
	// nothing more is read.
	c.socket.empty = true
	n, err := c.Conn.Read(make([]byte, 1))
	c.socket.empty = false
	return n == 0 && errors.Is(err, os.ErrDeadlineExceeded)
}

// socket lies below TLS and can pretend that nothing arrives, in a way that
// TLS does not take for the end.
type socket struct {
	net.Conn
	empty bool
}

func (s *socket) Read(p []byte) (int, error) {
	if s.empty {
		return 0, os.ErrDeadlineExceeded
	}
	return s.Conn.Read(p)
}

// kept returns a connection that can be used again, nil if there is none.
func (c *client) kept() *conn {
	for {
		c.mu.Lock()
		last := len(c.idle) - 1
		if last < 0 {
			c.mu.Unlock()
			return nil
		}
		wire := c.idle[last]
		c.idle[last], c.idle = nil, c.idle[:last]
		c.mu.Unlock()
		if time.Since(wire.since) < idleTimeout && wire.usable() {
			return wire
		}
		_ = wire.Close()
	}
}

// put keeps a connection for the next call, for a while.
func (c *client) put(wire *conn) {
	if cap(wire.out) > 2*writeBuffer {
		wire.out = nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	wire.since = time.Now()
	if c.closed || len(c.idle) >= maxIdle {
		_ = wire.Close()
		return
	}
	c.idle = append(c.idle, wire)
	if c.sweep == nil {
		c.sweep = time.AfterFunc(idleTimeout, c.expire)
	}
}

// expire closes what was idle for too long.
func (c *client) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, now := 0, time.Now()
	for old < len(c.idle) && now.Sub(c.idle[old].since) >= idleTimeout {
		_ = c.idle[old].Close()
		old++
	}
	left := copy(c.idle, c.idle[old:])
	clear(c.idle[left:])
	c.idle, c.sweep = c.idle[:left], nil
	if left > 0 {
		c.sweep = time.AfterFunc(c.idle[0].since.Add(idleTimeout).Sub(now), c.expire)
	}
}

// close closes idle connections, and those in use when their calls are over.
func (c *client) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, wire := range c.idle {
		_ = wire.Close()
	}
	c.idle = nil
	if c.sweep != nil {
		c.sweep.Stop()
		c.sweep = nil
	}
}

// shake makes TLS of a connection, or closes it.
func shake(ctx context.Context, plain net.Conn, config *tls.Config) (*tls.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	secure := tls.Client(plain, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = plain.Close() // the handshake's error says more
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return secure, nil
}
