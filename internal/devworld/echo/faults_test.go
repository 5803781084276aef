package echo_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"stakegate/internal/devworld/echo"
)

func TestWrongUsageOnRequestButTheTallyStaysTrue(t *testing.T) {
	server, url := serve(t, echo.Config{})
	full := int64(echo.CountTokens(helloText))
	for fault, check := range map[echo.Fault]func(*usage) bool{
		echo.FaultNoUsage:       func(u *usage) bool { return u == nil },
		echo.FaultZeroUsage:     func(u *usage) bool { return u != nil && *u == usage{} },
		echo.FaultAbsurdUsage:   func(u *usage) bool { return u.Prompt > 1<<30 && u.Completion > 1<<30 },
		echo.FaultNegativeUsage: func(u *usage) bool { return u.Prompt == -5 && u.Completion == -full },
	} {
		server.SetFault(fault)
		before := server.Tally().Models["echo-1"]
		_, whole := ask(t, url+"/chat/completions", `{"model":"echo-1",`+hello+`}`)
		chunks, done, err := listen(t, url+"/chat/completions", `{"model":"echo-1","stream":true,"stream_options":{"include_usage":true},`+hello+`}`)
		if err != nil || !done || !check(whole.Usage) || !check(chunks[len(chunks)-1].Usage) {
			t.Errorf("fault %d: whole %+v, stream %+v, %v", fault, whole.Usage, chunks[len(chunks)-1].Usage, err)
		}
		after := server.Tally().Models["echo-1"]
		if after.Calls-before.Calls != 2 || after.PromptTokens-before.PromptTokens != 10 || after.CompletionTokens-before.CompletionTokens != 2*full {
			t.Errorf("fault %d: booked %+v after %+v", fault, after, before)
		}
	}
}

func TestErrorFaultsAreNotBilled(t *testing.T) {
	server, url := serve(t, echo.Config{Fault: echo.FaultServerError})
	if status, a := ask(t, url+"/chat/completions", `{"model":"echo-1",`+hello+`}`); status != 500 || a.Error.Type != "server_error" {
		t.Fatal(status)
	}
	server.SetFault(echo.FaultRateLimited)
	resp, err := post(t.Context(), url+"/embeddings", `{"model":"echo-embed-1","input":"a"}`)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "1" {
		t.Fatal(resp.StatusCode, resp.Header)
	}
	if got := server.Tally(); got.Calls != 0 || got.Refused != 2 {
		t.Fatalf("tally %+v", got)
	}
}

func TestDisconnectEndsInTheMiddleAndIsBilled(t *testing.T) {
	server, url := serve(t, echo.Config{Fault: echo.FaultDisconnect})
	chunks, done, err := listen(t, url+"/chat/completions", `{"model":"echo-1","stream":true,`+hello+`}`)
	if err == nil || done || len(chunks) == 0 {
		t.Fatal("a stream that should break:", len(chunks), done, err)
	}
	resp, err := post(t.Context(), url+"/chat/completions", `{"model":"echo-1",`+hello+`}`)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err == nil || len(text) == 0 {
		t.Fatal("an answer that should break:", len(text), err)
	}
	if got := server.Tally().Calls; got != 2 {
		t.Fatal("billed", got)
	}
}

func TestStallSendsNothingMoreUntilTheClientLeaves(t *testing.T) {
	server, url := serve(t, echo.Config{Fault: echo.FaultStall})
	for _, body := range []string{`{"model":"echo-1",` + hello + `}`, `{"model":"echo-1","stream":true,` + hello + `}`} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		resp, err := post(ctx, url+"/chat/completions", body)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s ended: %v", body, err)
		}
		cancel()
	}
	if got := server.Tally().Calls; got != 2 {
		t.Fatal("billed", got)
	}
}

func TestIgnoredCapSendsFourTimesAsMuch(t *testing.T) {
	server, url := serve(t, echo.Config{Fault: echo.FaultIgnoresCap})
	_, a := ask(t, url+"/chat/completions", `{"model":"echo-1","max_tokens":7,`+hello+`}`)
	if a.Usage.Completion != 28 || server.Tally().Models["echo-1"].CompletionTokens != 28 {
		t.Fatalf("%+v", *a.Usage)
	}
}

