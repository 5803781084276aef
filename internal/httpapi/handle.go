package httpapi

import (
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/gateway"
)

// open serves a JSON answer to anybody; Authorization is not even looked at.
func (s *server) open(handle func(r *http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := handle(r)
		if err != nil {
			s.writeError(w, r, err)
			return
		}
		writeJSON(w, r, http.StatusOK, answer)
	})
}

// authenticated serves a JSON answer, or a *document, to whoever has a valid
// key.
func (s *server) authenticated(handle func(r *http.Request, caller apikey.Key) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := s.authenticate(r)
		if err != nil {
			s.writeError(w, r, err)
			return
		}
		if !caller.IsWallet() { // pages ask for what they show
			s.balanceHeaders(w, r, caller.AccountID)
		}
		answer, err := handle(r, caller)
		if err != nil {
			s.writeError(w, r, err)
			return
		}
		if document, is := answer.(*document); is {
			document.write(w, r)
			return
		}
		writeJSON(w, r, http.StatusOK, answer)
	})
}

// admin serves a JSON answer to whoever has a valid ADMIN key.
func (s *server) admin(handle func(r *http.Request, caller apikey.Key) (any, error)) http.Handler {
	return s.authenticated(func(r *http.Request, caller apikey.Key) (any, error) {
		if caller.Type != apikey.Admin {
			return nil, adminRequired()
		}
		return handle(r, caller)
	})
}

// billable serves a route that costs money. The key is judged by the ledger,
// in the same commit as the hold; here only its shape is checked, so that
// nothing is read from the database on the way to the hold, but for the first
// large body of a key.
func (s *server) billable(route gateway.Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := s.credentials(r)
		if sent.err != nil {
			s.writeError(w, r, sent.err)
			return
		}
		if err := s.admitBody(r, sent); err != nil {
			s.writeError(w, r, err)
			return
		}
		problem := route.Serve(w, r, gateway.Caller{
			KeyHash: sent.hash, KeyType: sent.secret.Type(), Client: clientAddress(r, s.config.TrustedProxies),
		})
		// What the ledger decided about a call, it decided about a valid key.
		eventOf(r).proven = problem == nil || proves(problem.Status)
		if problem != nil {
			s.writeError(w, r, problem)
		}
	})
}

