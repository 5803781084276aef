//go:build unix

package secretfile

import (
	"io/fs"
	"os"
	"syscall"
	"testing"
	"time"
)

// fileOf is what os.Stat would say of a file.
type fileOf struct {
	mode fs.FileMode
	uid  uint32
}

func (fileOf) Name() string        { return "root.key" }
func (fileOf) Size() int64         { return 65 }
func (f fileOf) Mode() fs.FileMode { return f.mode }
func (fileOf) ModTime() time.Time  { return time.Time{} }
func (fileOf) IsDir() bool         { return false }
func (f fileOf) Sys() any          { return &syscall.Stat_t{Uid: f.uid} }

func TestOnlyRootMayGiveAGroupTheRightToReadASecret(t *testing.T) {
	me := uint32(os.Geteuid())
	byRoot := me == 0 // then root's files are the server's own
	for _, test := range []struct {
		file fileOf
		want bool
	}{
		{fileOf{0o600, me}, false}, {fileOf{0o400, me}, false}, {fileOf{0o640, me}, true}, {fileOf{0o604, me}, true}, {fileOf{0o610, me}, true},
		{fileOf{0o440, 0}, byRoot}, {fileOf{0o640, 0}, byRoot}, {fileOf{0o660, 0}, true}, {fileOf{0o644, 0}, true}, {fileOf{0o400, 0}, false},
		{fileOf{0o440, 4711}, true},
	} {
		if got := readableByOthers(test.file); got != test.want {
			t.Errorf("%v of user %d: %t, want %t", test.file.mode, test.file.uid, got, test.want)
		}
	}
}
