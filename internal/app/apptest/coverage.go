package apptest

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"stakegate/api/apitest"
)

// coverage counts the described answers that the servers of this process gave.
var coverage struct {
	sync.Mutex
	seen   map[apitest.Answer]int
	unseen map[apitest.Answer]bool
}

// collect adds what one server's validator saw.
func collect(v *apitest.Validator) {
	coverage.Lock()
	defer coverage.Unlock()
	if coverage.seen == nil {
		coverage.seen, coverage.unseen = map[apitest.Answer]int{}, map[apitest.Answer]bool{}
	}
	for answer, times := range v.Seen() {
		coverage.seen[answer] += times
	}
	for _, answer := range v.Unseen() {
		coverage.unseen[answer] = true
	}
}

// CheckCoverage is for TestMain, after all tests of a package: it reports
// described answers that no server gave although they are not in the list of
// those that cannot be, and entries of that list that were given. It returns
// false if there is something to report. Runs of chosen tests are not judged.
func CheckCoverage(out io.Writer, cannotBe map[apitest.Answer]string) bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz", "test.bench"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	coverage.Lock()
	defer coverage.Unlock()
	var complaints []string
	for answer := range coverage.unseen {
		if coverage.seen[answer] == 0 && cannotBe[answer] == "" {
			complaints = append(complaints, fmt.Sprintf("described, but no test reached it: %s %d", answer.Operation, answer.Status))
		}
	}
	for answer := range maps.Keys(cannotBe) {
		if coverage.seen[answer] > 0 {
			complaints = append(complaints, fmt.Sprintf("said to be out of reach, but it was reached: %s %d", answer.Operation, answer.Status))
		}
	}
	slices.Sort(complaints)
	if len(complaints) > 0 {
		fmt.Fprintln(out, strings.Join(complaints, "\n"))
	}
	return len(complaints) == 0
}
