package gateway_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"stakegate/internal/gateway"
	"stakegate/internal/money"
)

// It happened elsewhere: LiteLLM 37923; otari 256; Dify 3650; llmgateway
// 3443; KubeAI 283; LiteLLM 39893.
func TestAStreamEndsWhereItsClientExpectsAndIsChargedByTheTable(t *testing.T) {
	good, day, end := piece("good ", ""), piece("day", ""), piece("", "stop")
	withUsage := func(event, usage string) string {
		return strings.TrimSuffix(event, "}") + `,"usage":` + usage + `}`
	}
	const five = `{"prompt_tokens":20,"completion_tokens":5}`
	broken := func(before ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			streams(before...)(w, r)
			reset(w, r)
		}
	}
	raw := func(stream string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
			_, _ = io.WriteString(w, stream)
		}
	}
	for name, test := range map[string]struct {
		script http.HandlerFunc
		text   string
		want   money.Nano
		source string
		fails  bool
	}{
		"regular":            {streams(good, day, end, usagePiece("20", "5"), "[DONE]"), "good day", charge(20, 5), "usage", false},
		"usage missing":      {streams(good, day, end, "[DONE]"), "good day", charge(helloPrompt, 8), "estimated", false},
		"usage zero":         {streams(good, day, end, usagePiece("0", "0"), "[DONE]"), "good day", 0, "usage", false},
		"usage absurd":       {streams(good, day, end, usagePiece("1e30", "99999999999999999999"), "[DONE]"), "good day", helloHold, "usage", false},
		"usage negative":     {streams(good, day, end, usagePiece("-1", "-1"), "[DONE]"), "good day", 0, "usage", false},
		"usage of words":     {streams(good, day, end, usagePiece(`"a"`, `"b"`), "[DONE]"), "good day", charge(helloPrompt, 8), "estimated", false},
		"usage twice":        {streams(good, day, end, usagePiece("1", "1"), usagePiece("20", "5"), "[DONE]"), "good day", charge(20, 5), "usage", false},
		"usage in each":      {streams(withUsage(good, `{"prompt_tokens":20,"completion_tokens":1}`), withUsage(day, `{"prompt_tokens":20,"completion_tokens":2}`), withUsage(end, five), "[DONE]"), "good day", charge(20, 5), "usage", false},
		"usage at the end":   {streams(good, day, withUsage(end, five), "[DONE]"), "good day", charge(20, 5), "usage", false},
		"no DONE":            {streams(good, day, end, usagePiece("20", "5")), "good day", charge(20, 5), "usage", false},
		"no finish":          {streams(good, day, usagePiece("20", "5"), "[DONE]"), "good day", charge(20, 5), "usage", false},
		"no finish, no DONE": {streams(good, day, usagePiece("20", "5")), "good day", charge(20, 5), "usage", false},
		"reset after usage":  {broken(good, day, end, usagePiece("20", "5")), "good day", charge(20, 5), "usage", false},
		"all in one read":    {raw("data: " + good + "\r\n\r\ndata:" + end + "\n\ndata: [DONE]"), "good ", charge(helloPrompt, 5), "estimated", false},
		"comments, fields":   {raw(": hi\n\nevent: x\nid: 1\ndata: " + good + "\n\n:\n\ndata: " + end + "\n\ndata: [DONE]\n\n"), "good ", charge(helloPrompt, 5), "estimated", false},
		"only text, EOF":     {streams(good, day), "good day", helloHold, "hold", true},
		"usage half way":     {streams(withUsage(good, five), day), "good day", helloHold, "hold", true},
		"reset":              {broken(good), "good ", helloHold, "hold", true},
		"no JSON":            {streams(good, "secret"), "good ", helloHold, "hold", true},
		"no object":          {streams(good, `["secret"]`), "good ", helloHold, "hold", true},
		"an error":           {streams(good, `{"error":{"message":"secret"}}`), "good ", helloHold, "hold", true},
		"a giant line":       {streams(good, `{"choices":[{"secret":"`+strings.Repeat("x", 70_000)+`"}]}`), "good ", helloHold, "hold", true},
		"a choice too many":  {streams(good, strings.Replace(day, `"index":0`, `"index":1`, 1), "[DONE]"), "good ", helloHold, "hold", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, test.script, options{limits: gateway.Limits{Event: 60_000}})
			response, body := w.ask(helloStream)
			if response.StatusCode != 200 || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
				t.Fatalf("answer is %d %v: %s", response.StatusCode, response.Header, body)
			}
			list := events(body)
			last := list[len(list)-1]
			if test.fails {
				if !strings.HasPrefix(last, `{"error":{"message":"`) || strings.Contains(body, "[DONE]") {
					t.Errorf("a failed stream ends with %s", last)
				}
				list = list[:len(list)-1]
			} else if last != "[DONE]" {
				t.Errorf("the stream ends with %s", last)
			}
			if got := text(t, "data: "+strings.Join(list, "\n\ndata: ")+"\n\n"); got != test.text {
				t.Errorf("text is %q, want %q", got, test.text)
			}
			h := w.books.last()
			if h.settled.Cost != test.want || h.settled.Source != test.source {
				t.Errorf("charged %v by %s, want %v by %s", h.settled.Cost, h.settled.Source, test.want, test.source)
			}
			if got := response.Trailer.Get("X-Stakegate-Charge"); got != test.want.String() {
				t.Errorf("the trailer says %q, want %s", got, test.want)
			}
			for _, leak := range []string{"secret", "usage", "vendor/small"} {
				if strings.Contains(body, leak) {
					t.Errorf("%q goes through: %s", leak, body)
				}
			}
		})
	}
}

