package dashboard

import (
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"

	"stakegate/internal/issuer"
)

// signInView is the front page for strangers.
type signInView struct {
	Symbol, Chain string
	DevWallet     bool // there is one
	// Next is where to go on. Undone says that a form was sent without a session,
	// Ended that a session is over.
	Next          string
	Undone, Ended bool
	// Address is the page's own; After is where a script goes on, and Lost says
	// that it was there and the browser had no cookie.
	Address, After string
	Lost           bool
}

// front is the first page: to sign in at, or the account's overview.
func (d *Dashboard) front(w http.ResponseWriter, r *http.Request) {
	session, err := d.session(r)
	switch {
	case errors.Is(err, issuer.ErrNoSession):
		asked := r.URL.Query()
		next := nextOf(asked.Get("next"))
		_, noCookie := r.Cookie(d.cookieName())
		d.render(w, http.StatusOK, "signin", frame{
			Title: "Sign in", Scripts: []string{"wallet.js"},
			Main: signInView{
				Symbol: d.config.Symbol, Chain: d.config.Chain, DevWallet: d.config.DevWallet != nil && d.config.DevWallet() != nil,
				Next: next, After: afterSignIn(next), Undone: asked.Has("undone"), Ended: noCookie == nil, Lost: asked.Has("signed") && noCookie != nil,
				Address: d.config.PublicURL,
			},
		})
	case err != nil:
		d.fail(w, r, nil, err)
	case nextOf(r.URL.Query().Get("next")) != "/": // signed in elsewhere meanwhile
		d.redirect(w, nextOf(r.URL.Query().Get("next")))
	default:
		(&visit{d, w, r, session}).overview()
	}
}

// allocationView is what the API says of the allocation.
type allocationView struct {
	NextEpochBegins moment
	Block           blockView
	Sources         []sourceView
	LastChange      *changeView
}

// changeView is when and why the allocation changed last.
type changeView struct {
	At     moment
	Reason string
}

// cause is what a change has to say about one source; Source is "" for all.
type cause struct{ Source, Text string }

// Where is the block that a change was read at, the first part of the reason.
func (c *changeView) Where() string {
	where, _, _ := strings.Cut(c.Reason, "; ")
	if !strings.HasPrefix(where, "block ") {
		return ""
	}
	return where
}

// Causes are the reason's other parts, one for each source.
func (c *changeView) Causes() []cause {
	text := strings.TrimPrefix(strings.TrimPrefix(c.Reason, c.Where()), "; ")
	if text == "" {
		return nil
	}
	var causes []cause
	for part := range strings.SplitSeq(text, "; ") {
		source, why, named := strings.Cut(part, ": ")
		if !named {
			source, why = "", part
		}
		causes = append(causes, cause{source, why})
	}
	return causes
}

type blockView struct {
	Number int64
	Time   moment
}

type sourceView struct {
	Source        string
	Diem          amount
	SpentDiem     amount
	HeldDiem      amount
	NextEpochDiem amount
	Staked        string
	Counted       string
	Minimum       string
	Rule          string
	RuleReason    string
	Snapshot      *struct {
		Staked string
		Block  blockView
	}
	Total *string
	Pool  *amount
	Rate  *amount
}

// Below reports whether there is a stake that is too small to count.
func (s sourceView) Below() bool {
	return s.Diem == 0 && s.Staked != "0" && s.Counted == s.Staked && s.NextEpochDiem == 0
}

// Bar is all sources together, in this epoch.
func (a *allocationView) Bar() bar {
	sum := bar{Name: "Today's allocation", Unit: "DIEM"}
	for _, source := range a.Sources {
		sum.Cap += source.Diem
		sum.Spent += source.SpentDiem
		sum.Held += source.HeldDiem
	}
	return sum
}

// Next is the next epoch's allocation, as things stand.
func (a *allocationView) Next() (sum amount) {
	for _, source := range a.Sources {
		sum += source.NextEpochDiem
	}
	return sum
}

type balanceView struct {
	Balances struct {
		Diem, USD *amount
	}
}

type overviewView struct {
	Allocation *allocationView // nil: the chain cannot be read
	Problem    *problem        // why it is nil
	Balance    balanceView
	List       keyList
	Revoked    bool // a key, just now
	Blocked    moment
}

