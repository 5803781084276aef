package agent

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Balance returns what the account can spend now.
func (c *Client) Balance(ctx context.Context) (Balance, error) {
	var answer Balance
	err := c.call(ctx, exchange{method: http.MethodGet, path: "/billing/balance", answer: &answer})
	return answer, err
}

// Allocation tells what this epoch's allocation comes from; it needs an ADMIN
// key. Stakegate only.
func (c *Client) Allocation(ctx context.Context) (Allocation, error) {
	var answer Allocation
	err := c.call(ctx, exchange{method: http.MethodGet, path: "/billing/allocation", answer: &answer})
	return answer, err
}

// UsageQuery chooses charges. Zero members choose all.
type UsageQuery struct {
	Currency string    // DIEM, USD or BUNDLED_CREDITS
	From     time.Time // inclusive
	To       time.Time // exclusive
	PageSize int       // 10 to 1000
}

func (q UsageQuery) values() url.Values {
	values := url.Values{}
	set := func(name, text string, given bool) {
		if given {
			values.Set(name, text)
		}
	}
	set("currency", q.Currency, q.Currency != "")
	set("startTimestamp", q.From.UTC().Format(time.RFC3339Nano), !q.From.IsZero())
	set("endTimestamp", q.To.UTC().Format(time.RFC3339Nano), !q.To.IsZero())
	set("pageSize", strconv.Itoa(q.PageSize), q.PageSize > 0)
	return values
}

const usagePath = "/billing/usage-history"

// UsagePage returns one page of the account's charges in ascending time, and
// the cursor of the next page, "" on the last; it needs an ADMIN key. A cursor
// carries the query that it began with.
func (c *Client) UsagePage(ctx context.Context, query UsageQuery, cursor string) ([]UsageEntry, string, error) {
	var answer struct {
		Data       []UsageEntry `json:"data"`
		NextCursor string       `json:"nextCursor"`
	}
	err := c.call(ctx, exchange{method: http.MethodGet, path: usagePage(query, cursor), answer: &answer})
	return answer.Data, answer.NextCursor, err
}

func usagePage(query UsageQuery, cursor string) string {
	if cursor != "" {
		return withQuery(usagePath, url.Values{"cursor": {cursor}})
	}
	return withQuery(usagePath, query.values())
}

// errCursor ends a walk whose server answers with the cursor that it was asked
// for: it would never end.
var errCursor = errors.New("the server's next page is the same one: the walk ends here")

// Usage walks through all charges of the query, page by page. An error ends
// the walk and is its last pair.
func (c *Client) Usage(ctx context.Context, query UsageQuery) iter.Seq2[UsageEntry, error] {
	return func(yield func(UsageEntry, error) bool) {
		cursor := ""
		for {
			entries, next, err := c.UsagePage(ctx, query, cursor)
			if err == nil && next != "" && next == cursor {
				err = errCursor
			}
			if err != nil {
				yield(UsageEntry{}, err)
				return
			}
			for _, entry := range entries {
				if !yield(entry, nil) {
					return
				}
			}
			if cursor = next; cursor == "" {
				return
			}
		}
	}
}

// UsageCSV writes all charges of the query as one CSV file with one header
// line; it needs an ADMIN key.
func (c *Client) UsageCSV(ctx context.Context, query UsageQuery, w io.Writer) error {
	cursor := ""
	for page := 0; ; page++ {
		var answer document
		err := c.call(ctx, exchange{method: http.MethodGet, path: usagePage(query, cursor), accept: "text/csv", answer: &answer})
		if err != nil {
			return err
		}
		body := answer.body
		if page > 0 {
			_, body, _ = bytes.Cut(body, []byte("\n"))
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
		next := answer.header.Get("X-Next-Cursor")
		switch next {
		case "":
			return nil
		case cursor:
			return errCursor
		}
		cursor = next
	}
}

// UsageAnalytics sums the last days up, today included, by day, model and key;
// at most 90, 0 for the server's choice. It needs an ADMIN key.
func (c *Client) UsageAnalytics(ctx context.Context, days int) (UsageAnalytics, error) {
	query := url.Values{}
	if days > 0 {
		query.Set("lookback", strconv.Itoa(days)+"d")
	}
	var answer UsageAnalytics
	err := c.call(ctx, exchange{method: http.MethodGet, path: withQuery("/billing/usage-analytics", query), answer: &answer})
	return answer, err
}

// UsageAnalyticsBetween is UsageAnalytics of the UTC days of two times, both
// included.
func (c *Client) UsageAnalyticsBetween(ctx context.Context, from, to time.Time) (UsageAnalytics, error) {
	query := url.Values{"startDate": {from.UTC().Format(time.DateOnly)}, "endDate": {to.UTC().Format(time.DateOnly)}}
	var answer UsageAnalytics
	err := c.call(ctx, exchange{method: http.MethodGet, path: withQuery("/billing/usage-analytics", query), answer: &answer})
	return answer, err
}