func TestAStreamThatFailsBeforeItsFirstEventIsAnOrdinaryError(t *testing.T) {
	for name, test := range map[string]struct {
		script http.HandlerFunc
		state  string
	}{
		"status 500":    {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }, "voided"},
		"reset":         {reset, "settled"},
		"empty":         {streams(), "settled"},
		"error at once": {streams(`{"error":{"message":"secret"}}`), "settled"},
		"not a stream":  {answers(answer(usual)), "settled"},
		"compressed": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			streams(piece("x", "stop"), "[DONE]")(w, r)
		}, "settled"},
	} {
		w := newWorld(t, test.script, options{})
		response, body := w.ask(helloStream)
		if response.StatusCode != 502 || w.problem().Code != "INFERENCE_FAILED" || strings.Contains(body, "secret") {
			t.Errorf("%s: answer is %d %s", name, response.StatusCode, body)
		}
		if h := w.books.last(); h.state != test.state || (h.state == "settled" && h.settled.Cost != helloHold) {
			t.Errorf("%s: hold is %s with %v", name, h.state, h.settled.Cost)
		}
	}
}

func TestTheUsageChunkGoesToWhoAskedAndSaysWhatWasCharged(t *testing.T) {
	script := streams(piece("good day", ""), piece("", "stop"), usagePiece("20", "5000"), "[DONE]")
	w := newWorld(t, script, options{})
	_, body := w.ask(helloUsage)
	list := events(body)
	if len(list) != 4 {
		t.Fatalf("the stream is %q", list)
	}
	var chunk struct {
		ID, Object, Model string
		Choices           []any
		Usage             map[string]int64
		Cost              map[string]json.Number
	}
	if err := json.Unmarshal([]byte(list[2]), &chunk); err != nil {
		t.Fatal(err)
	}
	if chunk.ID != "chatcmpl-up" || chunk.Object != "chat.completion.chunk" || chunk.Model != "small" || chunk.Choices == nil || len(chunk.Choices) != 0 {
		t.Errorf("the usage chunk's head is %s", list[2])
	}
	if fmt.Sprint(chunk.Usage) != "map[completion_tokens:10 prompt_tokens:20 total_tokens:30]" || chunk.Cost["diem"] != "0.00004" {
		t.Errorf("usage is %v and costs %v", chunk.Usage, chunk.Cost)
	}
	options, _ := w.forwarded()["stream_options"].(map[string]any)
	if options["include_usage"] != true {
		t.Errorf("the upstream is asked with %v", options)
	}
	_, _ = w.ask(helloStream)
	if options, _ := w.forwarded()["stream_options"].(map[string]any); options["include_usage"] != true {
		t.Error("the upstream is not asked for usage if the client does not want it")
	}
}

func TestEventsGoOnAtOnce(t *testing.T) {
	next := make(chan string)
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/event-stream")
		for event := range next {
			send(rw, event)
		}
	}, options{})
	reader, leave := first(w, next, helloStream)
	defer leave()
	for range 5 {
		next <- piece("word ", "")
		if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "word ") {
			t.Fatalf("got %q, %v", line, err)
		}
		if line, _ := reader.ReadString('\n'); line != "\n" {
			t.Fatalf("the event is not closed: %q", line)
		}
	}
	next <- "[DONE]"
	close(next)
	rest, err := io.ReadAll(reader)
	if err != nil || string(rest) != "data: [DONE]\n\n" {
		t.Fatalf("the end is %q, %v", rest, err)
	}
}

