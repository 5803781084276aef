package dashboard

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/issuer"
	"stakegate/internal/signature"
	"stakegate/internal/strictjson"
)

const maxForm = 64 << 10 // bytes of a form or a signed message

// visit is a request of somebody who has signed in.
type visit struct {
	d       *Dashboard
	w       http.ResponseWriter
	r       *http.Request
	session issuer.Session
}

// signedIn serves pages to those who have signed in; others are sent to where
// they can. Forms are read here, so that they are bounded everywhere.
func (d *Dashboard) signedIn(serve func(v *visit)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, err := d.session(r)
		switch {
		case errors.Is(err, issuer.ErrNoSession):
			d.redirect(w, signInFor(r))
			return
		case err != nil:
			d.fail(w, r, nil, err)
			return
		}
		v := &visit{d, w, r, session}
		if r.Method == http.MethodPost {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			if err := r.ParseForm(); err != nil {
				v.fail(&problem{Status: http.StatusBadRequest, Text: "The form could not be read", Next: "Go back and send it again."})
				return
			}
		}
		serve(v)
	})
}

// signInFor is where somebody signs in who wants what a request asks for. What a
// form would have changed is not changed.
func signInFor(r *http.Request) string {
	query := url.Values{"next": {r.URL.RequestURI()}}
	if r.Method == http.MethodPost {
		query.Set("undone", "1")
	}
	return "/?" + query.Encode()
}

// nextPages begin the pages that somebody may be sent to after signing in.
var nextPages = []string{"/keys/", "/usage", "/history", "/activity"}

// nextOf is the page of ours that a request names as the next one, or "/".
func nextOf(text string) string {
	next, err := url.Parse(text)
	if err != nil || next.IsAbs() || next.Host != "" || next.User != nil || next.RawPath != "" || path.Clean(next.Path) != next.Path ||
		!slices.ContainsFunc(nextPages, func(page string) bool {
			return next.Path == page || strings.HasSuffix(page, "/") && strings.HasPrefix(next.Path, page)
		}) {
		return "/"
	}
	return (&url.URL{Path: next.Path, RawQuery: next.Query().Encode()}).RequestURI()
}

// afterSignIn is where a browser goes that has signed in: the front page sends it
// on, or says that the browser kept no cookie.
func afterSignIn(next string) string {
	query := url.Values{"signed": {""}}
	if next != "/" {
		query.Set("next", next)
	}
	return "/?" + strings.TrimSuffix(query.Encode(), "=")
}

// session is who sent a request, or issuer.ErrNoSession.
func (d *Dashboard) session(r *http.Request) (issuer.Session, error) {
	cookie, err := r.Cookie(d.cookieName())
	if err != nil {
		return issuer.Session{}, issuer.ErrNoSession
	}
	return d.config.Sessions.Session(r.Context(), cookie.Value)
}

// cookieName has the prefix that binds a cookie to https, this host and all
// paths (RFC 6265bis), where there is https.
func (d *Dashboard) cookieName() string {
	if d.secure {
		return "__Host-stakegate"
	}
	return "stakegate"
}

// setCookie keeps a token in the browser: scripts do not see it, and other sites
// do not get it sent. A lifetime below zero takes it away.
func (d *Dashboard) setCookie(w http.ResponseWriter, token string, lifetime time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: d.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: d.secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(lifetime / time.Second),
	})
}

// challenge answers the message that a wallet signs.
func (d *Dashboard) challenge(w http.ResponseWriter, r *http.Request) {
	address, err := signature.ParseAddress(r.URL.Query().Get("address"))
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	message, err := d.config.Sessions.Challenge(address)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"message": message.Text})
}

// signIn takes the signed message.
func (d *Dashboard) signIn(w http.ResponseWriter, r *http.Request) {
	var sent struct {
		Address   string `json:"address"`
		Message   string `json:"message"`
		Signature string `json:"signature"`
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err == nil {
		err = strictjson.Decode(text, &sent)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "The request could not be read", "next": "Load the page again."})
		return
	}
	proof := issuer.Proof{Message: sent.Message}
	if proof.Signature, err = signature.ParseSignature(sent.Signature); err != nil {
		err = &problem{Status: http.StatusBadRequest, Text: "The wallet's signature " + err.Error(), Next: "Sign in again."}
	} else if proof.Address, err = signature.ParseAddress(sent.Address); err == nil {
		err = d.begin(w, r, proof)
	}
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]bool{"success": true})
}

