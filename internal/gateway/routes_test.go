package gateway_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// sample is a good call of a route, and a good answer to it.
type sample struct {
	body   string
	form   string // Content-Type, if it is not JSON
	path   string // at the upstream
	answer http.HandlerFunc
	charge money.Nano
}

// sound is a WAV file of so many seconds of silence, 8,000 bytes each.
func sound(seconds int) []byte {
	const rate = 8000
	file := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	file = binary.LittleEndian.AppendUint32(file, rate)
	file = binary.LittleEndian.AppendUint32(file, rate)
	file = append(file, 1, 0, 8, 0)
	file = append(file, "data"...)
	file = binary.LittleEndian.AppendUint32(file, uint32(seconds*rate))
	return append(file, make([]byte, seconds*rate)...)
}

// audioForm is a transcription request with the fields given in pairs.
func audioForm(file []byte, fields ...string) (body, contentType string) {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for i := 0; i < len(fields); i += 2 {
		_ = form.WriteField(fields[i], fields[i+1])
	}
	part, _ := form.CreateFormFile("file", "speech.wav")
	_, _ = part.Write(file)
	_ = form.Close()
	return out.String(), form.FormDataContentType()
}

func sounds(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, text)
	}
}

// samples has a good call of every paid route.
func samples() map[string]sample {
	form, formType := audioForm(sound(3))
	return map[string]sample{
		"/chat/completions": {hello, "", "/v1/chat/completions", answers(answer(usual)), charge(20, 5)},
		"/responses": {
			`{"model":"small","max_output_tokens":10,"input":"hello"}`, "", "/v1/chat/completions", answers(answer(usual)), charge(20, 5),
		},
		"/messages": {hello, "", "/v1/chat/completions", answers(answer(usual)), charge(20, 5)},
		"/completions": {
			`{"model":"older","max_tokens":10,"prompt":"hello"}`, "", "/v1/completions",
			answers(`{"choices":[{"text":"good day","index":0,"finish_reason":"stop"}],"usage":` + usual + `}`), charge(20, 5),
		},
		"/embeddings": {
			`{"model":"embed","input":"hello"}`, "", "/v1/embeddings",
			answers(`{"data":[{"object":"embedding","index":0,"embedding":[1]}],"usage":{"prompt_tokens":3,"total_tokens":3}}`), 3 * perInput,
		},
		"/images/generations": {
			`{"model":"draw","prompt":"a house"}`, "", "/v1/images/generations",
			answers(`{"created":1700000000,"data":[{"b64_json":"iVBORw0KGgo="}]}`), money.Unit / 25,
		},
		"/audio/speech": {
			`{"model":"say","input":"hellö","voice":"ada"}`, "", "/v1/audio/speech", sounds("ID3sound"), 5 * 15_000,
		},
		"/audio/transcriptions": {
			form, formType, "/v1/audio/transcriptions", answers(`{"text":"hello","duration":2.5}`), 3 * money.Unit / 10_000,
		},
	}
}

func (w *world) request(path string, s sample) *http.Request {
	r := w.post(path, s.body)
	if s.form != "" {
		r.Header.Set("Content-Type", s.form)
	}
	return r
}

// It happened elsewhere: LiteLLM 26672, 10750, 40095, 23714; Bifrost 2873.
func TestEveryPaidRouteHoldsBeforeItCallsAndSettlesBeforeItAnswers(t *testing.T) {
	known := samples()
	w := newWorld(t, nil, options{})
	routes := w.gateway.Routes()
	if len(routes) != len(known) {
		t.Errorf("there are %d routes and %d samples", len(routes), len(known))
	}
	for _, route := range routes {
		s, ok := known[route.Path]
		if !ok {
			t.Errorf("route %s has no sample here", route.Path)
			continue
		}
		t.Run(route.Path, func(t *testing.T) {
			var asked string
			script := func(rw http.ResponseWriter, r *http.Request) {
				asked = r.URL.Path
				s.answer(rw, r)
			}
			for _, refused := range []error{ledger.ErrKey, ledger.ErrBusy, &ledger.Refusal{Scope: "account", Currency: money.DIEM}} {
				w := newWorld(t, script, options{})
				w.books.holdErr = refused
				if response, body := w.do(w.request(route.Path, s)); response.StatusCode < 400 || w.calls.Load() != 0 {
					t.Errorf("%v: answered %d %s after %d calls of the upstream", refused, response.StatusCode, body, w.calls.Load())
				}
			}
			w := newWorld(t, script, options{})
			response, body := w.do(w.request(route.Path, s))
			h := w.books.last()
			if response.StatusCode != 200 || asked != s.path || w.calls.Load() != 1 || len(w.books.order) != 1 {
				t.Fatalf("answered %d %s; upstream asked %d times on %q, %d holds", response.StatusCode, body, w.calls.Load(), asked, len(w.books.order))
			}
			if h.state != "settled" || h.settled.Cost != s.charge || h.settled.Source != "usage" {
				t.Errorf("%s %v by %s, want %v by usage", h.state, h.settled.Cost, h.settled.Source, s.charge)
			}
			if got := response.Header.Get("X-Stakegate-Charge"); got != s.charge.String() {
				t.Errorf("the header says %q, want %s", got, s.charge)
			}
			if response.Header.Get("X-Request-Id") == "" || response.Header.Get("X-Venice-Model-Id") == "" || response.Header.Get("X-Venice-Balance-Diem") != "1" {
				t.Errorf("headers are %v", response.Header)
			}
		})
	}
}

