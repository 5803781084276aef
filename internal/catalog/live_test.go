package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"stakegate/internal/catalog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// liveFile is a catalogue on disk, with a key file, and what Observe was told.
type liveFile struct {
	t    *testing.T
	path string
	live *catalog.Live
	mu   sync.Mutex
	told []error
	deny atomic.Bool // Check refuses
}

var errDenied = errors.New("denied by the check")

func openLive(t *testing.T) *liveFile {
	t.Helper()
	f := &liveFile{t: t, path: filepath.Join(t.TempDir(), "catalog.yaml")}
	f.write(sample)
	f.writeFile("upstream.key", "first")
	live, err := catalog.Open(catalog.LiveConfig{
		Path: f.path, Poll: time.Second,
		Check: func(*catalog.Catalog) error {
			if f.deny.Load() {
				return errDenied
			}
			return nil
		},
		Observe: func(err error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.told = append(f.told, err)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.live = live
	return f
}

func (f *liveFile) write(text string) { f.writeFile("catalog.yaml", text) }

func (f *liveFile) writeFile(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(filepath.Dir(f.path), name), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f *liveFile) observed() []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]error{}, f.told...)
}

// run watches the file, with a clock that passes by itself.
func (f *liveFile) run(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { f.live.Run(ctx) })
	t.Cleanup(func() { cancel(); done.Wait() })
}

// looks lets Run look at the files so many times.
func looks(n int) { time.Sleep(time.Duration(n)*time.Second + time.Millisecond); synctest.Wait() }

var renamed = strings.Replace(sample, "id: llama-big", "id: llama-huge", 1)

func TestAChangedFileIsReadOnceItStopsChanging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := openLive(t)
		before := f.live.Current()
		f.run(t)
		looks(3)
		if f.live.Current() != before || len(f.observed()) != 0 {
			t.Fatal("an unchanged file is read again")
		}
		for i := range 5 { // it is still being written
			f.write(renamed + strings.Repeat("# more\n", i))
			looks(1)
			if f.live.Current() != before {
				t.Fatal("a file that is being written is read")
			}
		}
		looks(1)
		if f.live.Current().Models()[1].ID != "llama-huge" || len(f.observed()) != 1 || f.observed()[0] != nil {
			t.Fatalf("the new catalogue is not in place: %v", f.observed())
		}
		looks(3)
		if len(f.observed()) != 1 {
			t.Fatal("it is read again and again")
		}
	})
}

func TestAnInvalidFileIsRefusedAndTheOldCatalogueStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := openLive(t)
		before := f.live.Current()
		f.run(t)
		f.write(strings.Replace(sample, `"0.15"`, `"-1"`, 1))
		looks(5)
		if told := f.observed(); f.live.Current() != before || len(told) != 1 || !strings.Contains(fmt.Sprint(told[0]), "line 6: models[0] (llama-small).price.input") {
			t.Fatalf("told %v", f.observed())
		}
		if err := os.Remove(f.path); err != nil {
			t.Fatal(err)
		}
		looks(5)
		if told := f.observed(); f.live.Current() != before || len(told) != 2 || !errors.Is(told[1], os.ErrNotExist) {
			t.Fatalf("told %v", f.observed())
		}
		f.deny.Store(true)
		f.write(renamed)
		looks(5)
		if told := f.observed(); f.live.Current() != before || len(told) != 3 || !errors.Is(told[2], errDenied) {
			t.Fatalf("told %v", f.observed())
		}
		f.deny.Store(false)
		f.writeFile("upstream.key", "the key that was missing")
		looks(5)
		if f.live.Current() == before || len(f.observed()) != 4 {
			t.Fatalf("a mended key does not put the catalogue in place: %v", f.observed())
		}
	})
}

func TestAChangedKeyIsAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := openLive(t)
		before := f.live.Current()
		f.run(t)
		f.writeFile("upstream.key", "second, longer")
		looks(3)
		if f.live.Current() == before || len(f.observed()) != 1 {
			t.Fatal("the catalogue is not replaced, so the key is not read again")
		}
	})
}

func TestAChangeBeforeRunIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := openLive(t)
		f.write(renamed)
		f.run(t)
		looks(3)
		if f.live.Current().Models()[1].ID != "llama-huge" {
			t.Fatal("a change between Open and Run is missed")
		}
	})
}

func TestReloadReplacesAtOnceAndWhileOthersRead(t *testing.T) {
	f := openLive(t)
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				c := f.live.Current()
				if _, err := c.Resolve(catalog.Text, c.Models()[1].ID, time.Unix(0, 0)); err != nil {
					t.Errorf("a half-made catalogue: %v", err)
					return
				}
			}
		})
	}
	for i := range 50 {
		text := sample
		if i%2 == 0 {
			text = renamed
		}
		f.write(text)
		before := f.live.Current()
		if err := f.live.Reload(); err != nil || f.live.Current() == before {
			t.Fatalf("reload %d: %v", i, err)
		}
	}
	close(stop)
	readers.Wait()
}

func TestWarningsAreLoggedAndTheCatalogueIsUsed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.yaml")
	if err := os.WriteFile(path, []byte(strings.Replace(lintable, "upstream: venice", "upstream: main", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	live, err := catalog.Open(catalog.LiveConfig{Path: path, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil || len(live.Current().Models()) != 6 {
		t.Fatalf("%v", err)
	}
	if !strings.Contains(log.String(), "warnings=1") || !strings.Contains(log.String(), "is used by no model") {
		t.Errorf("logged %q", log.String())
	}
}

func TestOpenNeedsAValidFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.yaml")
	if _, err := catalog.Open(catalog.LiveConfig{Path: path}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("models: []"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := catalog.Open(catalog.LiveConfig{Path: path}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("an invalid file: %v", err)
	}
	fixed := catalog.Fixed(parse(t, sample))
	before := fixed.Current()
	if err := fixed.Reload(); err != nil || fixed.Current() != before {
		t.Errorf("a catalogue without a file: %v", err)
	}
	fixed.Run(t.Context()) // returns at once
}
