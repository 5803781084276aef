package apitest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"stakegate/api/apitest"
)

const (
	tooMany        = `{"error":"Rate limit exceeded","code":"RATE_LIMIT_EXCEEDED"}`
	key            = `{"apiKeyType":"ADMIN","consumptionLimits":{"usd":null,"diem":0.000000001,"vcu":null},"limitPeriod":"EPOCH","modelPrivacy":"ALL","createdAt":"2026-11-23T00:00:00.000Z","expiresAt":null,"id":"e28e82dc-9df2-4b47-b726-d0a222ef2ab5","last6Chars":"abcdef","lastUsedAt":null}`
	entry          = `{"timestamp":"2026-11-23T00:00:00.000Z","currency":"DIEM","amount":-0.000000001,"pricePerUnitUsd":0.15,"sku":"m-llm-input-mtoken","units":0.000002,"notes":"API Inference","inferenceDetails":{"requestId":"r","promptTokens":2,"completionTokens":null,"inferenceExecutionTime":null}}`
	budget         = `{"error":"spent","code":"INSUFFICIENT_BALANCE","budget":"account","currency":"DIEM","limit":1,"spent":0.9,"held":0.1,"resetsAt":null,"affordable_max_tokens":0}`
	completion     = `{"id":"c","object":"chat.completion","created":1,"model":"m","system_fingerprint":"x","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hi"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2},"cost":{"usd":0,"diem":0.1}}`
	openAIError    = `{"error":{"message":"x","type":"invalid_request_error","param":null,"code":"invalid_request"}}`
	anthropicError = `{"type":"error","error":{"type":"billing_error","message":"x","details":{"error_code":"INSUFFICIENT_BALANCE"}}}`
	message        = `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}`
	messageStart   = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":" + message + "}\n\n"
	chunk          = `{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}],"usage":null}`
)

var jsonHeaders = map[string]string{
	"Content-Type": "application/json; charset=utf-8", "X-Request-Id": "r1", "Cache-Control": "no-store",
}

var inferenceHeaders = map[string]string{
	"X-Venice-Model-Id": "m", "X-Venice-Balance-Diem": "0.1", "X-Venice-Balance-Usd": "0",
}

// with returns the headers plus others; an empty value takes a header away.
func with(headers map[string]string, others ...string) http.Header {
	all := http.Header{}
	for name, value := range headers {
		all.Set(name, value)
	}
	for i := 0; i < len(others); i += 2 {
		all.Del(others[i])
		if others[i+1] != "" {
			all.Set(others[i], others[i+1])
		}
	}
	return all
}

func inference(others ...string) http.Header {
	all := with(jsonHeaders)
	for name, value := range inferenceHeaders {
		all.Set(name, value)
	}
	for i := 0; i < len(others); i += 2 {
		all.Set(others[i], others[i+1])
	}
	return all
}

type exchange struct {
	name, method, path string
	status             int
	header             http.Header
	body               string
	problem            string // part of what must be found; "" if the answer is right
}

