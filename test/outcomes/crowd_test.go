package outcomes_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"stakegate/internal/devworld/echo"
	"stakegate/internal/gateway"
)

const (
	crowd      = 32
	crowdCalls = 1600
	pause      = 200 * time.Millisecond
)

// crowdFaults are modes in which a model does not claim less than it did.
var crowdFaults = []echo.Fault{
	echo.FaultNoUsage, echo.FaultAbsurdUsage, echo.FaultServerError, echo.FaultRateLimited, echo.FaultRedirect, echo.FaultStallHeaders,
	echo.FaultStallFirst, echo.FaultStall, echo.FaultDisconnectHeaders, echo.FaultDisconnectFirst, echo.FaultDisconnect, echo.FaultDisconnectUsage,
	echo.FaultDisconnectDone, echo.FaultErrorEvent, echo.FaultInvalidJSON, echo.FaultHugeLine, echo.FaultCompressed, echo.FaultEmpty,
}

// TestACrowdThatLeavesAModelThatFailsNeverPaysLessThanTheModelDid makes many
// calls at once on every route; every second client leaves somewhere, and
// one call in ten meets a mode of failure. Which ones meet is chance: the sums
// must be right, and nothing may be left.
func TestACrowdThatLeavesAModelThatFailsNeverPaysLessThanTheModelDid(t *testing.T) {
	w := startWith(t, gateway.Limits{
		Upstream: 3 * time.Second, Silence: 2 * time.Second, Drain: 2 * time.Second, Drains: crowd / 4, Answer: 1 << 20, Event: 64 << 10,
	}, func(body []byte) echo.Fault {
		if found := marker.FindSubmatch(body); found != nil {
			number, _ := strconv.Atoi(string(found[1])) // digits
			return crowdFaults[number]
		}
		return echo.FaultNone
	})
	all := kinds()
	numbers := make(chan uint64)
	var clients sync.WaitGroup
	for range crowd {
		clients.Go(func() {
			for n := range numbers {
				w.oneOfMany(rand.New(rand.NewPCG(n, 0)), all)
			}
		})
	}
	for n := range uint64(crowdCalls) {
		numbers <- n
	}
	close(numbers)
	clients.Wait()
	w.Eventually(30*time.Second, "every call has ended", func() bool { return w.running.Load() == 0 && w.history() == w.spent() })
	truth, tally := w.Truth(), w.Model.Tally()
	if spent := w.spent(); spent < truth || truth == 0 {
		t.Errorf("%s was charged for what the model did for %s", spent, truth)
	}
	if tally.Redirected != 0 || tally.Calls < crowd {
		t.Errorf("%+v", tally)
	}
	t.Logf("%d calls were billed and %d refused: the model did %s, %s was charged", tally.Calls, tally.Refused, truth, w.spent())
}

// marker is in the text of a call that shall meet a failure.
var marker = regexp.MustCompile(`hello fault-(\d+)-`)

// oneOfMany makes one call and reads a piece of its answer, or all of it.
func (w *world) oneOfMany(chance *rand.Rand, all []kind) {
	k := all[chance.IntN(len(all))]
	if chance.IntN(10) == 0 {
		k.body = strings.Replace(k.body, "hello there", fmt.Sprintf("hello fault-%d-", chance.IntN(len(crowdFaults))), 1)
	}
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	if chance.IntN(4) == 0 {
		timer := time.AfterFunc(time.Duration(chance.IntN(20))*time.Millisecond, leave)
		defer timer.Stop()
	}
	response, err := http.DefaultClient.Do(w.request(k).WithContext(ctx))
	if err != nil {
		return // it has left
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusServiceUnavailable {
		<-time.After(pause) // too many failures in a row: the model is left alone for a while
	}
	part := int64(1 << 30)
	if chance.IntN(4) == 0 {
		part = chance.Int64N(2000)
	}
	_, _ = io.CopyN(io.Discard, response.Body, part) // as much as there is
}
