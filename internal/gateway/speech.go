package gateway

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/upstream"
)

func readSpeech(body []byte) (order, *Error) {
	request, problem := parseSpeech(body)
	if problem != nil {
		return nil, problem
	}
	return speechOrder{request}, nil
}

// speechOrder is an order of speech. Its price is known before the call.
type speechOrder struct{ request *speechRequest }

func (o speechOrder) modelName() string { return o.request.model }

func (o speechOrder) demand(_ *catalog.Catalog, resolution catalog.Resolution) (demand, *Error) {
	units, problem := o.request.fit(resolution)
	return demand{Demand: units, explicit: true, stream: true}, problem
}

func (o speechOrder) deliver(p *paid) *Error {
	return p.pour(func(server catalog.Upstream, model string) (upstream.Request, error) {
		p.tellIgnored(o.request.unknown, server)
		return upstream.Request{Path: "/audio/speech", Accept: "*/*", Body: [][]byte{o.request.forwardTo(server, model)}}, nil
	}, speechMedia[o.request.format])
}

// speechMedia are the media types of the formats; without a format it is the
// API's default.
var speechMedia = map[string]string{
	"": "audio/mpeg", "mp3": "audio/mpeg", "opus": "audio/opus", "aac": "audio/aac",
	"flac": "audio/flac", "wav": "audio/wav", "pcm": "audio/pcm",
}

const pourSize = 32 << 10

// pour makes a call whose answer is passed on as it comes, and whose price is
// its hold. It is settled when the upstream begins to answer, before anything
// is written; an answer that breaks off is cut, so that nobody takes it for a
// whole one.
func (c *paid) pour(how asking, media string) *Error {
	ctx, end := c.upstreamContext()
	defer end()
	silence := time.AfterFunc(c.limits.Silence, func() { c.cancel(errSilent) })
	defer silence.Stop()
	response, failed := c.ask(ctx, how)
	silence.Stop()
	if failed != nil {
		return c.fail(failed)
	}
	defer response.Body.Close()
	if !uncompressed(response.Response) || !isSound(response.Header.Get("Content-Type")) {
		return c.fail(&failure{err: c.broken(ctx, nil)})
	}
	source := &watched{source: response.Body, timer: silence, limit: c.limits.Silence, before: func() {}}
	buffer := make([]byte, pourSize)
	n, err := io.ReadAtLeast(source, buffer, 1)
	if n == 0 {
		return c.fail(&failure{err: c.broken(ctx, err)})
	}
	if _, problem := c.settle(c.units(c.Units)); problem != nil {
		return problem
	}
	h := c.w.Header()
	h["Content-Type"] = []string{media}
	h["Cache-Control"] = []string{"no-store"}
	if response.ContentLength > 0 {
		h["Content-Length"] = []string{strconv.FormatInt(response.ContentLength, 10)}
	}
	if err = c.pass(ctx, source, buffer, n); err != nil {
		if c.hasLeft() {
			c.noteLeft()
			return nil
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}

// pass writes what was read and all that follows, up to the limit of an
// answer. It is nil at the regular end.
func (c *paid) pass(ctx context.Context, source io.Reader, buffer []byte, n int) error {
	var err error
	for total := int64(n); ; total += int64(n) {
		if c.hasLeft() || total > c.limits.Answer {
			return errAbandoned
		}
		if n > 0 {
			if err := c.send(buffer[:n]); err != nil {
				c.clientLeft()
				return err
			}
		}
		if err != nil {
			break
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err = source.Read(buffer)
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// isSound reports whether an upstream's media type can be that of speech:
// errors come as JSON or as pages.
func isSound(media string) bool {
	return media == "" || strings.HasPrefix(media, "audio/") || strings.HasPrefix(media, "application/octet-stream") ||
		strings.HasPrefix(media, "application/ogg") || strings.HasPrefix(media, "binary/octet-stream")
}
