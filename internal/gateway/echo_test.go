package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stakegate/internal/devworld/echo"
	"stakegate/internal/gateway"
	"stakegate/internal/money"
)

// echoModels are what the catalogue's models are called at the echo server.
var echoModels = [2]string{echo.ChatModel, echo.EmbeddingModel}

// TestTheChargeFitsTheUpstreamsOwnTally guarantees, against a model server that
// books every call when it arrives, that the charge is what the call cost, or
// more (up to the hold) where the cost cannot be known, or what the server
// claimed where it lies.
func TestTheChargeFitsTheUpstreamsOwnTally(t *testing.T) {
	type expect int
	const (
		exact expect = iota // the true cost
		least               // the true cost or more
		whole               // the hold
		free                // nothing
	)
	for _, test := range []struct {
		name  string
		fault echo.Fault
		want  expect
	}{
		{"none", echo.FaultNone, exact},
		{"no usage", echo.FaultNoUsage, least},
		{"zero usage", echo.FaultZeroUsage, free},
		{"absurd usage", echo.FaultAbsurdUsage, whole},
		{"negative usage", echo.FaultNegativeUsage, free},
		{"500", echo.FaultServerError, free},
		{"429", echo.FaultRateLimited, free},
		{"stall", echo.FaultStall, whole},
		{"disconnect", echo.FaultDisconnect, whole},
	} {
		for _, stream := range []bool{false, true} {
			for _, n := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s, stream %v, n %d", test.name, stream, n), func(t *testing.T) {
					model := echo.New(echo.Config{Fault: test.fault})
					w := newWorld(t, model.ServeHTTP, options{models: echoModels, limits: gateway.Limits{Silence: 50 * time.Millisecond, Upstream: 300 * time.Millisecond}})
					w.ask(fmt.Sprintf(`{"model":"small","n":%d,"stream":%v,"max_tokens":100,"messages":[{"role":"system","content":"be kind"},{"role":"user","content":"good morning, %s"}]}`,
						n, stream, strings.Repeat("friend ", 9)))
					h, used := w.books.last(), model.Tally().Models[echo.ChatModel]
					truth := charge(used.PromptTokens, used.CompletionTokens)
					low, high := map[expect]money.Nano{exact: truth, least: truth, whole: h.amount, free: 0}[test.want], h.amount
					if test.want == exact || test.want == free {
						high = low
					}
					if got := h.settled.Cost; got < low || got > high || truth > h.amount {
						t.Errorf("charged %v for a true cost of %v with a hold of %v", got, truth, h.amount)
					}
				})
			}
		}
	}
}

func TestAnUpstreamThatIgnoresTheCapIsCutAndNeverChargedAboveTheHold(t *testing.T) {
	model := echo.New(echo.Config{Fault: echo.FaultIgnoresCap})
	w := newWorld(t, model.ServeHTTP, options{models: echoModels})
	_, body := w.ask(helloStream)
	if got := len(echo.Tokens(text(t, body))); got > 10 || !strings.Contains(body, `"finish_reason":"length"`) {
		t.Errorf("%d tokens of 10 are delivered: %s", got, body)
	}
	if h := w.books.last(); h.settled.Cost != helloHold {
		t.Errorf("charged %v", h.settled.Cost)
	}
	w.ask(hello)
	if h := w.books.last(); h.settled.Cost > helloHold || h.settled.CompletionTokens != 10 {
		t.Errorf("charged %v for %d tokens", h.settled.Cost, h.settled.CompletionTokens)
	}
}

func TestEchoEmbeddingsCostTheirPrompt(t *testing.T) {
	model := echo.New(echo.Config{})
	w := newWorld(t, model.ServeHTTP, options{models: echoModels})
	response, body := w.do(w.post("/embeddings", `{"model":"embed","input":["good morning","friend"],"encoding_format":"base64"}`))
	used := model.Tally().Models[echo.EmbeddingModel]
	if h := w.books.last(); response.StatusCode != 200 || h.settled.Cost != charge(used.PromptTokens, 0) || used.PromptTokens == 0 {
		t.Errorf("charged %v for %+v: %d %s", h.settled.Cost, used, response.StatusCode, body)
	}
}
