package dashboard

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
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
func (k keySum) Name() string {
	if k.Description == "" {
		return "Unnamed key"
	}
	return k.Description
}

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
		ByDate: series{Title: "By day", Unit: "", Names: []string{"DIEM", "USD"}},
		Models: daily("By model", report.TopModels, report.ByModelDaily),
		Keys:   daily("By key", report.TopKeyNames, report.ByKeyDaily),
	}
	for _, date := range slices.Backward(report.ByDate) {
		view.DIEM += date.DIEM
		view.USD += date.USD
		view.ByDate.Rows = append(view.ByDate.Rows, seriesRow{date.Date, []amount{date.DIEM, date.USD}})
	}
	v.show(http.StatusOK, "usage", frame{
		Title: "Usage", Active: "/usage", Scripts: []string{"uplot.js", "charts.js"}, Styles: []string{"uplot.css"}, Main: view,
	})
}

// daily turns one of the API's charts into a series.
func daily(title string, names []string, days []chartDay) series {
	s := series{Title: title, Unit: "DIEM and USD together", Names: names}
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
	return s
}

// activityView is what was refused, and what happened to keys.
type activityView struct {
	Denials []denialView
	Audit   []auditView
	Next    *int64 // of the page of the audit trail that comes after
	Later   bool   // this is not its first page
}

type denialView struct {
	APIKeyID, ModelID, RateLimitTier, RateLimitType string
	Timestamp                                       moment

	Key string // what people call it
}

// What says which limit refused the call.
func (d denialView) What() string {
	switch d.RateLimitType {
	case "RPM":
		return "requests a minute"
	case "RPD":
		return "requests a day"
	case "TPM":
		return "tokens a minute"
	}
	return strings.ToLower(strings.ReplaceAll(d.RateLimitType, "_", " "))
}

type auditView struct {
	Number    int64
	Event     string
	APIKeyID  *string
	Timestamp moment
	Details   struct {
		By                 actorView
		Last6Chars         string
		ReplacedLast6Chars string
		ReplacedUntil      moment
		Settings           map[string]json.RawMessage
		Changes            []struct {
			Member   string
			From, To json.RawMessage
		}
	}

	Key string // what people call it
	By  string
}

type actorView struct{ Type, APIKeyID, Proof string }

// What is the event in words.
func (a auditView) What() string {
	words := map[string]string{
		"key.created": "Key created", "key.changed": "Key changed", "key.rotated": "Key rotated", "key.secret_ended": "Secret ended",
		"key.revoked": "Key revoked", "account.credited": "Account credited", "account.frozen": "Account frozen",
		"account.blocked": "Account blocked", "account.unblocked": "Account unblocked",
	}
	if text := words[a.Event]; text != "" {
		return text
	}
	return a.Event
}

func (v *visit) activity() {
	var view activityView
	var denials struct{ Data []denialView }
	var audit struct {
		Data       []auditView
		NextBefore *int64
	}
	path := "/api_keys/audit?limit=30"
	if before := v.r.URL.Query().Get("before"); before != "" {
		path, view.Later = path+"&before="+before, true
		if !numberPattern.MatchString(before) {
			path = "/api_keys/audit"
		}
	}
	keys, err := v.keys()
	if err == nil {
		err = v.get("/api_keys/rate_limits/log", &denials)
	}
	if err == nil {
		err = v.get(path, &audit)
	}
	if err != nil {
		v.fail(err)
		return
	}
	names := map[string]string{}
	for i := range keys {
		names[keys[i].ID] = keys[i].Name() + " " + ending(keys[i].Last6Chars)
	}
	for i := range denials.Data {
		denials.Data[i].Key = nameOf(names, denials.Data[i].APIKeyID, "")
	}
	for i := range audit.Data {
		audit.Data[i].name(names)
	}
	view.Denials, view.Audit, view.Next = denials.Data, audit.Data, audit.NextBefore
	v.show(http.StatusOK, "activity", frame{Title: "Activity", Active: "/activity", Main: view})
}

// ending is the end of a secret, which is not broken in two.
func ending(last6 string) string { return "…\u2060" + last6 }

// nameOf is what people call a key, or what is left of one that is gone.
func nameOf(names map[string]string, id, last6 string) string {
	switch {
	case names[id] != "":
		return names[id]
	case last6 != "":
		return ending(last6)
	case id != "":
		return "a key that is gone"
	}
	return ""
}

func (a *auditView) name(names map[string]string) {
	if a.APIKeyID != nil {
		a.Key = nameOf(names, *a.APIKeyID, a.Details.Last6Chars)
	}
	switch by := a.Details.By; by.Type {
	case "wallet":
		a.By = "your wallet"
		if by.Proof == "session" {
			a.By = "you, on this page"
		}
	case "api_key":
		a.By = "key " + nameOf(names, by.APIKeyID, "")
	case "leak_report":
		a.By = "a leak report"
	case "operator":
		a.By = "the operator"
	}
}
