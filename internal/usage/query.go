package usage

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"stakegate/internal/money"
)

// Bounds of a page, in entries.
const (
	MinPageSize     = 10
	MaxPageSize     = 1000
	DefaultPageSize = 1000
)

// ParamError says what is wrong with one parameter of a query, in words for
// the caller.
type ParamError struct {
	Param   string
	Problem string
}

func (e *ParamError) Error() string { return e.Param + ": " + e.Problem }

// ErrCursor is the error for a cursor that was altered, has expired or
// belongs to another account. It is a *ParamError.
var ErrCursor error = &ParamError{Param: "cursor", Problem: "is not valid or has expired: start again without it"}

// Query is what a request asks for: filters, or a cursor that carries them.
type Query struct {
	Filter   Filter
	PageSize int    // 0: DefaultPageSize
	Cursor   string // "": the first page
}

// bundledCredits is a currency of Venice's that is known and never charged.
const bundledCredits money.Currency = "BUNDLED_CREDITS"

const maxCursorLength = 512

var (
	cursorPattern    = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	pageSizePattern  = regexp.MustCompile(`^[1-9][0-9]{1,3}$`)
	timestampPattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$`)
)

// filterNames are the parameters that a cursor carries.
var filterNames = []string{"currency", "startTimestamp", "endTimestamp", "pageSize", "sortOrder"}

// ParseQuery reads the parameters of a request, decoded as in url.Values. Its
// errors are *ParamError. A parameter that is unknown or given twice is an
// error: a filter that is silently ignored would show more than was asked for.
func ParseQuery(values map[string][]string) (Query, error) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name != "cursor" && !slices.Contains(filterNames, name) {
			return Query{}, &ParamError{name, "is not a parameter of this route"}
		}
		if len(values[name]) != 1 {
			return Query{}, &ParamError{name, "must be given once"}
		}
	}
	if cursor, ok := values["cursor"]; ok {
		return parseContinuation(cursor[0], values)
	}
	query := Query{PageSize: DefaultPageSize}
	for _, parse := range []func(map[string][]string, *Query) error{parseCurrency, parseTimes, parsePageSize, parseOrder} {
		if err := parse(values, &query); err != nil {
			return Query{}, err
		}
	}
	return query, nil
}

func parseContinuation(cursor string, values map[string][]string) (Query, error) {
	for _, name := range filterNames {
		if _, ok := values[name]; ok {
			return Query{}, &ParamError{name, "must not be sent with a cursor, which carries it"}
		}
	}
	if len(cursor) > maxCursorLength || !cursorPattern.MatchString(cursor) {
		return Query{}, ErrCursor
	}
	return Query{Cursor: cursor}, nil
}

func parseCurrency(values map[string][]string, query *Query) error {
	given, ok := values["currency"]
	if !ok {
		return nil
	}
	switch currency := money.Currency(given[0]); currency {
	case money.DIEM, money.USD, bundledCredits:
		query.Filter.Currency = currency
		return nil
	}
	return &ParamError{"currency", "must be USD, DIEM or BUNDLED_CREDITS"}
}

func parseOrder(values map[string][]string, query *Query) error {
	given, ok := values["sortOrder"]
	if !ok {
		return nil
	}
	query.Filter.NewestFirst = given[0] == "desc"
	if given[0] != "asc" && given[0] != "desc" {
		return &ParamError{"sortOrder", "must be asc or desc"}
	}
	return nil
}

func parseTimes(values map[string][]string, query *Query) (err error) {
	if query.Filter.Start, err = parseTime(values, "startTimestamp"); err != nil {
		return err
	}
	if query.Filter.End, err = parseTime(values, "endTimestamp"); err != nil {
		return err
	}
	start, end := query.Filter.Start, query.Filter.End
	if !start.IsZero() && !end.IsZero() && !end.After(start) {
		return &ParamError{"endTimestamp", "must be at least a millisecond later than startTimestamp"}
	}
	return nil
}

// parseTime returns the zero time for a parameter that is not there. Charges
// have their times in milliseconds, so bounds are cut to those: two windows
// that share one then meet exactly.
func parseTime(values map[string][]string, name string) (time.Time, error) {
	given, ok := values[name]
	if !ok {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, given[0])
	if err != nil || !timestampPattern.MatchString(given[0]) || at.IsZero() {
		return time.Time{}, &ParamError{name, "must be a time in UTC such as 2026-11-23T00:00:00.000Z"}
	}
	return at.Truncate(time.Millisecond), nil
}

func parsePageSize(values map[string][]string, query *Query) error {
	given, ok := values["pageSize"]
	if !ok {
		return nil
	}
	size, err := strconv.Atoi(given[0])
	if err != nil || !pageSizePattern.MatchString(given[0]) || size < MinPageSize || size > MaxPageSize {
		return &ParamError{"pageSize", "must be a whole number from 10 to 1000"}
	}
	query.PageSize = size
	return nil
}
