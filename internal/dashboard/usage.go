package dashboard

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// usageView is what the account used in a period.
type usageView struct {
	Days   string // of the period: "7", "30" or "90"
	Spans  []string
	DIEM   amount
	USD    amount
	ByDate series
	Models series
	Keys   series
	// Calls of models and keys, the most spent on first.
	ModelSums []modelSum
	KeySums   []keySum
}

// series is a chart, and the table that it is drawn from.
type series struct {
	Title string
	Unit  string
	Names []string
	Rows  []seriesRow
}

type seriesRow struct {
	Day    string
	Values []amount // by name
}

// Any reports whether there is anything to draw.
func (s series) Any() bool {
	return slices.ContainsFunc(s.Rows, func(row seriesRow) bool {
		return slices.ContainsFunc(row.Values, func(a amount) bool { return a > 0 })
	})
}

type modelSum struct {
	ModelName, UnitType string
	TotalUSD, TotalDIEM amount
	TotalUnits          int64
}

type keySum struct {
	APIKeyID, Description string
	TotalUSD, TotalDIEM   amount
	TotalUnits            int64
}

// Name is what people call the key.
func (k keySum) Name() string { return nameFrom(k.Description) }

// chartDay is a day of the API's charts: its time beside names and amounts.
type chartDay map[string]json.RawMessage

type reportView struct {
	ByDate []struct {
		Date      string
		USD, DIEM amount
	}
	ByModel      []modelSum
	ByModelDaily []chartDay
	TopModels    []string
	ByKey        []keySum
	ByKeyDaily   []chartDay
	TopKeyNames  []string
}

var spans = []string{"7", "30", "90"}

func (v *visit) usage() {
	days := v.r.URL.Query().Get("days")
	if !slices.Contains(spans, days) {
		days = spans[0]
	}
	var report reportView
	if err := v.get("/billing/usage-analytics?lookback="+days+"d", &report); err != nil {
		v.fail(err)
		return
	}
	view := usageView{
		Days: days, Spans: spans, ModelSums: report.ByModel, KeySums: report.ByKey,
		ByDate: series{Title: "By day", Unit: "DIEM and USD, stacked", Names: []string{"DIEM", "USD"}},
		Models: daily("By model", report.TopModels, report.ByModelDaily),
		Keys:   daily("By key", report.TopKeyNames, report.ByKeyDaily),
	}
	view.Models.of(len(report.ByModel))
	view.Keys.of(len(report.ByKey))
	for _, date := range slices.Backward(report.ByDate) {
		view.DIEM += date.DIEM
		view.USD += date.USD
		view.ByDate.Rows = append(view.ByDate.Rows, seriesRow{date.Date, []amount{date.DIEM, date.USD}})
	}
	v.show(http.StatusOK, "usage", frame{
		Title: "Usage", Active: "/usage", Scripts: []string{"uplot.js", "charts.js"}, Styles: []string{"uplot.css"}, Main: view,
	})
}

// of says that a chart has the first few of so many.
func (s *series) of(all int) {
	if all > len(s.Names) {
		s.Unit += "; the " + plural(len(s.Names), "one", "ones") + " spent most on, of " + strconv.Itoa(all)
	}
}

// daily turns one of the API's charts into a series.
func daily(title string, names []string, days []chartDay) series {
	s := series{Title: title, Unit: "DIEM and USD together, stacked", Names: names}
	for _, of := range days {
		var ms int64
		_ = json.Unmarshal(of["date"], &ms) // what is no number is 1970
		row := seriesRow{Day: time.UnixMilli(ms).UTC().Format(time.DateOnly)}
		for _, name := range names {
			var value amount
			_ = json.Unmarshal(of[name], &value) // what is no amount is 0
			row.Values = append(row.Values, value)
		}
		s.Rows = append(s.Rows, row)
	}
	s.Names = make([]string, len(names))
	for i, name := range names {
		s.Names[i] = nameFrom(name)
	}
	return s
}
