package telemetry

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Lines writes a log's lines together: a line waits for others for no longer than
// linesWait, and none is behind a warning. A system call for the line of each
// request would be 3 % of what a request costs (docs/performance.md). A process
// that is killed loses what waits.
type Lines struct {
	to io.Writer

	mu      sync.Mutex
	waiting []byte
	due     *time.Timer // nil: nothing has been written yet
	closed  bool
}

const (
	linesWait = 100 * time.Millisecond
	linesFull = 32 << 10
)

// NewLines returns a writer of lines, to be closed after the last one.
func NewLines(to io.Writer) *Lines { return &Lines{to: to} }

// Write takes whole lines. Its error may be that of earlier ones.
func (l *Lines) Write(lines []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := len(l.waiting) == 0
	l.waiting = append(l.waiting, lines...)
	switch {
	case l.closed || len(l.waiting) >= linesFull:
		return len(lines), l.flush()
	case l.due == nil:
		l.due = time.AfterFunc(linesWait, func() { _ = l.Flush() }) // as of every line that cannot be written, nobody can be told
	case first:
		l.due.Reset(linesWait)
	}
	return len(lines), nil
}

// Flush writes what waits.
func (l *Lines) Flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flush()
}

func (l *Lines) flush() error {
	if len(l.waiting) == 0 {
		return nil
	}
	_, err := l.to.Write(l.waiting)
	l.waiting = l.waiting[:0]
	return err
}

// Close writes what waits. What is written afterwards waits for nothing.
func (l *Lines) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.due != nil {
		l.due.Stop()
	}
	return l.flush()
}

// urgent lets nothing wait behind a warning.
type urgent struct {
	slog.Handler
	lines *Lines
}

func (u urgent) Handle(ctx context.Context, record slog.Record) error {
	err := u.Handler.Handle(ctx, record)
	if err == nil && record.Level >= slog.LevelWarn {
		return u.lines.Flush()
	}
	return err
}

func (u urgent) WithAttrs(attributes []slog.Attr) slog.Handler {
	return urgent{u.Handler.WithAttrs(attributes), u.lines}
}

func (u urgent) WithGroup(name string) slog.Handler {
	return urgent{u.Handler.WithGroup(name), u.lines}
}
