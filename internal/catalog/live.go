package catalog

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// LiveConfig is what Open needs: the path.
type LiveConfig struct {
	Path string
	// Check, if set, is the last word on a new catalogue, such as whether the
	// keys of its upstreams can be read.
	Check func(*Catalog) error
	// Poll is how often Run looks at the file and the upstreams' key files;
	// 0: every 2 s. A change is read when the next look finds no further one,
	// so that a file is not read while it is being written.
	Poll time.Duration
	Log  *slog.Logger // nil: none
	// Observe, if set, is told of every attempt to replace the catalogue; nil
	// is a success.
	Observe func(error)
}

// Live holds the newest valid catalogue of a file. It is safe for concurrent
// use.
type Live struct {
	config  LiveConfig
	current atomic.Pointer[Catalog]

	mu      sync.Mutex // one reload at a time
	watched []string   // the files that were read last, with those of the keys
	state   string     // theirs, as they were read
}

const defaultPoll = 2 * time.Second

// Fixed is a Live without a file, which keeps the catalogue that it was given.
func Fixed(c *Catalog) *Live {
	l := new(Live)
	l.current.Store(c)
	return l
}

// Open reads the file. The error of a file that cannot be used is Parse's, or
// that of Check.
func Open(config LiveConfig) (*Live, error) {
	if config.Poll <= 0 {
		config.Poll = defaultPoll
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	l := &Live{config: config}
	c, err := l.read()
	if err != nil {
		return nil, err
	}
	l.current.Store(c)
	return l, nil
}

// Current is the newest valid catalogue. A caller that reads two things of it
// calls this once.
func (l *Live) Current() *Catalog { return l.current.Load() }

// Reload reads the file again and puts the new catalogue in the old one's
// place, in one step. A file that is not valid changes nothing but the log.
func (l *Live) Reload() error {
	if l.config.Path == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c, err := l.read()
	if err != nil {
		l.config.Log.Error("the new catalogue is refused; the old one stays", "error", err)
	} else {
		l.current.Store(c)
		l.config.Log.Info("catalogue is replaced", "models", len(c.models), "upstreams", len(c.upstreams))
	}
	if l.config.Observe != nil {
		l.config.Observe(err)
	}
	return err
}

// read reads everything anew. The state of each file is noted before it is
// read, so that a change which it misses is seen by the next look.
func (l *Live) read() (*Catalog, error) {
	l.watched, l.state = []string{l.config.Path}, fileState(l.config.Path)
	text, err := os.ReadFile(l.config.Path)
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue: %w", err)
	}
	c, problems := Lint(text, nil)
	if c == nil {
		return nil, fmt.Errorf("catalogue %s: %w", l.config.Path, problems)
	}
	if len(problems) > 0 {
		l.config.Log.Warn("the catalogue has warnings; stakegate catalog check shows them", "warnings", len(problems), "first", problems[0].String())
	}
	for _, u := range c.upstreams {
		if u.KeyFile != "" {
			path := u.keyPath(filepath.Dir(l.config.Path))
			l.watched, l.state = append(l.watched, path), l.state+fileState(path)
		}
	}
	if l.config.Check != nil {
		if err := l.config.Check(c); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", l.config.Path, err)
		}
	}
	return c, nil
}

// Run reloads whenever the file, or that of a key, has changed, until the
// context ends.
func (l *Live) Run(ctx context.Context) {
	if l.config.Path == "" {
		return
	}
	ticker := time.NewTicker(l.config.Poll)
	defer ticker.Stop()
	for seen := ""; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		state, used := l.look()
		if state != used && state == seen {
			_ = l.Reload() // logged and observed there
		}
		seen = state
	}
}

// look is the state of the files now, and as they were read.
func (l *Live) look() (now, used string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, path := range l.watched {
		now += fileState(path)
	}
	return now, l.state
}

// keyPath is where the key is, for a catalogue in a folder.
func (u Upstream) keyPath(dir string) string {
	if filepath.IsAbs(u.KeyFile) {
		return u.KeyFile
	}
	return filepath.Join(dir, u.KeyFile)
}

func fileState(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "missing\n"
	}
	return fmt.Sprintf("%d %d\n", info.ModTime().UnixNano(), info.Size())
}