// proves reports whether a refusal of a paid call comes after its key was found
// to be valid.
func proves(status int) bool {
	switch status {
	case http.StatusPaymentRequired, http.StatusForbidden, http.StatusConflict, http.StatusUnprocessableEntity,
		http.StatusTooManyRequests, http.StatusBadGateway, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// credentials are what a request says about its sender.
type credentials struct {
	secret apikey.Secret
	hash   [32]byte
	err    error // set if there is no key, or more than one
}

// credentials reads the key of a request, once.
func (s *server) credentials(r *http.Request) *credentials {
	e := eventOf(r)
	if e.sent == nil {
		e.sent = &credentials{}
		if e.sent.secret, e.sent.err = keyOf(r, e.keyHeader); e.sent.err == nil {
			e.sent.hash = s.config.Hasher.Hash(e.sent.secret)
		}
	}
	return e.sent
}

// keyOf reads the key from exactly one well-formed Authorization header or,
// where a route admits that, from exactly one header of that route's.
func keyOf(r *http.Request, keyHeader string) (apikey.Secret, error) {
	if r.URL.RawQuery != "" && r.URL.Query().Has("api_key") {
		return apikey.Secret{}, invalid("api_key", "must not be in the URL, where logs see it: revoke this key and send a new one in the Authorization header")
	}
	values := r.Header["Authorization"]
	var text string
	if keys := r.Header.Values(keyHeader); keyHeader != "" && len(keys) > 0 {
		if len(keys) != 1 || len(values) != 0 {
			return apikey.Secret{}, unauthorized()
		}
		text = keys[0]
	} else {
		if len(values) != 1 {
			return apikey.Secret{}, unauthorized()
		}
		var scheme string
		if scheme, text, _ = strings.Cut(values[0], " "); !strings.EqualFold(scheme, "Bearer") {
			return apikey.Secret{}, unauthorized()
		}
	}
	secret, err := apikey.Parse(text)
	if err != nil {
		return apikey.Secret{}, unauthorized()
	}
	return secret, nil
}

func (s *server) authenticate(r *http.Request) (apikey.Key, error) {
	if caller := eventOf(r).caller; caller != nil {
		return *caller, nil
	}
	sent := s.credentials(r)
	if sent.err != nil {
		return apikey.Key{}, sent.err
	}
	key, err := s.config.Keys.KeyByHash(r.Context(), sent.hash)
	if errors.Is(err, apikey.ErrNotFound) {
		return apikey.Key{}, unauthorized()
	}
	if err != nil {
		return apikey.Key{}, err
	}
	if !s.usable(r, &key) {
		return apikey.Key{}, unauthorized()
	}
	eventOf(r).key, eventOf(r).proven = key.ID, true
	if key.Blocked {
		return apikey.Key{}, accountBlocked()
	}
	return key, nil
}

// usable reports whether a key is valid where the request comes from. The answer
// is the same for one that is not valid and one that is elsewhere, so that a
// thief does not learn that a key is worth trying from another place.
func (s *server) usable(r *http.Request, key *apikey.Key) bool {
	return key.Active(s.config.Now()) && key.AdmitsClient(clientAddress(r, s.config.TrustedProxies))
}

// balanceHeaders tells every authenticated client what its account has free, as
// far as that is known: an answer that does not need the chain does not wait
// for it.
func (s *server) balanceHeaders(w http.ResponseWriter, r *http.Request, accountID string) {
	standing, err := s.config.Books.KnownStanding(r.Context(), accountID)
	if err != nil {
		eventOf(r).add(slog.Any("balance", err))
		return
	}
	if standing.Granted {
		w.Header().Set("X-Venice-Balance-Diem", standing.DIEM.String())
	}
	w.Header().Set("X-Venice-Balance-Usd", standing.USD.String())
}

// checkJSONType refuses bodies that say they are something else than JSON.
func checkJSONType(r *http.Request) error {
	text := r.Header.Get("Content-Type")
	mediaType, _, err := mime.ParseMediaType(text)
	if text != "" && (err != nil || mediaType != "application/json") {
		return &Error{
			Status: http.StatusUnsupportedMediaType, Text: textContentType, Code: "INVALID_CONTENT_TYPE",
			Next: "Send Content-Type: application/json.",
		}
	}
	return checkEncoding(r)
}

func checkEncoding(r *http.Request) error {
	if encoding := strings.Join(r.Header.Values("Content-Encoding"), ","); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return &Error{
			Status: http.StatusUnsupportedMediaType, Text: textContentType, Code: "INVALID_CONTENT_TYPE",
			Next: "Send the body without Content-Encoding.",
		}
	}
	return nil
}

// readBody reads a management route's body.
func readBody(r *http.Request) ([]byte, error) {
	e := eventOf(r)
	tooLarge := &Error{Status: http.StatusRequestEntityTooLarge, Text: textTooLarge, Code: "PAYLOAD_TOO_LARGE"}
	if r.ContentLength > e.limits.Body { // who announces too much is told before it is sent
		return nil, tooLarge
	}
	// A writer without deadlines (a test's recorder) has no slow client.
	_ = e.control.SetReadDeadline(time.Now().Add(e.limits.BodyTime))
	data, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, e.limits.Body))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, tooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &Error{Status: http.StatusRequestTimeout, Text: "Request timeout", Code: "REQUEST_TIMEOUT", Next: "The body did not arrive in time."}
	case err != nil:
		return nil, &Error{Status: http.StatusBadRequest, Text: textInvalid, Code: "INVALID_REQUEST", Next: "The body could not be read to its end."}
	}
	_ = e.control.SetReadDeadline(time.Time{})
	return data, nil
}
