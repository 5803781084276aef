package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/internal/secretfile"
)

// The kinds of what a watch tells of.
const (
	WatchAllocation = "allocation"    // so much of the epoch's allocation is used or held
	WatchLimit      = "limit"         // so much of a key's own limit is spent
	WatchStake      = "stake-changed" // the stake is another
	WatchExpiry     = "key-expires"   // a key is about to expire
	WatchRefused    = "key-refused"   // the server no longer accepts a key
)

// WatchEvent is one thing that a watch tells. It holds no secret.
type WatchEvent struct {
	// ID is the same for the same thing: who is told of it twice can know.
	ID      string         `json:"id"`
	Kind    string         `json:"kind"`
	Message string         `json:"message"`
	At      time.Time      `json:"at"`
	APIBase string         `json:"apiBase"`
	Address common.Address `json:"address"`
	// Epoch is when the running epoch ends.
	Epoch string `json:"epoch"`
	// Percent is the threshold that was reached, of Limit in Currency.
	Percent  int     `json:"percent,omitempty"`
	Used     Decimal `json:"used,omitempty"`
	Limit    Decimal `json:"limit,omitempty"`
	Currency string  `json:"currency,omitempty"`
	// KeyID and Last6 are of the key that it is about.
	KeyID string `json:"keyId,omitempty"`
	Last6 string `json:"last6,omitempty"`
	// ExpiresAt is when the key ends.
	ExpiresAt string `json:"expiresAt,omitempty"`
	// Before and After are the stake, as VVV and DIEM.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Attempt counts from 1; more than 1 says that it was told before, and that
	// this failed or was cut off.
	Attempt int `json:"attempt"`
}

// WatchOptions say what a watch looks for. Zero members mean the default.
type WatchOptions struct {
	Every         time.Duration // between two looks; default 30 s
	Percent       []int         // of an allocation or limit; default 50, 80 and 100
	ExpiryWarning time.Duration // before a key's end; default 24 h
	Once          bool          // look once and end
	// Failed is told of looks that failed, and of events that were given up; nil:
	// nobody is.
	Failed func(error)
}

func (w WatchOptions) withDefaults() WatchOptions {
	if w.Every <= 0 {
		w.Every = 30 * time.Second
	}
	if len(w.Percent) == 0 {
		w.Percent = []int{50, 80, 100}
	}
	if w.ExpiryWarning <= 0 {
		w.ExpiryWarning = 24 * time.Hour
	}
	if w.Failed == nil {
		w.Failed = func(error) {}
	}
	return w
}

// maxAttempts is how often somebody is told of one event before it is given up.
const maxAttempts = 5

// WatchState is what a watch remembers. It is in watch.json, and on disk before
// anybody is told anything.
type WatchState struct {
	Version int `json:"version"`
	// Told has the ids of events that were told, with when their epoch ends;
	// Attempts those that were begun.
	Told     map[string]string `json:"told"`
	Attempts map[string]int    `json:"attempts"`
	// Stakes has each wallet's stake when it was last told.
	Stakes map[string]string `json:"stakes"`
}

const (
	watchStateVersion = 1
	maxWatchState     = 1 << 20
)

// Watch looks again and again at what Status tells, and calls tell for each
// thing that the options name: each threshold once in an epoch, each other thing
// once, also over restarts. What tell refuses is told again at the next look,
// five times at most. It ends without an error when the context does.
func Watch(ctx context.Context, o Options, w WatchOptions, tell func(context.Context, WatchEvent) error) error {
	w = w.withDefaults()
	unlock, err := secretfile.Lock(filepath.Join(o.Keys.dir, "watch.lock"))
	if errors.Is(err, secretfile.ErrLocked) {
		return ErrBusy
	}
	if err != nil {
		return err
	}
	defer unlock()
	if o.Now == nil {
		o.Now = time.Now
	}
	for {
		err := watchOnce(ctx, o, w, tell)
		switch {
		case ctx.Err() != nil:
			return nil
		case w.Once:
			return err
		case err != nil:
			w.Failed(err)
		}
		if sleep(ctx, w.Every) != nil {
			return nil
		}
	}
}

