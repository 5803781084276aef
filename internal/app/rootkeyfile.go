package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"stakegate/internal/challenge"
)

const rootKeyPoll = 2 * time.Second

// errRootReplaced: the first secret was changed.
var errRootReplaced = errors.New("its first line was changed, and every API key is hashed with it: put it back, and add the new secret as a further line with the time from which it signs")

// rootKeyFile is a root key file that may get further secrets while its server
// runs.
type rootKeyFile struct {
	path       string
	first      []byte
	challenges *challenge.Issuer
	log        *slog.Logger

	mu   sync.Mutex
	text string // as it was when it was read last, good or bad
}

// ReloadRootKeys reads the root key file again, now, so that validation tokens
// are signed with a new secret. What is not valid is refused, and the old ones
// stay; both are logged. A file that changes is also noticed without it, within
// seconds.
func (a *App) ReloadRootKeys() error { return a.rootKeys.reload() }

func (f *rootKeyFile) reload() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.text = f.look()
	err := f.replace()
	if err != nil {
		f.log.Error("the new root keys are refused; the old ones stay", "error", err)
		return err
	}
	f.log.Info("root keys were read")
	return nil
}

func (f *rootKeyFile) replace() error {
	keys, err := readRootKeys(f.path)
	if err != nil {
		return err
	}
	if !bytes.Equal(keys.first, f.first) {
		return fmt.Errorf("root key file %s: %w", f.path, errRootReplaced)
	}
	if err := f.challenges.SetRoots(keys.roots); err != nil {
		return fmt.Errorf("root key file %s: %w", f.path, err)
	}
	return nil
}

// look is the file's text; "" while it is away.
func (f *rootKeyFile) look() string {
	text, _ := os.ReadFile(f.path)
	return string(text)
}

func (f *rootKeyFile) changed(text string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return text != f.text
}

// run reloads when the file has changed and does not change any more, until the
// context ends. One that is away changes nothing.
func (f *rootKeyFile) run(ctx context.Context) {
	ticker := time.NewTicker(rootKeyPoll)
	defer ticker.Stop()
	for seen := ""; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		text := f.look()
		if text != "" && text == seen && f.changed(text) {
			_ = f.reload() // logged there
		}
		seen = text
	}
}
