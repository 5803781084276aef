package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/gateway"
	"stakegate/internal/money"
)

// gatewayLimits are short, for tests that run into them.
func gatewayLimits() gateway.Limits {
	const brief = 300 * time.Millisecond
	return gateway.Limits{BodyTime: brief, Upstream: brief, Silence: brief, Drain: brief}
}

// TestWhateverTheModelDoesItIsPaidAndTheBooksBalance compares, for every way
// in which a model server can fail, what was charged with what it did. That
// the books balance is checked when the server stops.
func TestWhateverTheModelDoesItIsPaidAndTheBooksBalance(t *testing.T) {
	chat, stream := apptest.ChatBody("hello there", `"max_tokens":8`), apptest.ChatBody("hello there", `"max_tokens":8,"stream":true`)
	const embed = `{"model":"echo-embed-1","input":"hello there"}`
	for _, fault := range []struct {
		name   string
		fault  echo.Fault
		status map[string]int // by kind; 0: the answer breaks off with an error event
		free   bool
	}{
		{"no usage", echo.FaultNoUsage, map[string]int{"chat": 200, "stream": 200, "embed": 200}, false},
		{"zero usage", echo.FaultZeroUsage, map[string]int{"chat": 200, "stream": 200, "embed": 200}, true},
		{"absurd usage", echo.FaultAbsurdUsage, map[string]int{"chat": 200, "stream": 200, "embed": 200}, false},
		{"negative usage", echo.FaultNegativeUsage, map[string]int{"chat": 200, "stream": 200, "embed": 200}, true},
		{"server error", echo.FaultServerError, map[string]int{"chat": 502, "stream": 502, "embed": 502}, true},
		{"rate limited", echo.FaultRateLimited, map[string]int{"chat": 429, "stream": 429, "embed": 429}, true},
		{"stall", echo.FaultStall, map[string]int{"chat": 504, "stream": 200, "embed": 504}, false},
		{"disconnect", echo.FaultDisconnect, map[string]int{"chat": 502, "stream": 200, "embed": 502}, false},
	} {
		t.Run(fault.name, func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{Limits: gatewayLimits()})
			_, admin := w.Account(100)
			w.Model.SetFault(fault.fault)
			for kind, body := range map[string]string{"chat": chat, "stream": stream, "embed": embed} {
				path := "/chat/completions"
				if kind == "embed" {
					path = "/embeddings"
				}
				did, balance := truth(w), w.Balance(admin)
				answer, err := w.Try(w.Request("POST", path, admin, body))
				if err != nil || answer.Status != fault.status[kind] {
					t.Errorf("%s: %v, want %d, got %s", kind, err, fault.status[kind], answer)
				}
				did, charged := truth(w)-did, balance-w.Balance(admin)
				switch {
				case fault.free && charged != 0:
					t.Errorf("%s: charged %s for nothing", kind, charged)
				case !fault.free && charged < did:
					t.Errorf("%s: charged %s, the model did %s", kind, charged, did)
				case charged > 97*apptest.NanosPerInput*2:
					t.Errorf("%s: charged %s, more than can have been held", kind, charged)
				}
				if kind == "stream" && fault.status[kind] == 200 && !fault.free && answer.Charge() != charged {
					t.Errorf("%s: the trailer says %s of %s", kind, answer.Charge(), charged)
				}
			}
			if sum := historySum(t, w, admin); sum != 100*money.Unit-w.Balance(admin) {
				t.Errorf("the history adds up to %s, the balance fell by %s", sum, 100*money.Unit-w.Balance(admin))
			}
		})
	}
}

func TestAModelThatIgnoresItsCapIsCutAndTheClientPaysTheHold(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	w.Model.SetFault(echo.FaultIgnoresCap)
	const held = 77*apptest.NanosPerInput + 6*apptest.NanosPerOutput
	for _, members := range []string{`"max_tokens":6`, `"max_tokens":6,"stream":true`} {
		balance := w.Balance(admin)
		answer := w.Chat(admin, "hello", members)
		if charged := balance - w.Balance(admin); answer.Status != http.StatusOK || charged > held || charged <= 0 {
			t.Errorf("%s: charged %s of %s: %s", members, charged, money.Nano(held), answer)
		}
		if strings.Contains(members, "stream") && !strings.Contains(string(answer.Body), `"finish_reason":"length"`) {
			t.Errorf("the stream does not say that it was cut: %s", answer)
		}
	}
}