// routes are one call for each way to get an answer.
var routes = map[string]struct{ path, body string }{
	"chat":        {"/chat/completions", `{"model":"echo-1",` + hello + `}`},
	"chat stream": {"/chat/completions", `{"model":"echo-1","stream":true,"stream_options":{"include_usage":true},` + hello + `}`},
	"legacy":      {"/completions", `{"model":"echo-1","prompt":"hello there"}`},
	"messages":    {"/messages", `{"model":"echo-1","max_tokens":50,"messages":[{"role":"user","content":"hello there world"}]}`},
	"messages stream": {"/messages",
		`{"model":"echo-1","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"hello there world"}]}`},
	"embeddings": {"/embeddings", `{"model":"echo-embed-1","input":"a cat"}`},
	"image":      {"/images/generations", `{"model":"echo-image-1","prompt":"a cat","size":"256x256"}`},
	"speech":     {"/audio/speech", `{"model":"echo-tts-1","input":"a cat"}`},
}

// raw posts a body to a route and reads all that comes.
func raw(ctx context.Context, url, path, body string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+path, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Anthropic-Version", "2023-06-01")
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := http.DefaultTransport.RoundTrip(req) // follows no redirect
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, text, err
}

func TestErrorsAtOnceAreFreeOnEveryRoute(t *testing.T) {
	server, url := serve(t, echo.Config{})
	refused := int64(0)
	for fault, status := range map[echo.Fault]int{
		echo.FaultBadRequest: 400, echo.FaultUnauthorized: 401, echo.FaultNotFound: 404, echo.FaultRequestTimeout: 408, echo.FaultRateLimited: 429,
		echo.FaultServerError: 500, echo.FaultBadGateway: 502, echo.FaultUnavailable: 503, echo.FaultGatewayTimeout: 504, echo.FaultRedirect: 307,
	} {
		server.SetFault(fault)
		for name, route := range routes {
			resp, text, err := raw(t.Context(), url, route.path, route.body)
			if err != nil || resp.StatusCode != status || !bytes.Contains(text, []byte(echo.Canary)) {
				t.Errorf("%s, %d: %v %s", name, status, err, text)
			}
			refused++
		}
	}
	if got := server.Tally(); got.Calls != 0 || got.Refused != refused || got.Redirected != 0 {
		t.Errorf("%+v", got)
	}
}

func TestAFollowedRedirectIsCounted(t *testing.T) {
	server, url := serve(t, echo.Config{Fault: echo.FaultRedirect})
	resp, err := post(t.Context(), url+"/chat/completions", `{"model":"echo-1",`+hello+`}`) // a client that follows
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := server.Tally(); got.Redirected != 1 {
		t.Errorf("%+v", got)
	}
}

func TestTheBodyCanChooseTheFault(t *testing.T) {
	_, url := serve(t, echo.Config{FaultOf: func(body []byte) echo.Fault {
		if bytes.Contains(body, []byte("fail")) {
			return echo.FaultServerError
		}
		return echo.FaultNone
	}})
	for said, want := range map[string]int{"fail": 500, "hello": 200} {
		if status, a := ask(t, url+"/chat/completions", `{"model":"echo-1","messages":[{"role":"user","content":"`+said+`"}]}`); status != want {
			t.Errorf("%s: %d %+v", said, status, a)
		}
	}
}

func TestStallsAndBreaksComeWhereTheyShouldAndAreBilled(t *testing.T) {
	for fault, want := range map[echo.Fault]struct{ headers, text, whole bool }{
		echo.FaultStallHeaders:      {},
		echo.FaultStallFirst:        {headers: true},
		echo.FaultStall:             {headers: true, text: true},
		echo.FaultDisconnectHeaders: {},
		echo.FaultDisconnectFirst:   {headers: true},
		echo.FaultDisconnect:        {headers: true, text: true},
		echo.FaultDisconnectUsage:   {headers: true, text: true},
		echo.FaultDisconnectDone:    {headers: true, text: true},
	} {
		for _, name := range []string{"chat stream", "messages stream"} {
			t.Run(fmt.Sprintf("%d %s", fault, name), func(t *testing.T) {
				t.Parallel()
				server, url := serve(t, echo.Config{Fault: fault})
				ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
				defer cancel()
				resp, text, err := raw(ctx, url, routes[name].path, routes[name].body)
				if err == nil || (resp != nil) != want.headers || (len(text) > 0) != want.text {
					t.Errorf("%v %v %q", err, resp, text)
				}
				hasUsage := bytes.Contains(text, []byte(`"completion_tokens"`)) || bytes.Contains(text, []byte(`message_delta`))
				if hasUsage != (fault == echo.FaultDisconnectDone) || bytes.Contains(text, []byte("[DONE]")) || bytes.Contains(text, []byte("message_stop")) {
					t.Errorf("%q", text)
				}
				if got := server.Tally(); got.Calls != 1 {
					t.Errorf("%+v", got)
				}
			})
		}
	}
}

