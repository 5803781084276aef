package ledger_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"stakegate/internal/ledger"
)

// BenchmarkCost measures what a pair of hold and settle costs: processor time
// of this process, how long it takes, and how many operations share a commit.
func BenchmarkCost(b *testing.B) {
	onBoth(b, func(b *testing.B, newURL func() string) {
		for _, accounts := range []int{1, 1000} {
			b.Run(fmt.Sprint("accounts=", accounts), func(b *testing.B) {
				var commits, operations atomic.Int64
				o := openWatched(b, newURL(), accounts, func(c ledger.Commit) {
					commits.Add(1)
					operations.Add(int64(c.Operations))
				})
				for _, callers := range []int{1, 8, 32, 256} {
					b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
						commits.Store(0)
						operations.Store(0)
						measureCost(b, o, accounts, callers)
						b.ReportMetric(float64(operations.Load())/float64(commits.Load()), "ops/commit")
					})
				}
			})
		}
	})
}

func measureCost(b *testing.B, o *opened, accounts, callers int) {
	var left atomic.Int64
	left.Store(int64(b.N))
	took := make([][]time.Duration, callers)
	var group sync.WaitGroup
	before := processor(b)
	for i := range callers {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				start := time.Now()
				if err := pair(o.engine, int(turns.Add(1))%accounts); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(start))
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(processor(b)-before)/float64(b.N)/1e3, "cpu-µs/pair")
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2])/1e3, "p50-µs")
	b.ReportMetric(float64(all[len(all)*99/100])/1e3, "p99-µs")
}

// processor is the processor time that this process has used.
func processor(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
