package apitest

import (
	"bytes"
	"io"
	"net/http"
	"slices"
)

// recorder passes an answer on and keeps a copy. It belongs to the goroutine
// of the handler.
type recorder struct {
	http.ResponseWriter
	status int
	header http.Header
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status, r.header = status, r.Header().Clone()
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(p)
	r.body.Write(p[:n])
	return n, err
}

// Flush is for handlers that ask for http.Flusher by its type.
func (r *recorder) Flush() {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	// A writer that cannot flush leaves the bytes for the end, as without us.
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) answer() answer {
	return answer{status: r.status, header: r.header, body: slices.Clone(r.body.Bytes())}
}

// teeBody keeps a copy of what the handler reads of a request's body.
type teeBody struct {
	io.Reader
	io.Closer
}
