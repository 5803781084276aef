package dashboard

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"stakegate/internal/money"
)

// OperatorBooks is what the operator page shows and does.
type OperatorBooks interface {
	// State is how the server is.
	State(ctx context.Context) OperatorState
	// Accounts lists accounts by their ids.
	Accounts(ctx context.Context, query OperatorQuery) ([]OperatorAccount, error)
	// SetBlocked blocks an account or lifts that; what is so already stays.
	SetBlocked(ctx context.Context, accountID string, blocked bool, reason string) error
	// Credit changes the USD that an account was given in all, if it is as much as
	// before; else its error says why it does not.
	Credit(ctx context.Context, accountID string, before, amount money.Nano, reason string) error
}

// ErrAway is the error of an action whose outcome is not known, or of a question,
// because the database does not answer.
var ErrAway = errors.New("the database does not answer")

// OperatorQuery lists at most Limit accounts above After whose id begins with
// Prefix and, unless it is "", that have or had a key that ends with Last6.
type OperatorQuery struct {
	Prefix, Last6, After string
	Limit                int
}

// OperatorAccount is an account and what it has and uses: DIEM of this epoch,
// USD of all time.
type OperatorAccount struct {
	ID                                   string
	CreatedAt                            time.Time
	BlockedAt                            moment
	Keys, Running                        int64
	Allocation, Spent, Held              Nano
	USDGiven, USDSpent, USDHeld, USDFree Nano
}

// Nano is an amount that a page shows.
type Nano = amount

// OperatorState is how a server is, as its metrics say.
type OperatorState struct {
	Facts    []OperatorFact
	Parts    []OperatorPart // RPC nodes and model servers
	Degraded []string
}

// OperatorFact is one number; Bad if somebody has to look.
type OperatorFact struct {
	Name, Value string
	Bad         bool
}

// OperatorPart is a server that this one asks.
type OperatorPart struct {
	Kind, Name, Detail string
	OK                 bool
}

// Operator is the operator page: what runs, who has accounts, and blocks and
// credits. It is for a listener of its own, and for whoever has the token.
type Operator struct {
	frames *Dashboard
	books  OperatorBooks
	token  [32]byte // its hash
}

// NewOperator makes the page, for this token.
func NewOperator(token []byte, books OperatorBooks, now func() time.Time) (*Operator, error) {
	frames := &Dashboard{config: Config{Now: now}}
	var err error
	frames.pages, err = frames.parse()
	return &Operator{frames: frames, books: books, token: sha256.Sum256(token)}, err
}

// Handler serves the page: its files to anybody, all else by HTTP Basic
// (RFC 7617) with the token as the password of any user.
func (o *Operator) Handler() http.Handler {
	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { o.frames.redirect(w, "/operator") })
	pages.HandleFunc("GET /operator", o.overview)
	pages.HandleFunc("GET /operator/accounts/{id}", o.showAccount)
	pages.HandleFunc("GET /operator/accounts/{id}/{action}", o.ask)
	pages.HandleFunc("POST /operator/accounts/{id}/{action}", o.act)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/{version}/{file}", asset)
	mux.Handle("/", o.signedIn(http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(pages, maxForm))))
	return withHeaders(mux)
}

