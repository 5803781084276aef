package app

import (
	"context"
	"os"
	"runtime"
)

// heapFloor is never touched: it takes address space and no memory.
var heapFloor []byte

const heapFloorBytes = 64 << 20

// TuneProcess sets what the Go runtime cannot know of a server like this one,
// unless the operator has decided in the environment (GOMAXPROCS, GOGC).
//
// On one processor Go has one place to run code, and a commit's fsync blocks
// the place that it is called from: without a second one every request would
// wait for the disk. And a server whose live heap is a few megabytes would
// collect garbage dozens of times a second; with a floor under the heap it does
// so for every 64 MB. docs/performance.md has the numbers.
func TuneProcess() {
	if runtime.GOMAXPROCS(0) == 1 && os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2)
	}
	if heapFloor == nil && os.Getenv("GOGC") == "" {
		heapFloor = make([]byte, heapFloorBytes)
	}
}

// ReserveLog gets ready for the first commits; see store.ReserveLog. A server
// goes on without it.
func (a *App) ReserveLog(ctx context.Context) error { return a.store.ReserveLog(ctx) }
