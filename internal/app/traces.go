package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"stakegate/internal/secretfile"
	"stakegate/internal/tracing"
)

// TracingConfig says where traces of requests go. docs/traces.md tells what is
// in them.
type TracingConfig struct {
	// Endpoint takes OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces.
	// Default: none, nothing is traced.
	Endpoint string `yaml:"endpoint"`
	// HeadersFile has lines of the form "Name: value" that go with everything
	// that is sent to the endpoint, such as a credential; nobody else may read it. Default:
	// none.
	HeadersFile string `yaml:"headers_file"`
	// Sample is the share of requests that are traced, from 0 to 1. Default
	// 0.01.
	Sample *float64 `yaml:"sample"`
	// TrustParent goes on with the trace that a request's traceparent names, and
	// follows its sampled flag. Only behind a proxy that sets or removes it: else
	// strangers decide what is recorded. Default false: such a request gets a
	// trace of its own with a link.
	TrustParent bool `yaml:"trust_parent"`
	// Upstreams sends a traced call's traceparent to its model server. Default
	// false.
	Upstreams bool `yaml:"upstreams"`
}

const defaultSample = 0.01

func (c *TracingConfig) setDefaults() {
	if c.Sample == nil {
		sample := defaultSample
		c.Sample = &sample
	}
}

func (c TracingConfig) check() error {
	if c.Sample != nil && !(*c.Sample >= 0 && *c.Sample <= 1) {
		return errors.New("tracing.sample must be from 0 to 1")
	}
	return nil
}

// openTraces makes the tracer, if there is somewhere to send spans to.
func (a *App) openTraces() (err error) {
	config := a.config.Tracing
	if config.Endpoint == "" {
		return nil
	}
	header, err := headersOf(config.HeadersFile)
	if err != nil {
		return err
	}
	a.tracer, err = tracing.New(tracing.Config{
		Endpoint: config.Endpoint, Header: header, Sample: *config.Sample, TrustParent: config.TrustParent,
		Upstreams: config.Upstreams, Version: a.options.Version, Log: a.options.Logger, Observe: a.metrics.observeSpans,
	})
	return err
}

const lastSpans = 2 * time.Second

// closeTraces sends what is left. A collector that is away is no reason to stop
// with an error.
func (a *App) closeTraces() {
	ctx, cancel := context.WithTimeout(context.Background(), lastSpans)
	defer cancel()
	if err := a.tracer.Close(ctx); err != nil {
		a.options.Logger.Warn("stopping", "error", err)
	}
}

// headersOf reads "Name: value" lines.
func headersOf(path string) (http.Header, error) {
	header := http.Header{}
	if path == "" {
		return header, nil
	}
	text, err := secretfile.Read(path)
	if err != nil {
		return nil, fmt.Errorf("tracing.headers_file: %w", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		if !found || strings.TrimSpace(name) == "" || strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("tracing.headers_file %s: line %d is not of the form \"Name: value\"", path, n)
		}
		header.Add(name, strings.TrimSpace(value))
	}
	return header, lines.Err()
}
