package dashboard

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"stakegate/internal/money"
)

const (
	historyPage  = 50   // entries of a page
	csvPage      = 1000 // entries that are asked for at once
	maxCSVPages  = 200  // of a file
	csvWriteTime = 30 * time.Second
)

// historyView is a page of what was charged.
type historyView struct {
	Currency, From, To string
	Entries            []entryView
	Next               string // the next page's cursor
	Later              bool   // this is not the first page
	Wrong              string
	CSV                string // where the same is as a file
}

type entryView struct {
	Timestamp        moment
	Currency         string
	Amount           amount
	PricePerUnitUSD  amount
	SKU              string
	Units            amount
	Notes            string
	InferenceDetails struct {
		RequestID              string
		PromptTokens           *int64
		CompletionTokens       *int64
		InferenceExecutionTime *int64
	}
}

// countings are how people count what the API sells, by the end of its name.
// What is sold by the million is counted one by one.
var countings = []struct {
	end, unit string
	millions  bool
}{
	{"-mtoken", "tokens", true}, {"-mcharacter", "characters", true}, {"-second", "seconds", false}, {"-image-unit", "images", false},
}

// Count is how much was used.
func (e entryView) Count() string {
	for _, c := range countings {
		switch {
		case !strings.HasSuffix(e.SKU, c.end):
		case c.millions:
			return grouped(strconv.FormatInt(int64(e.Units)/(int64(money.Unit)/1_000_000), 10)) + " " + c.unit
		default:
			return e.Units.Short() + " " + c.unit
		}
	}
	return e.Units.Short()
}

// Price is what one of them, or a million, cost.
func (e entryView) Price() string {
	for _, c := range countings {
		if strings.HasSuffix(e.SKU, c.end) && c.millions {
			return "$" + e.PricePerUnitUSD.Short() + " / 1M"
		}
	}
	return "$" + e.PricePerUnitUSD.Short()
}

// Cost is what was taken.
func (e entryView) Cost() amount { return -e.Amount }

// filter is the API's query for what the form says; days are whole days in UTC.
func (h *historyView) filter() url.Values {
	query := url.Values{}
	if h.Currency != "" {
		query.Set("currency", h.Currency)
	}
	if from, err := time.Parse(time.DateOnly, h.From); err == nil {
		query.Set("startTimestamp", from.Format("2006-01-02T15:04:05Z"))
	}
	if to, err := time.Parse(time.DateOnly, h.To); err == nil {
		query.Set("endTimestamp", to.AddDate(0, 0, 1).Format("2006-01-02T15:04:05Z"))
	}
	return query
}

func historyOf(query url.Values) historyView {
	view := historyView{Currency: query.Get("currency"), From: query.Get("from"), To: query.Get("to")}
	view.CSV = "/history.csv?" + url.Values{"currency": {view.Currency}, "from": {view.From}, "to": {view.To}}.Encode()
	return view
}

func (v *visit) history() {
	asked := v.r.URL.Query()
	view := historyOf(asked)
	if view.From != "" && view.To != "" && view.To < view.From {
		view.Wrong = "The last day is before the first one."
		v.show(http.StatusBadRequest, "history", frame{Title: "History", Active: "/history", Main: view})
		return
	}
	query := view.filter()
	query.Set("pageSize", strconv.Itoa(historyPage))
	query.Set("sortOrder", "desc")
	if cursor := asked.Get("cursor"); cursor != "" {
		query, view.Later = url.Values{"cursor": {cursor}}, true
	}
	var page struct {
		Data       []entryView
		NextCursor string
	}
	status := http.StatusOK
	if err := v.get("/billing/usage-history?"+query.Encode(), &page); err != nil {
		refused := v.d.explain(v.r, err)
		if refused.Status != http.StatusBadRequest {
			v.fail(err)
			return
		}
		status, view.Wrong = refused.Status, refused.summary()
		if refused.fields()["cursor"] != "" {
			view.Wrong = "This link is not good any more: press Filter to begin at the newest."
		}
	}
	view.Entries, view.Next = page.Data, page.NextCursor
	v.show(status, "history", frame{Title: "History", Active: "/history", Main: view})
}

// historyCSV is the API's CSV, all pages as one file.
func (v *visit) historyCSV() {
	view := historyOf(v.r.URL.Query())
	query := view.filter()
	query.Set("pageSize", strconv.Itoa(csvPage))
	control := http.NewResponseController(v.w)
	for page := range maxCSVPages {
		a, err := v.call(http.MethodGet, "/billing/usage-history?"+query.Encode(), nil, http.Header{"Accept": {"text/csv"}})
		if err != nil && page == 0 {
			v.fail(err)
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler) // the file has begun: only cutting it tells the truth
		}
		text := a.body.Bytes()
		if page == 0 {
			v.w.Header().Set("Content-Type", a.header.Get("Content-Type"))
			v.w.Header().Set("Content-Disposition", a.header.Get("Content-Disposition"))
		} else {
			_, text, _ = bytes.Cut(text, []byte("\n")) // the columns' names
		}
		_ = control.SetWriteDeadline(time.Now().Add(csvWriteTime)) // a writer without deadlines has no slow client
		if _, err := v.w.Write(text); err != nil {
			return // the client has gone
		}
		next := a.header.Get("X-Next-Cursor")
		if next == "" {
			return
		}
		query = url.Values{"cursor": {next}}
	}
	panic(http.ErrAbortHandler) // too long for one file: a part must not look like the whole
}

// Page is the link to a page with the same filters; "" is the first one's cursor.
func (h historyView) Page(cursor string) string {
	query := url.Values{"currency": {h.Currency}, "from": {h.From}, "to": {h.To}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	return "/history?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}
