package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed templates
var templateFiles embed.FS

// frame is what every page has around its own content.
type frame struct {
	Title string
	// Active is the path of the menu's entry that the page belongs to.
	Active string
	// Address is the wallet that has signed in, "" for nobody.
	Address string
	Menu    []menuItem
	// Scripts and Styles are the assets that the page needs beside app's.
	Scripts, Styles []string
	Main            any
	// Apart says that the page is not on the API's own address.
	Apart bool
}

type menuItem struct{ Path, Name string }

var accountMenu = []menuItem{{"/", "Overview"}, {"/usage", "Usage"}, {"/history", "History"}, {"/activity", "Activity"}}

// parse reads the templates: one for each page, in the same frame.
func (d *Dashboard) parse() (map[string]*template.Template, error) {
	shared, err := template.New("").Funcs(template.FuncMap{
		"link": d.link, "asset": func(name string) string { return d.link(assetPath(name)) },
		"short": short, "tokens": tokens, "utc": utc, "clock": clock, "iso": iso, "day": day, "until": d.until, "join": strings.Join,
		"now": d.config.Now, "plural": plural, "whole": func(n int64) string { return grouped(strconv.FormatInt(n, 10)) }, "dict": dict, "expiries": func() []expiry { return expiries },
	}).ParseFS(templateFiles, "templates/frame.html", "templates/parts.html")
	if err != nil {
		return nil, fmt.Errorf("the account page's templates: %w", err)
	}
	entries, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, entry := range entries {
		page, err := shared.Clone()
		if err == nil {
			page, err = page.ParseFS(templateFiles, path.Join("templates", entry.Name()))
		}
		if err != nil {
			return nil, fmt.Errorf("the account page's templates: %w", err)
		}
		pages[strings.TrimSuffix(entry.Name(), ".html")] = page
	}
	return pages, nil
}

// render writes a page. Nothing is written before all of it is made.
func (d *Dashboard) render(w http.ResponseWriter, status int, name string, f frame) {
	var text bytes.Buffer
	if err := d.pages[name].ExecuteTemplate(&text, "frame", f); err != nil {
		panic(fmt.Sprintf("the page %s: %v", name, err)) // a bug; the front door logs it
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(text.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // the client may have gone
}

// show renders a page of the visitor's account.
func (v *visit) show(status int, name string, f frame) {
	f.Address, f.Menu = checksummed(v.session.AccountID), accountMenu
	v.d.render(v.w, status, name, f)
}

// fail shows what went wrong.
func (v *visit) fail(err error) { v.d.fail(v.w, v.r, v, err) }

func (d *Dashboard) fail(w http.ResponseWriter, r *http.Request, v *visit, err error) {
	known := d.explain(r, err)
	f := frame{Title: known.Text, Main: known}
	if v != nil {
		v.show(known.Status, "error", f)
		return
	}
	d.render(w, known.Status, "error", f)
}

// Refuse shows what was refused before a page was asked.
func (d *Dashboard) Refuse(w http.ResponseWriter, r *http.Request, status int, text, next string) {
	known := &problem{Status: status, Text: text, Next: next}
	switch status {
	case http.StatusNotFound:
		known.Text, known.Code = "There is no such page", "NOT_FOUND"
	case http.StatusMethodNotAllowed:
		known.Text, known.Code = "This page cannot be asked for in that way", "NOT_FOUND"
	case http.StatusTooManyRequests:
		known.Text, known.Code = "Too many requests from your network", "RATE_LIMIT_EXCEEDED"
	case http.StatusInternalServerError:
		known.Text, known.Code = "Something went wrong here", "UNKNOWN_ERROR"
	}
	known.forPeople()
	var v *visit
	if session, err := d.session(r); err == nil && status == http.StatusNotFound {
		v = &visit{d, w, r, session} // who has signed in keeps the menu
	}
	withHeaders(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.fail(w, r, v, known) })).ServeHTTP(w, r)
}

// denied answers what another site made a browser send.
func (d *Dashboard) denied(w http.ResponseWriter, r *http.Request) {
	known := &problem{
		Status: http.StatusForbidden, Text: "This was sent by another site",
		Next: "Nothing was changed. Open this page at " + d.config.PublicURL + " and try it there.",
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		d.fail(w, r, nil, known)
		return
	}
	d.refuse(w, r, known)
}

const timeFormat = "2006-01-02 15:04:05 UTC"

// moment is a time of the API's; nil is none.
type moment = *time.Time

func utc(at moment) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(timeFormat)
}

// clock is utc where a heading says that all times are.
func clock(at moment) string { return strings.TrimSuffix(utc(at), " UTC") }

func iso(at moment) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func day(at moment) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.DateOnly)
}

// until is how long it is until then, for people.
func (d *Dashboard) until(at moment) string {
	if at == nil {
		return ""
	}
	left := at.Sub(d.config.Now()).Round(time.Minute)
	switch {
	case left <= 0:
		return "now"
	case left >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(left.Hours())/24)
	case left >= time.Hour:
		return fmt.Sprintf("%d h %d min", int(left.Hours()), int(left.Minutes())%60)
	}
	return fmt.Sprintf("%d min", int(left.Minutes()))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// dict makes a template's arguments: names and values in turn.
func dict(pairs ...any) map[string]any {
	values := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i].(string)] = pairs[i+1]
	}
	return values
}
