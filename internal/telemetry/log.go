// Package telemetry is how the program tells what it does.
package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// NewLogger writes one JSON object a line, or text for people. The level is
// debug, info, warn or error. To a Lines, warnings and errors are written at
// once.
func NewLogger(to io.Writer, level string, asJSON bool) (*slog.Logger, error) {
	var threshold slog.Level
	if err := threshold.UnmarshalText([]byte(strings.ToUpper(level))); err != nil {
		return nil, fmt.Errorf("log level %q is not one of debug, info, warn, error", level)
	}
	options := &slog.HandlerOptions{Level: threshold}
	var handler slog.Handler = slog.NewTextHandler(to, options)
	if asJSON {
		handler = slog.NewJSONHandler(to, options)
	}
	if lines, ok := to.(*Lines); ok {
		handler = urgent{handler, lines}
	}
	return slog.New(handler), nil
}
