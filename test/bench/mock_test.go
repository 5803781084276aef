package bench_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// What the model answers: about a kilobyte, or chunks of a stream.
const (
	promptTokens = 12
	answerTokens = 200
	answerText   = "The ceiling holds. "
)

// mockSettings come in the environment of the mock's process.
type mockSettings struct {
	Chunks int           // of a stream
	Pace   time.Duration // between chunks
}

const mockVariable = "STAKEGATE_BENCH_MOCK"

// playMock is a model server on bare connections, so that its own cost does
// not hide that of the server under test. It prints its address.
func playMock() error {
	var settings mockSettings
	if err := json.Unmarshal([]byte(os.Getenv(mockVariable)), &settings); err != nil {
		return err
	}
	listener, err := announce()
	if err != nil {
		return err
	}
	m := &mock{settings: settings, answer: wholeAnswer()}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go m.serve(conn)
	}
}

// announce listens and prints the address for the parent.
func announce() (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		_, err = fmt.Println(listener.Addr())
	}
	return listener, err
}

type mock struct {
	settings mockSettings
	answer   []byte
	calls    atomic.Int64
}

func wholeAnswer() []byte {
	content := strings.Repeat(answerText, 40)
	body := fmt.Sprintf(`{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"there","choices":[{"index":0,"message":{"role":"assistant","content":%q},"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`,
		content, promptTokens, answerTokens, promptTokens+answerTokens)
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func (m *mock) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 128<<10)
	var body []byte
	for {
		head, err := readHead(in)
		if err != nil {
			return
		}
		if body, err = readBody(in, head, body[:0], nil); err != nil {
			return
		}
		switch {
		case bytes.HasPrefix(head.first, []byte("GET /calls")):
			_, err = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n%20d", m.calls.Load())
		case bytes.HasPrefix(head.first, []byte("GET ")):
			_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		case bytes.Contains(body, []byte(`"stream":true`)):
			m.calls.Add(1)
			err = m.stream(conn)
		default:
			m.calls.Add(1)
			_, err = conn.Write(m.answer)
		}
		if err != nil {
			return
		}
	}
}

// stream writes chunks, each with the moment at which it was written.
func (m *mock) stream(conn net.Conn) error {
	out := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
	began := time.Now()
	for i := range m.settings.Chunks {
		time.Sleep(time.Until(began.Add(time.Duration(i) * m.settings.Pace)))
		out = piece(out, fmt.Sprintf(`{"id":"c","object":"chat.completion.chunk","created":1,"model":"there","choices":[{"index":0,"delta":{"content":"@%d "},"finish_reason":null}]}`, time.Now().UnixNano()))
		if _, err := conn.Write(out); err != nil {
			return err
		}
		out = out[:0]
	}
	out = piece(out, `{"id":"c","object":"chat.completion.chunk","created":1,"model":"there","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`)
	out = piece(out, fmt.Sprintf(`{"id":"c","object":"chat.completion.chunk","created":1,"model":"there","choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`,
		promptTokens, m.settings.Chunks, promptTokens+m.settings.Chunks))
	out = piece(out, "[DONE]")
	_, err := conn.Write(append(out, "0\r\n\r\n"...))
	return err
}

// piece is an event as one chunk of a chunked body.
func piece(out []byte, data string) []byte {
	return fmt.Appendf(out, "%x\r\ndata: %s\n\n\r\n", len(data)+8, data)
}

// head is what is needed of a message's headers.
type head struct {
	first   []byte
	length  int64
	chunked bool
}

// readHead reads a start line and headers (RFC 9112), of peers that we know.
func readHead(in *bufio.Reader) (head, error) {
	var h head
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return h, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case h.first == nil:
			h.first = bytes.Clone(line)
		case len(line) == 0:
			return h, nil
		case hasName(line, "content-length:"):
			if h.length, err = strconv.ParseInt(string(bytes.TrimSpace(line[15:])), 10, 64); err != nil {
				return h, err
			}
		case hasName(line, "transfer-encoding:"):
			h.chunked = true
		}
	}
}

func hasName(line []byte, name string) bool {
	return len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name))
}

// readBody appends a body to a buffer; with take, each piece is given to it
// instead.
func readBody(in *bufio.Reader, h head, into []byte, take func([]byte)) ([]byte, error) {
	if take == nil {
		take = func(data []byte) { into = append(into, data...) }
	}
	if !h.chunked {
		return into, readExactly(in, h.length, take)
	}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return into, err
		}
		size, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 64)
		if err != nil {
			return into, err
		}
		if size == 0 {
			for line, err = in.ReadSlice('\n'); err == nil && len(line) > 2; line, err = in.ReadSlice('\n') {
				continue // a trailer
			}
			return into, err
		}
		if err := readExactly(in, size, take); err != nil {
			return into, err
		}
		if _, err := in.Discard(2); err != nil {
			return into, err
		}
	}
}

func readExactly(in *bufio.Reader, left int64, take func([]byte)) error {
	for left > 0 {
		if in.Buffered() == 0 {
			if _, err := in.Peek(1); err != nil {
				return errors.Join(io.ErrUnexpectedEOF, err)
			}
		}
		part, _ := in.Peek(int(min(left, int64(in.Buffered())))) // it is there
		take(part)
		left -= int64(len(part))
		if _, err := in.Discard(len(part)); err != nil {
			return err
		}
	}
	return nil
}

const targetVariable = "STAKEGATE_BENCH_TARGET"

// playProxy is the measure of everything: Go's own reverse proxy, with enough
// idle connections and nothing else.
func playProxy() error {
	target, err := url.Parse(os.Getenv(targetVariable))
	if err != nil {
		return err
	}
	listener, err := announce()
	if err != nil {
		return err
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 1024}
	return http.Serve(listener, proxy)
}
