package secretfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stakegate/internal/secretfile"
)

func TestOnlyAFileThatNobodyElseMayReadIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if _, err := secretfile.Read(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[fs.FileMode]string{
		0o600: "", 0o400: "", 0o604: "chmod 600", 0o644: "chmod 600", 0o602: "chmod 600", 0o660: "chmod 600",
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		text, err := secretfile.Read(path)
		if want == "" && (err != nil || string(text) != "s3cret\n") {
			t.Errorf("%v: %q, %v", mode, text, err)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path)) {
			t.Errorf("%v: %q, %v", mode, text, err)
		}
	}
}

func TestAFileThatIsTooLargeForASecretIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for size, good := range map[int]bool{64 << 10: true, 64<<10 + 1: false} {
		if err := os.WriteFile(path, []byte(strings.Repeat("s3cret", size/6+1)[:size]), 0o600); err != nil {
			t.Fatal(err)
		}
		if text, err := secretfile.Read(path); (err == nil) != good || good && len(text) != size || err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