// TestAClientThatLeavesPaysWhatTheModelDid hangs up in the middle of a stream.
func TestAClientThatLeavesPaysWhatTheModelDid(t *testing.T) {
	g := newGate()
	w := apptest.Start(t, apptest.Options{Model: g.around})
	_, admin := w.Account(100)
	for _, members := range []string{`"max_tokens":10`, `"max_tokens":10,"stream":true`} {
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := w.Try(w.Request("POST", "/chat/completions", admin, apptest.ChatBody("hello", members)).WithContext(ctx))
			left <- err
		}()
		<-g.arrived
		leave()
		if <-left == nil {
			t.Error("the client got an answer after all")
		}
	}
	close(g.release)
	w.Eventually(5*time.Second, "both calls are charged their price", func() bool {
		return truth(w) > 0 && 100*money.Unit-w.Balance(admin) == truth(w) && w.Model.Tally().Calls == 2
	})
}

func TestASlowBodyIsGivenUpWithoutACharge(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Limits: gatewayLimits()})
	_, admin := w.Account(100)
	for _, path := range []string{"/chat/completions", "/embeddings"} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(w.Origin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /api/v1%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", path, admin)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		if response.StatusCode != http.StatusRequestTimeout {
			t.Errorf("%s: %d %s", path, response.StatusCode, body)
		}
		_ = conn.Close()
	}
	if balance := w.Balance(admin); balance != 100*money.Unit {
		t.Errorf("%s are left", balance)
	}
}

// TestStoppingWaitsForCallsAndChargesWhatIsCut stops a server while one call
// will end in time and another never will.
// It happened elsewhere: one-api 2440, 2446, 925, 227; new-api 5690, 6609,
// 5235, 7062, 7195, 6659.
func TestStoppingWaitsForCallsAndChargesWhatIsCut(t *testing.T) {
	g := newGate()
	w := apptest.Start(t, apptest.Options{Model: g.around, Config: func(c *app.Config) { c.ShutdownGrace = app.Duration(time.Second) }})
	_, admin := w.Account(100)
	w.Model.SetFault(echo.FaultStall)
	answers := make(chan apptest.Answer, 2)
	for range 2 {
		go func() {
			answer, _ := w.Try(w.Request("POST", "/chat/completions", admin, apptest.ChatBody("hello", `"max_tokens":10`)))
			answers <- answer
		}()
		<-g.arrived
	}
	stopped := make(chan struct{})
	go func() { w.Stop(); close(stopped) }()
	close(g.release)
	<-stopped // and the books were checked: nothing is held any more
	for range 2 {
		if answer := <-answers; answer.Status == http.StatusOK {
			t.Errorf("an answer without an end: %s", answer)
		}
	}
}

// TestADatabaseThatIsGoneIsAFaultOfTheServer closes the database of a running
// server: nobody gets anything, and nobody is told why.
func TestADatabaseThatIsGoneIsAFaultOfTheServer(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, admin := w.Account(100)
	f := newForm(t, w, wallet)
	revocation := revocationBody(t, wallet.Address, wallet, revocationFor(t, w, wallet.Address))
	if err := w.App.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range routes() {
		answer := r.call(w, admin, "x")
		if r.costs {
			if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
				t.Errorf("%s: %s", r, answer)
			}
			continue
		}
		wantError(t, answer, http.StatusInternalServerError, "An unknown error occurred", nil)
		if answer.Text("requestId") != answer.Header.Get("X-Request-Id") || strings.Contains(string(answer.Body), "sql") {
			t.Errorf("%s: %s", r, answer)
		}
	}
	wantError(t, f.post(""), http.StatusInternalServerError, "An unknown error occurred", nil)
	wantError(t, w.Call("POST", revokePath, "", revocation), http.StatusInternalServerError, "An unknown error occurred", nil)
	wantError(t, w.Call("POST", "/leaks", "", `{"key":"`+admin+`"}`), http.StatusInternalServerError, "An unknown error occurred", nil)
	ready := w.Send(must(http.NewRequest("GET", w.Origin+"/readyz", nil)))
	if ready.Status != http.StatusServiceUnavailable || ready.Text("code") != "NOT_READY" {
		t.Errorf("%s", ready)
	}
	if alive := w.Send(must(http.NewRequest("GET", w.Origin+"/healthz", nil))); alive.Status != http.StatusOK {
		t.Errorf("%s", alive)
	}
}

func TestTheServerDescribesItself(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	for path, want := range map[string]string{
		"/healthz": `"ok"`, "/readyz": `"ready"`, "/openapi.yaml": "openapi: 3.0.3", "/llms.txt": w.Origin + "/api/v1/api_keys/generate_web3_key", "/": w.Origin,
		"/skill.md": "--api " + w.Origin + "/api/v1 --chain-id ",
	} {
		answer := w.Send(must(http.NewRequest("GET", w.Origin+path, nil)))
		if answer.Status != http.StatusOK || !strings.Contains(string(answer.Body), want) {
			t.Errorf("%s: %s", path, answer)
		}
	}
}