// begin makes a session and gives the browser its cookie. A session that the
// browser had before ends.
func (d *Dashboard) begin(w http.ResponseWriter, r *http.Request, proof issuer.Proof) error {
	if proof.Message == "" {
		return &problem{Status: http.StatusBadRequest, Text: "The message is missing", Next: "Load the page again."}
	}
	token, session, err := d.config.Sessions.SignIn(r.Context(), proof)
	if err != nil {
		return err
	}
	if err := d.end(r); err != nil {
		return err
	}
	d.setCookie(w, token, session.ExpiresAt.Sub(d.config.Now()))
	return nil
}

// devSignIn signs in with the development world's wallet, by the same road.
func (d *Dashboard) devSignIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	wallet := d.config.DevWallet()
	if wallet == nil {
		d.fail(w, r, nil, &problem{Status: http.StatusNotFound, Text: "There is no dev wallet yet", Next: "Wait until the demo has made it."})
		return
	}
	message, err := d.config.Sessions.Challenge(wallet.Address())
	if err == nil {
		proof := issuer.Proof{Address: wallet.Address(), Message: message.Text}
		if proof.Signature, err = wallet.SignMessage(r.Context(), message.Text); err == nil {
			err = d.begin(w, r, proof)
		}
	}
	if err != nil {
		d.fail(w, r, nil, err)
		return
	}
	d.redirect(w, afterSignIn(nextOf(r.FormValue("next"))))
}

func (d *Dashboard) signOut(w http.ResponseWriter, r *http.Request) {
	if err := d.end(r); err != nil {
		d.fail(w, r, nil, err)
		return
	}
	d.setCookie(w, "", -time.Second)
	d.redirect(w, "/")
}

// end ends the session that a request's cookie names, if there is one.
func (d *Dashboard) end(r *http.Request) error {
	cookie, err := r.Cookie(d.cookieName())
	if err != nil {
		return nil
	}
	return d.config.Sessions.SignOut(r.Context(), cookie.Value)
}

// refuse answers a script.
func (d *Dashboard) refuse(w http.ResponseWriter, r *http.Request, err error) {
	known := d.explain(r, err)
	writeJSON(w, known.Status, map[string]string{"error": known.Text, "next": known.Next})
}

// explain puts any error into words for people.
func (d *Dashboard) explain(r *http.Request, err error) *problem {
	var known *problem
	if errors.As(err, &known) {
		return known
	}
	known = &problem{}
	known.Status, known.Code, known.Text, known.Next = d.api.Explain(r, err)
	known.forPeople()
	return known
}

// advice is what people do next, where the API's own advice is for programs.
var advice = map[string]string{
	"NO_STAKE":              "Stake with this wallet, wait for the transaction, and try again.",
	"TOO_MANY_KEYS":         "Revoke a key that you no longer need, and try again.",
	"RATE_LIMIT_EXCEEDED":   "Wait a minute, and try again.",
	"ADDRESS_INVALID":       "Choose an account in the wallet, and sign in again.",
	"MESSAGE_INVALID":       "Sign in again, with the same account of the wallet until the end.",
	"MESSAGE_EXPIRED":       "Sign in again, and sign within 15 minutes.",
	"MESSAGE_USED":          "Sign in again.",
	"SIGNATURE_MISMATCH":    "Another account has signed, or another text was signed: choose the account in the wallet, and sign in again.",
	"SIGNATURE_UNSUPPORTED": "Sign in with another wallet.",
	"NOT_FOUND":             "Check the address, or go on from the overview.",
	"UNKNOWN_ERROR":         "Look at the overview whether it was done, and try again if not. If it stays so, tell the operator of this server.",
	"CHAIN_UNAVAILABLE":     "The chain cannot be read at the moment. Nothing was changed; try again in a minute.",
}

// forPeople puts what to do next into the words of the page.
func (p *problem) forPeople() {
	if next := advice[p.Code]; next != "" {
		p.Next = next
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	text, _ := json.Marshal(value) // maps of texts never fail
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client may have gone
}

// checksummed is an account's address as wallets write it (EIP-55).
func checksummed(accountID string) string { return common.HexToAddress(accountID).Hex() }

// short is an address for people.
func short(address string) string {
	if len(address) < 12 {
		return address
	}
	return address[:6] + "…" + address[len(address)-4:]
}