func (v *visit) overview() {
	var view overviewView
	if err := v.get("/billing/allocation", &view.Allocation); err != nil {
		view.Allocation, view.Problem = nil, v.d.explain(v.r, err)
	} else if err := v.get("/billing/balance", &view.Balance); err != nil {
		v.fail(err)
		return
	}
	keys, err := v.keys()
	if err != nil {
		v.fail(err)
		return
	}
	if view.Blocked, err = v.d.config.BlockedSince(v.r.Context(), v.session.AccountID); err != nil {
		v.fail(err)
		return
	}
	view.List, view.Revoked = listKeys(keys, v.r.URL.Query()), v.r.URL.Query().Has("revoked")
	v.show(http.StatusOK, "overview", frame{Title: "Overview", Active: "/", Main: view})
}

// keyView is a key as the API shows it.
type keyView struct {
	ID                string
	APIKeyType        string
	Description       string
	ConsumptionLimits struct{ USD, DIEM *amount }
	LimitPeriod       string
	ModelPrivacy      string
	CreatedAt         moment
	ExpiresAt         moment
	LastUsedAt        moment
	Last6Chars        string
	ParentID          string
	AllowedModels     []string
	AllowedNetworks   []string
	MaxInFlight       int64
	Usage             struct {
		TrailingSevenDays struct{ USD, Diem amount }
	}
	CurrentPeriodUsage struct{ USD, Diem amount }

	parent  *keyView
	now     time.Time
	Expired bool
}

// Name is what people call the key.
func (k *keyView) Name() string { return nameFrom(k.Description) }

// nameFrom is a description, if there is anything to see of it.
func nameFrom(description string) string {
	if strings.ContainsFunc(description, visible) {
		return description
	}
	return "Unnamed key"
}

// visible reports whether a character leaves a mark, alone. The letters that do
// not are Hangul's fillers, and the symbol is braille's blank.
func visible(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !strings.ContainsRune("\u115f\u1160\u3164\uffa0\u2800", r)
}

// Parent is the key above it, nil for none.
func (k *keyView) Parent() *keyView { return k.parent }

// Soon reports whether the key ends within three days.
func (k *keyView) Soon() bool {
	return k.ExpiresAt != nil && !k.Expired && k.ExpiresAt.Sub(k.now) < 72*time.Hour
}

// Bars are the key's own limits.
func (k *keyView) Bars() []bar {
	var bars []bar
	if limit := k.ConsumptionLimits.DIEM; limit != nil {
		bars = append(bars, bar{Name: "DIEM limit", Unit: "DIEM", Cap: *limit, Spent: k.CurrentPeriodUsage.Diem})
	}
	if limit := k.ConsumptionLimits.USD; limit != nil {
		bars = append(bars, bar{Name: "USD limit", Unit: "USD", Cap: *limit, Spent: k.CurrentPeriodUsage.USD})
	}
	return bars
}

// Per is the limits' period for people.
func (k *keyView) Per() string {
	switch k.LimitPeriod {
	case "MONTH":
		return "this month"
	case "LIFETIME":
		return "in all"
	}
	return "today"
}

// Narrowed lists what narrows the key beside its limits.
func (k *keyView) Narrowed() []string {
	var list []string
	if k.ModelPrivacy == "PRIVATE_ONLY" || k.ModelPrivacy == "PRIVATE_TEXT" {
		list = append(list, "private models")
	}
	if n := len(k.AllowedModels); n > 0 {
		list = append(list, plural(n, "model", "models"))
	}
	if n := len(k.AllowedNetworks); n > 0 {
		list = append(list, plural(n, "network", "networks"))
	}
	if k.MaxInFlight > 0 {
		list = append(list, plural(int(k.MaxInFlight), "call at once", "calls at once"))
	}
	return list
}

// keys lists the account's keys, the newest first, sub-keys after the key above
// them.
func (v *visit) keys() ([]keyView, error) {
	var list struct{ Data []keyView }
	if err := v.get("/api_keys", &list); err != nil {
		return nil, err
	}
	now := v.d.config.Now()
	below := map[string][]int{}
	byID := map[string]*keyView{}
	for i := range list.Data {
		key := &list.Data[i]
		key.now, key.Expired = now, key.ExpiresAt != nil && !key.ExpiresAt.After(now)
		byID[key.ID] = key
	}
	for i := len(list.Data) - 1; i >= 0; i-- {
		key := &list.Data[i]
		key.parent = byID[key.ParentID]
		above := key.ParentID
		if key.parent == nil {
			above = ""
		}
		below[above] = append(below[above], i)
	}
	ordered := make([]keyView, 0, len(list.Data))
	var add func(above string)
	add = func(above string) {
		for _, i := range below[above] {
			ordered = append(ordered, list.Data[i])
			add(list.Data[i].ID)
		}
	}
	add("")
	return ordered, nil
}
