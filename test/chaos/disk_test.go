package chaos_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const (
	diskSize   = "size=192m"
	fillPiece  = 256 << 10
	quietTime  = time.Second // in which no call reaches the model of a full disk
	fullLimit  = 60 * time.Second
	busyNeeded = 20 // calls that are refused meanwhile
)

// F07: the disk of the database fills up. Calls are refused before they are
// forwarded, and when there is room again the same process serves on.
func TestFullDiskUnderSQLite(t *testing.T) {
	const name = "disk full under SQLite"
	dir := t.TempDir()
	if output, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", diskSize, "tmpfs", dir).CombinedOutput(); err != nil {
		notRun(name, "a small file system cannot be mounted (needs root)")
		t.Logf("mount: %v %s", err, output)
		return
	}
	t.Cleanup(func() {
		if output, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, output)
		}
	})
	d := deploy(t, options{dir: dir, pace: modelPace})
	insideOneEpoch(t, d.country.now)
	customers(d)
	l := newLoad(d, callers)
	running, stop := context.WithCancel(t.Context())
	defer stop()
	var clients sync.WaitGroup
	clients.Go(func() { l.run(running) })
	l.recover(t)
	filler := filepath.Join(dir, "filler")
	fill(t, filler)
	l.quiet(t)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	l.recover(t)
	stop()
	clients.Wait()
	d.settle()
	r := row{name: name, audit: l.compare(t)}
	if starts := d.replicas[0].starts; starts != 1 {
		t.Errorf("the server was started %d times, want once", starts)
	}
	var check string
	if err := d.books.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&check); err != nil || check != "ok" {
		t.Errorf("integrity_check says %q %v", check, err)
	}
	report(r)
}

// fill writes a file until nothing more fits.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := fillPiece; size > 0; {
		if _, err := file.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	_ = file.Close() // it may say again that the disk is full
}

// quiet waits until calls are refused and none reaches the model.
func (l *load) quiet(t *testing.T) {
	t.Helper()
	arrived, refused, since := -1, 0, time.Now()
	within(t, fullLimit, "a full disk that lets no call pass", func() (bool, error) {
		l.mu.Lock()
		busy := l.statuses[http.StatusServiceUnavailable]
		l.mu.Unlock()
		if now := l.model.arrived(); now != arrived {
			arrived, refused, since = now, busy, time.Now()
		}
		return time.Since(since) > quietTime && busy-refused >= busyNeeded, nil
	})
}
