package httpapi

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/gateway"
)

// freeSpend answers at once: what is measured is the door alone.
type freeSpend struct{}

func (freeSpend) Routes() []gateway.Route {
	return []gateway.Route{{Path: "/chat/completions", Serve: func(w http.ResponseWriter, r *http.Request, _ gateway.Caller) *gateway.Error {
		w.WriteHeader(http.StatusOK)
		return nil
	}}}
}

// BenchmarkDoor is what a paid call costs before and after the gateway:
// routing, authentication, the failure count, the log line.
func BenchmarkDoor(b *testing.B) {
	secret, err := apikey.New(apikey.Inference)
	if err != nil {
		b.Fatal(err)
	}
	handler := New(Config{
		Spend: freeSpend{}, Hasher: apikey.NewHasher(bytes.Repeat([]byte{1}, 32)), Failures: NewFailures(FailuresConfig{KeyLimit: 50, SourceLimit: 50}),
		Now: time.Now, Version: "bench", Logger: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	})
	request := httptest.NewRequest(http.MethodPost, "/api/v1/chat/completions", http.NoBody)
	request.Header.Set("Authorization", "Bearer "+secret.Reveal())
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(&sink{header: http.Header{}}, request)
	}
}

type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
