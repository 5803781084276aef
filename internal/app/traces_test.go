package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/trace/v1"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/tracing/tracingtest"
)

// traced starts a server whose every request is traced.
func traced(t *testing.T, options apptest.Options, change func(*app.TracingConfig)) (*apptest.World, *tracingtest.Receiver) {
	t.Helper()
	receiver, all := tracingtest.Start(t), 1.0
	options.Config = func(c *app.Config) {
		c.Tracing = app.TracingConfig{Endpoint: receiver.URL, Sample: &all}
		if change != nil {
			change(&c.Tracing)
		}
	}
	return apptest.Start(t, options), receiver
}

// traceOf are the spans of the trace that an answer names, by name.
func traceOf(receiver *tracingtest.Receiver, answer apptest.Answer) map[string]*collector.Span {
	parts := strings.Split(answer.Header.Get("Traceresponse"), "-")
	spans := map[string]*collector.Span{}
	for _, span := range receiver.Spans() {
		if len(parts) == 4 && tracingtest.TraceID(span) == parts[1] {
			spans[span.Name] = span
		}
	}
	return spans
}

const prompt = "a very private prompt"

func TestATraceOfAStreamShowsHoldUpstreamAndSettle(t *testing.T) {
	w, receiver := traced(t, apptest.Options{}, nil)
	wallet, admin := w.Account(100)
	answer := w.Chat(admin, prompt, `"stream":true`)
	if answer.Status != http.StatusOK {
		t.Fatal(answer)
	}
	w.Stop() // sends what is left
	spans := traceOf(receiver, answer)
	root := spans["POST /api/v1/chat/completions"]
	if root == nil || len(spans) != 4 {
		t.Fatalf("the trace has %v", spans)
	}
	order := []string{"hold", "upstream", "settle"}
	for i, name := range order {
		span := spans[name]
		if span == nil || string(span.ParentSpanId) != string(root.SpanId) {
			t.Fatalf("%s is %v below %v", name, span, root)
		}
		if span.StartTimeUnixNano < root.StartTimeUnixNano || span.EndTimeUnixNano > root.EndTimeUnixNano ||
			i > 0 && span.StartTimeUnixNano < spans[order[i-1]].EndTimeUnixNano {
			t.Errorf("%s is not in its place: %v", name, span)
		}
	}
	account := strings.ToLower(wallet.Address.Hex())
	for _, want := range []struct {
		span       *collector.Span
		key, value string
	}{
		{root, "stakegate.request_id", answer.Header.Get("X-Request-Id")},
		{root, "http.response.status_code", "200"},
		{spans["hold"], "stakegate.account", account},
		{spans["upstream"], "stakegate.upstream", "echo"},
		{spans["upstream"], "gen_ai.request.model", "echo-1"},
		{spans["settle"], "stakegate.source", "usage"},
	} {
		if got := tracingtest.Attribute(want.span, want.key); got != want.value {
			t.Errorf("%s of %s is %q, want %q", want.key, want.span.Name, got, want.value)
		}
	}
	if spans["upstream"].Kind != collector.Span_SPAN_KIND_CLIENT || len(spans["upstream"].Events) != 1 {
		t.Errorf("the upstream call is %v", spans["upstream"])
	}
	wantNoSecrets(t, receiver, admin, account)
}

// wantNoSecrets looks at everything that was traced, the mint too.
func wantNoSecrets(t *testing.T, receiver *tracingtest.Receiver, key, account string) {
	t.Helper()
	for _, span := range receiver.Spans() {
		text := span.String()
		for _, secret := range []string{prompt, key, key[len(key)-12:], "127.0.0.1", "Mozilla"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %s", secret, text)
			}
		}
		if span.Name != "hold" && strings.Contains(strings.ToLower(text), account) {
			t.Errorf("the account is in %s", text)
		}
	}
}

