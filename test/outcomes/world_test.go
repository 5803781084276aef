// Package outcomes_test holds the table of how calls end: every way in which a
// model server can misbehave and every point at which a client can leave, on
// every paid route, through a whole server. Each row's charge is compared with
// the model server's own tally, with what was held, with the history and with
// the header that tells the client; and nothing may be left behind: no hold, no
// call at the model, no goroutine (and so no connection).
package outcomes_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/gateway"
	"stakegate/internal/money"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // they wait more than they work; -parallel still decides
	code := m.Run()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// kind is a way to call.
type kind struct {
	name, path, body string
	contentType      string // "": JSON
	stream           bool
	end              *regexp.Regexp // the last event of a stream that ends well
	needle           string         // what is in a stream as soon as a token is
	price            func(prompt, completion int64) money.Nano
	cap              int64 // output tokens
	// other is what is different from other kinds.
	other map[echo.Fault]want
}

func tokens(prompt, completion int64) money.Nano {
	return money.Nano(prompt)*apptest.NanosPerInput + money.Nano(completion)*apptest.NanosPerOutput
}

// outputCap is more than the answers have.
const outputCap = 20

const (
	content = `"content":"`
)

// How the last event of a stream begins that ends well.
var (
	done      = regexp.MustCompile(`^data: \[DONE\]$`)
	stopped   = regexp.MustCompile(`^event: message_stop\n`)
	completed = regexp.MustCompile(`^event: response\.(completed|incomplete)\n`)
)

// kinds are all ways to call.
func kinds() []kind {
	members := fmt.Sprintf(`"max_tokens":%d`, outputCap)
	chat := func(model, more string) string {
		return strings.Replace(apptest.ChatBody("hello there", members+more), "echo-1", model, 1)
	}
	const stream = `,"stream":true`
	all := []kind{
		{name: "chat", path: "/chat/completions", body: chat("echo-1", "")},
		{name: "chat, streamed", path: "/chat/completions", body: chat("echo-1", stream), stream: true, end: done, needle: content},
		{name: "chat, streamed with usage", path: "/chat/completions", stream: true, end: done, needle: content,
			body: chat("echo-1", stream+`,"stream_options":{"include_usage":true}`)},
	}
	for _, upstream := range []string{"anthropic", "venice"} {
		all = append(all,
			kind{name: "chat of a model of kind " + upstream, path: "/chat/completions", body: chat("echo-1-"+upstream, "")},
			kind{name: "chat of a model of kind " + upstream + ", streamed", path: "/chat/completions", body: chat("echo-1-"+upstream, stream), stream: true, end: done, needle: content})
	}
	// Anthropic's servers tell why an answer ended together with its usage, and
	// number the parts of an answer, which is one choice whatever they are called.
	all[4].other = map[echo.Fault]want{
		echo.FaultDisconnectUsage: {200, inFull, withError}, echo.FaultWrongIndex: {200, exact, wellFormed},
	}
	message := `{"model":"echo-1","messages":[{"role":"user","content":"hello there"}],` + members
	response := fmt.Sprintf(`{"model":"echo-1","input":"hello there","max_output_tokens":%d`, outputCap)
	prompt := `{"model":"echo-1","prompt":"hello there",` + members
	all = append(all,
		kind{name: "messages", path: "/messages", body: message + "}"},
		kind{name: "messages, streamed", path: "/messages", body: message + stream + "}", stream: true, end: stopped, needle: "text_delta"},
		kind{name: "responses", path: "/responses", body: response + "}"},
		kind{name: "responses, streamed", path: "/responses", body: response + stream + "}", stream: true, end: completed, needle: "output_text.delta"},
		kind{name: "completions", path: "/completions", body: prompt + "}"},
		kind{name: "completions, streamed", path: "/completions", body: prompt + stream + "}", stream: true, end: done, needle: `"text":"`},
	)
	for i := range all {
		all[i].price, all[i].cap = tokens, outputCap
	}
	return append(all, mediaKinds()...)
}

// mediaKinds are those of other models than of text.
func mediaKinds() []kind {
	form, file := transcription()
	return []kind{
		{name: "embeddings", path: "/embeddings", body: `{"model":"echo-embed-1","input":"hello there"}`,
			price: func(prompt, _ int64) money.Nano { return money.Nano(prompt) * apptest.NanosPerEmbed }},
		{name: "images", path: "/images/generations", body: `{"model":"echo-image-1","prompt":"a cat","size":"256x256"}`,
			price: nothing, other: always(exact, claims...)},
		{name: "speech", path: "/audio/speech", body: `{"model":"echo-tts-1","input":"hello there","response_format":"wav"}`,
			price: nothing, other: speechModes()},
		{name: "transcriptions", path: "/audio/transcriptions", body: file, contentType: form,
			price: func(seconds, _ int64) money.Nano { return money.Nano(seconds) * apptest.NanosPerSecond },
			// The file tells its length, so that a negative one need not be believed.
			other: always(atLeast, echo.FaultNegativeUsage)},
	}
}

