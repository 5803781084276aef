package ledger_test

import (
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
)

// BenchmarkLine measures the processor's time of a durable hold with its
// settlement, from 32 callers: of a key without anything above it, and of sub-keys
// at a depth, plain and with a limit and a cap on calls in flight for each key of
// the line.
func BenchmarkLine(b *testing.B) {
	onBoth(b, func(b *testing.B, newURL func() string) {
		o := open(b, newURL(), 1)
		for _, depth := range []int{0, 1, 4} {
			for _, narrow := range []bool{false, true} {
				o.line(b, depth, narrow)
				b.Run(fmt.Sprintf("depth=%d/narrow=%t", depth, narrow), func(b *testing.B) {
					before := processorTime(b)
					var group sync.WaitGroup
					for caller := range 32 {
						group.Go(func() {
							for i := caller; i < b.N; i += 32 {
								if err := pair(o.engine, lineKey(depth, narrow, depth)); err != nil {
									b.Error(err)
									return
								}
							}
						})
					}
					group.Wait()
					b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/1000/float64(b.N), "cpu-µs/pair")
				})
			}
		}
	})
}

// lineKey numbers a key of a line, by how many are above it.
func lineKey(depth int, narrow bool, above int) int {
	number := 1000 + 100*depth + above
	if narrow {
		number += 50
	}
	return number
}

// line makes a key with so many above it, on the first account.
func (o *opened) line(b *testing.B, depth int, narrow bool) {
	parent := ""
	for above := range depth + 1 {
		number := lineKey(depth, narrow, above)
		spec := apikey.Spec{Type: apikey.Inference, Period: apikey.Epoch, Privacy: apikey.PrivacyAll}
		if narrow {
			limit, err := apikey.ParseLimit("1000000000")
			if err != nil {
				b.Fatal(err)
			}
			spec.Limits.DIEM, spec.Scope.MaxInFlight = &limit, 1000
		}
		err := o.store.InsertKey(b.Context(), issuer.Insertion{
			Key:  apikey.Key{ID: fmt.Sprint("k", number), AccountID: benchAccount(0), Last6: "abcdef", CreatedAt: time.Now(), Spec: spec},
			Hash: benchHash(number), MaxActive: 1000, MaxPerMinute: 1000, ParentID: parent, MaxDepth: 4,
		})
		if err != nil {
			b.Fatal(err)
		}
		parent = fmt.Sprint("k", number)
	}
}

// processorTime is what this process has used. PostgreSQL's own is not in it.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
