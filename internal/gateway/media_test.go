package gateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/money"
)

const pixel = "iVBORw0KGgo="

func TestImagesComeAsTheClientWantsThem(t *testing.T) {
	data, url := `{"data":[{"b64_json":"`+pixel+`","revised_prompt":"secret"}]}`, `{"data":[{"url":"data:image/png;base64,`+pixel+`"}]}`
	for name, test := range map[string]struct{ request, upstream, want string }{
		"data":                   {``, data, `[{"b64_json":"` + pixel + `"}]`},
		"data of a URL":          {`,"response_format":"b64_json"`, url, `[{"b64_json":"` + pixel + `"}]`},
		"URL":                    {`,"response_format":"url"`, data, `[{"url":"data:image/png;base64,` + pixel + `"}]`},
		"URL of a URL":           {`,"response_format":"url"`, url, `[{"url":"data:image/png;base64,` + pixel + `"}]`},
		"JPEG":                   {`,"response_format":"url"`, `{"data":[{"b64_json":"\/9j\/4AAQ"}]}`, `[{"url":"data:image/jpeg;base64,\/9j\/4AAQ"}]`},
		"a URL of another kind":  {``, `{"data":[{"url":"https://images.example/1"}]}`, `[{"url":"https://images.example/1"}]`},
		"more than was paid for": {``, `{"data":[{"b64_json":"` + pixel + `"},{"b64_json":"x"}]}`, `[{"b64_json":"` + pixel + `"}]`},
	} {
		w := newWorld(t, answers(strings.Replace(test.upstream, "{", `{"created":1700000000,`, 1)), options{})
		response, body := w.do(w.post("/images/generations", `{"model":"draw","prompt":"a house"`+test.request+`}`))
		if want := `{"created":1700000000,"data":` + test.want + `}`; response.StatusCode != 200 || body != want {
			t.Errorf("%s: %d %s, want %s", name, response.StatusCode, body, want)
		}
		if format, given := w.forwarded()["response_format"]; given && format != "b64_json" {
			t.Errorf("%s: the upstream is asked for %v", name, format)
		}
	}
}

func TestImagesCostWhatTheirSizeCosts(t *testing.T) {
	two := `{"data":[{"b64_json":"` + pixel + `"},{"b64_json":"` + pixel + `"}]}`
	for name, test := range map[string]struct {
		request, upstream string
		hold, charge      money.Nano
	}{
		"default":       {`{"prompt":"x"}`, two, money.Unit / 25, money.Unit / 25},
		"small":         {`{"prompt":"x","size":"512x512"}`, two, money.Unit / 100, money.Unit / 100},
		"two":           {`{"prompt":"x","size":"512x512","n":2}`, two, money.Unit / 50, money.Unit / 50},
		"one of three":  {`{"prompt":"x","size":"512x512","n":3}`, two, 3 * money.Unit / 100, money.Unit / 50},
		"unknown model": {`{"prompt":"x","model":"dall-e-9"}`, two, money.Unit / 25, money.Unit / 25},
	} {
		w := newWorld(t, answers(test.upstream), options{})
		response, body := w.do(w.post("/images/generations", test.request))
		if h := w.books.last(); response.StatusCode != 200 || h.amount != test.hold || h.settled.Cost != test.charge {
			t.Errorf("%s: %d %s, held %v and charged %v", name, response.StatusCode, body, h.amount, h.settled.Cost)
		}
		if response.Header.Get("X-Venice-Model-Id") != "draw" {
			t.Errorf("%s: model %q answers", name, response.Header.Get("X-Venice-Model-Id"))
		}
	}
}

