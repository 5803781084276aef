package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"stakegate/internal/devworld/echo"
)

const (
	catalogFile       = "catalog.yaml"
	upstreamTimeout   = 10 * time.Second
	maxModelList      = 4 << 20
	readHeaderTimeout = 5 * time.Second
)

// Prices of the models of --upstream, which do not tell theirs, in USD for a
// million tokens. They are high enough for a balance to be seen moving.
const (
	devInputPrice  = "1"
	devOutputPrice = "2"
	devEmbedPrice  = "0.5"
)

// startModel makes a model available and writes the catalogue that names it.
func (w *world) startModel(ctx context.Context, failed chan<- error) error {
	if w.options.upstream != "" {
		models, err := w.upstreamModels(ctx)
		if err != nil {
			return err
		}
		return w.writeCatalog(w.options.upstream, models)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", w.options.modelListen)
	if err != nil {
		return fmt.Errorf("starting the echo model: %w", err)
	}
	server := &http.Server{Handler: echo.New(echo.Config{}), ReadHeaderTimeout: readHeaderTimeout}
	w.closers = append(w.closers, server.Close)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("the echo model stopped: %w", err)
		}
	}()
	text := strings.ReplaceAll(echoCatalog, "URL\"", "http://"+listener.Addr().String()+"/v1\"")
	return os.WriteFile(w.path(catalogFile), []byte(text), 0o600)
}

// echoCatalog has the echo server's models.
//
//go:embed echo.yaml
var echoCatalog string

// upstreamModels asks a real server for its models. It does not tell prices or
// sizes, so the dev world makes them up.
func (w *world) upstreamModels(ctx context.Context) ([]map[string]any, error) {
	base := strings.TrimRight(w.options.upstream, "/")
	if parsed, err := url.Parse(base); err != nil || parsed.Host == "" {
		return nil, usageError{fmt.Errorf("--upstream %q is not a URL such as http://127.0.0.1:11434/v1", w.options.upstream)}
	}
	ctx, cancel := context.WithTimeout(ctx, upstreamTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/models", nil)
	if err != nil {
		return nil, err
	}
	if w.options.upstreamKeyFile != "" {
		key, err := os.ReadFile(w.options.upstreamKeyFile)
		if err != nil {
			return nil, fmt.Errorf("reading the upstream's key: %w", err)
		}
		request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(key)))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking the upstream for its models: %w", err)
	}
	defer response.Body.Close()
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("upstream answered %s to GET %s/models", response.Status, base)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxModelList)).Decode(&list); err != nil || len(list.Data) == 0 {
		return nil, fmt.Errorf("upstream lists no models at %s/models", base)
	}
	var models []map[string]any
	for i, model := range list.Data {
		models = append(models, devModel(model.ID, i == 0))
	}
	return models, nil
}

func devModel(id string, first bool) map[string]any {
	model := map[string]any{
		"id": id, "upstream": "dev", "context": echo.ContextTokens, "tokenizer": "bytes", "privacy": "private", "tier": "dev",
	}
	if strings.Contains(strings.ToLower(id), "embed") {
		model["type"], model["price"] = "embedding", map[string]string{"input": devEmbedPrice}
		return model
	}
	model["type"], model["max_output"] = "text", echo.MaxOutput
	model["price"] = map[string]string{"input": devInputPrice, "output": devOutputPrice}
	if first {
		model["traits"] = []string{"default"}
	}
	return model
}

func (w *world) writeCatalog(upstreamURL string, models []map[string]any) error {
	upstream := map[string]any{"name": "dev", "kind": "openai", "url": upstreamURL}
	if w.options.upstreamKeyFile != "" {
		path, err := filepath.Abs(w.options.upstreamKeyFile)
		if err != nil {
			return err
		}
		upstream["key_file"] = path
	}
	text, err := yaml.Marshal(map[string]any{
		"upstreams": []any{upstream}, "models": models,
		"tiers": map[string]any{"dev": map[string]int{"requests_per_minute": 100_000, "tokens_per_minute": 1_000_000_000}},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(w.path(catalogFile), text, 0o600)
}

// chatModel is a model that the suggestions can name.
func (w *world) chatModel() string {
	if w.options.upstream == "" {
		return echo.ChatModel
	}
	return "default"
}