var exchanges = []exchange{
	{"a described answer", "GET", "/api/v1/api_keys", 200, with(jsonHeaders), `{"data":[` + key + `],"object":"list"}`, ""},
	{"an empty list", "GET", "/api/v1/api_keys", 200, with(jsonHeaders), `{"data":[],"object":"list"}`, ""},
	{"a closed object with one member more", "GET", "/api/v1/api_keys", 200, with(jsonHeaders), `{"data":[` + strings.Replace(key, `{`, `{"accountId":"x",`, 1) + `],"object":"list"}`, "accountId"},
	{"a local time", "GET", "/api/v1/api_keys", 200, with(jsonHeaders), `{"data":[` + strings.Replace(key, `00.000Z`, `00+02:00`, 1) + `],"object":"list"}`, "suffix Z"},
	{"a member too few", "GET", "/api/v1/api_keys/x", 200, with(jsonHeaders), `{}`, "data"},
	{"no list where there must be one", "GET", "/api/v1/api_keys", 200, with(jsonHeaders), `{"data":null,"object":"list"}`, "data"},
	{"a wrong content type", "GET", "/api/v1/api_keys", 200, with(jsonHeaders, "Content-Type", "text/plain"), `{}`, "content type"},
	{"another charset", "GET", "/api/v1/models", 200, with(jsonHeaders, "Content-Type", "application/json; charset=latin1"), `{"data":[],"object":"list","type":"text"}`, "not UTF-8"},
	{"an empty body", "DELETE", "/api/v1/api_keys?id=x", 200, with(jsonHeaders), ``, "not JSON"},
	{"a member twice", "DELETE", "/api/v1/api_keys?id=x", 200, with(jsonHeaders), `{"success":true,"success":true}`, "twice"},
	{"two documents", "DELETE", "/api/v1/api_keys/x", 200, with(jsonHeaders), `{"success":true}{}`, "not JSON"},
	{"the alias", "DELETE", "/api/v1/api_keys/x", 200, with(jsonHeaders), `{"success":true}`, ""},
	{"a status that is not listed", "GET", "/api/v1/models", 401, with(jsonHeaders), `{"error":"Authentication failed"}`, "does not list"},
	{"no request id", "GET", "/api/v1/models", 200, with(jsonHeaders, "X-Request-Id", ""), `{"data":[],"object":"list","type":"text"}`, "X-Request-Id is missing"},
	{"an unknown X- header", "GET", "/api/v1/models", 200, with(jsonHeaders, "X-Powered-By", "go"), `{"data":[],"object":"list","type":"text"}`, "X-Powered-By"},
	{"an answer that could be kept", "GET", "/api/v1/billing/balance", 401, with(jsonHeaders, "Cache-Control", "max-age=5"), `{"error":"Authentication failed"}`, "Cache-Control"},
	{"a 429", "GET", "/api/v1/models", 429, with(jsonHeaders, "Retry-After", "30"), tooMany, ""},
	{"a 429 without a time", "GET", "/api/v1/models", 429, with(jsonHeaders), tooMany, "Retry-After is missing"},
	{"a 503 that shall not be repeated", "POST", "/api/v1/embeddings", 503, with(jsonHeaders, "X-Should-Retry", "false", "X-Venice-Model-Id", "m"), `{"error":"x","requestId":"r1"}`, ""},
	{"a 503 that says nothing about it", "POST", "/api/v1/embeddings", 503, with(jsonHeaders), `{"error":"x"}`, "Retry-After is missing"},
	{"a 429 with a date", "GET", "/api/v1/models", 429, with(jsonHeaders, "Retry-After", "soon"), tooMany, "not a number"},
	{"a nested complaint", "POST", "/api/v1/api_keys", 400, with(jsonHeaders), `{"error":"Invalid request parameters","details":{"_errors":[],"consumptionLimit":{"_errors":[],"diem":{"_errors":["bad"]}}}}`, ""},
	{"a complaint of another shape", "POST", "/api/v1/api_keys", 400, with(jsonHeaders), `{"error":"x","details":{"_errors":[],"diem":"bad"}}`, "diem"},
	{"an undocumented member of an error", "POST", "/api/v1/api_keys", 400, with(jsonHeaders), `{"error":"x","stack":"..."}`, "stack"},
	{"an error that is an object", "POST", "/api/v1/api_keys", 400, with(jsonHeaders), `{"error":{"message":"x"}}`, "error"},
	{"a 402", "POST", "/api/v1/chat/completions", 402, with(jsonHeaders), budget, ""},
	{"a 402 that does not say what is held", "POST", "/api/v1/chat/completions", 402, with(jsonHeaders), strings.Replace(budget, `"held":0.1,`, ``, 1), "held"},
	{"a 402 with another code", "POST", "/api/v1/chat/completions", 402, with(jsonHeaders), strings.Replace(budget, `INSUFFICIENT_BALANCE`, `BUDGET_HELD`, 1), "code"},
	{"a completion", "POST", "/api/v1/chat/completions", 200, inference("X-Stakegate-Max-Tokens", "16"), completion, ""},
	{"a cap of no tokens", "POST", "/api/v1/chat/completions", 200, inference("X-Stakegate-Max-Tokens", "0"), completion, "X-Stakegate-Max-Tokens"},
	{"a completion without the balance", "POST", "/api/v1/chat/completions", 200, with(jsonHeaders, "X-Venice-Model-Id", "m"), completion, "Balance-Diem is missing"},
	{"a stream", "POST", "/api/v1/chat/completions", 200, inference("Content-Type", "text/event-stream"), ": hello\n\ndata: " + chunk + "\n\ndata: [DONE]\n\n", ""},
	{"a stream that fails", "POST", "/api/v1/chat/completions", 200, inference("Content-Type", "text/event-stream"), "data: " + chunk + "\n\ndata: {\"error\":{\"message\":\"x\",\"code\":null}}\n\n", ""},
	{"a stream without an end", "POST", "/api/v1/chat/completions", 200, inference("Content-Type", "text/event-stream"), "data: " + chunk + "\n\n", "without any of [[DONE]]"},
	{"a stream that breaks off", "POST", "/api/v1/chat/completions", 200, inference("Content-Type", "text/event-stream"), "data: [DONE]\n\ndata: {", "no end"},
	{"a stream that goes on after its end", "POST", "/api/v1/chat/completions", 200, inference("Content-Type", "text/event-stream"), "data: [DONE]\n\ndata: " + chunk + "\n\n", "after the stream's end"},
	{"a wrong event", "POST", "/api/v1/chat/completions", 200, inference("Content-Type", "text/event-stream"), "data: {\"id\":\"c\"}\n\ndata: [DONE]\n\n", "event 0"},
	{"no event at all", "POST", "/api/v1/chat/completions", 200, inference("Content-Type", "text/event-stream"), "<html>\n\ndata: [DONE]\n\n", "instead of data:"},
	{"an event with a name where there are none", "POST", "/api/v1/chat/completions", 200, inference("Content-Type", "text/event-stream"), "event: chunk\ndata: " + chunk + "\n\ndata: [DONE]\n\n", "have no names"},
	{"OpenAI's errors", "POST", "/v1/chat/completions", 400, with(jsonHeaders), openAIError, ""},
	{"Venice's errors below OpenAI's prefix", "POST", "/v1/chat/completions", 400, with(jsonHeaders), `{"error":"Invalid request parameters"}`, "error"},
	{"OpenAI's errors below Venice's prefix", "POST", "/api/v1/chat/completions", 400, with(jsonHeaders), openAIError, "error"},
	{"an unknown path below OpenAI's prefix", "GET", "/v1/nothing", 404, with(jsonHeaders), openAIError, ""},
	{"a completion below OpenAI's prefix", "POST", "/v1/chat/completions", 200, inference(), completion, ""},
	{"management below OpenAI's prefix", "GET", "/v1/api_keys", 200, with(jsonHeaders), `{"data":[],"object":"list"}`, "must be 404"},
	{"Anthropic's errors", "POST", "/v1/messages", 402, with(jsonHeaders, "Request-Id", "r1"), anthropicError, ""},
	{"Anthropic's errors below our prefix", "POST", "/api/v1/messages", 503, with(jsonHeaders, "Retry-After", "1", "Request-Id", "r1"), anthropicError, ""},
	{"an unknown path below Anthropic's route", "GET", "/v1/messages/batches", 404, with(jsonHeaders), anthropicError, ""},
	{"OpenAI's errors below Anthropic's route", "GET", "/v1/messages/batches", 404, with(jsonHeaders), openAIError, "type"},
	{"Anthropic's errors elsewhere", "GET", "/v1/nothing", 404, with(jsonHeaders), anthropicError, "param"},
	{"Anthropic's errors without the id where they look for it", "POST", "/v1/messages", 402, with(jsonHeaders), anthropicError, "Request-Id"},
	{"our errors on Anthropic's route", "POST", "/api/v1/messages", 402, with(jsonHeaders), budget, "error"},
	{"a message", "POST", "/v1/messages", 200, inference("Request-Id", "r1"), message, ""},
	{"a message's stream", "POST", "/v1/messages", 200, inference("Request-Id", "r1", "Content-Type", "text/event-stream"), messageStart + "event: ping\ndata: {\"type\":\"ping\"}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", ""},
	{"a message's stream without an end", "POST", "/v1/messages", 200, inference("Request-Id", "r1", "Content-Type", "text/event-stream"), messageStart, "without any of [message_stop error]"},
	{"an event under another's name", "POST", "/v1/messages", 200, inference("Request-Id", "r1", "Content-Type", "text/event-stream"), "event: ping\ndata: {\"type\":\"message_stop\"}\n\n", "its type is"},
	{"an event without a name", "POST", "/v1/messages", 200, inference("Request-Id", "r1", "Content-Type", "text/event-stream"), "data: {\"type\":\"message_stop\"}\n\n", "its type is"},
	{"a response's stream that fails", "POST", "/v1/responses", 200, inference("Content-Type", "text/event-stream"), "event: error\ndata: {\"type\":\"error\",\"sequence_number\":0,\"code\":\"X\",\"message\":\"x\",\"param\":null}\n\n", ""},
	{"a response's event of no known type", "POST", "/v1/responses", 200, inference("Content-Type", "text/event-stream"), "event: odd\ndata: {\"type\":\"odd\"}\n\nevent: error\ndata: {\"type\":\"error\"}\n\n", "event 0"},
	{"speech", "POST", "/v1/audio/speech", 200, inference("Content-Type", "audio/mpeg"), "\xff\xf3", ""},
	{"speech of no bytes", "POST", "/v1/audio/speech", 200, inference("Content-Type", "audio/mpeg"), "", "empty"},
	{"speech as a page", "POST", "/v1/audio/speech", 200, inference("Content-Type", "text/html"), "<p>", "content type"},
	{"a transcription as text", "POST", "/v1/audio/transcriptions", 200, inference("Content-Type", "text/plain; charset=utf-8"), "hi\n", ""},
	{"images", "POST", "/v1/images/generations", 200, inference(), `{"created":1,"data":[{"b64_json":"aGk="}],"cost":{"usd":0,"diem":0.1}}`, ""},
	{"no images", "POST", "/v1/images/generations", 200, inference(), `{"created":1,"data":[]}`, "data"},
	{"the history as CSV", "GET", "/api/v1/billing/usage-history", 200, with(jsonHeaders, "Content-Type", "text/csv; charset=utf-8", "Content-Disposition", "attachment; filename=billing-usage-history-20261123T120000000Z.csv", "X-Next-Cursor", "abc"), "timestamp\r\n", ""},
	{"CSV of another name", "GET", "/api/v1/billing/usage-history", 200, with(jsonHeaders, "Content-Type", "text/csv", "Content-Disposition", "attachment; filename=usage.csv"), "timestamp\r\n", "Content-Disposition"},
	{"CSV with an empty cursor", "GET", "/api/v1/billing/usage-history", 200, with(jsonHeaders, "Content-Type", "text/csv", "X-Next-Cursor", ""), "timestamp\r\n", ""},
	{"the route that is gone", "GET", "/api/v1/billing/usage", 410, with(jsonHeaders, "Deprecation", "@1783555200", "Sunset", "Wed, 16 Sep 2026 00:00:00 GMT", "Link", `</x>; rel="successor-version"`), `{"error":"gone"}`, ""},
	{"the route that is gone without a word", "GET", "/api/v1/billing/usage", 410, with(jsonHeaders), `{"error":"gone"}`, "Link is missing"},
	{"analytics with a member more", "GET", "/api/v1/billing/usage-analytics", 200, with(jsonHeaders), `{"lookback":"7d","byDate":[],"byModel":[],"byModelDaily":[],"topModels":[],"byKey":[],"byKeyDaily":[],"topKeyNames":[],"total":1}`, "total"},
	{"a page of the history", "GET", "/api/v1/billing/usage-history?pageSize=10", 200, with(jsonHeaders), `{"data":[` + entry + `],"nextCursor":null}`, ""},
	{"a cursor of other characters", "GET", "/api/v1/billing/usage-history", 200, with(jsonHeaders), `{"data":[],"nextCursor":"a="}`, "nextCursor"},
	{"health", "GET", "/healthz", 200, with(nil, "Content-Type", "application/json"), `{"status":"ok"}`, ""},
	{"not ready", "GET", "/readyz", 503, with(nil, "Content-Type", "application/json", "Retry-After", "1"), `{"error":"not ready","code":"NOT_READY"}`, ""},
	{"the description", "GET", "/openapi.yaml", 200, with(nil, "Content-Type", "application/yaml"), `openapi: 3.0.3`, ""},
	{"an empty guide", "GET", "/llms.txt", 200, with(nil, "Content-Type", "text/plain; charset=utf-8"), ``, "empty"},
	{"an empty skill", "GET", "/skill.md", 200, with(nil, "Content-Type", "text/markdown; charset=utf-8"), ``, "empty"},
	{"health under the prefix", "GET", "/api/v1/healthz", 200, with(nil, "Content-Type", "application/json"), `{"status":"ok"}`, "no such path"},
	{"HEAD", "HEAD", "/api/v1/models", 200, with(jsonHeaders), ``, ""},
	{"an unknown path", "GET", "/api/v1/nothing", 404, with(jsonHeaders), `{"error":"Not found"}`, ""},
	{"an unknown path that answers", "GET", "/api/v1/nothing", 200, with(jsonHeaders), `{}`, "must be 404"},
	{"Go's own 404", "GET", "/api/v1/nothing", 404, with(nil, "Content-Type", "text/plain; charset=utf-8"), "404 page not found\n", "content type"},
	{"an unknown method", "PUT", "/api/v1/api_keys/generate_web3_key", 405, with(jsonHeaders, "Allow", "GET, POST"), `{"error":"Method not allowed"}`, ""},
	{"an unknown method that answers", "PUT", "/api/v1/models", 404, with(jsonHeaders), `{"error":"Not found"}`, "must be 405"},
	{"Allow with a method too few", "PUT", "/api/v1/api_keys/generate_web3_key", 405, with(jsonHeaders, "Allow", "GET"), `{"error":"Method not allowed"}`, "Allow is"},
}

