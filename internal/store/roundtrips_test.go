package store_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/ledger"
)

// roundTrips stands before PostgreSQL and counts the times that a client waits
// for it: each ends with a Sync message.
type roundTrips struct {
	address string
	server  string
	syncs   atomic.Int64
}

func countRoundTrips(t *testing.T, server string) *roundTrips {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &roundTrips{address: listener.Addr().String(), server: server}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { r.pass(client) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close() // Accept ends
		running.Wait()
	})
	return r
}

func (r *roundTrips) pass(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", r.server)
	if err != nil {
		return
	}
	var answers sync.WaitGroup
	answers.Go(func() { _, _ = io.Copy(client, server) }) // ends with either
	typed := false
	for err == nil {
		typed, err = r.message(server, client, typed)
	}
	_ = server.Close()
	answers.Wait()
}

// message passes one message of PostgreSQL's protocol, version 3: before the
// start-up message none has a type.
func (r *roundTrips) message(to io.Writer, from io.Reader, typed bool) (bool, error) {
	head := make([]byte, 4)
	if typed {
		head = make([]byte, 5)
	}
	if _, err := io.ReadFull(from, head); err != nil {
		return typed, err
	}
	message := append(head, make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)...)
	if _, err := io.ReadFull(from, message[len(head):]); err != nil {
		return typed, err
	}
	if typed && message[0] == 'S' {
		r.syncs.Add(1)
	}
	const version3 = 196608
	started := typed || binary.BigEndian.Uint32(message[4:]) == version3
	_, err := to.Write(message)
	return started, err
}

func TestACommitTakesTwoRoundTripsToPostgreSQL(t *testing.T) {
	at, err := url.Parse(postgres.NewDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	trips := countRoundTrips(t, at.Host)
	at.Host = trips.address
	s := open(t, at.String())
	engine := ledger.NewEngine(s, ledger.EngineConfig{Sources: sources[:1], SweepEvery: time.Hour})
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = engine.Run(ctx) })
	defer func() { stop(); running.Wait() }()
	if err := s.InsertKey(ctx, insertion("k")); err != nil {
		t.Fatal(err)
	}
	if err := engine.Grant(ctx, ledger.Grant{
		AccountID: account, Epoch: ledger.EpochOf(time.Now()), Sources: []ledger.SourceGrant{{Source: "venice-diem", Cap: 1_000_000}},
	}); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		id, before := fmt.Sprint("call", i), trips.syncs.Load()
		if _, err := engine.Hold(ctx, ledger.HoldRequest{
			ID: id, KeyHash: hashOf("k"), ModelID: "m", ModelType: "text", Min: 1000, Max: 1000, Lifetime: time.Hour,
			Rates: []ledger.Rate{{Kind: ledger.RequestsPerDay, Tier: "M", Limit: 100, Amount: 1}},
		}); err != nil {
			t.Fatal(err)
		}
		held := trips.syncs.Load()
		if _, err := engine.Settle(ctx, ledger.Settlement{HoldID: id, Cost: 700, Source: ledger.SourceUsage}); err != nil {
			t.Fatal(err)
		}
		settled := trips.syncs.Load()
		// At first statements are prepared, and nothing is known of the key.
		if i >= 2 && (held-before != 2 || settled-held != 2) {
			t.Errorf("call %d: %d round trips for the hold, %d for the settlement", i, held-before, settled-held)
		}
	}
}
