package agent

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// OpenAI is what a client of OpenAI's API needs to work with a server and a
// key, with no need of this package to know that client:
//
//	models := client.OpenAI()
//	chat := openai.NewClient(option.WithBaseURL(models.BaseURL), option.WithHTTPClient(models.HTTPClient), option.WithAPIKey(""))
//
// The key is in the HTTP client rather than an option, and this is why: the
// client then sends it to this server alone, whatever OPENAI_BASE_URL, a redirect
// or a wrong option says, and never sends this server the OPENAI_API_KEY,
// organization or project that it finds in the environment.
type OpenAI struct {
	BaseURL string
	// HTTPClient puts the key into every request. It refuses other servers and
	// follows no redirects.
	HTTPClient *http.Client
}

// OpenAI returns the settings for clients of OpenAI's API, with this client's
// key. Anthropic's clients work the same way.
func (c *Client) OpenAI() OpenAI {
	return OpenAI{BaseURL: c.base + "/", HTTPClient: &http.Client{
		Transport:     keyed{next: c.http.Transport, base: c.base, key: c.key},
		CheckRedirect: c.http.CheckRedirect,
	}}
}

// keyed sends requests below one base URL with one key.
type keyed struct {
	next http.RoundTripper
	base string
	key  Secret
}

// RoundTrip sends a copy of the request: the caller's never has the key.
func (k keyed) RoundTrip(request *http.Request) (*http.Response, error) {
	base, err := url.Parse(k.base)
	if err != nil {
		return nil, errors.New("the API address does not parse")
	}
	if origin(request.URL) != origin(base) || !strings.HasPrefix(request.URL.EscapedPath(), base.EscapedPath()+"/") {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return nil, fmt.Errorf("refusing to call %s: this client's key is for %s", remoteText(request.URL.Host), k.base)
	}
	with := request.Clone(request.Context())
	for _, name := range []string{"Authorization", "X-Api-Key", "OpenAI-Organization", "OpenAI-Project"} {
		with.Header.Del(name)
	}
	if !k.key.IsZero() {
		with.Header.Set("Authorization", "Bearer "+k.key.Reveal())
	}
	return k.next.RoundTrip(with)
}
