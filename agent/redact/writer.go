package redact

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// ErrLine is returned for a line that is too long to be looked through.
var ErrLine = errors.New("a line is too long to be checked for secrets, it was not sent")

// maxLine bounds what a Writer keeps back, in bytes.
const maxLine = 16 << 20

// Writer passes on whole lines without their secrets. It keeps back a line that
// is not complete, so that no secret is missed that comes in pieces: a secret
// has no line break in it. Writes may come from several goroutines.
type Writer struct {
	redactor *Redactor
	to       io.Writer

	mu     sync.Mutex
	kept   []byte
	failed error
}

// Writer makes a Writer in front of another one.
func (r *Redactor) Writer(to io.Writer) *Writer { return &Writer{redactor: r, to: to} }

// Write takes all of p or fails. What it says to have taken may still be kept
// back.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return 0, w.failed
	}
	w.kept = append(w.kept, p...)
	end := bytes.LastIndexByte(w.kept, '\n') + 1
	if len(w.kept)-end > maxLine {
		w.kept, w.failed = nil, ErrLine
		return 0, ErrLine
	}
	if err := w.pass(end); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close passes on what is kept back; the writer behind stays open.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return w.failed
	}
	return w.pass(len(w.kept))
}

// pass sends the first n bytes that are kept.
func (w *Writer) pass(n int) error {
	if n == 0 {
		return nil
	}
	_, err := w.to.Write(w.redactor.Bytes(w.kept[:n]))
	w.kept = append(w.kept[:0], w.kept[n:]...)
	w.failed = err
	return err
}