func watchOnce(ctx context.Context, o Options, w WatchOptions, tell func(context.Context, WatchEvent) error) error {
	state, err := o.Keys.watchState()
	if err != nil {
		return err
	}
	report, err := Status(ctx, o)
	if err != nil {
		return err
	}
	now := o.Now().UTC()
	events := WatchEvents(report, w, state, now)
	state.forget(now)
	for _, event := range events {
		if err := tellOne(ctx, o.Keys, w, state, event, tell); err != nil {
			return err
		}
	}
	if _, known := state.Stakes[stakeOwner(report)]; !known {
		state.Stakes[stakeOwner(report)] = stakeOf(report)
	}
	return o.Keys.putWatchState(state)
}

// tellOne tells one event and remembers that.
func tellOne(ctx context.Context, store *Store, w WatchOptions, state WatchState, event WatchEvent, tell func(context.Context, WatchEvent) error) error {
	state.Attempts[event.ID]++
	event.Attempt = state.Attempts[event.ID]
	if err := store.putWatchState(state); err != nil {
		return err
	}
	err := tell(ctx, event)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil && event.Attempt < maxAttempts:
		w.Failed(fmt.Errorf("%s: %w; it is told again at the next look", event.ID, err))
		return nil
	case err != nil:
		w.Failed(fmt.Errorf("%s: %w; it is given up", event.ID, err))
	}
	delete(state.Attempts, event.ID)
	if event.Kind == WatchStake { // it may change back, and again
		state.Stakes[event.Address.Hex()+" "+event.APIBase] = event.After
	} else {
		state.Told[event.ID] = event.Epoch
	}
	return store.putWatchState(state)
}

func stakeOwner(r Report) string { return r.Address.Hex() + " " + r.APIBase }

func stakeOf(r Report) string {
	return fmt.Sprintf("%s VVV, %s DIEM", r.Balances.Staked, r.Balances.StakedDIEM)
}

// WatchEvents decides what there is to tell: it is a pure function of a report
// and of what was told before.
func WatchEvents(report Report, w WatchOptions, state WatchState, now time.Time) []WatchEvent {
	w = w.withDefaults()
	epoch := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour).Format(time.RFC3339)
	if report.Epoch != nil {
		if ends, err := time.Parse(time.RFC3339, report.Epoch.EndsAt); err == nil {
			epoch = ends.UTC().Format(time.RFC3339)
		}
	}
	f := finder{report: report, options: w, state: state, now: now, epoch: epoch}
	f.stake()
	if report.Account != nil {
		left, allocated := report.Account.Balances.DIEM, report.Account.EpochAllocation
		f.thresholds(WatchEvent{Kind: WatchAllocation, Currency: "DIEM"}, minus(allocated, left), allocated)
	}
	for _, key := range report.Keys {
		f.key(key)
	}
	return f.events
}

// finder collects the events of one look.
type finder struct {
	report  Report
	options WatchOptions
	state   WatchState
	now     time.Time
	epoch   string
	events  []WatchEvent
}

func (f *finder) add(e WatchEvent, parts ...string) {
	e.ID = strings.Join(append([]string{f.report.Address.Hex(), f.report.APIBase, e.Kind}, parts...), " ")
	if _, told := f.state.Told[e.ID]; told {
		return
	}
	e.At, e.APIBase, e.Address, e.Epoch = f.now, f.report.APIBase, f.report.Address, f.epoch
	f.events = append(f.events, e)
}

func (f *finder) stake() {
	before, known := f.state.Stakes[stakeOwner(f.report)]
	after := stakeOf(f.report)
	if known && before != after {
		f.add(WatchEvent{Kind: WatchStake, Before: before, After: after, Message: fmt.Sprintf("the stake was %s and is %s", before, after)},
			f.epoch, before, "to", after)
	}
}

