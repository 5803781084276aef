package redact

import "net/http"

// Handler takes secrets out of everything that the handler answers: headers and
// body.
func (r *Redactor) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		answer := &response{ResponseWriter: w, redactor: r}
		answer.body = r.Writer(w)
		defer func() { _ = answer.body.Close() }() // the client is gone, or has it all
		next.ServeHTTP(answer, request)
	})
}

// response is a ResponseWriter whose every byte is looked through.
type response struct {
	http.ResponseWriter
	redactor *Redactor
	body     *Writer
	started  bool
}

// WriteHeader cleans the headers. The body's length is not known before it was
// looked through.
func (r *response) WriteHeader(status int) {
	if !r.started {
		header := r.Header()
		header.Del("Content-Length")
		for _, values := range header {
			for i, value := range values {
				values[i] = r.redactor.Text(value)
			}
		}
		r.started = status >= 200
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write keeps back a line until it is complete.
func (r *response) Write(p []byte) (int, error) {
	if !r.started {
		r.WriteHeader(http.StatusOK)
	}
	return r.body.Write(p)
}

// Flush sends what is complete.
func (r *response) Flush() {
	if !r.started {
		r.WriteHeader(http.StatusOK)
	}
	_ = http.NewResponseController(r.ResponseWriter).Flush() // best effort, as http.Flusher's
}