func TestEveryPaidRouteChargesFailuresByTheTable(t *testing.T) {
	for path, s := range samples() {
		for name, test := range map[string]struct {
			script http.HandlerFunc
			state  string
		}{
			"500":     {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }, "voided"},
			"429":     {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(429) }, "voided"},
			"reset":   {reset, "settled"},
			"nothing": {answers(``), "settled"},
			"error":   {answers(`{"error":{"message":"secret"}}`), "settled"},
			"a page": {func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				_, _ = io.WriteString(w, "<html>secret")
			}, "settled"},
		} {
			w := newWorld(t, test.script, options{})
			response, body := w.do(w.request(path, s))
			h := w.books.last()
			if response.StatusCode < 400 || h.state != test.state || test.state == "settled" && h.settled.Cost != h.amount {
				t.Errorf("%s, %s: answered %d %s; %s with %v of %v", path, name, response.StatusCode, body, h.state, h.settled.Cost, h.amount)
			}
			if strings.Contains(body, "secret") {
				t.Errorf("%s, %s: the upstream's words go through: %s", path, name, body)
			}
		}
	}
}

func TestEveryPaidRouteRefusesOtherMediaAndLongBodies(t *testing.T) {
	for path, s := range samples() {
		w := newWorld(t, s.answer, options{})
		r := w.request(path, s)
		r.Header.Set("Content-Type", "text/plain")
		if response, body := w.do(r); response.StatusCode != 415 || w.problem().Code != "INVALID_CONTENT_TYPE" {
			t.Errorf("%s: text is answered with %d %s", path, response.StatusCode, body)
		}
		r = w.request(path, s)
		r.Header.Set("Content-Encoding", "gzip")
		if response, body := w.do(r); response.StatusCode != 415 {
			t.Errorf("%s: gzip is answered with %d %s", path, response.StatusCode, body)
		}
		r = w.post(path, strings.Repeat(" ", 27<<20))
		r.Header.Set("Content-Type", w.request(path, s).Header.Get("Content-Type"))
		if response, body := w.do(r); response.StatusCode != 413 || w.problem().Code != "PAYLOAD_TOO_LARGE" {
			t.Errorf("%s: a long body is answered with %d %s", path, response.StatusCode, body)
		}
		if w.calls.Load() != 0 || len(w.books.order) != 0 {
			t.Errorf("%s: %d calls, %d holds", path, w.calls.Load(), len(w.books.order))
		}
	}
}

func TestAModelThatIsNotServedSaysWhatToDo(t *testing.T) {
	w := newWorld(t, reset, options{})
	for body, want := range map[string]string{
		strings.Replace(hello, "small", "off", 1):                        "503 MODEL_OFFLINE",
		strings.Replace(hello, "small", "small:enable_web_search", 1):    "404 MODEL_NOT_FOUND",
		strings.Replace(hello, "small", "small:enable_web_search=on", 1): "400 INVALID_REQUEST",
		strings.Replace(hello, "small", "small:a=1&a=2", 1):              "400 INVALID_REQUEST",
		strings.Replace(hello, "small", "draw", 1):                       "400 INVALID_MODEL",
		`{"model":"claude","prompt":"x"}`:                                "400 INVALID_MODEL",
		`{"model":"nobody","prompt":"x"}`:                                "404 MODEL_NOT_FOUND",
		`{"model":"embed","prompt":"x"}`:                                 "400 INVALID_MODEL",
	} {
		path := "/chat/completions"
		if strings.Contains(body, "prompt") {
			path = "/completions"
		}
		w.do(w.post(path, body))
		if got := fmt.Sprint(w.problem().Status, " ", w.problem().Code); got != want {
			t.Errorf("%s: answered %s, want %s", body, got, want)
		}
	}
	if len(w.books.order) != 0 {
		t.Error("something was held")
	}
}
