package secretfile_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"stakegate/agent/internal/secretfile"
)

func privateDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "private")
	if err := secretfile.EnsureDir(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestEnsureDirMakesOwnerOnlyDirectory(t *testing.T) {
	info, err := os.Stat(privateDir(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode().Perm(), fs.FileMode(0o700); got != want {
		t.Errorf("mode: got %#o, want %#o", got, want)
	}
}

func TestEnsureDirRefusesWhatOthersCanEnter(t *testing.T) {
	base := t.TempDir()
	wide := filepath.Join(base, "wide")
	if err := os.Mkdir(wide, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(base, "link")
	if err := os.Symlink(wide, link); err != nil {
		t.Fatal(err)
	}
	if err := secretfile.EnsureDir(link); !errors.Is(err, secretfile.ErrUnsafe) {
		t.Errorf("symbolic link: got %v, want ErrUnsafe", err)
	}
	if err := os.Chmod(wide, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := secretfile.EnsureDir(wide); !errors.Is(err, secretfile.ErrUnsafe) {
		t.Errorf("mode 0750: got %v, want ErrUnsafe", err)
	}
}

func TestReadRefusesUnsafeFiles(t *testing.T) {
	dir := privateDir(t)
	good := filepath.Join(dir, "good")
	if err := secretfile.Create(good, []byte("value")); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	wide := filepath.Join(dir, "wide")
	if err := os.WriteFile(wide, []byte("value"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(wide, 0o640); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, wide, dir} {
		if _, err := secretfile.Read(path, 10); !errors.Is(err, secretfile.ErrUnsafe) {
			t.Errorf("%s: got %v, want ErrUnsafe", path, err)
		}
	}
	if _, err := secretfile.Read(good, 4); err == nil {
		t.Error("a file over the limit was read")
	}
	if _, err := secretfile.Read(filepath.Join(dir, "none"), 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: got %v, want fs.ErrNotExist", err)
	}
	if got, err := secretfile.Read(good, 5); err != nil || !bytes.Equal(got, []byte("value")) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCreateNeverReplacesAndReplaceLeavesNothingBehind(t *testing.T) {
	dir := privateDir(t)
	path := filepath.Join(dir, "file")
	if err := secretfile.Create(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := secretfile.Create(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	if got, _ := secretfile.Read(path, 100); string(got) != "first" {
		t.Errorf("content after refused Create: got %q", got)
	}
	if err := secretfile.Replace(path, []byte("third")); err != nil {
		t.Fatal(err)
	}
	if got, _ := secretfile.Read(path, 100); string(got) != "third" {
		t.Errorf("content after Replace: got %q", got)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("directory holds %v (%v), want the one file", entries, err)
	}
}

// TestReplaceLeavesDevicesAndLinksAlone: /dev/stdout is one that people name.
func TestReplaceLeavesDevicesAndLinksAlone(t *testing.T) {
	dir := privateDir(t)
	link := filepath.Join(dir, "link")
	if err := os.Symlink(os.DevNull, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, dir} {
		if err := secretfile.Replace(path, []byte("value")); err == nil {
			t.Errorf("%s was replaced", path)
		}
	}
	if target, err := os.Readlink(link); err != nil || target != os.DevNull {
		t.Errorf("the link is %q, %v", target, err)
	}
}

func TestLockIsExclusiveUntilReleased(t *testing.T) {
	path := filepath.Join(privateDir(t), "lock")
	unlock, err := secretfile.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secretfile.Lock(path); !errors.Is(err, secretfile.ErrLocked) {
		t.Errorf("second lock: got %v, want ErrLocked", err)
	}
	unlock()
	again, err := secretfile.Lock(path)
	if err != nil {
		t.Fatalf("after unlock: %v", err)
	}
	again()
}
