package gateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/apikey"
)

// Calls of a key that is not valid any more are cut where they stand: nothing
// says what they cost, so that they pay their hold.
func TestCallsOfAnEndedKeyEndAndPayTheirHold(t *testing.T) {
	next := make(chan string)
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/event-stream")
		for {
			select {
			case event := <-next:
				send(rw, event)
			case <-r.Context().Done():
				return
			}
		}
	}, options{})
	stream, leave := first(w, next, helloStream)
	defer leave()
	running := w.gateway.RunningKeys()
	if len(running) != 1 || running[0].KeyID != "key-1" {
		t.Fatalf("running are the calls of %v", running)
	}
	w.gateway.EndKeys([]apikey.Use{{KeyID: "key-2", Hash: running[0].Hash}, {KeyID: "key-1", Hash: [32]byte{9}}, {}})
	next <- piece("still here", "") // the upstream is not cut
	w.gateway.EndKeys(running)
	rest, err := io.ReadAll(stream)
	if err != nil {
		t.Fatalf("the stream does not end well: %v", err)
	}
	list := events(string(rest))
	last := list[len(list)-1]
	if !strings.Contains(last, `"code":"AUTHENTICATION_FAILED_INACTIVE_KEY"`) || !strings.Contains(last, `"type":"authentication_error"`) {
		t.Errorf("the stream ends with %s", last)
	}
	if h := w.books.last(); h.state != "settled" || h.settled.Cost != helloHold || h.settled.Source != "hold" {
		t.Errorf("%s, charged %v by %s", h.state, h.settled.Cost, h.settled.Source)
	}
	eventually(t, "no call runs", func() bool { return len(w.gateway.RunningKeys()) == 0 })
}

func TestAWholeAnswerOfAnEndedKeyIsARefusal(t *testing.T) {
	w := newWorld(t, hang, options{})
	done := make(chan int, 1)
	go func() {
		response, _ := w.ask(hello)
		done <- response.StatusCode
	}()
	eventually(t, "the upstream is called", func() bool { return w.calls.Load() == 1 })
	w.gateway.EndKeys(w.gateway.RunningKeys())
	if status := <-done; status != http.StatusUnauthorized {
		t.Errorf("answer is %d", status)
	}
	if problem := w.problem(); problem.Code != "AUTHENTICATION_FAILED_INACTIVE_KEY" || !problem.NoRetry {
		t.Errorf("problem is %+v", problem)
	}
	if h := w.books.last(); h.settled.Cost != helloHold || h.settled.Source != "hold" {
		t.Errorf("charged %v by %s", h.settled.Cost, h.settled.Source)
	}
}
