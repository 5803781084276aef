package devworld

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/log"
)

// go-ethereum logs through one global logger. It is pointed at the newest
// chain's, whose readers want warnings only when they debug.
var (
	gethTarget atomic.Pointer[slog.Logger]
	gethOnce   sync.Once
)

func routeGethLogs(to *slog.Logger) {
	gethTarget.Store(to)
	gethOnce.Do(func() { log.SetDefault(gethLogger{}) })
}

// gethLogger implements go-ethereum's log.Logger. It is a type of our own also
// because log.SetDefault replaces slog's default logger for the library's type.
type gethLogger struct{ attrs []any }

func (l gethLogger) With(ctx ...any) log.Logger {
	return gethLogger{append(append([]any(nil), l.attrs...), ctx...)}
}
func (l gethLogger) New(ctx ...any) log.Logger                    { return l.With(ctx...) }
func (l gethLogger) Log(level slog.Level, msg string, ctx ...any) { l.Write(level, msg, ctx...) }
func (l gethLogger) Trace(string, ...any)                         {}
func (l gethLogger) Debug(string, ...any)                         {}
func (l gethLogger) Info(string, ...any)                          {}
func (l gethLogger) Warn(msg string, ctx ...any)                  { l.Write(slog.LevelWarn, msg, ctx...) }
func (l gethLogger) Error(msg string, ctx ...any)                 { l.Write(slog.LevelError, msg, ctx...) }

// Crit is what the library calls before it cannot go on; its own logger exits.
func (l gethLogger) Crit(msg string, ctx ...any) {
	l.Write(log.LevelCrit, msg, ctx...)
	panic("go-ethereum: " + msg)
}

func (l gethLogger) Write(level slog.Level, msg string, ctx ...any) {
	target := gethTarget.Load()
	if level < slog.LevelWarn || target == nil {
		return
	}
	target.With(l.attrs...).Debug("go-ethereum: "+msg, append(append([]any(nil), ctx...), "geth_level", level.String())...)
}

func (l gethLogger) Enabled(ctx context.Context, level slog.Level) bool {
	target := gethTarget.Load()
	return level >= slog.LevelWarn && target != nil && target.Enabled(ctx, slog.LevelDebug)
}

func (l gethLogger) Handler() slog.Handler {
	if target := gethTarget.Load(); target != nil {
		return target.Handler()
	}
	return slog.DiscardHandler
}