func TestTheEndWaitsForTheSettlement(t *testing.T) {
	settling, release := make(chan struct{}), make(chan struct{})
	w := newWorld(t, streams(piece("good day", ""), piece("!", "stop"), usagePiece("20", "5"), "[DONE]"), options{})
	w.books.settling = func() { settling <- struct{}{}; <-release }
	reader, leave := w.open(helloStream)
	defer leave()
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "good day") {
		t.Fatalf("got %q, %v", line, err)
	}
	_, _ = reader.ReadString('\n')
	<-settling
	// Everything that is written before the settlement is on its way by now.
	came := make(chan struct{})
	go func() { _, _ = reader.Peek(1); close(came) }()
	select {
	case <-came:
		t.Fatal("something came before the settlement")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	<-came
	rest, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	if list := events(string(rest)); len(list) != 2 || !strings.Contains(list[0], `"stop"`) || list[1] != "[DONE]" {
		t.Fatalf("the end is %q", list)
	}
}

func TestASettlementSurvivesShortTroubleOfTheBooks(t *testing.T) {
	for _, body := range []string{hello, helloStream} {
		script := answers(answer(usual))
		if body == helloStream {
			script = streams(piece("good day", "stop"), usagePiece("20", "5"), "[DONE]")
		}
		w := newWorld(t, script, options{})
		w.books.busy = 3
		if response, answer := w.ask(body); response.StatusCode != 200 || !strings.Contains(answer, "good day") {
			t.Errorf("answer is %d %s", response.StatusCode, answer)
		}
		if h := w.books.last(); h.settled.Cost != charge(20, 5) {
			t.Errorf("charged %v", h.settled.Cost)
		}
	}
}

// It happened elsewhere: x402 1062, 1169, 3060, 3325; erpc 831; browser-use
// 5460.
func TestWithoutASettlementNobodySeesTheEnd(t *testing.T) {
	limits := gateway.Limits{Settle: 50 * time.Millisecond}
	w := newWorld(t, answers(answer(usual)), options{limits: limits})
	w.books.busy = -1
	response, body := w.ask(hello)
	if response.StatusCode != 503 || strings.Contains(body, "good day") || !w.problem().NoRetry {
		t.Errorf("answer is %d %s", response.StatusCode, body)
	}
	if o := w.outcome(); o.Source != "lost" {
		t.Errorf("outcome is %+v", o)
	}
	w = newWorld(t, streams(piece("good day", ""), piece("!", "stop"), usagePiece("20", "5"), "[DONE]"), options{limits: limits})
	w.books.busy = -1
	_, body = w.ask(helloStream)
	list := events(body)
	if len(list) != 2 || !strings.Contains(list[1], `"error"`) || strings.Contains(body, "stop") || strings.Contains(body, "[DONE]") {
		t.Errorf("the stream is %q", list)
	}
}

func TestAStreamThatOutrunsItsHoldIsCut(t *testing.T) {
	gone := make(chan struct{})
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		defer close(gone)
		rw.Header().Set("Content-Type", "text/event-stream")
		for r.Context().Err() == nil {
			send(rw, piece("more ", ""))
		}
	}, options{})
	_, body := w.ask(helloUsage)
	list := events(body)
	if got := text(t, body); got != strings.Repeat("more ", 10) {
		t.Errorf("text is %q", got)
	}
	if n := len(list); !strings.Contains(list[n-3], `"finish_reason":"length"`) || !strings.Contains(list[n-2], `"completion_tokens":10`) || list[n-1] != "[DONE]" {
		t.Errorf("the end is %q", list[n-3:])
	}
	if h := w.books.last(); h.settled.Cost != helloHold {
		t.Errorf("charged %v", h.settled.Cost)
	}
	<-gone // the upstream is told to stop
}

// first opens a stream and sends its first event, which starts the answer.
func first(w *world, next chan string, body string) (reader interface {
	io.Reader
	ReadString(byte) (string, error)
}, leave func()) {
	w.t.Helper()
	go func() { next <- piece("", "") }()
	r, leave := w.open(body)
	for range 2 {
		if _, err := r.ReadString('\n'); err != nil {
			w.t.Fatal(err)
		}
	}
	return r, leave
}
