package main

import (
	"strings"
	"testing"

	"stakegate/internal/catalog"
	"stakegate/internal/devworld/echo"
)

func TestTheCatalogueIsThatOfTheEchoServer(t *testing.T) {
	c, problems := catalog.Lint([]byte(strings.ReplaceAll(echoCatalog, "URL\"", "http://127.0.0.1:1\"")), nil)
	if c == nil {
		t.Fatalf("the catalogue cannot be used:\n%v", problems)
	}
	served := map[string]bool{}
	for _, m := range c.Models() {
		name := m.Placements[0].Model
		served[name] = true
		switch m.Type {
		case catalog.Text:
			if m.Context != echo.ContextTokens || m.MaxOutput != echo.MaxOutput || m.Tokenizer != "bytes" {
				t.Errorf("%s has other limits than the echo server", m.ID)
			}
			if m.MaxImageTokens != 0 && m.MaxImageTokens != echo.ImageTokens {
				t.Errorf("%s: an image has %d tokens, here %d", m.ID, echo.ImageTokens, m.MaxImageTokens)
			}
		case catalog.Embedding:
			if m.Context != echo.ContextTokens || m.Tokenizer != "bytes" {
				t.Errorf("%s has other limits than the echo server", m.ID)
			}
		}
	}
	for _, name := range []string{
		echo.ChatModel, echo.ReasoningModel, echo.EmbeddingModel, echo.ImageModel, echo.SpeechModel, echo.TranscriptionModel,
	} {
		if !served[name] {
			t.Errorf("%s of the echo server has no price", name)
		}
	}
	for _, kind := range catalog.Types() {
		if c.Traits(kind)["default"] == "" {
			t.Errorf("there is no default of type %s", kind)
		}
	}
	for _, problem := range problems {
		t.Errorf("suspicious: %s", problem)
	}
}
