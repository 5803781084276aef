package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"stakegate/agent"
)

// reportOf is a report with so much left of an allocation of 1 DIEM.
func reportOf(t *testing.T, left string, keys ...agent.KeyReport) agent.Report {
	t.Helper()
	var account agent.Balance
	if err := json.Unmarshal([]byte(`{"canConsume":true,"balances":{"diem":`+left+`,"usd":null},"diemEpochAllocation":1}`), &account); err != nil {
		t.Fatal(err)
	}
	return agent.Report{APIBase: guardBase, Balances: &agent.Balances{Staked: agent.MustAmount("10")}, Account: &account, Keys: keys,
		Epoch: &agent.EpochReport{EndsAt: "2026-11-24T00:00:00.000Z"}}
}

func limitedKey(used, limit agent.Decimal) agent.KeyReport {
	key := agent.KeyReport{StoredKey: agent.StoredKey{ID: "k1", Last6: "abcdef"}, Works: true}
	key.Info = &agent.KeyInfo{Limits: agent.KeyLimits{DIEM: &limit}, PeriodUsage: &agent.KeyUsage{DIEM: used, USD: "0"}}
	return key
}

func TestAWatchTellsWhatItsOptionsName(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	expiring := agent.KeyReport{StoredKey: agent.StoredKey{ID: "k1", Last6: "abcdef", ExpiresAt: "2026-11-24T10:00:00.000Z"}, Works: true}
	later := expiring
	later.ExpiresAt = "2026-11-24T13:00:00.000Z"
	refused, unknown := expiring, expiring
	refused.Works, unknown.Works, unknown.Problem, unknown.ExpiresAt = false, false, "no answer", ""
	for name, c := range map[string]struct {
		report agent.Report
		want   []string
	}{
		"nothing used":        {reportOf(t, "1"), nil},
		"just below half":     {reportOf(t, "0.500000001"), nil},
		"half":                {reportOf(t, "0.5"), []string{"allocation 50"}},
		"all at once":         {reportOf(t, "0"), []string{"allocation 50", "allocation 80", "allocation 100"}},
		"more than all":       {reportOf(t, "-0.25"), []string{"allocation 50", "allocation 80", "allocation 100"}},
		"no balance":          {reportOf(t, "null"), nil},
		"a key's limit":       {reportOf(t, "1", limitedKey("0.8", "1")), []string{"limit 50", "limit 80"}},
		"a limit of 0":        {reportOf(t, "1", limitedKey("0", "0")), nil},
		"a key that expires":  {reportOf(t, "1", expiring), []string{"key-expires 0"}},
		"a key that does not": {reportOf(t, "1", later), nil},
		"a refused key":       {reportOf(t, "1", refused), []string{"key-refused 0"}},
		"a silent server":     {reportOf(t, "1", unknown), nil},
	} {
		var got []string
		for _, event := range agent.WatchEvents(c.report, agent.WatchOptions{}, agent.WatchState{}, now) {
			got = append(got, fmt.Sprintf("%s %d", event.Kind, event.Percent))
			if event.ID == "" || event.Message == "" || event.Epoch != "2026-11-24T00:00:00Z" || !event.At.Equal(now) {
				t.Errorf("%s: got %+v", name, event)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// left sets what the fake server says is left of an allocation of 1 DIEM.
func (a *fakeAPI) left(diem string) {
	a.setFault(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/v1/billing/balance" {
			return false
		}
		io.WriteString(w, `{"canConsume":true,"consumptionCurrency":"DIEM","balances":{"diem":`+diem+`,"usd":null},"diemEpochAllocation":1}`)
		return true
	})
}

func TestEachThresholdIsToldOnceInAnEpochAlsoOverRestarts(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	mustUp(t, o)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	o.Now = func() time.Time { return now }
	var told []string
	refuse := false
	look := func() error {
		return agent.Watch(t.Context(), o, agent.WatchOptions{Once: true}, func(_ context.Context, e agent.WatchEvent) error {
			if refuse {
				return errors.New("busy")
			}
			told = append(told, fmt.Sprintf("%s %d", e.Kind, e.Percent))
			if e.Attempt == 2 {
				told = append(told, "again")
			}
			return nil
		})
	}
	expect := func(want ...string) {
		t.Helper()
		if err := look(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(told, want) {
			t.Errorf("got %q, want %q", told, want)
		}
		told = nil
	}
	api.left("0.4")
	expect("allocation 50")
	expect()
	api.left("0.2")
	expect("allocation 80")
	api.left("0.9")
	expect()
	now = now.AddDate(0, 0, 1)
	api.left("0.5")
	refuse = true
	expect()
	refuse = false
	expect("allocation 50", "again")
	expect()
	// A command that always fails is not run for ever.
	api.left("0.1")
	refuse = true
	for range 5 {
		expect()
	}
	refuse = false
	expect()
	o.Target.Stake = agent.MustAmount("11")
	mustUp(t, o)
	refuse = true
	expect()
	refuse = false
	expect("stake-changed 0", "again")
	expect()
	info, err := os.Stat(filepath.Join(filepath.Dir(o.Keys.Path()), "watch.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
}

func TestAWatchEndsWithItsContextAndKeepsOthersAway(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	mustUp(t, o)
	api.left("0")
	ctx, stop := context.WithCancel(t.Context())
	told, ended := make(chan agent.WatchEvent, 10), make(chan error, 1)
	go func() {
		ended <- agent.Watch(ctx, o, agent.WatchOptions{Every: time.Millisecond}, func(_ context.Context, e agent.WatchEvent) error {
			told <- e
			return nil
		})
	}()
	for _, percent := range []int{50, 80, 100} {
		if e := <-told; e.Percent != percent || e.Used != "1" || e.Limit != "1" {
			t.Errorf("got %+v, want %d %%", e, percent)
		}
	}
	if err := agent.Watch(t.Context(), o, agent.WatchOptions{Once: true}, nil); !errors.Is(err, agent.ErrBusy) {
		t.Errorf("a second watch: got %v, want ErrBusy", err)
	}
	stop()
	if err := <-ended; err != nil || len(told) != 0 {
		t.Errorf("got %v and %d events more", err, len(told))
	}
}
