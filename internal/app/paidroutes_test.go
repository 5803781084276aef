package app_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"stakegate/api"
	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/gateway"
	"stakegate/internal/money"
)

// paidRoute is a route that costs money, with a way to ask it.
type paidRoute struct {
	path, kind string
	model      string // that answers
	body       func(model, text string) (contentType string, body []byte)
}

// jsonBody makes the body of a request from a pattern with two verbs.
func jsonBody(pattern string) func(model, text string) (string, []byte) {
	return func(model, text string) (string, []byte) {
		return "application/json", fmt.Appendf(nil, pattern, model, text)
	}
}

// wavOfSilence is a second of it, as a WAV file of 8-bit samples.
func wavOfSilence() []byte {
	wav := []byte("RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x00\x08\x00\x00\x00\x08\x00\x00\x01\x00\x08\x00data\x00\x08\x00\x00")
	return append(wav, make([]byte, 2048)...)
}

func formBody(model, text string) (string, []byte) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, _ := w.CreateFormFile("file", "speech.wav")
	_, _ = file.Write(wavOfSilence())
	_ = w.WriteField("model", model)
	_ = w.WriteField("language", text[:2])
	_ = w.Close()
	return w.FormDataContentType(), body.Bytes()
}

var paidRoutes = []paidRoute{
	{"/chat/completions", "text", "echo-1", jsonBody(`{"model":%q,"max_tokens":10,"messages":[{"role":"user","content":%q}]}`)},
	{"/responses", "text", "echo-1", jsonBody(`{"model":%q,"max_output_tokens":10,"input":%q}`)},
	{"/messages", "text", "echo-1", jsonBody(`{"model":%q,"max_tokens":10,"messages":[{"role":"user","content":%q}]}`)},
	{"/completions", "text", "echo-1", jsonBody(`{"model":%q,"max_tokens":10,"prompt":%q}`)},
	{"/embeddings", "embedding", "echo-embed-1", jsonBody(`{"model":%q,"input":%q}`)},
	{"/images/generations", "image", "echo-image-1", jsonBody(`{"model":%q,"prompt":%q}`)},
	{"/audio/speech", "tts", "echo-tts-1", jsonBody(`{"model":%q,"input":%q,"response_format":"wav"}`)},
	{"/audio/transcriptions", "asr", "echo-asr-1", formBody},
}

// prefixes are the two under which the routes are served.
var prefixes = []string{"/api/v1", "/v1"}

// request is a request to a paid route.
func (p paidRoute) request(w *apptest.World, prefix, key, model, text string) *http.Request {
	contentType, body := p.body(model, text)
	return p.send(w, prefix, key, contentType, body)
}

