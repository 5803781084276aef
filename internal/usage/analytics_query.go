package usage

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of what analytics look back on, in days.
const (
	DefaultLookback = 7
	MaxLookback     = 90
	// MaxPeriod is how long a period between two dates may be.
	MaxPeriod = 366
)

// Period is a run of UTC days.
type Period struct {
	// Label is the period as it was asked for: "7d" or
	// "2026-11-01:2026-11-23".
	Label string
	// First and Last are midnights; both days belong to the period.
	First, Last time.Time
}

// bounds are the instants that the period lies between: the first belongs to
// it, the second does not.
func (p Period) bounds() (start, end time.Time) { return p.First, p.Last.AddDate(0, 0, 1) }

const dateFormat = "2006-01-02"

var (
	lookbackPattern = regexp.MustCompile(`^[1-9][0-9]{0,3}d$`)
	datePattern     = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
)

// ParsePeriod reads the parameters of a request for analytics, decoded as in
// url.Values: lookback, which counts today, or startDate and endDate, which
// both belong to the period. Its errors are *ParamError.
func ParsePeriod(values map[string][]string, now time.Time) (Period, error) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains([]string{"lookback", "startDate", "endDate"}, name) {
			return Period{}, &ParamError{name, "is not a parameter of this route"}
		}
		if len(values[name]) != 1 {
			return Period{}, &ParamError{name, "must be given once"}
		}
	}
	start, hasStart := values["startDate"]
	end, hasEnd := values["endDate"]
	lookback, hasLookback := values["lookback"]
	switch {
	case hasStart && !hasEnd:
		return Period{}, &ParamError{"endDate", "must be given with startDate"}
	case hasEnd && !hasStart:
		return Period{}, &ParamError{"startDate", "must be given with endDate"}
	case hasStart && hasLookback:
		return Period{}, &ParamError{"lookback", "must not be given beside startDate and endDate"}
	case hasStart:
		return parseDates(start[0], end[0])
	case hasLookback:
		return parseLookback(lookback[0], now)
	}
	return parseLookback(strconv.Itoa(DefaultLookback)+"d", now)
}

func parseLookback(text string, now time.Time) (Period, error) {
	days, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
	if err != nil || !lookbackPattern.MatchString(text) || days > MaxLookback {
		return Period{}, &ParamError{"lookback", "must be a number of days from 1d to 90d"}
	}
	today := now.UTC().Truncate(24 * time.Hour)
	return Period{Label: text, First: today.AddDate(0, 0, 1-days), Last: today}, nil
}

func parseDates(start, end string) (period Period, err error) {
	period.Label = start + ":" + end
	if period.First, err = parseDate("startDate", start); err != nil {
		return Period{}, err
	}
	if period.Last, err = parseDate("endDate", end); err != nil {
		return Period{}, err
	}
	switch {
	case period.Last.Before(period.First):
		return Period{}, &ParamError{"endDate", "must not be before startDate"}
	case !period.Last.Before(period.First.AddDate(0, 0, MaxPeriod)):
		return Period{}, &ParamError{"endDate", "must be within " + strconv.Itoa(MaxPeriod) + " days of startDate"}
	}
	return period, nil
}

func parseDate(name, text string) (time.Time, error) {
	day, err := time.Parse(dateFormat, text)
	if err != nil || !datePattern.MatchString(text) {
		return time.Time{}, &ParamError{name, "must be a date such as 2026-11-23"}
	}
	return day, nil
}