func TestSpeechIsPassedOnAsItComes(t *testing.T) {
	next := make(chan string)
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/octet-stream")
		for piece := range next {
			_, _ = io.WriteString(rw, piece)
			_ = http.NewResponseController(rw).Flush()
		}
	}, options{})
	go func() { next <- "one" }()
	response, err := w.server.Client().Do(w.post("/audio/speech", `{"model":"say","input":"hello","response_format":"opus"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.Header.Get("Content-Type") != "audio/opus" || response.Header.Get("X-Stakegate-Charge") != "0.000075" {
		t.Errorf("headers are %v", response.Header)
	}
	buffer := make([]byte, 16)
	for _, want := range []string{"one", "two", "three"} {
		if want != "one" {
			next <- want
		}
		if n, err := io.ReadFull(response.Body, buffer[:len(want)]); err != nil || string(buffer[:n]) != want {
			t.Fatalf("got %q, %v; want %q", buffer[:n], err, want)
		}
	}
	close(next)
	if rest, err := io.ReadAll(response.Body); err != nil || len(rest) != 0 {
		t.Errorf("the end is %q, %v", rest, err)
	}
}

func TestSpeechThatBreaksOffIsNoWholeAnswerAndPaid(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		sounds("half")(rw, r)
		_ = http.NewResponseController(rw).Flush()
		reset(rw, r)
	}, options{})
	response, err := w.server.Client().Do(w.post("/audio/speech", `{"model":"say","input":"hello"}`))
	if err == nil {
		defer response.Body.Close()
		_, err = io.ReadAll(response.Body)
	}
	if err == nil {
		t.Error("the client takes half an answer for a whole one")
	}
	if h := w.books.last(); h.state != "settled" || h.settled.Cost != h.amount {
		t.Errorf("%s with %v", h.state, h.settled.Cost)
	}
}

func TestTranscriptionsCostTheSecondsThatWereHeard(t *testing.T) {
	const second = money.Unit / 10_000
	for name, test := range map[string]struct {
		upstream string
		charge   money.Nano
		source   string
	}{
		"duration":       {`{"text":"a","duration":1.2}`, 2 * second, "usage"},
		"usage":          {`{"text":"a","duration":1.2,"usage":{"type":"duration","seconds":3}}`, 3 * second, "usage"},
		"not told":       {`{"text":"a"}`, 4 * second, "estimated"},
		"told in words":  {`{"text":"a","duration":"1"}`, 4 * second, "estimated"},
		"negative":       {`{"text":"a","duration":-1}`, 4 * second, "estimated"},
		"nothing said":   {`{"text":"","duration":0}`, 0, "usage"},
		"no text":        {`{"duration":1}`, second, "usage"},
		"more than held": {`{"text":"a","duration":1e9}`, -1, "usage"},
	} {
		w := newWorld(t, answers(test.upstream), options{})
		body, contentType := audioForm(sound(4), "model", "hear")
		r := w.post("/audio/transcriptions", body)
		r.Header.Set("Content-Type", contentType)
		response, answer := w.do(r)
		h := w.books.last()
		if test.charge < 0 {
			test.charge = h.amount
		}
		if h.settled.Cost != test.charge || h.settled.Source != test.source || h.amount < 4*second {
			t.Errorf("%s: charged %v of %v by %s: %d %s", name, h.settled.Cost, h.amount, h.settled.Source, response.StatusCode, answer)
		}
		if odd := w.outcome().Anomaly; odd != (name == "more than held") {
			t.Errorf("%s: anomaly is %v", name, odd)
		}
	}
}

func TestTranscriptionsComeAsJSONOrText(t *testing.T) {
	for format, want := range map[string]string{
		"json": `{"text":"h\u00e9","duration":1,"cost":{"usd":0,"diem":0.0001}}`,
		"text": "hé",
	} {
		w := newWorld(t, answers(`{"text":"h\u00e9","duration":1,"secret":1}`), options{})
		body, contentType := audioForm(sound(1), "response_format", format)
		r := w.post("/audio/transcriptions", body)
		r.Header.Set("Content-Type", contentType)
		response, answer := w.do(r)
		kind := map[string]string{"json": "application/json; charset=utf-8", "text": "text/plain; charset=utf-8"}[format]
		if response.StatusCode != 200 || answer != want || response.Header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %s %s", format, response.StatusCode, answer, response.Header)
		}
	}
}
