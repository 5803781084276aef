package chaos_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy stands before PostgreSQL, reads its protocol (version 3) and cuts
// connections around COMMIT, so that nobody can know from the connection
// whether the transaction was committed.
type proxy struct {
	listener net.Listener
	backend  string
	group    sync.WaitGroup

	oneIn   atomic.Int64 // of so many commits one is cut; 0: none
	commits atomic.Int64
	cuts    atomic.Int64
	stalled atomic.Pointer[gate] // nil: messages go on at once
}

// ways in which a commit is cut.
const (
	loseAnswer   = iota // it is committed, and the answer is lost
	loseBoth            // it is not committed: the request is lost
	loseInFlight        // the request goes on while the client hears of the cut
	wayCount
)

// inFlightDelay is how much later than the cut the request may go on, and how
// long it has then.
const inFlightDelay = 100 * time.Millisecond

func newProxy(t *testing.T, backend string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, backend: backend}
	p.group.Go(p.accept)
	t.Cleanup(func() {
		p.flow()
		_ = listener.Close() // ends accept; the connections end with the replicas
		p.group.Wait()
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.group.Go(func() { p.carry(client) })
	}
}

// session is one connection through the proxy.
type session struct {
	proxy          *proxy
	client, server net.Conn
	answers        atomic.Bool     // the next COMMIT's answer is to be lost
	named          map[string]bool // prepared statements that are COMMIT
}

func (p *proxy) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.backend)
	if err != nil {
		return // the database is down
	}
	defer server.Close()
	s := &session{proxy: p, client: client, server: server, named: map[string]bool{}}
	done := make(chan struct{}, 2)
	go func() { _ = s.forth(); done <- struct{}{} }()
	go func() { _ = s.back(); done <- struct{}{} }()
	<-done
	_ = client.Close()
	_ = server.Close()
	<-done
}

var errCut = errors.New("cut")

// forth carries the client's messages; the first one has no type.
func (s *session) forth() error {
	defer s.server.Close()
	startup, err := readMessage(s.client, false)
	if err != nil {
		return err
	}
	if _, err := s.server.Write(startup); err != nil {
		return err
	}
	for {
		message, err := readMessage(s.client, true)
		if err != nil {
			return err
		}
		if s.isCommit(message) && s.proxy.chooses() {
			switch rand.IntN(wayCount) {
			case loseBoth:
				return errCut
			case loseInFlight:
				return s.deliverLate(message)
			default:
				s.answers.Store(true)
			}
		}
		if gate := s.proxy.stalled.Load(); gate != nil {
			<-gate.opened
		}
		if _, err := s.server.Write(message); err != nil {
			return err
		}
	}
}

// stall keeps what is sent to the database from now on until flow is called.
func (p *proxy) stall() { p.stalled.Store(&gate{make(chan struct{})}) }

func (p *proxy) flow() {
	if gate := p.stalled.Swap(nil); gate != nil {
		close(gate.opened)
	}
}

// deliverLate cuts the client off and sends the server the rest of its commit,
// which is one query, or messages that end with Sync.
func (s *session) deliverLate(message []byte) error {
	rest := message
	for message[0] != 'Q' && message[0] != 'S' {
		var err error
		if message, err = readMessage(s.client, true); err != nil {
			return err
		}
		rest = append(rest, message...)
	}
	_ = s.client.Close()
	<-time.After(rand.N(inFlightDelay))
	_, _ = s.server.Write(rest) // it may be down
	<-time.After(inFlightDelay)
	return errCut
}

func (p *proxy) chooses() bool {
	p.commits.Add(1)
	oneIn := p.oneIn.Load()
	if oneIn == 0 || rand.Int64N(oneIn) != 0 {
		return false
	}
	p.cuts.Add(1)
	return true
}

// isCommit recognises COMMIT in a query, a statement to prepare, or a bound
// prepared statement.
func (s *session) isCommit(message []byte) bool {
	body := message[5:]
	word := func(text []byte) string { return strings.ToLower(strings.Trim(string(text), " ;\x00")) }
	switch message[0] {
	case 'Q':
		return word(body) == "commit"
	case 'P':
		name, rest, _ := bytes.Cut(body, []byte{0})
		query, _, _ := bytes.Cut(rest, []byte{0})
		s.named[string(name)] = word(query) == "commit"
	case 'B':
		_, rest, _ := bytes.Cut(body, []byte{0})
		name, _, _ := bytes.Cut(rest, []byte{0})
		return s.named[string(name)]
	}
	return false
}

// back carries the server's messages, until an answer is to be lost.
func (s *session) back() error {
	defer s.client.Close()
	for {
		message, err := readMessage(s.server, true)
		if err != nil {
			return err
		}
		if message[0] == 'C' && bytes.HasPrefix(message[5:], []byte("COMMIT\x00")) && s.answers.Load() {
			return errCut
		}
		if _, err := s.client.Write(message); err != nil {
			return err
		}
	}
}

const maxMessage = 64 << 20

// readMessage reads one message with its type, if it has one, and its length.
func readMessage(from io.Reader, typed bool) ([]byte, error) {
	head := make([]byte, 4, 512)
	if typed {
		head = head[:5]
	}
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	length := int(binary.BigEndian.Uint32(head[len(head)-4:])) - 4
	if length < 0 || length > maxMessage {
		return nil, errors.New("not a message of PostgreSQL")
	}
	message := append(head, make([]byte, length)...)
	_, err := io.ReadFull(from, message[len(head):])
	return message, err
}