func TestProblemsOfAnswers(t *testing.T) {
	v := apitest.New(t)
	for _, x := range exchanges {
		t.Run(x.name, func(t *testing.T) {
			req := httptest.NewRequest(x.method, x.path, nil)
			resp := &http.Response{StatusCode: x.status, Header: x.header}
			found := strings.Join(v.Problems(req, resp, []byte(x.body)), "\n")
			switch {
			case x.problem == "" && found != "":
				t.Errorf("found problems in a right answer: %s", found)
			case x.problem != "" && !strings.Contains(found, x.problem):
				t.Errorf("found %q, want %q in it", found, x.problem)
			}
		})
	}
}

func TestSeenAnswersAreCounted(t *testing.T) {
	v := apitest.New(t)
	answer := apitest.Answer{Operation: "listModels", Status: 429}
	if !slices.Contains(v.Unseen(), answer) {
		t.Fatal("an answer that was never given is not among the unseen")
	}
	for range 2 {
		req := httptest.NewRequest("GET", "/api/v1/models", nil)
		v.Check(t, req, &http.Response{StatusCode: 429, Header: with(jsonHeaders, "Retry-After", "1")}, []byte(tooMany))
	}
	if got := v.Seen()[answer]; got != 2 {
		t.Errorf("seen %d times, want 2", got)
	}
	if slices.Contains(v.Unseen(), answer) {
		t.Error("an answer that was given is among the unseen")
	}
}