func (p paidRoute) send(w *apptest.World, prefix, key, contentType string, body []byte) *http.Request {
	request, err := http.NewRequest(http.MethodPost, w.Origin+prefix+p.path, bytes.NewReader(body))
	if err != nil {
		w.T.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	return request
}

// everyKind adds, for each type of models, one that promises less privacy, one
// that is retired, one that is offline, and one that may be called once a
// minute; and no route has a model of another type by accident.
func everyKind(c *app.Config) {
	text, err := os.ReadFile(c.Catalog)
	if err != nil {
		panic(err)
	}
	var more strings.Builder
	for _, kind := range []struct{ kind, upstream, rest string }{
		{"text", "echo-1", `context: 32768, max_output: 4096, price: {input: "1", output: "2"}, routes: [completions]`},
		{"embedding", "echo-embed-1", `context: 32768, price: {input: "0.5"}`},
		{"image", "echo-image-1", `price: {image: "0.01"}`},
		{"tts", "echo-tts-1", `price: {million_characters: "15"}, constraints: {formats: [wav], default_format: wav}`},
		{"asr", "echo-asr-1", `price: {second: "0.0001"}`},
	} {
		for name, members := range map[string]string{
			"open": "privacy: anonymized", "gone": `privacy: private, deprecation: {removes_at: "2020-01-01"}`,
			"off": "privacy: private, offline: true", "rare": "privacy: private, tier: rare",
		} {
			fmt.Fprintf(&more, "  - {id: %s-%s, type: %s, upstream: echo, upstream_model: %s, %s, %s}\n", name, kind.kind, kind.kind, kind.upstream, kind.rest, members)
		}
	}
	more.WriteString("tiers:\n  rare: {requests_per_minute: 1}\n")
	if err := os.WriteFile(c.Catalog, append(text, more.String()...), 0o600); err != nil {
		panic(err)
	}
}

// The routes above are all that the description calls inference.
func TestThePaidRoutesAreThoseOfTheDescription(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	var described, known []string
	for path, item := range doc.Paths.Map() {
		if item.Post == nil || !slices.Contains(item.Post.Tags, "Inference") {
			continue
		}
		var servers []string
		for _, server := range item.Servers {
			servers = append(servers, server.URL)
		}
		if !slices.Equal(servers, prefixes) {
			t.Errorf("%s is served under %v", path, servers)
		}
		described = append(described, path)
	}
	for _, route := range paidRoutes {
		known = append(known, route.path)
	}
	slices.Sort(described)
	slices.Sort(known)
	if !slices.Equal(described, known) {
		t.Errorf("described %v, tested %v", described, known)
	}
}

// Each call of each route is held before the model is asked and settled before
// its answer ends: what the answer says, what the history says and what the
// balance lost are one number, and a key without money reaches no model.
func TestEveryPaidRouteHoldsAndSettles(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Media: true})
	_, admin := w.Account(100)
	broke, _ := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0,"usd":0}`)
	for _, route := range paidRoutes {
		for _, prefix := range prefixes {
			calls, balance := w.Model.Tally().Calls, w.Balance(admin)
			refused := w.Send(route.request(w, prefix, broke, route.model, "hello there"))
			if refused.Status != http.StatusPaymentRequired || w.Model.Tally().Calls != calls || w.Balance(admin) != balance {
				t.Errorf("%s%s without money: %s", prefix, route.path, refused)
			}
			answer := w.Send(route.request(w, prefix, admin, route.model, "hello there"))
			charge, lost := answer.Charge(), balance-w.Balance(admin)
			if answer.Status != http.StatusOK || charge <= 0 || charge != lost || w.Model.Tally().Calls != calls+1 {
				t.Errorf("%s%s: charged %s, the balance fell by %s: %s", prefix, route.path, charge, lost, answer)
			}
			if entered := entriesOf(t, w, admin, answer.Header.Get("X-Request-Id")); entered != charge {
				t.Errorf("%s%s: the history has %s of %s", prefix, route.path, entered, charge)
			}
		}
	}
	if w.Truth() != 100*money.Unit-w.Balance(admin) {
		t.Errorf("the model did %s, charged was %s", w.Truth(), 100*money.Unit-w.Balance(admin))
	}
}

// entriesOf is what the history says that a request cost.
func entriesOf(t *testing.T, w *apptest.World, admin, id string) money.Nano {
	t.Helper()
	var sum money.Nano
	history := w.Call("GET", "/billing/usage-history", admin, "")
	for i := 0; history.Get(fmt.Sprintf("data.%d", i)) != nil; i++ {
		if history.Text(fmt.Sprintf("data.%d.inferenceDetails.requestId", i)) == id {
			amount, err := money.Parse(strings.TrimPrefix(history.Text(fmt.Sprintf("data.%d.amount", i)), "-"))
			if err != nil {
				t.Fatal(err)
			}
			sum += amount
		}
	}
	return sum
}

// want is one refusal of a paid route.
type want struct {
	name   string
	status int
	ask    func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request
}

// paidKeys are keys for the refusals.
type paidKeys struct{ admin, broke, private string }

var refusalsOfCalls = []want{
	{"an empty body", 400, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		return p.send(w, prefix, keys.admin, contentTypeOf(p), []byte("{}"))
	}},
	{"no key", 401, func(p paidRoute, w *apptest.World, prefix string, _ paidKeys) *http.Request {
		return p.request(w, prefix, "", p.model, "hello")
	}},
	{"no money", 402, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		return p.request(w, prefix, keys.broke, p.model, "hello")
	}},
	{"privacy", 403, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		return p.request(w, prefix, keys.private, "open-"+p.kind, "hello")
	}},
	{"an unknown model", 404, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		return p.request(w, prefix, keys.admin, "nobody", "hello")
	}},
	{"a retired model", 410, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		return p.request(w, prefix, keys.admin, "gone-"+p.kind, "hello")
	}},
	{"another content type", 415, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		return p.send(w, prefix, keys.admin, "text/plain", []byte("hello"))
	}},
	{"an idempotency key that was used", 409, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		w.Send(idempotent(p.request(w, prefix, keys.admin, p.model, "hello"), prefix+p.path))
		return idempotent(p.request(w, prefix, keys.admin, p.model, "hello"), prefix+p.path)
	}},
	{"an idempotency key of another call", 422, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		return idempotent(p.request(w, prefix, keys.admin, p.model, "something else"), prefix+p.path)
	}},
	{"too often", 429, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		w.Send(p.request(w, prefix, keys.admin, "rare-"+p.kind, "hello"))
		return p.request(w, prefix, keys.admin, "rare-"+p.kind, "hello")
	}},
	{"a model that is offline", 503, func(p paidRoute, w *apptest.World, prefix string, keys paidKeys) *http.Request {
		return p.request(w, prefix, keys.admin, "off-"+p.kind, "hello")
	}},
}

func contentTypeOf(p paidRoute) string {
	contentType, _ := p.body("m", "text")
	return contentType
}

func idempotent(request *http.Request, key string) *http.Request {
	request.Header.Set("Idempotency-Key", "the key of "+key)
	return request
}

// Every route refuses with every status of its description, in the shape of
// its prefix, and for nothing.
func TestEveryPaidRouteRefusesInItsOwnWords(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Media: true, Limits: briefLimits(), Config: everyKind})
	_, admin := w.Account(100)
	keys := paidKeys{admin: admin}
	keys.broke, _ = w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0,"usd":0}`)
	keys.private, _ = w.NewKey(admin, "INFERENCE", `"modelPrivacy":"PRIVATE_ONLY"`)
	for _, refusal := range refusalsOfCalls {
		t.Run(refusal.name, func(t *testing.T) {
			for _, p := range paidRoutes {
				for _, prefix := range prefixes {
					answer := w.Send(refusal.ask(p, w, prefix, keys))
					if answer.Status != refusal.status {
						t.Errorf("%s%s: want %d, got %s", prefix, p.path, refusal.status, answer)
					}
					wantShape(t, prefix+p.path, answer)
				}
			}
		})
	}
	t.Run("bodies that do not come, or are too large", func(t *testing.T) { refuseBodies(t, w, admin) })
	w.Model.SetFault(echo.FaultUnauthorized)
	t.Run("a model server that refuses us", func(t *testing.T) { fail(t, w, admin, http.StatusBadGateway) })
	w.Model.SetFault(echo.FaultStallHeaders)
	t.Run("a model server that is silent", func(t *testing.T) { fail(t, w, admin, http.StatusGatewayTimeout) })
}

