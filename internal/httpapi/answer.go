package httpapi

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// unreadTime is how long the rest of a body that nobody reads may take: the
// server takes it in before it sends an answer, so that the connection can
// serve on.
const unreadTime = 2 * time.Second

// document is an answer that is not JSON.
type document struct {
	contentType string
	header      map[string]string
	body        []byte
}

func (d *document) write(w http.ResponseWriter, r *http.Request) {
	for name, value := range d.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Cache-Control", "no-store")
	send(w, r, http.StatusOK, d.contentType, d.body)
}

func writeJSON(w http.ResponseWriter, r *http.Request, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil { // only for values that no handler makes
		status, text = http.StatusInternalServerError, []byte(`{"error":"`+textUnknown+`"}`)
	}
	w.Header().Set("Cache-Control", "no-store")
	send(w, r, status, typeJSON, text)
}

const typeJSON = "application/json; charset=utf-8"

// send writes a whole answer, to slow clients only for so long.
func send(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	header := w.Header()
	if e := eventOf(r); e.control != nil { // a writer without deadlines (a test's recorder) has no slow client
		now := time.Now()
		_ = e.control.SetWriteDeadline(now.Add(e.limits.Write))
		if status == http.StatusRequestTimeout || status == http.StatusRequestEntityTooLarge {
			header.Set("Connection", "close") // the rest of the body is of no use
		}
		if r.ContentLength != 0 && status != http.StatusRequestTimeout {
			_ = e.control.SetReadDeadline(now.Add(min(unreadTime, e.limits.Write/2)))
		}
	}
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
}
