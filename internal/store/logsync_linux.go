//go:build amd64 || arm64

package store

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Every commit ends with an fsync of SQLite's write-ahead log, which takes some
// hundred microseconds. Told of a system call that is as long, Go's scheduler
// takes the caller's processor away and wakes another thread for it, and its
// monitor looks for the next one every 20 us: on one core that was a sixth of a
// server's time. As long as the disk is quick the scheduler is not told, as with
// a short computation: others run on the other processors meanwhile. Everything
// else is SQLite's own VFS (https://sqlite.org/vfs.html), whose tables of
// methods are copied.

// logSyncVFS is the name of the VFS, once quickLogSync was asked for it.
const logSyncVFS = "stakegate"

// slowSync is how long a sync takes from which on the scheduler is told of the
// next one: a collection of garbage, for one, waits for those that it was not
// told of.
const slowSync = 2 * time.Millisecond

// The types of the methods, as SQLite calls them.
type (
	openMethod = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32
	syncMethod = func(tls *libc.TLS, file uintptr, flags int32) int32
)

// logVFS is the process's one VFS; SQLite keeps its own list of them.
var logVFS struct {
	register sync.Once
	err      error
	open     uintptr // SQLite's own

	mu      sync.Mutex
	own     uintptr // SQLite's own methods of a log
	sync    uintptr // one of them
	methods uintptr // ours

	slow  atomic.Bool                         // the last sync was
	fsync func(fd uintptr) syscall.Errno      // unknown to the scheduler
	since func(start time.Time) time.Duration // of a sync
}

// pointer is what an address of SQLite's memory points to.
func pointer[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// method is a method of SQLite's as a function.
func method[F any](address uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{address})) }

// address is the address of a top-level function, as SQLite calls it.
func address(function any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&function))[1] }

// quickLogSync returns the name of a VFS whose logs are synced without the
// scheduler.
func quickLogSync() (string, error) {
	logVFS.register.Do(func() {
		logVFS.since = time.Since
		logVFS.fsync = func(fd uintptr) syscall.Errno {
			_, _, code := syscall.RawSyscall(syscall.SYS_FSYNC, fd, 0, 0)
			return code
		}
		logVFS.err = registerLogVFS()
	})
	return logSyncVFS, logVFS.err
}

func registerLogVFS() error {
	tls := libc.NewTLS()
	defer tls.Close()
	own := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if own == 0 {
		return errors.New("SQLite has no VFS")
	}
	name, err := libc.CString(logSyncVFS)
	if err != nil {
		return err
	}
	ours := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	if ours == 0 {
		return errors.New("no memory for a VFS")
	}
	vfs := pointer[sqlite3.Tsqlite3_vfs](ours)
	*vfs = *pointer[sqlite3.Tsqlite3_vfs](own)
	logVFS.open = vfs.FxOpen
	vfs.FpNext, vfs.FzName, vfs.FxOpen = 0, name, address(openMethod(openFile))
	if code := sqlite3.Xsqlite3_vfs_register(tls, ours, 0); code != sqlite3.SQLITE_OK {
		return errors.New("SQLite refuses a VFS")
	}
	return nil
}

func openFile(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32 {
	code := method[openMethod](logVFS.open)(tls, vfs, name, file, flags, outFlags)
	if code != sqlite3.SQLITE_OK || flags&sqlite3.SQLITE_OPEN_WAL == 0 {
		return code
	}
	opened := pointer[sqlite3.Tsqlite3_file](file)
	if ours := logMethods(tls, opened.FpMethods); ours != 0 {
		opened.FpMethods = ours
	}
	return code
}

// logMethods is our table of methods for files that have the given one, 0 if
// there is none.
func logMethods(tls *libc.TLS, own uintptr) uintptr {
	logVFS.mu.Lock()
	defer logVFS.mu.Unlock()
	if logVFS.own == 0 {
		ours := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
		if ours == 0 {
			return 0
		}
		table := pointer[sqlite3.Tsqlite3_io_methods](ours)
		*table = *pointer[sqlite3.Tsqlite3_io_methods](own)
		logVFS.own, logVFS.methods, logVFS.sync = own, ours, table.FxSync
		table.FxSync = address(syncMethod(syncLog))
	}
	if logVFS.own != own {
		return 0
	}
	return logVFS.methods
}

// syncLog is SQLite's own way where that does more than sync the file, where
// there is no other processor, and where the last sync was slow. A failed sync is
// not repeated: the second would not tell of what the first has lost.
func syncLog(tls *libc.TLS, file uintptr, flags int32) int32 {
	log := pointer[sqlite3.TunixFile](file)
	start := time.Now()
	defer func() { logVFS.slow.Store(logVFS.since(start) >= slowSync) }()
	if logVFS.slow.Load() || log.FctrlFlags&sqlite3.UNIXFILE_DIRSYNC != 0 || runtime.GOMAXPROCS(0) == 1 {
		return method[syncMethod](logVFS.sync)(tls, file, flags)
	}
	if logVFS.fsync(uintptr(log.Fh)) != 0 {
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	return sqlite3.SQLITE_OK
}
