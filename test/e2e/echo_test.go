package e2e

import (
	"net/http/httptest"
	"testing"

	"stakegate/internal/devworld/echo"
)

func TestOpenAIClientWorksWithTheEchoModel(t *testing.T) {
	server := httptest.NewServer(echo.New(echo.Config{}))
	t.Cleanup(server.Close)
	runNode(t, "echo.test.mjs", "BASE_URL="+server.URL+"/v1")
}
