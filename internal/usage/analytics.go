package usage

import (
	"context"
	"errors"
	"time"

	"stakegate/internal/money"
)

// AnalyticsSource reads what analytics sum up.
type AnalyticsSource interface {
	// EachCharge calls visit for every charge of the account whose time is not
	// before start and before end, in any order, until visit returns an error,
	// which it returns. The charge's Lines may be used until visit returns.
	EachCharge(ctx context.Context, accountID string, start, end time.Time, visit func(Charge) error) error
	// KeyLabels returns what the account's keys are called, by id, those that
	// were revoked too.
	KeyLabels(ctx context.Context, accountID string) (map[string]KeyLabel, error)
}

// KeyLabel is how people know a key.
type KeyLabel struct{ Description, Last6 string }

// Analytics sums accounts' usage up.
type Analytics struct {
	source    AnalyticsSource
	modelName func(id string) string
	turns     *turns
}

// ErrTooMuch is returned when a period has too much usage to be summed up in
// time.
var ErrTooMuch = errors.New("usage: the period has too much usage to be summed up in time: ask for a shorter one")

// analyticsTime is how long summing up may take, with waiting for a turn.
const analyticsTime = 20 * time.Second

// NewAnalytics returns the analytics over a source. modelName returns a
// model's name for people, and the id itself for a model that is not known.
func NewAnalytics(source AnalyticsSource, modelName func(id string) string) *Analytics {
	return &Analytics{source: source, modelName: modelName, turns: newTurns()}
}

// Report sums up what an account used in a period: exactly, and as it is now.
// Days after the present one are left out. It returns ErrTooMuch and the
// source's errors.
func (a *Analytics) Report(ctx context.Context, accountID string, period Period, now time.Time) (Report, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, analyticsTime, ErrTooMuch)
	defer cancel()
	report, err := a.report(ctx, accountID, period, now)
	if err != nil && errors.Is(context.Cause(ctx), ErrTooMuch) {
		return Report{}, ErrTooMuch
	}
	return report, err
}

func (a *Analytics) report(ctx context.Context, accountID string, period Period, now time.Time) (Report, error) {
	done, err := a.turns.take(ctx, accountID)
	if err != nil {
		return Report{}, err
	}
	defer done()
	sums := tally{}
	start, end := period.bounds()
	err = a.source.EachCharge(ctx, accountID, start, end, func(c Charge) error {
		sums.add(c)
		return ctx.Err()
	})
	if err != nil {
		return Report{}, err
	}
	labels, err := a.source.KeyLabels(ctx, accountID)
	if err != nil {
		return Report{}, err
	}
	return sums.report(period, now, a.modelName, labels), nil
}

// cell is one part of the sums: what a key used of an item of a model on a
// day.
type cell struct {
	day                       int64 // since the Unix epoch
	key, model, kind, itemKey string
}

// sum is what was charged, and how much of something was used for it.
type sum struct {
	diem, usd money.Nano
	units     int64
}

// spend is both currencies together, DIEM at par.
func (s sum) spend() money.Nano { return s.diem.Add(s.usd) }

func (s sum) plus(other sum) sum {
	return sum{s.diem.Add(other.diem), s.usd.Add(other.usd), int64(money.Nano(s.units).Add(money.Nano(other.units)))}
}

// tally adds charges up.
type tally map[cell]sum

func (t tally) add(c Charge) {
	day := c.At.Unix() / int64(24*time.Hour/time.Second)
	for _, p := range c.parts() {
		at := cell{day: day, key: c.KeyID, model: c.ModelID, kind: c.ModelType, itemKey: p.item}
		added := sum{units: p.quantity}
		if p.currency == money.USD {
			added.usd = p.amount
		} else {
			added.diem = p.amount
		}
		t[at] = t[at].plus(added)
	}
}
