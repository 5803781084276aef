//go:build amd64 || arm64

package store

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// LogSyncVFS is the VFS whose logs are synced without the scheduler.
const LogSyncVFS = logSyncVFS

// ReplaceLogSync has a test asked for every sync of a log below its folder that
// Go's scheduler is not told of, and how long one takes, until the test ends.
// Those of others go on. It must not run beside other such tests.
func ReplaceLogSync(t testing.TB, folder string, fsync func() syscall.Errno, takes func() time.Duration) {
	t.Helper()
	if _, err := quickLogSync(); err != nil {
		t.Fatal(err)
	}
	processors, own, since := runtime.GOMAXPROCS(2), logVFS.fsync, logVFS.since
	t.Cleanup(func() {
		logVFS.fsync, logVFS.since = own, since
		runtime.GOMAXPROCS(processors)
	})
	logVFS.since = func(time.Time) time.Duration { return takes() }
	logVFS.fsync = func(fd uintptr) syscall.Errno {
		path, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(int(fd)))
		if err == nil && strings.HasPrefix(path, folder) {
			if code := fsync(); code != 0 {
				return code
			}
		}
		return own(fd)
	}
}