// claims are the modes in which a model misreports what it did.
var claims = []echo.Fault{
	echo.FaultNoUsage, echo.FaultZeroUsage, echo.FaultAbsurdUsage, echo.FaultNegativeUsage, echo.FaultFractionalUsage, echo.FaultFixedUsage,
	echo.FaultTextUsage, echo.FaultIgnoresCap,
}

// always is for what has its price before the call.
func always(charge rule, faults ...echo.Fault) map[echo.Fault]want {
	all := map[echo.Fault]want{}
	for _, fault := range faults {
		all[fault] = want{200, charge, noStream}
	}
	return all
}

func nothing(int64, int64) money.Nano { return 0 }

// speechModes: it is passed on as it comes, whatever it is, under its own type
// alone.
func speechModes() map[echo.Fault]want {
	modes := always(exact, slices.Concat(claims, []echo.Fault{echo.FaultErrorEvent, echo.FaultInvalidJSON})...)
	for _, fault := range []echo.Fault{echo.FaultStall, echo.FaultDisconnect, echo.FaultHugeLine} {
		modes[fault] = want{200, inFull, cutOff}
	}
	modes[echo.FaultContentType] = want{502, inFull, noStream}
	return modes
}

// speechFile is a WAV of two seconds and a bit.
func speechFile() []byte {
	const rate, size = 8000, 18000
	header := "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x50\x46\x00\x00"
	return append([]byte(header), make([]byte, size)...)
}

// transcription is the body of a form with a file, and its type.
func transcription() (contentType, body string) {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	_ = form.WriteField("model", "echo-asr-1") // into memory
	part, _ := form.CreateFormFile("file", "speech.wav")
	_, _ = part.Write(speechFile())
	_ = form.Close()
	return form.FormDataContentType(), out.String()
}

// world is a server, an account, and a model whose calls are watched.
type world struct {
	*apptest.World
	admin   string
	running atomic.Int64 // calls at the model

	mu      sync.Mutex
	reached func(echo.Point) // of the call that is made; nil: nothing
	held    money.Nano       // when the model had the call
	before  money.Nano
}

func start(t *testing.T, limits gateway.Limits) *world {
	t.Helper()
	return startWith(t, limits, nil)
}

// startWith lets the bodies of calls choose the model's faults.
func startWith(t *testing.T, limits gateway.Limits, faultOf func([]byte) echo.Fault) *world {
	t.Helper()
	w := &world{}
	limits.Hold = 30 * time.Second // a slow machine is no failure
	w.World = apptest.Start(t, apptest.Options{
		Media: true, Limits: limits,
		Echo: echo.Config{Reached: w.reach, FaultOf: faultOf},
		Model: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				w.running.Add(1)
				defer w.running.Add(-1)
				if r.Method == http.MethodPost {
					w.arrived()
				}
				next.ServeHTTP(rw, r)
			})
		},
		Config: func(c *app.Config) { c.ShutdownGrace = app.Duration(time.Second) },
	})
	_, w.admin = w.Account(100)
	return w
}

// arrived looks how much is held for a call that the model gets.
func (w *world) arrived() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = w.before - w.Balance(w.admin)
}

// reach is called by the model at each point of an answer.
func (w *world) reach(p echo.Point) {
	w.mu.Lock()
	reached := w.reached
	w.mu.Unlock()
	if reached != nil {
		reached(p)
	}
}

// begin notes the money and the tally before a call.
func (w *world) begin(fault echo.Fault, reached func(echo.Point)) (truth money.Nano) {
	w.Model.SetFault(fault)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reached, w.held, w.before = reached, 0, w.Balance(w.admin)
	return w.Truth()
}

func (w *world) request(k kind) *http.Request {
	r := w.Request("POST", k.path, w.admin, k.body)
	if k.contentType != "" {
		r.Header.Set("Content-Type", k.contentType)
	}
	return r
}

// charged is how much less there is than before the call.
func (w *world) charged() money.Nano { return w.before - w.Balance(w.admin) }

// spent is how much less there is than at the start, what is held included.
func (w *world) spent() money.Nano { return 100*money.Unit - w.Balance(w.admin) }

// idle waits until the model has no calls any more.
func (w *world) idle() {
	w.T.Helper()
	w.Eventually(30*time.Second, "the call at the model has ended", func() bool { return w.running.Load() == 0 })
}

// history adds up what the account was charged, by its history.
func (w *world) history() money.Nano {
	w.T.Helper()
	var sum money.Nano
	for query := "?pageSize=1000"; query != ""; {
		page := w.Call("GET", "/billing/usage-history"+query, w.admin, "")
		entries, _ := page.Get("data").([]any)
		for _, entry := range entries {
			amount, err := money.Parse(strings.TrimPrefix(entry.(map[string]any)["amount"].(json.Number).String(), "-"))
			if err != nil {
				w.T.Fatal(err)
			}
			sum += amount
		}
		query = ""
		if next := page.Text("nextCursor"); next != "" {
			query = "?cursor=" + next
		}
	}
	return sum
}
