//go:build !linux

package ledger

// yieldThread does nothing: batches are what runtime.Gosched makes them.
func yieldThread() {}
