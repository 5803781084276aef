package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/gateway"
	"stakegate/internal/money"
)

func embedding(usage string) http.HandlerFunc {
	return answers(`{"object":"list","model":"embed-v1","provider":"secret","data":[{"object":"embedding","index":0,"embedding":[0.25,-1]}]` + usage + `}`)
}

func TestEmbeddingsAreForwardedAndChargedByTheirPrompt(t *testing.T) {
	for name, test := range map[string]struct {
		body, forwarded, usage string
		held, want             money.Nano
		source                 string
	}{
		"a text": {
			`{"model":"embed","input":"h\u00e9","encoding_format":"base64","dimensions":8,"user":"u"}`,
			`{"input":"h\u00e9","encoding_format":"base64","dimensions":8,"model":"embed"}`,
			`,"usage":{"prompt_tokens":2,"total_tokens":2}`, 5 * perInput, 2 * perInput, "usage",
		},
		"texts": {
			`{"model":"embed","input":["one","two"],"dimensions":null,"encoding_format":null}`,
			`{"input":["one","two"],"model":"embed"}`,
			`,"usage":{"total_tokens":4}`, 10 * perInput, 4 * perInput, "usage",
		},
		"too much usage": {
			`{"model":"embed","input":"one"}`, `{"input":"one","model":"embed"}`,
			`,"usage":{"prompt_tokens":400,"total_tokens":400}`, 5 * perInput, 5 * perInput, "usage",
		},
		"no usage": {
			`{"model":"embed","input":"one"}`, `{"input":"one","model":"embed"}`,
			``, 5 * perInput, 5 * perInput, "estimated",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, embedding(test.usage), options{})
			response, body := w.do(w.post("/embeddings", test.body))
			if response.StatusCode != 200 {
				t.Fatalf("answer is %d %s", response.StatusCode, body)
			}
			if got := string(w.bodies[0]); got != test.forwarded {
				t.Errorf("the upstream got %s, want %s", got, test.forwarded)
			}
			h := w.books.last()
			if h.amount != test.held || h.settled.Cost != test.want || h.settled.Source != test.source || h.request.ModelType != "embedding" || h.request.ModelPrivate {
				t.Errorf("charged %v of %v by %s", h.settled.Cost, h.amount, h.settled.Source)
			}
			var got struct {
				Object, Model string
				Data          []struct{ Embedding []json.Number }
				Usage         map[string]int64
				Cost          map[string]json.Number
				Provider      *string
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatal(err)
			}
			tokens := int64(test.want / perInput)
			if got.Object != "list" || got.Model != "embed" || fmt.Sprint(got.Data) != "[{[0.25 -1]}]" || got.Provider != nil ||
				fmt.Sprint(got.Usage) != fmt.Sprintf("map[prompt_tokens:%d total_tokens:%d]", tokens, tokens) || got.Cost["diem"].String() != test.want.String() {
				t.Errorf("answer is %s", body)
			}
		})
	}
}

func TestBadEmbeddingsRequestsNameTheMember(t *testing.T) {
	many := strings.Repeat(`"x",`, 2048) + `"x"`
	for body, member := range map[string]string{
		`{"model":"embed"}`:                                      "input",
		`{"input":"x"}`:                                          "model",
		`{"model":"small","input":"x"}`:                          "model",
		`{"model":1,"input":"x"}`:                                "model",
		`{"model":"embed","input":""}`:                           "input",
		`{"model":"embed","input":[]}`:                           "input",
		`{"model":"embed","input":null}`:                         "input",
		`{"model":"embed","input":[1,2]}`:                        "input",
		`{"model":"embed","input":[[1,2]]}`:                      "input",
		`{"model":"embed","input":["a",""]}`:                     "input.1",
		`{"model":"embed","input":[` + many + `]}`:               "input",
		`{"model":"embed","input":"x","encoding_format":"int8"}`: "encoding_format",
		`{"model":"embed","input":"x","dimensions":0}`:           "dimensions",
		`{"model":"embed","input":"x","dimensions":1.5}`:         "dimensions",
		`{"model":"embed","input":"x","Input":"y"}`:              "Input",
		`{"model":"embed","input":"x","input":"y"}`:              "input",
	} {
		w := newWorld(t, reset, options{})
		response, _ := w.do(w.post("/embeddings", body))
		if problem := w.problem(); response.StatusCode != 400 || problem.Member != member {
			t.Errorf("%.80s: error is %d of %q: %v", body, response.StatusCode, problem.Member, problem)
		}
	}
}

func TestAnEmbeddingRefusalHasNoOutputCap(t *testing.T) {
	w := newWorld(t, reset, options{budget: 1})
	response, _ := w.do(w.post("/embeddings", `{"model":"embed","input":"one"}`))
	if problem := w.problem(); response.StatusCode != 402 || problem.AffordableMaxTokens != nil {
		t.Errorf("error is %+v", problem)
	}
}

func TestRequestBodiesAreLimited(t *testing.T) {
	w := newWorld(t, reset, options{limits: gateway.Limits{Body: 1000}})
	long := strings.Replace(hello, "hello", strings.Repeat("x", 2000), 1)
	chunked := w.post("/chat/completions", long)
	chunked.ContentLength = -1
	for name, test := range map[string]struct {
		request *http.Request
		change  func(http.Header)
		status  int
	}{
		"too long":     {w.post("/chat/completions", long), nil, 413},
		"chunked":      {chunked, nil, 413},
		"no type":      {w.post("/chat/completions", hello), func(h http.Header) { h.Del("Content-Type") }, 415},
		"other type":   {w.post("/chat/completions", hello), func(h http.Header) { h.Set("Content-Type", "text/plain") }, 415},
		"compressed":   {w.post("/chat/completions", hello), func(h http.Header) { h.Set("Content-Encoding", "gzip") }, 415},
		"empty":        {w.post("/chat/completions", ""), nil, 400},
		"not UTF-8":    {w.post("/chat/completions", "{\"model\":\"\xff\"}"), nil, 400},
		"with charset": {w.post("/chat/completions", "{}"), func(h http.Header) { h.Set("Content-Type", "application/json; charset=utf-8") }, 400},
	} {
		if test.change != nil {
			test.change(test.request.Header)
		}
		if response, body := w.do(test.request); response.StatusCode != test.status {
			t.Errorf("%s: answer is %d %s", name, response.StatusCode, body)
		}
	}
}
