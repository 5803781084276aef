package store

import (
	"context"
	"database/sql/driver"
	"runtime"
	"testing"
	"time"
)

// Waiting is how many rows the backlog has, which stay there.
func (s *Store) Waiting(t testing.TB) (rows int) {
	t.Helper()
	if err := s.reader.QueryRowContext(behind(t.Context()), "SELECT COUNT(*) FROM backlog").Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// StopWatching leaves the backlog to the test: looking after the database every
// second, the store would have its tables catch up.
func (s *Store) StopWatching() {
	if s.closing != nil {
		close(s.closing)
		<-s.watched
		s.closing = nil
	}
}

// MaxBacklog is how many rows may wait.
const MaxBacklog = maxBacklog

// LeaveReader has the pool of readers open a connection that nobody takes, as it
// does when whoever waited for it has given up, and have no other.
func (s *Store) LeaveReader(t testing.TB) {
	t.Helper()
	s.reader.SetMaxOpenConns(1)
	deadline := time.Now().Add(30 * time.Second)
	for !s.leaveReader(t) {
		if time.Now().After(deadline) {
			t.Fatal("the pool opens no connection that nobody takes")
		}
	}
}

func (s *Store) leaveReader(t testing.TB) bool {
	lost, err := s.reader.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	waits, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	before := s.reader.Stats().WaitCount
	served := make(chan bool)
	go func() {
		taken, err := s.reader.Conn(waits)
		if err == nil {
			err = taken.Close()
		}
		served <- err == nil
	}()
	for s.reader.Stats().WaitCount == before {
		runtime.Gosched()
	}
	_ = lost.Raw(func(any) error { return driver.ErrBadConn })
	giveUp()
	if <-served {
		return false
	}
	for s.reader.Stats().Idle == 0 {
		runtime.Gosched()
	}
	return true
}

// GoAhead has the store go by a clock that is ahead.
func (s *Store) GoAhead(by time.Duration) { s.now = func() time.Time { return time.Now().Add(by) } }

// SetClock has the store go by a clock.
func (s *Store) SetClock(now func() time.Time) { s.now = now }
