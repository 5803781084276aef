package upstream

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"sync/atomic"

	"stakegate/internal/catalog"
)

const (
	userAgent        = "stakegate"
	anthropicVersion = "2023-06-01"
	mediaJSON        = "application/json"
	mediaEvents      = "text/event-stream"
)

// header is everything that a server gets to see beside the body.
func (t *target) header(r Request) http.Header {
	h := make(http.Header, len(r.Header)+6)
	maps.Copy(h, r.Header)
	for name, value := range map[string]string{
		"Content-Type": r.ContentType, "Accept": r.Accept,
		"Accept-Encoding": "identity", "User-Agent": userAgent,
	} {
		h[name] = []string{value}
	}
	h.Del("Authorization")
	h.Del("X-Api-Key")
	if t.Kind == catalog.KindAnthropic {
		h["Anthropic-Version"] = []string{anthropicVersion}
	}
	switch {
	case t.key == "":
	case t.Kind == catalog.KindAnthropic:
		h["X-Api-Key"] = []string{t.key}
	default:
		h["Authorization"] = []string{"Bearer " + t.key}
	}
	return h
}

// fields are the header of a request, ready to be sent.
type fields struct {
	header http.Header
	lines  []byte
}

func (t *target) fields(header http.Header) fields {
	var lines bytes.Buffer
	lines.WriteString("Host: " + t.server.base.Host + "\r\n")
	_ = header.Write(&lines) // a buffer takes everything
	return fields{header: header, lines: lines.Bytes()}
}

// usual are the fields that most requests have; nobody writes to them.
type usual struct{ json, events, question fields }

func (t *target) usually() usual {
	question := t.header(Request{Accept: mediaJSON})
	question.Del("Content-Type")
	return usual{
		json:     t.fields(t.header(Request{ContentType: mediaJSON, Accept: mediaJSON})),
		events:   t.fields(t.header(Request{ContentType: mediaJSON, Accept: mediaEvents})),
		question: t.fields(question),
	}
}

func (t *target) fieldsOf(method string, r Request) fields {
	if r.ContentType == "" {
		r.ContentType = mediaJSON
	}
	if r.Accept == "" {
		r.Accept = mediaJSON
	}
	switch common := len(r.Header) == 0 && r.ContentType == mediaJSON; {
	case method == http.MethodGet:
		return t.usual.question
	case common && r.Accept == mediaJSON:
		return t.usual.json
	case common && r.Accept == mediaEvents:
		return t.usual.events
	}
	return t.fields(t.header(r))
}

// exchange sends a request and returns the answer's head and open body.
func (t *target) exchange(ctx context.Context, method string, r Request) (*http.Response, fate, error) {
	f := t.fieldsOf(method, r)
	if c := t.server.client; c != nil {
		target := escaped(t.server.base.Path) + escaped(r.Path)
		return c.send(ctx, message{method: method, target: target, fields: f.lines, body: r.Body})
	}
	a, body := newAttempt(), slices.Concat(r.Body...)
	ctx = httptrace.WithClientTrace(ctx, &a.trace)
	// It has no GetBody, without which net/http never sends a body twice. The
	// body is a copy, because net/http may read it for longer than it says.
	request := &http.Request{
		Method: method, URL: t.at(r.Path), Host: t.server.base.Host, Header: f.header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
	if method == http.MethodGet {
		request.Body = nil
	}
	response, err := t.server.transport.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, fate{written: a.written(ctx), reused: a.reused.Load()}, err
	}
	return response, fate{}, nil
}

func (t *target) at(path string) *url.URL {
	u := *t.server.base
	u.Path, u.RawPath = u.Path+path, ""
	return &u
}

// escaped is a path as it is written in a request.
func escaped(path string) string {
	u := url.URL{Path: path}
	return u.EscapedPath()
}

// attempt follows one request on its way to a connection.
type attempt struct {
	trace  httptrace.ClientTrace
	conn   atomic.Pointer[counted]
	before atomic.Int64
	got    atomic.Bool
	reused atomic.Bool
}

func newAttempt() *attempt {
	a := &attempt{}
	a.trace.GotConn = func(info httptrace.GotConnInfo) {
		if conn, ok := info.Conn.(*counted); ok {
			a.before.Store(conn.written.Load())
			a.conn.Store(conn)
		}
		a.reused.Store(info.Reused)
		a.got.Store(true)
	}
	return a
}

// written reports whether a byte of the request may be on its way. On our own
// connections the count tells, because net/http gives an error only after its
// writer has stopped; a cancelled one may not have, and a connection inside of
// a proxy's tunnel is not ours.
func (a *attempt) written(ctx context.Context) bool {
	if !a.got.Load() {
		return false
	}
	conn := a.conn.Load()
	return conn == nil || ctx.Err() != nil || conn.written.Load() != a.before.Load()
}