func (o *Operator) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		if sum := sha256.Sum256([]byte(password)); subtle.ConstantTimeCompare(sum[:], o.token[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="stakegate operator", charset="UTF-8"`)
			o.fail(w, http.StatusUnauthorized, "Sign in", "Any user name, and the operator's token as the password.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (o *Operator) show(w http.ResponseWriter, status int, name, title string, main any) {
	o.frames.render(w, status, name, frame{Title: title, Main: main, Apart: true})
}

func (o *Operator) fail(w http.ResponseWriter, status int, text, next string) {
	o.show(w, status, "error", text, &problem{Status: status, Text: text, Next: next})
}

// away answers what the books could not.
func (o *Operator) away(w http.ResponseWriter) {
	o.fail(w, http.StatusServiceUnavailable, "The books cannot be read", "The database does not answer. Look at the account again before you repeat anything, and at the server's log.")
}

const operatorPage = 25 // accounts of a page

// operatorView is the first page.
type operatorView struct {
	State         OperatorState
	Accounts      []OperatorAccount
	Search, Wrong string
	After, Next   string
}

// Page is the path of the page after an account.
func (v operatorView) Page(after string) string {
	return "/operator?" + url.Values{"q": {v.Search}, "after": {after}}.Encode()
}

var (
	addressPart = regexp.MustCompile(`^0x[0-9a-f]{0,40}$`)
	lastSix     = regexp.MustCompile(`^[0-9A-Za-z_-]{6}$`)
	addressFull = regexp.MustCompile(`^0x[0-9a-f]{40}$`)
)

// queryOf reads what somebody looks for; false: it is neither.
func queryOf(search string) (OperatorQuery, bool) {
	query := OperatorQuery{Limit: operatorPage + 1}
	switch lower := strings.ToLower(search); {
	case search == "":
	case addressPart.MatchString(lower):
		query.Prefix = lower
	case lastSix.MatchString(search):
		query.Last6 = search
	default:
		return query, false
	}
	return query, true
}

func (o *Operator) overview(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	view := operatorView{State: o.books.State(r.Context()), Search: strings.TrimSpace(asked.Get("q")), After: asked.Get("after")}
	query, ok := queryOf(view.Search)
	if !ok {
		view.Wrong = "Look for an address, or its beginning, or a key's last six characters."
		o.show(w, http.StatusBadRequest, "operator", "Operator", view)
		return
	}
	if addressFull.MatchString(view.After) {
		query.After = view.After
	}
	accounts, err := o.books.Accounts(r.Context(), query)
	if err != nil {
		view.Wrong = "The accounts cannot be read: the database does not answer."
		o.show(w, http.StatusServiceUnavailable, "operator", "Operator", view)
		return
	}
	if len(accounts) > operatorPage {
		accounts = accounts[:operatorPage]
		view.Next = accounts[operatorPage-1].ID
	}
	view.Accounts = accounts
	o.show(w, http.StatusOK, "operator", "Operator", view)
}

// account finds the account of a path, or answers that there is none.
func (o *Operator) account(w http.ResponseWriter, r *http.Request) (OperatorAccount, bool) {
	id := strings.ToLower(r.PathValue("id"))
	if !addressFull.MatchString(id) {
		o.fail(w, http.StatusNotFound, "No such account", "An account is a wallet's address.")
		return OperatorAccount{}, false
	}
	accounts, err := o.books.Accounts(r.Context(), OperatorQuery{Prefix: id, Limit: 1})
	switch {
	case err != nil:
		o.away(w)
	case len(accounts) == 0:
		o.fail(w, http.StatusNotFound, "No such account", "This wallet has never made a key here.")
	default:
		return accounts[0], true
	}
	return OperatorAccount{}, false
}

func (o *Operator) showAccount(w http.ResponseWriter, r *http.Request) {
	if account, ok := o.account(w, r); ok {
		o.show(w, http.StatusOK, "operatoraccount", "Account", map[string]any{"Account": account})
	}
}

// action is what an operator is about to do to an account.
type action struct {
	Account                    OperatorAccount
	Name, Amount, Before, Text string
	amount, before             money.Nano
}

const maxReason = 200 // characters

// actionOf reads a form; wrong says what is not right with it.
func actionOf(account OperatorAccount, name string, form url.Values) (a action, wrong string) {
	a = action{Account: account, Name: name, Text: strings.TrimSpace(form.Get("reason")), Amount: strings.TrimSpace(form.Get("amount"))}
	a.Before = money.Nano(account.USDGiven).String()
	if a.Text == "" || utf8.RuneCountInString(a.Text) > maxReason || !utf8.ValidString(a.Text) || strings.ContainsFunc(a.Text, unicode.IsControl) {
		return a, "Give a reason of at most 200 characters: it goes into the account's log."
	}
	if name != "credit" {
		return a, ""
	}
	digits, negative := strings.CutPrefix(a.Amount, "-")
	amount, err := money.Parse(digits)
	if err != nil || amount == 0 {
		return a, "Give an amount of USD such as 25.50, or -5 to take credit back."
	}
	a.amount = amount
	if negative {
		a.amount = -amount
	}
	if text := form.Get("before"); text != "" {
		if a.before, err = money.Parse(text); err != nil {
			return a, "The form is not one of this page."
		}
		a.Before = text
	}
	return a, ""
}

// asked reads the action that a request is about, or answers what is wrong.
func (o *Operator) asked(w http.ResponseWriter, r *http.Request) (action, bool) {
	name := r.PathValue("action")
	if name != "block" && name != "unblock" && name != "credit" {
		o.fail(w, http.StatusNotFound, "Not found", "There is no such page.")
		return action{}, false
	}
	account, ok := o.account(w, r)
	if !ok {
		return action{}, false
	}
	if err := r.ParseForm(); err != nil {
		o.fail(w, http.StatusBadRequest, "The form cannot be read", "Go back and try again.")
		return action{}, false
	}
	a, wrong := actionOf(account, name, r.Form)
	if wrong != "" {
		o.show(w, http.StatusBadRequest, "operatoraccount", "Account", map[string]any{"Account": account, "Wrong": wrong})
	}
	return a, wrong == ""
}

func (o *Operator) ask(w http.ResponseWriter, r *http.Request) {
	if a, ok := o.asked(w, r); ok {
		o.show(w, http.StatusOK, "operatorask", "Are you sure?", a)
	}
}

func (o *Operator) act(w http.ResponseWriter, r *http.Request) {
	a, ok := o.asked(w, r)
	if !ok {
		return
	}
	var err error
	if a.Name == "credit" {
		if r.PostForm.Get("before") == "" {
			o.fail(w, http.StatusBadRequest, "The form cannot be read", "Go back and try again.")
			return
		}
		err = o.books.Credit(r.Context(), a.Account.ID, a.before, a.amount, a.Text)
	} else {
		err = o.books.SetBlocked(r.Context(), a.Account.ID, a.Name == "block", a.Text)
	}
	switch {
	case errors.Is(err, ErrAway):
		o.away(w)
		return
	case err != nil:
		o.show(w, http.StatusConflict, "operatoraccount", "Account", map[string]any{"Account": a.Account, "Wrong": err.Error()})
		return
	}
	o.frames.redirect(w, "/operator/accounts/"+a.Account.ID)
}
