package ledger

import "syscall"

// yieldThread lets the processor's other threads run, those of this program and
// of others, and returns at once if none wants to (sched_yield(2)). Go's
// scheduler is not told: it would wake another thread, which is what is to be
// spared.
func yieldThread() { _, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
