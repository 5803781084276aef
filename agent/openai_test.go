package agent_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"stakegate/agent"
)

func TestAnOpenAIClientSendsTheKeyToItsServerAndNothingElseThere(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-of-somebody-else")
	t.Setenv("OPENAI_ORG_ID", "org-of-somebody-else")
	t.Setenv("OPENAI_PROJECT_ID", "project-of-somebody-else")
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another server was called") }))
	defer elsewhere.Close()
	t.Setenv("OPENAI_BASE_URL", elsewhere.URL)
	redirect := false
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+testSecret || r.URL.Path != "/api/v1/chat/completions" {
			t.Errorf("%s with Authorization %q", r.URL.Path, r.Header.Get("Authorization"))
		}
		for name, values := range r.Header {
			if strings.Contains(strings.Join(values, " "), "somebody-else") {
				t.Errorf("the header %s tells the server what is not for it", name)
			}
		}
		if redirect {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}`)
	}).WithKey(agent.NewSecret(testSecret))
	models := client.OpenAI()
	ask := func(options ...option.RequestOption) (string, error) {
		chat := openai.NewClient(append([]option.RequestOption{option.WithBaseURL(models.BaseURL), option.WithHTTPClient(models.HTTPClient), option.WithMaxRetries(0)}, options...)...)
		answer, err := chat.Chat.Completions.New(t.Context(), openai.ChatCompletionNewParams{Model: "echo-1", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("hi")}})
		if err != nil {
			return "", err
		}
		return answer.Choices[0].Message.Content, nil
	}
	if text, err := ask(); err != nil || text != "hi" {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := ask(option.WithBaseURL(elsewhere.URL)); err == nil || !strings.Contains(err.Error(), "this client's key is for") || strings.Contains(err.Error(), testSecret) {
		t.Errorf("another server: got %v", err)
	}
	redirect = true
	if _, err := ask(); err == nil {
		t.Error("a redirect was followed")
	}
	for _, address := range []string{strings.TrimSuffix(models.BaseURL, "api/v1/") + "metrics", strings.Replace(models.BaseURL, "/api/v1/", "/api/v11/", 1)} {
		if _, err := models.HTTPClient.Get(address); err == nil {
			t.Errorf("%s was called with the key", address)
		}
	}
}