func TestPointsAreReachedInOrder(t *testing.T) {
	for name, route := range routes {
		var points []echo.Point
		_, url := serve(t, echo.Config{Reached: func(p echo.Point) { points = append(points, p) }})
		if _, _, err := raw(t.Context(), url, route.path, route.body); err != nil {
			t.Fatal(err)
		}
		want := []echo.Point{echo.PointHeaders, echo.PointFirst, echo.PointMiddle, echo.PointUsage, echo.PointDone, echo.PointEnd}
		if fmt.Sprint(points) != fmt.Sprint(want) {
			t.Errorf("%s: %v", name, points)
		}
	}
}

func TestUsagesThatAreWrongInOtherWays(t *testing.T) {
	server, url := serve(t, echo.Config{})
	for fault, want := range map[echo.Fault]string{
		echo.FaultFractionalUsage: `"prompt_tokens":5.5,`,
		echo.FaultFixedUsage:      `"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}`,
		echo.FaultTextUsage:       `"usage":"many tokens"`,
		echo.FaultUsageInChunks:   `"delta":{"role":"assistant"},"logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":5,"completion_tokens":0`,
		echo.FaultTwoUsages:       `"completion_tokens":6,"total_tokens":11}}`,
	} {
		server.SetFault(fault)
		_, text, err := raw(t.Context(), url, routes["chat stream"].path, routes["chat stream"].body)
		if err != nil || !bytes.Contains(text, []byte(want)) || !bytes.HasSuffix(text, []byte("data: [DONE]\n\n")) {
			t.Errorf("fault %d: %v %s", fault, err, text)
		}
	}
}

func TestAnswersThatAreSpoilt(t *testing.T) {
	server, url := serve(t, echo.Config{})
	call := func(f echo.Fault, name string) (*http.Response, string) {
		t.Helper()
		server.SetFault(f)
		resp, text, err := raw(t.Context(), url, routes[name].path, routes[name].body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(text)
	}
	for name, route := range routes {
		resp, text := call(echo.FaultCompressed, name)
		z, err := gzip.NewReader(strings.NewReader(text))
		if err != nil || resp.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s is not compressed: %v", name, err)
			continue
		}
		plain, err := io.ReadAll(z)
		_, right := call(echo.FaultNone, name)
		if err != nil || string(plain) != right {
			t.Errorf("%s: %v", route.path, err)
		}
		if resp, text := call(echo.FaultContentType, name); text != right || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %v", name, resp.Header)
		}
		if _, text := call(echo.FaultEmpty, name); text != "" {
			t.Errorf("%s: %q", name, text)
		}
		if resp, text := call(echo.FaultLeaks, name); text != right || !strings.Contains(fmt.Sprint(resp.Header), echo.Canary) {
			t.Errorf("%s: %v", name, resp.Header)
		}
	}
	if _, text := call(echo.FaultWrongIndex, "chat stream"); !strings.Contains(text, `"index":99`) {
		t.Error(text)
	}
	if _, text := call(echo.FaultNoDone, "chat stream"); strings.Contains(text, "[DONE]") || !strings.Contains(text, `"usage"`) {
		t.Error(text)
	}
	if _, text := call(echo.FaultInvalidJSON, "chat"); json.Valid([]byte(text)) {
		t.Error(text)
	}
	for _, name := range []string{"chat", "chat stream", "messages stream"} {
		if _, text := call(echo.FaultErrorEvent, name); !strings.Contains(text, echo.Canary) || strings.Contains(text, "[DONE]") {
			t.Error(text)
		}
	}
}

func TestAHugeLineGoesOnUntilTheClientLeaves(t *testing.T) {
	_, url := serve(t, echo.Config{Fault: echo.FaultHugeLine})
	for _, name := range []string{"chat", "chat stream"} {
		resp, err := post(t.Context(), url+routes[name].path, routes[name].body)
		if err != nil {
			t.Fatal(err)
		}
		read, err := io.CopyN(io.Discard, bufio.NewReader(resp.Body), 4<<20)
		if err != nil || read != 4<<20 {
			t.Error(read, err)
		}
		resp.Body.Close()
	}
}