// fail calls every route at once, so that no answer teaches the others' calls
// to leave the server alone.
func fail(t *testing.T, w *apptest.World, admin string, status int) {
	var group sync.WaitGroup
	for _, p := range paidRoutes {
		for _, prefix := range prefixes {
			request := p.request(w, prefix, admin, p.model, "hello")
			group.Go(func() {
				answer, err := w.Try(request)
				if err != nil || answer.Status != status {
					t.Errorf("%s%s: %v, want %d, got %s", prefix, p.path, err, status, answer)
				}
				wantShape(t, prefix+p.path, answer)
			})
		}
	}
	group.Wait()
}

// briefLimits are those that the tests of refusals run into; a body or a
// silent model is waited for half a second.
func briefLimits() gateway.Limits {
	const brief = 500 * time.Millisecond
	return gateway.Limits{BodyTime: brief, Upstream: 10 * brief, Silence: brief, Drain: brief}
}

// wantShape checks how an error is told: Anthropic's way on its route and below
// it, else as the prefix has it.
func wantShape(t *testing.T, path string, answer apptest.Answer) {
	t.Helper()
	shape := map[bool]string{true: "message", false: "error"}
	_, isText := answer.Get("error").(string)
	switch {
	case strings.Contains(path, "/messages"):
		id := answer.Header.Get("X-Request-Id")
		if answer.Text("type") != "error" || answer.Text("error.type") == "" || answer.Text("error.message") == "" ||
			answer.Text("request_id") != id || answer.Header.Get("Request-Id") != id {
			t.Errorf("%s is not Anthropic's: %v %s", path, answer.Header, answer)
		}
	case isText != strings.HasPrefix(path, "/api/"):
		t.Errorf("%s has its text in %s: %s", path, shape[!isText], answer)
	case !isText && (answer.Text("error.message") == "" || answer.Text("error.type") == "" || answer.Text("error.code") == ""):
		t.Errorf("%s is not OpenAI's: %s", path, answer)
	}
}

func refuseBodies(t *testing.T, w *apptest.World, admin string) {
	var group sync.WaitGroup
	for _, p := range paidRoutes {
		for _, prefix := range prefixes {
			contentType := contentTypeOf(p)
			head := fmt.Sprintf("POST %s%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n", prefix, p.path, admin, contentType)
			for length, status := range map[string]int{"100": 408, "99999999": 413} {
				group.Go(func() {
					answered := talk(t, w.Origin, raw("", []int{status}, head+"Content-Length: "+length, "", "{"), strings.NewReplacer())
					if !slices.Equal(answered, []int{status}) {
						t.Errorf("%s%s: %v, want %d", prefix, p.path, answered, status)
					}
				})
			}
		}
	}
	group.Wait()
}

// A prompt that the model's server finds too long costs nothing, and is told in
// the words on which each API's clients shorten a conversation.
func TestAPromptThatDoesNotFitIsToldInTheWordsThatClientsActOn(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	long := strings.Repeat("a ", echo.ContextTokens+1)
	for _, p := range paidRoutes[:4] {
		for _, prefix := range prefixes {
			answer := w.Send(p.request(w, prefix, admin, p.model, long))
			member, want := "code", "TOO_MANY_TOKENS"
			switch {
			case p.path == "/messages":
				member, want = "error.details.error_code", "TOO_MANY_TOKENS"
				if text := answer.Text("error.message"); !strings.HasPrefix(text, "prompt is too long") {
					t.Errorf("%s%s says %q", prefix, p.path, text)
				}
			case prefix == "/v1":
				member, want = "error.code", "context_length_exceeded"
			}
			if got := answer.Text(member); answer.Status != 400 || got != want {
				t.Errorf("%s%s: %d with %s %q, want %q: %s", prefix, p.path, answer.Status, member, got, want, answer)
			}
		}
	}
	if balance := w.Balance(admin); balance != 100*money.Unit {
		t.Errorf("of 100 are left %s", balance)
	}
}