func TestTracesTellRefusalsAndFailures(t *testing.T) {
	w, receiver := traced(t, apptest.Options{}, nil)
	_, admin := w.Account(100)
	poor, _ := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0.000001}`)
	refused := w.Chat(poor, prompt, "")
	w.Model.SetFault(echo.FaultServerError)
	failed := w.Chat(admin, prompt, "")
	w.Model.SetFault(echo.FaultDisconnect)
	cut := w.Chat(admin, prompt, `"stream":true`)
	w.Stop()
	failure := collector.Status_STATUS_CODE_ERROR
	if spans := traceOf(receiver, refused); len(spans) != 2 || spans["hold"].Status.GetCode() != failure {
		t.Errorf("a refusal's trace is %v", spans)
	}
	spans := traceOf(receiver, failed)
	if len(spans) != 4 || spans["void"] == nil || spans["upstream"].Status.GetCode() != failure {
		t.Errorf("a failure's trace is %v", spans)
	}
	if spans := traceOf(receiver, cut); spans["settle"] == nil || tracingtest.Attribute(spans["settle"], "stakegate.source") != "hold" ||
		spans["upstream"].Status.GetCode() != failure {
		t.Errorf("the trace of a stream that was cut is %v", spans)
	}
}

func TestModelServersLearnTheTraceOnlyIfTheyShall(t *testing.T) {
	for _, told := range []bool{false, true} {
		seen := make(chan http.Header, 1)
		around := func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					seen <- r.Header.Clone()
				}
				next.ServeHTTP(w, r)
			})
		}
		w, receiver := traced(t, apptest.Options{Model: around}, func(c *app.TracingConfig) { c.Upstreams = told })
		_, admin := w.Account(100)
		request := w.Request("POST", "/chat/completions", admin, apptest.ChatBody("hello", ""))
		request.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		answer := w.Send(request)
		w.Stop()
		want := ""
		if span := traceOf(receiver, answer)["upstream"]; told && span != nil {
			want = "00-" + tracingtest.TraceID(span) + "-" + tracingtest.SpanID(span) + "-01"
		}
		if got := (<-seen).Get("Traceparent"); got != want || told == (want == "") {
			t.Errorf("told: %t; the model server got %q, want %q", told, got, want)
		}
	}
}

func TestNothingIsTracedUnlessItIsAskedFor(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	request := w.Request("POST", "/chat/completions", admin, apptest.ChatBody("hello", ""))
	request.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	if answer := w.Send(request); answer.Status != http.StatusOK || answer.Header.Get("Traceresponse") != "" {
		t.Errorf("%s %v", answer, answer.Header)
	}
}

// The collector's trouble is not the callers'.
func TestACollectorThatIsAwayDelaysNoCall(t *testing.T) {
	w, receiver := traced(t, apptest.Options{}, nil)
	receiver.Status.Store(http.StatusServiceUnavailable)
	_, admin := w.Account(100)
	for range 20 {
		if answer := w.Chat(admin, "hello", ""); answer.Status != http.StatusOK {
			t.Fatal(answer)
		}
	}
	w.Stop()
	if len(receiver.Spans()) != 0 {
		t.Error("it took spans all the same")
	}
}

func TestTracingThatCannotBeMeantIsRefusedAtTheStart(t *testing.T) {
	folder := t.TempDir()
	good := filepath.Join(folder, "headers")
	bad := filepath.Join(folder, "bad")
	for path, text := range map[string]string{good: "# for the collector\n\nAuthorization: Bearer x\n", bad: "Authorization Bearer secret\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := apptest.Start(t, apptest.Options{})
	config := w.Config
	w.Stop()
	for want, change := range map[string]app.TracingConfig{
		"endpoint must be a URL":   {Endpoint: "collector"},
		"tracing.headers_file":     {Endpoint: "http://127.0.0.1:1/", HeadersFile: filepath.Join(folder, "none")},
		"is not of the form":       {Endpoint: "http://127.0.0.1:1/", HeadersFile: bad},
		"must have no user, query": {Endpoint: "http://a:b@127.0.0.1:1/"},
	} {
		config.Tracing = change
		sample := 0.5
		config.Tracing.Sample = &sample
		_, err := app.New(t.Context(), config, app.Options{Listener: listener(t)})
		if wantText(t, err, want); strings.Contains(err.Error(), "secret") {
			t.Errorf("a credential is in %q", err)
		}
	}
	if _, err := load(t, "tracing: {sample: 2}"); err == nil {
		t.Error("a share of 2 is accepted")
	}
	w2, receiver := traced(t, apptest.Options{}, func(c *app.TracingConfig) { c.HeadersFile = good })
	w2.Call("GET", "/models", "", "")
	w2.Eventually(5*time.Second, "a span", func() bool { return len(receiver.Spans()) > 0 })
	if got := receiver.Header().Get("Authorization"); got != "Bearer x" {
		t.Errorf("the collector got %q", got)
	}
}
