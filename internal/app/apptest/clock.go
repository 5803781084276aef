package apptest

import (
	"sync/atomic"
	"time"
)

// Clock goes at the wall's pace from an instant that is always the same time
// of day and of the month, so that no test meets the edge of a window by
// chance. It only moves forward, and is ahead of the wall: deadlines that are
// made from it never lie in the past.
type Clock struct{ offset atomic.Int64 }

// NewClock starts on the 10th of a month at 10:00 UTC.
func NewClock() *Clock {
	now := time.Now()
	start := time.Date(now.UTC().Year(), now.UTC().Month()+2, 10, 10, 0, 0, 0, time.UTC)
	c := &Clock{}
	c.offset.Store(int64(start.Sub(now)))
	return c
}

// Now is the clock's time.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) { c.offset.Add(int64(d)) }

// NextDay moves the clock to a minute after the next midnight in UTC.
func (c *Clock) NextDay() {
	now := c.Now().UTC()
	c.Advance(now.Truncate(24 * time.Hour).Add(24*time.Hour + time.Minute).Sub(now))
}