// reports stands in for a test, so that its failures can be looked at.
type reports struct {
	testing.TB
	mu    sync.Mutex
	lines []string
}

func (r *reports) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *reports) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := strings.Join(r.lines, "\n")
	r.lines = nil
	return text
}

// through sends a request over a socket to a handler behind the middleware.
func through(t *testing.T, req *http.Request, handler http.HandlerFunc) (body, reported string) {
	t.Helper()
	reporter := &reports{TB: t}
	server := httptest.NewServer(apitest.New(reporter).Middleware(handler))
	target := strings.TrimPrefix(req.URL.String(), "http://example.com")
	out, err := http.NewRequestWithContext(req.Context(), req.Method, server.URL+target, req.Body)
	if err != nil {
		t.Fatal(err)
	}
	out.Header = req.Header
	if resp, err := server.Client().Do(out); err == nil {
		content, _ := io.ReadAll(resp.Body) // a cut answer is an error here, as it should be
		resp.Body.Close()
		body = string(content)
	}
	server.Close() // waits for the handler, so that everything is reported
	return body, reporter.take()
}

func send(header http.Header, status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestMiddlewarePassesOnAndReports(t *testing.T) {
	models := `{"data":[],"object":"list","type":"text"}`
	body, reported := through(t, httptest.NewRequest("GET", "/api/v1/models?type=all", nil), send(with(jsonHeaders), 200, models))
	if body != models || reported != "" {
		t.Errorf("got %q and %q", body, reported)
	}
	_, reported = through(t, httptest.NewRequest("GET", "/api/v1/models", nil), send(with(jsonHeaders), 418, models))
	if !strings.Contains(reported, "does not list") {
		t.Errorf("reported %q", reported)
	}
}

func TestMiddlewareReportsAcceptedRequestsThatAreForbidden(t *testing.T) {
	created := `{"data":{"apiKey":"sg_inf_0000000000000000","apiKeyType":"ADMIN","consumptionLimit":{"usd":null,"diem":null,"vcu":null},"limitPeriod":"EPOCH","modelPrivacy":"ALL","expiresAt":null,"id":"e28e82dc-9df2-4b47-b726-d0a222ef2ab5"},"success":true}`
	for request, want := range map[string]string{
		`{"apiKeyType":"ADMIN","description":"d","expiresAt":""}`:                  "",
		`{"apiKeyType":"ADMIN","description":"d","consumptionLimit":{"usd":null}}`: "",
		`{"apiKeyType":"ADMIN"}`:                                                        "description",
		`{"apiKeyType":"ADMIN","description":"d","accountId":"x"}`:                      "accountId",
		`{"apiKeyType":"ADMIN","description":"d","apiKeyType":"INFERENCE"}`:             "twice",
		`{"apiKeyType":"ADMIN","description":"d","consumptionLimit":{"diem":-1}}`:       "minimum",
		`{"apiKeyType":"ADMIN","description":"d","expiresAt":"2026-01-01T00:00+02:00"}`: "expiresAt",
	} {
		_, reported := through(t, httptest.NewRequest("POST", "/api/v1/api_keys", strings.NewReader(request)), send(with(jsonHeaders), 200, created))
		if (want == "") != (reported == "") || !strings.Contains(reported, want) {
			t.Errorf("%s: reported %q, want %q", request, reported, want)
		}
	}
	_, reported := through(t, httptest.NewRequest("GET", "/api/v1/billing/usage-history?pageSize=5", nil), send(with(jsonHeaders), 200, `{"data":[],"nextCursor":null}`))
	if !strings.Contains(reported, "pageSize") {
		t.Errorf("a page size of 5 was accepted, reported %q", reported)
	}
}

// A form is held against its description field by field.
func TestMiddlewareReadsForms(t *testing.T) {
	form := func(fields ...string) *http.Request {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for i := 0; i < len(fields); i += 2 {
			_ = w.WriteField(fields[i], fields[i+1])
		}
		_ = w.Close()
		r := httptest.NewRequest("POST", "/v1/audio/transcriptions", &body)
		r.Header.Set("Content-Type", w.FormDataContentType())
		return r
	}
	answer := send(inference("Content-Type", "text/plain"), 200, "hi")
	if _, reported := through(t, form("file", "RIFF", "response_format", "text"), answer); reported != "" {
		t.Errorf("a right form is reported: %s", reported)
	}
	for want, request := range map[string]*http.Request{
		"file":            form("model", "m"),
		"response_format": form("file", "RIFF", "response_format", "srt"),
		"twice":           form("file", "RIFF", "file", "RIFF"),
		"content type":    httptest.NewRequest("POST", "/v1/audio/transcriptions", strings.NewReader("{}")),
	} {
		if _, reported := through(t, request, answer); !strings.Contains(reported, want) {
			t.Errorf("reported %q, want %q", reported, want)
		}
	}
}

// A handler that gives up, or a client that leaves, cuts the answer; what was
// sent until then must still be right, its end is not asked for.
func TestMiddlewareExcusesCutStreams(t *testing.T) {
	stream := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			send(inference("Content-Type", "text/event-stream"), 200, text)(w, r)
			w.(http.Flusher).Flush()
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Errorf("flush through the controller: %v", err)
			}
			panic(http.ErrAbortHandler)
		}
	}
	request := func() *http.Request {
		return httptest.NewRequest("POST", "/api/v1/chat/completions", strings.NewReader(`{"model":"m","messages":[{"role":"user","content":"hi"}]}`))
	}
	if _, reported := through(t, request(), stream("data: "+chunk+"\n\ndata: {\"id")); reported != "" {
		t.Errorf("a cut stream is reported: %s", reported)
	}
	if _, reported := through(t, request(), stream("data: {}\n\ndata: {\"id")); !strings.Contains(reported, "event 0") {
		t.Errorf("a wrong event in a cut stream is not reported: %q", reported)
	}
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	_, reported := through(t, request().WithContext(ctx), func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		leave()
		<-r.Context().Done()
		w.WriteHeader(499)
	})
	if reported != "" {
		t.Errorf("an answer that nobody waited for is reported: %s", reported)
	}
}
