package mcpserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
)

// parseError is the answer to a line that is no JSON (JSON-RPC 2.0 section 5.1).
const parseError = `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error: want one JSON-RPC message a line"}}` + "\n"

// pipe stands between a client's streams and the protocol. A line that is no
// JSON is answered and left out, instead of ending the server; and the end of
// the input is told only when every request before it has its answer, so that
// what was asked through a pipe is answered.
type pipe struct {
	ctx context.Context
	in  *bufio.Reader
	out io.Writer
	// rest is what was read and not handed on yet; said what was written of a
	// line that is not complete.
	rest, said []byte

	mu      sync.Mutex
	waiting map[string]bool // ids of requests without an answer, as JSON
	changed chan struct{}
}

func newPipe(ctx context.Context, in io.Reader, out io.Writer) *pipe {
	return &pipe{ctx: ctx, in: bufio.NewReaderSize(in, lineLimit), out: out, waiting: map[string]bool{}, changed: make(chan struct{}, 1)}
}

// rpcMessage is what tells requests from answers.
type rpcMessage struct {
	ID     json.RawMessage
	Method string
	Result json.RawMessage
	Error  json.RawMessage
	Params struct{ RequestID json.RawMessage }
}

// Read hands on whole lines.
func (p *pipe) Read(into []byte) (int, error) {
	for len(p.rest) == 0 {
		line, err := p.line()
		if err != nil {
			return 0, p.answered(err)
		}
		switch line = bytes.TrimSpace(line); {
		case len(line) == 0:
		case !json.Valid(line):
			if _, err := io.WriteString(p.out, parseError); err != nil {
				return 0, err
			}
		default:
			p.asked(line)
			p.rest = append(bytes.Clone(line), '\n')
		}
	}
	n := copy(into, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// line is the next line; of one that is too long, a beginning that is no JSON.
func (p *pipe) line() ([]byte, error) {
	line, err := p.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = p.in.ReadSlice('\n')
		}
		line = []byte("too long")
	}
	if len(line) > 0 && errors.Is(err, io.EOF) {
		return line, nil // the last line may lack its end
	}
	return line, err
}

// asked notes requests that want an answer, and those that want none any more.
func (p *pipe) asked(line []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range messages(line) {
		switch {
		case m.Method == "notifications/cancelled":
			delete(p.waiting, string(m.Params.RequestID))
		case m.Method != "" && len(m.ID) > 0 && string(m.ID) != "null":
			p.waiting[string(m.ID)] = true
		}
	}
}

// messages are those of a line: mostly one.
func messages(line []byte) []rpcMessage {
	var one rpcMessage
	var many []rpcMessage
	if json.Unmarshal(line, &many) == nil {
		return many
	}
	_ = json.Unmarshal(line, &one) // what it does not tell is not counted
	return []rpcMessage{one}
}

// answered waits, at the end of the input, for the answers that are missing.
func (p *pipe) answered(end error) error {
	for errors.Is(end, io.EOF) {
		p.mu.Lock()
		left := len(p.waiting)
		p.mu.Unlock()
		if left == 0 {
			break
		}
		select {
		case <-p.changed:
		case <-p.ctx.Done():
			return end
		}
	}
	return end
}

// Write passes an answer on, and notes that it was given.
func (p *pipe) Write(data []byte) (int, error) {
	n, err := p.out.Write(data)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = append(p.said, data...)
	for {
		line, rest, whole := bytes.Cut(p.said, []byte{'\n'})
		if !whole {
			break
		}
		for _, m := range messages(line) {
			if m.Method == "" {
				delete(p.waiting, string(m.ID))
			}
		}
		p.said = rest
	}
	if err != nil { // nobody hears what is missing
		clear(p.waiting)
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
	return n, err
}

// Close does nothing: the streams are not ours.
func (p *pipe) Close() error { return nil }
