//go:build amd64 || arm64

package store

import (
	"errors"
	"runtime"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite writes each page of a commit to its write-ahead log with two system
// calls, one for the frame's header and one for the page, and then syncs. Here
// they are collected and written in one, before the sync that makes the commit
// durable or whatever else is done to the file. Everything else is SQLite's own
// VFS (https://sqlite.org/vfs.html), whose table of methods is copied.
//
// It is for a connection that syncs every commit (synchronous = FULL): SQLite
// tells others of a commit's frames after the sync, and nobody reads them
// before, but their own connection, through the same methods.

// logWritesVFS is the name of the VFS, once collectLogWrites was asked for it.
const logWritesVFS = "stakegate"

// maxLogWrite is the longest write: SQLite's own code passes no more than 64 KiB
// to the system at once.
const maxLogWrite = 64 << 10

// logWrites is what was not written yet of one open log. Its connection's mutex
// guards it.
type logWrites struct {
	bytes []byte
	at    int64 // where they belong
}

// The types of the methods, as SQLite calls them.
type (
	openMethod  = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32
	moveMethod  = func(tls *libc.TLS, file, buffer uintptr, length int32, offset int64) int32
	plainMethod = func(tls *libc.TLS, file uintptr) int32
	flagMethod  = func(tls *libc.TLS, file uintptr, flags int32) int32
	sizeMethod  = func(tls *libc.TLS, file uintptr, size int64) int32
	askMethod   = func(tls *libc.TLS, file, answer uintptr) int32
	tellMethod  = func(tls *libc.TLS, file uintptr, what int32, argument uintptr) int32
)

// logVFS is the process's one VFS; SQLite keeps its own list of them.
var logVFS struct {
	register sync.Once
	err      error
	open     uintptr // SQLite's own

	mu      sync.Mutex
	own     uintptr                     // SQLite's own methods of a log
	before  sqlite3.Tsqlite3_io_methods // the same, copied
	methods uintptr                     // ours
	logs    sync.Map                    // *logWrites by the address of their file
}

// pointer is what an address of SQLite's memory points to.
func pointer[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// method is a method of SQLite's as a function.
func method[F any](address uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{address})) }

// address is the address of a top-level function, as SQLite calls it.
func address(function any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&function))[1] }

// collectLogWrites returns the name of a VFS that collects a commit's writes.
func collectLogWrites() (string, error) {
	logVFS.register.Do(func() {
		tls := libc.NewTLS()
		defer tls.Close()
		own := sqlite3.Xsqlite3_vfs_find(tls, 0)
		name, err := libc.CString(logWritesVFS)
		if own == 0 || err != nil {
			logVFS.err = errors.Join(errors.New("SQLite has no VFS"), err)
			return
		}
		ours := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
		if ours == 0 {
			logVFS.err = errors.New("no memory for a VFS")
			return
		}
		vfs := pointer[sqlite3.Tsqlite3_vfs](ours)
		*vfs = *pointer[sqlite3.Tsqlite3_vfs](own)
		logVFS.open = vfs.FxOpen
		vfs.FpNext, vfs.FzName, vfs.FxOpen = 0, name, address(openMethod(openFile))
		if code := sqlite3.Xsqlite3_vfs_register(tls, ours, 0); code != sqlite3.SQLITE_OK {
			logVFS.err = errors.New("SQLite refuses a VFS")
		}
	})
	return logWritesVFS, logVFS.err
}

func openFile(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32 {
	code := method[openMethod](logVFS.open)(tls, vfs, name, file, flags, outFlags)
	if code != sqlite3.SQLITE_OK || flags&sqlite3.SQLITE_OPEN_WAL == 0 {
		return code
	}
	opened := pointer[sqlite3.Tsqlite3_file](file)
	if ours := logMethods(tls, opened.FpMethods); ours != 0 {
		logVFS.logs.Store(file, &logWrites{})
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
		logVFS.own, logVFS.methods = own, ours
		logVFS.before = *pointer[sqlite3.Tsqlite3_io_methods](own)
		table := pointer[sqlite3.Tsqlite3_io_methods](ours)
		*table = logVFS.before
		table.FxClose, table.FxRead, table.FxWrite = address(plainMethod(closeLog)), address(moveMethod(readLog)), address(moveMethod(writeLog))
		table.FxTruncate, table.FxSync = address(sizeMethod(truncateLog)), address(flagMethod(syncLog))
		table.FxFileSize, table.FxFileControl = address(askMethod(sizeOfLog)), address(tellMethod(controlLog))
	}
	if logVFS.own != own {
		return 0
	}
	return logVFS.methods
}

func writesOf(file uintptr) *logWrites {
	writes, _ := logVFS.logs.Load(file)
	return writes.(*logWrites)
}

// writeLog collects what follows on what was collected before.
func writeLog(tls *libc.TLS, file, buffer uintptr, length int32, offset int64) int32 {
	w := writesOf(file)
	if len(w.bytes) > 0 && (offset != w.at+int64(len(w.bytes)) || len(w.bytes)+int(length) > maxLogWrite) {
		if code := w.flush(tls, file); code != sqlite3.SQLITE_OK {
			return code
		}
	}
	if length > maxLogWrite {
		return method[moveMethod](logVFS.before.FxWrite)(tls, file, buffer, length, offset)
	}
	if len(w.bytes) == 0 {
		w.at = offset
	}
	w.bytes = append(w.bytes, unsafe.Slice(pointer[byte](buffer), length)...)
	return sqlite3.SQLITE_OK
}

// flush writes what was collected. What cannot be written is given up, as by
// SQLite itself: it ends the transaction.
func (w *logWrites) flush(tls *libc.TLS, file uintptr) int32 {
	if len(w.bytes) == 0 {
		return sqlite3.SQLITE_OK
	}
	collected := w.bytes
	w.bytes = collected[:0]
	first := uintptr(unsafe.Pointer(&collected[0]))
	code := method[moveMethod](logVFS.before.FxWrite)(tls, file, first, int32(len(collected)), w.at)
	runtime.KeepAlive(collected)
	return code
}

func readLog(tls *libc.TLS, file, buffer uintptr, length int32, offset int64) int32 {
	if code := writesOf(file).flush(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return method[moveMethod](logVFS.before.FxRead)(tls, file, buffer, length, offset)
}

func syncLog(tls *libc.TLS, file uintptr, flags int32) int32 {
	if code := writesOf(file).flush(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return method[flagMethod](logVFS.before.FxSync)(tls, file, flags)
}

func truncateLog(tls *libc.TLS, file uintptr, size int64) int32 {
	if code := writesOf(file).flush(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return method[sizeMethod](logVFS.before.FxTruncate)(tls, file, size)
}

func sizeOfLog(tls *libc.TLS, file, answer uintptr) int32 {
	if code := writesOf(file).flush(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return method[askMethod](logVFS.before.FxFileSize)(tls, file, answer)
}

func controlLog(tls *libc.TLS, file uintptr, what int32, argument uintptr) int32 {
	if code := writesOf(file).flush(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return method[tellMethod](logVFS.before.FxFileControl)(tls, file, what, argument)
}

// closeLog leaves out what was collected of a transaction that has failed.
func closeLog(tls *libc.TLS, file uintptr) int32 {
	logVFS.logs.Delete(file)
	return method[plainMethod](logVFS.before.FxClose)(tls, file)
}
