package echo_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stakegate/internal/devworld/echo"
)

type usage struct {
	Prompt     int64 `json:"prompt_tokens"`
	Completion int64 `json:"completion_tokens"`
	Total      int64 `json:"total_tokens"`
}

type chatAnswer struct {
	ID      string `json:"id"`
	Choices []struct {
		Index        int                             `json:"index"`
		Message      struct{ Role, Content string }  `json:"message"`
		Delta        *struct{ Role, Content string } `json:"delta"`
		FinishReason *string                         `json:"finish_reason"`
	} `json:"choices"`
	Usage *usage `json:"usage"`
	Data  []struct {
		Embedding json.RawMessage `json:"embedding"`
	} `json:"data"`
	Error *struct{ Message, Type, Param, Code string } `json:"error"`
}

func serve(t *testing.T, cfg echo.Config) (*echo.Server, string) {
	t.Helper()
	server := echo.New(cfg)
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	return server, listener.URL + "/v1"
}

func post(ctx context.Context, url, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(req)
}

// ask posts a body and decodes the JSON answer.
func ask(t *testing.T, url, body string) (int, chatAnswer) {
	t.Helper()
	resp, err := post(t.Context(), url, body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer chatAnswer
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

// listen reads a stream to its end: the chunks, and whether [DONE] came.
func listen(t *testing.T, url, body string) (chunks []chatAnswer, done bool, err error) {
	t.Helper()
	resp, err := post(t.Context(), url, body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatal("content type", kind)
	}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		switch {
		case data == "[DONE]":
			done = true
		case ok:
			var chunk chatAnswer
			if err := json.Unmarshal([]byte(data), &chunk); err != nil {
				t.Fatal(err)
			}
			chunks = append(chunks, chunk)
		}
	}
	return chunks, done, lines.Err()
}

const hello = `"messages":[{"role":"system","content":"be kind"},{"role":"user","content":"hello there world"}]`

const helloText = "echo-1 is not a language model; it repeats: hello there world"

func TestChatRepeatsHonestlyWithTheRightUsage(t *testing.T) {
	server, url := serve(t, echo.Config{})
	status, a := ask(t, url+"/chat/completions", `{"model":"echo-1",`+hello+`}`)
	if status != 200 || a.Choices[0].Message.Content != helloText || a.Choices[0].Message.Role != "assistant" || *a.Choices[0].FinishReason != "stop" {
		t.Fatalf("%d %+v", status, a)
	}
	want := usage{5, int64(echo.CountTokens(helloText)), 5 + int64(echo.CountTokens(helloText))}
	if *a.Usage != want {
		t.Fatalf("usage %+v, want %+v", *a.Usage, want)
	}
	_, again := ask(t, url+"/chat/completions", `{"model":"echo-1",`+hello+`}`)
	if again.ID != a.ID || again.Choices[0].Message.Content != helloText {
		t.Fatal("the same request got another answer")
	}
	got := server.Tally()
	if got.Calls != 2 || got.Models["echo-1"] != (echo.Usage{Calls: 2, PromptTokens: 10, CompletionTokens: 2 * want.Completion}) {
		t.Fatalf("tally %+v", got)
	}
}

func TestOutputCapsAreHonoured(t *testing.T) {
	_, url := serve(t, echo.Config{})
	for _, limit := range []string{`"max_tokens":3`, `"max_completion_tokens":3`, `"max_tokens":3,"max_completion_tokens":50`, `"max_tokens":null,"max_completion_tokens":3`} {
		_, a := ask(t, url+"/chat/completions", `{"model":"echo-1",`+limit+`,`+hello+`}`)
		if a.Usage.Completion != 3 || *a.Choices[0].FinishReason != "length" || a.Choices[0].Message.Content != "echo-1 is not" {
			t.Errorf("%s: %+v", limit, a)
		}
	}
}

func TestStopCutsAndSeveralChoicesCount(t *testing.T) {
	_, url := serve(t, echo.Config{})
	for _, stop := range []string{`"stop":" model"`, `"stop":["zzz"," model"]`} {
		_, a := ask(t, url+"/chat/completions", `{"model":"echo-1","n":3,`+stop+`,`+hello+`}`)
		if len(a.Choices) != 3 || a.Choices[2].Index != 2 || a.Choices[2].Message.Content != "echo-1 is not a language" {
			t.Errorf("%s: %+v", stop, a)
		}
		if a.Usage.Completion != 3*int64(echo.CountTokens("echo-1 is not a language")) {
			t.Errorf("%s: usage %+v", stop, *a.Usage)
		}
	}
}

func TestStreamSaysTheSameAsTheWholeAnswer(t *testing.T) {
	server, url := serve(t, echo.Config{})
	chunks, done, err := listen(t, url+"/chat/completions", `{"model":"echo-1","stream":true,"stream_options":{"include_usage":true},`+hello+`}`)
	if err != nil || !done {
		t.Fatal("no end", err)
	}
	text, finish := "", ""
	for _, c := range chunks[:len(chunks)-1] {
		if c.Usage != nil {
			t.Error("usage before the end")
		}
		text += c.Choices[0].Delta.Content
		if c.Choices[0].FinishReason != nil {
			finish = *c.Choices[0].FinishReason
		}
	}
	last := chunks[len(chunks)-1]
	if text != helloText || finish != "stop" || len(last.Choices) != 0 {
		t.Fatalf("%q %q %+v", text, finish, last)
	}
	booked := server.Tally().Models["echo-1"]
	if last.Usage.Prompt != booked.PromptTokens || last.Usage.Completion != booked.CompletionTokens {
		t.Fatalf("usage %+v, booked %+v", *last.Usage, booked)
	}
	chunks, _, _ = listen(t, url+"/chat/completions", `{"model":"echo-1","stream":true,`+hello+`}`)
	for _, c := range chunks {
		if c.Usage != nil {
			t.Error("usage that nobody asked for")
		}
	}
}

func TestEmbeddingsAreDeterministicUnitVectorsInBothEncodings(t *testing.T) {
	server, url := serve(t, echo.Config{})
	_, floats := ask(t, url+"/embeddings", `{"model":"echo-embed-1","input":["a cat","a dog"],"dimensions":16}`)
	_, packed := ask(t, url+"/embeddings", `{"model":"echo-embed-1","input":["a cat","a dog"],"dimensions":16,"encoding_format":"base64"}`)
	if len(floats.Data) != 2 || floats.Usage.Prompt != 4 || floats.Usage.Total != 4 {
		t.Fatalf("%+v", floats)
	}
	for i := range floats.Data {
		var vector []float32
		if err := json.Unmarshal(floats.Data[i].Embedding, &vector); err != nil || len(vector) != 16 {
			t.Fatal(len(vector), err)
		}
		var text string
		if err := json.Unmarshal(packed.Data[i].Embedding, &text); err != nil {
			t.Fatal(err)
		}
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != 64 {
			t.Fatal(len(raw), err)
		}
		var length float64
		for j, v := range vector {
			length += float64(v) * float64(v)
			if math.Float32frombits(binary.LittleEndian.Uint32(raw[4*j:])) != v {
				t.Fatal("the encodings differ")
			}
		}
		if math.Abs(length-1) > 1e-5 {
			t.Error("length", length)
		}
	}
	if string(floats.Data[0].Embedding) == string(floats.Data[1].Embedding) {
		t.Error("two texts, one vector")
	}
	if got := server.Tally().Models["echo-embed-1"]; got != (echo.Usage{Calls: 2, PromptTokens: 8}) {
		t.Errorf("tally %+v", got)
	}
}

func TestEmbeddingsTakeAllInputShapes(t *testing.T) {
	_, url := serve(t, echo.Config{})
	for input, want := range map[string]struct{ vectors, tokens int }{
		`"a cat"`: {1, 2}, `["a cat"]`: {1, 2}, `[1,2,3]`: {1, 3}, `[[1,2],[3]]`: {2, 3},
	} {
		_, a := ask(t, url+"/embeddings", `{"model":"echo-embed-1","input":`+input+`}`)
		if len(a.Data) != want.vectors || a.Usage == nil || a.Usage.Prompt != int64(want.tokens) {
			t.Errorf("%s: %d vectors, usage %+v", input, len(a.Data), a.Usage)
		}
	}
}

func TestBadRequestsAreNamedAndNotBilled(t *testing.T) {
	server, url := serve(t, echo.Config{})
	for _, c := range []struct {
		path, body, param string
		status            int
	}{
		{"/chat/completions", `{`, "body", 400},
		{"/chat/completions", `{"model":"gpt-9",` + hello + `}`, "model", 404},
		{"/chat/completions", `{"model":"echo-1","messages":[]}`, "messages", 400},
		{"/chat/completions", `{"model":"echo-1","max_tokens":0,` + hello + `}`, "max_tokens", 400},
		{"/chat/completions", `{"model":"echo-1","max_completion_tokens":-1,` + hello + `}`, "max_completion_tokens", 400},
		{"/chat/completions", `{"model":"echo-1","n":17,` + hello + `}`, "n", 400},
		{"/chat/completions", `{"model":"echo-1","stream_options":{},` + hello + `}`, "stream_options", 400},
		{"/chat/completions", `{"model":"echo-1","response_format":{"type":"xml"},` + hello + `}`, "response_format", 400},
		{"/chat/completions", `{"model":"echo-1","messages":[{"role":"user","content":[{"type":"file"}]}]}`, "messages", 400},
		{"/chat/completions", `{"model":"echo-1","messages":[{"role":"user","content":"` + strings.Repeat("a ", echo.ContextTokens) + `"}]}`, "messages", 400},
		{"/embeddings", `{"model":"echo-1","input":"a"}`, "model", 404},
		{"/embeddings", `{"model":"echo-embed-1","input":[]}`, "input", 400},
		{"/embeddings", `{"model":"echo-embed-1","input":""}`, "input", 400},
		{"/embeddings", `{"model":"echo-embed-1","input":[1.5]}`, "input", 400},
		{"/embeddings", `{"model":"echo-embed-1","input":"a","dimensions":0}`, "dimensions", 400},
		{"/embeddings", `{"model":"echo-embed-1","input":"a","encoding_format":"hex"}`, "encoding_format", 400},
	} {
		status, a := ask(t, url+c.path, c.body)
		if status != c.status || a.Error == nil || a.Error.Param != c.param || a.Error.Message == "" {
			t.Errorf("%.80s: %d %+v", c.body, status, a.Error)
		}
	}
	if got := server.Tally(); got.Calls != 0 || got.Refused != 16 {
		t.Errorf("tally %+v", got)
	}
}

func TestTextPartsAndToolsAreCountedAsPrompt(t *testing.T) {
	_, url := serve(t, echo.Config{})
	_, a := ask(t, url+"/chat/completions", `{"model":"echo-1","tools":[{"x":1}],"messages":[{"role":"user","content":[{"type":"text","text":"two words"}]},{"role":"assistant","content":null}]}`)
	if a.Usage == nil || a.Usage.Prompt != 2+int64(echo.CountTokens(`[{"x":1}]`)) {
		t.Fatalf("%+v %+v", a.Usage, a.Error)
	}
}

func TestOnlyTheConfiguredKeyIsLetIn(t *testing.T) {
	_, url := serve(t, echo.Config{APIKey: "s3cret"})
	if status, _ := ask(t, url+"/chat/completions", `{"model":"echo-1",`+hello+`}`); status != http.StatusUnauthorized {
		t.Fatal(status)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/chat/completions", strings.NewReader(`{"model":"echo-1",`+hello+`}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer s3cret")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.StatusCode)
	}
}

func TestModelsAreListed(t *testing.T) {
	_, url := serve(t, echo.Config{})
	resp, err := http.Get(url + "/models")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(text), `"echo-1"`) || !strings.Contains(string(text), `"echo-embed-1"`) {
		t.Fatal(string(text), err)
	}
}

func TestDelayComesBeforeEveryChunk(t *testing.T) {
	_, url := serve(t, echo.Config{Delay: 5 * time.Millisecond})
	start := time.Now()
	chunks, _, err := listen(t, url+"/chat/completions", `{"model":"echo-1","stream":true,`+hello+`}`)
	if spent := time.Since(start); err != nil || spent < time.Duration(len(chunks))*5*time.Millisecond {
		t.Fatal(len(chunks), "chunks in", spent, err)
	}
}