// thresholds adds those that were reached, the lowest first.
func (f *finder) thresholds(e WatchEvent, used, limit Decimal) {
	share, ok := percentOf(used, limit)
	if !ok {
		return
	}
	subject := e.Kind
	if e.KeyID != "" {
		subject = "key ..." + e.Last6
	}
	for _, percent := range slices.Sorted(slices.Values(f.options.Percent)) {
		if share.Cmp(new(big.Rat).SetInt64(int64(percent))) < 0 {
			return
		}
		e.Percent, e.Used, e.Limit = percent, used, limit
		e.Message = fmt.Sprintf("%s: %s of %s %s used or held, %d %% reached", subject, used, limit, e.Currency, percent)
		f.add(e, f.epoch, e.KeyID, e.Currency, fmt.Sprint(percent))
	}
}

func (f *finder) key(key KeyReport) {
	event := WatchEvent{KeyID: key.ID, Last6: key.Last6}
	if !key.Works && key.Problem == "" {
		event.Kind, event.Message = WatchRefused, fmt.Sprintf("the server does not accept the key ...%s any more", key.Last6)
		f.add(event, key.ID, key.Last6)
		return
	}
	expires := key.ExpiresAt
	if key.Info != nil {
		expires = key.Info.ExpiresAt
		if used := key.Info.PeriodUsage; used != nil {
			for currency, pair := range map[string][2]*Decimal{"DIEM": {&used.DIEM, key.Info.Limits.DIEM}, "USD": {&used.USD, key.Info.Limits.USD}} {
				if pair[1] != nil {
					limited := event
					limited.Kind, limited.Currency = WatchLimit, currency
					f.thresholds(limited, *pair[0], *pair[1])
				}
			}
		}
	}
	ends, err := time.Parse(time.RFC3339, expires)
	if err == nil && f.now.After(ends.Add(-f.options.ExpiryWarning)) {
		event.Kind, event.ExpiresAt = WatchExpiry, expires
		event.Message = fmt.Sprintf("the key ...%s expires at %s", key.Last6, expires)
		f.add(event, key.ID, expires)
	}
}

// percentOf is used as a percentage of limit; false where that means nothing.
func percentOf(used, limit Decimal) (*big.Rat, bool) {
	a, okUsed := new(big.Rat).SetString(string(used))
	b, okLimit := new(big.Rat).SetString(string(limit))
	if !okUsed || !okLimit || b.Sign() <= 0 {
		return nil, false
	}
	return a.Quo(a.Mul(a, big.NewRat(100, 1)), b), true
}

// minus is a - b, "" if either is not known.
func minus(a, b Decimal) Decimal {
	x, okA := new(big.Rat).SetString(string(a))
	y, okB := new(big.Rat).SetString(string(b))
	if !okA || !okB {
		return ""
	}
	text := x.Sub(x, y).FloatString(9)
	return Decimal(strings.TrimSuffix(strings.TrimRight(text, "0"), "."))
}

// forget drops what was told of epochs that ended more than a day ago. What is
// of no epoch is kept as long: it is not told again, because it is over by then
// or the same.
func (s WatchState) forget(now time.Time) {
	for id, epoch := range s.Told {
		ends, err := time.Parse(time.RFC3339, epoch)
		perEpoch := strings.Contains(id, " "+WatchAllocation+" ") || strings.Contains(id, " "+WatchLimit+" ")
		age := 24 * time.Hour
		if !perEpoch {
			age = 400 * 24 * time.Hour
		}
		if err != nil || now.After(ends.Add(age)) {
			delete(s.Told, id)
			delete(s.Attempts, id)
		}
	}
}

func (s *Store) watchPath() string { return filepath.Join(s.dir, "watch.json") }

func (s *Store) watchState() (WatchState, error) {
	state := WatchState{Version: watchStateVersion}
	data, err := secretfile.Read(s.watchPath(), maxWatchState)
	if err == nil && (json.Unmarshal(data, &state) != nil || state.Version != watchStateVersion) {
		return state, fmt.Errorf("%s is not a watch's memory of this version: move it away to start a new one", s.watchPath())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return state, err
	}
	for _, table := range []*map[string]string{&state.Told, &state.Stakes} {
		if *table == nil {
			*table = map[string]string{}
		}
	}
	if state.Attempts == nil {
		state.Attempts = map[string]int{}
	}
	return state, nil
}

func (s *Store) putWatchState(state WatchState) error {
	data, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return errors.New("the watch's memory does not encode")
	}
	return secretfile.Replace(s.watchPath(), append(data, '\n'))
}
