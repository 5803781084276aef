package outcomes_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"stakegate/internal/devworld/echo"
	"stakegate/internal/gateway"
)

// TestAClientThatLeavesAtAnyPointPaysWhatTheModelDid hangs up while the model
// waits at each point of its answer, politely and with a reset. The gateway
// reads on, and the charge is the price, to the nano.
func TestAClientThatLeavesAtAnyPointPaysWhatTheModelDid(t *testing.T) {
	points := []struct {
		name string
		at   echo.Point
		read bool // the client has read a token before it leaves
	}{
		{"before the answer", echo.PointHeaders, false},
		{"after the model's headers", echo.PointFirst, false},
		{"in the middle of a chunk", echo.PointMiddle, true},
		{"before the usage", echo.PointUsage, true},
		{"after the usage", echo.PointDone, true},
		{"after [DONE]", echo.PointEnd, true},
	}
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, gateway.Limits{})
			for _, point := range points {
				for _, reset := range []bool{false, true} {
					w.leave(t, k, fmt.Sprintf("%s, reset %v", point.name, reset), point.at, point.read && k.stream, reset)
				}
			}
			w.Stop()
		})
	}
}

// leave makes one call whose client leaves at a point.
func (w *world) leave(t *testing.T, k kind, name string, at echo.Point, read, reset bool) {
	t.Helper()
	arrived, goOn := make(chan struct{}), make(chan struct{})
	truth := w.begin(echo.FaultNone, func(p echo.Point) {
		if p == at {
			close(arrived)
			<-goOn
		}
	})
	conn := w.dial(t)
	if err := w.request(k).Write(conn); err != nil {
		t.Fatal(err)
	}
	await(t, name+": the model gets there", arrived)
	if read {
		readUntil(t, conn, k.needle)
	}
	hangUp(conn, reset)
	close(goOn)
	w.idle()
	w.Eventually(30*time.Second, name+": the call is charged", func() bool { return w.charged() == w.Truth()-truth })
	if w.Truth() == truth {
		t.Errorf("%s: the model did nothing", name)
	}
}

// await waits for something that comes soon, or never.
func await(t *testing.T, what string, happened <-chan struct{}) {
	t.Helper()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	select {
	case <-happened:
	case <-limit.C:
		t.Fatalf("not within 30 s: %s", what)
	}
}

func (w *world) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(w.Origin, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// readUntil reads just as much as is needed to see a text.
func readUntil(t *testing.T, conn io.Reader, text string) {
	t.Helper()
	var seen bytes.Buffer
	one := make([]byte, 1)
	for !strings.Contains(seen.String(), text) {
		if _, err := conn.Read(one); err != nil {
			t.Fatalf("no %q, but %v after %q", text, err, seen.String())
		}
		seen.Write(one)
	}
}

func hangUp(conn *net.TCPConn, reset bool) {
	if reset {
		_ = conn.SetLinger(0)
	}
	_ = conn.Close() // what comes of it is not its business any more
}

// TestAClientThatLeavesBeforeItsRequestIsCompletePaysNothing leaves in the
// request: nothing is held, and the model never hears of it.
func TestAClientThatLeavesBeforeItsRequestIsCompletePaysNothing(t *testing.T) {
	w := start(t, gateway.Limits{})
	for _, k := range kinds() {
		var whole bytes.Buffer
		if err := w.request(k).Write(&whole); err != nil {
			t.Fatal(err)
		}
		headers := bytes.Index(whole.Bytes(), []byte("\r\n\r\n"))
		for name, sent := range map[string]int{
			"without a byte": 0, "after a byte": 1, "in the headers": headers / 2, "after the headers": headers + 4, "before the last byte": whole.Len() - 1,
		} {
			for _, reset := range []bool{false, true} {
				conn := w.dial(t)
				if _, err := conn.Write(whole.Bytes()[:sent]); err != nil {
					t.Errorf("%s, %s: %v", k.name, name, err)
				}
				hangUp(conn, reset)
			}
		}
	}
	w.check(t, kinds()[0], "a whole request", echo.FaultNone, want{200, exact, noStream})
	if tally := w.Model.Tally(); tally.Calls != 1 || tally.Refused != 0 {
		t.Errorf("the model was called: %+v", tally)
	}
}

// TestAClientThatLeavesAModelThatIsSilentPaysTheHold leaves, and then the model
// does not say what it used within the time that is given to it.
func TestAClientThatLeavesAModelThatIsSilentPaysTheHold(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, gateway.Limits{Drain: 100 * time.Millisecond})
			for _, fault := range []echo.Fault{echo.FaultStallHeaders, echo.FaultStall} {
				arrived := make(chan struct{}, 1)
				w.begin(fault, func(echo.Point) {
					select {
					case arrived <- struct{}{}:
					default:
					}
				})
				conn := w.dial(t)
				if err := w.request(k).Write(conn); err != nil {
					t.Fatal(err)
				}
				await(t, "the model gets the call", arrived)
				hangUp(conn, false)
				w.idle()
				w.Eventually(30*time.Second, "the hold is charged", func() bool { return w.history() == w.spent() && w.charged() == w.held })
				w.check(t, k, "the next call", echo.FaultNone, k.wants(modes[0].want))
			}
			w.Stop()
		})
	}
}
