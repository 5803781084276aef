package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/challenge"
	"stakegate/internal/gateway"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/signature"
	"stakegate/internal/stake"
	"stakegate/internal/strictjson"
	"stakegate/internal/usage"
)

// Texts that clients of Venice's API match on.
const (
	textInvalid     = "Invalid request parameters"
	textAuth        = "Authentication failed"
	textRate        = "Rate limit exceeded"
	textTooLarge    = "The request payload is too large. Please reduce the size of your request."
	textContentType = "Invalid request content-type"
	textUnknown     = "An unknown error occurred"
	textMethod      = "Method not allowed"
	textNotFound    = "Not found"
	textKeyNotFound = "API key not found"
)

// Error is an answer that is not a success: the only shape in which this
// package refuses anything.
type Error struct {
	Status int
	// Text is for people, Code for programs, Next says what to do.
	Text, Code, Next string
	// Members are the parameters at fault, by dotted path; "" is the document.
	Members    []member
	RetryAfter time.Duration
	// mends: the request was in order, and time may mend what it wants for, so
	// that it counts as no failure of its sender.
	mends bool
	// NoRetry tells SDKs that retry on their own not to.
	NoRetry bool
	refusal *ledger.Refusal
	tokens  *int64 // affordable output tokens
	repeat  *ledger.Repeated
	cause   error // for the log of a 500
}

type member struct{ Path, Problem string }

func (e *Error) Error() string { return e.Text }

func (e *Error) Unwrap() error { return e.cause }

// invalid is a 400 that names one parameter.
func invalid(path, problem string) *Error {
	return &Error{Status: http.StatusBadRequest, Text: textInvalid, Code: "INVALID_REQUEST", Members: []member{{path, problem}}}
}

func unauthorized() *Error {
	return &Error{
		Status: http.StatusUnauthorized, Text: textAuth, Code: "AUTHENTICATION_FAILED",
		Next: "Send the header Authorization: Bearer <key> with a key that is neither revoked nor expired.",
	}
}

func adminRequired() *Error {
	return &Error{
		Status: http.StatusUnauthorized, Text: textAuth, Code: "ADMIN_KEY_REQUIRED",
		Next: "This route needs a key of type ADMIN.",
	}
}

// accountBlocked is gateway's refusal of the same, for routes that cost nothing.
func accountBlocked() *Error {
	return &Error{
		Status: http.StatusForbidden, Text: "Unauthorized access: this account is blocked by the operator", Code: "ACCOUNT_BLOCKED",
		Next: "Ask the operator of this server.", NoRetry: true,
	}
}

const (
	chainRetryAfter = 5 * time.Second
	busyRetryAfter  = 1 * time.Second
	mintRetryAfter  = time.Minute
)

// problemOf turns an error of any room below into an answer. It is the only
// translation; what it does not know is a 500 that says nothing.
func problemOf(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	for _, translate := range []func(error) *Error{mintProblem, requestProblem, gatewayProblem, ledgerProblem} {
		if problem := translate(err); problem != nil {
			return problem
		}
	}
	return &Error{Status: http.StatusInternalServerError, Text: textUnknown, Code: "UNKNOWN_ERROR", cause: err}
}

// problem is problemOf, and a database that is away is no 500.
func (s *server) problem(err error) *Error {
	problem := problemOf(err)
	if problem.Status == http.StatusInternalServerError && s.config.Away != nil && s.config.Away(err) {
		return &Error{
			Status: http.StatusServiceUnavailable, Text: "The server cannot reach its database", Code: "SERVICE_UNAVAILABLE",
			Next: "Try again. If something was to be changed, look first whether it was.", RetryAfter: busyRetryAfter, cause: err,
		}
	}
	return problem
}

func mintProblem(err error) *Error {
	var noStake *issuer.NoStakeError
	var wider *apikey.WiderError
	switch {
	case errors.As(err, &wider):
		return invalid(wider.Member, wider.Problem)
	case errors.As(err, &noStake):
		return &Error{
			Status: http.StatusBadRequest, Text: noStake.Error(), Code: "NO_STAKE",
			Next: "Stake with this wallet, wait for the transaction, and send the same token and signature again.", mends: true,
		}
	case errors.Is(err, signature.ErrUnavailable): // before the chain's own error, which it wraps
		return &Error{
			Status: http.StatusServiceUnavailable, Text: signature.ErrUnavailable.Error(), Code: "WALLET_UNAVAILABLE",
			Next: "The chain could not be asked about this contract wallet. Nothing was spent; try again.", RetryAfter: chainRetryAfter, cause: err,
		}
	case errors.Is(err, stake.ErrChain):
		return &Error{
			Status: http.StatusServiceUnavailable, Text: "Could not read stake", Code: "CHAIN_UNAVAILABLE",
			Next: "The chain cannot be read at the moment. Nothing was spent; try again.", RetryAfter: chainRetryAfter, cause: err,
		}
	case errors.Is(err, issuer.ErrTooFast):
		return &Error{
			Status: http.StatusTooManyRequests, Text: textRate, Code: "RATE_LIMIT_EXCEEDED",
			Next: "An account may make only so many keys a minute; nothing was spent.", RetryAfter: mintRetryAfter,
		}
	case errors.Is(err, issuer.ErrTooDeep):
		return &Error{
			Status: http.StatusBadRequest, Text: issuer.ErrTooDeep.Error(), Code: "SUB_KEY_TOO_DEEP",
			Next: "Make the key below one that has fewer keys above it.",
		}
	case errors.Is(err, issuer.ErrTooManyKeys):
		return &Error{Status: http.StatusBadRequest, Text: issuer.ErrTooManyKeys.Error(), Code: "TOO_MANY_KEYS", Next: "Delete a key first."}
	case errors.Is(err, apikey.ErrNotFound):
		return &Error{Status: http.StatusNotFound, Text: textKeyNotFound, Code: "KEY_NOT_FOUND"}
	}
	for _, refused := range []struct {
		err        error
		code, next string
	}{
		{challenge.ErrMalformed, "TOKEN_MALFORMED", "Send the token exactly as GET returned it."},
		{challenge.ErrSignature, "TOKEN_INVALID", "Get a new token from this server."},
		{challenge.ErrClaims, "TOKEN_INVALID", "Get a new token from this server."},
		{challenge.ErrExpired, "TOKEN_EXPIRED", "Get a new token; it lives for 15 minutes."},
		{challenge.ErrMessage, "MESSAGE_INVALID", "Send the message exactly as GET ?address= of the same path returned it."},
		{challenge.ErrMessageExpired, "MESSAGE_EXPIRED", "Get a new message; it lives for 15 minutes."},
		{issuer.ErrOtherWallet, "MESSAGE_INVALID", "Get a message for the address that signs."},
		{issuer.ErrMessageSpent, "MESSAGE_USED", "Get a new message; each is good once."},
		{issuer.ErrOpaque, "MESSAGE_REQUIRED", "GET this route with ?address= and your address, sign data.message, and send it as message instead of token."},
		{issuer.ErrChallengeSpent, "TOKEN_USED", "Get a new token; each mints one key."},
		{signature.ErrAddress, "ADDRESS_INVALID", "Send 0x and 40 hexadecimal digits, with the right checksum if in mixed case."},
		{signature.ErrUnsupported, "SIGNATURE_UNSUPPORTED", "Sign with the wallet's key (EIP-191), as a contract that exists (ERC-1271), or, where the server admits it, as one that does not yet (ERC-6492)."},
		{signature.ErrMismatch, "SIGNATURE_MISMATCH", "Sign the exact text of the token or message with personal_sign and the wallet of this address."},
	} {
		if errors.Is(err, refused.err) {
			return &Error{Status: http.StatusBadRequest, Text: refused.err.Error(), Code: refused.code, Next: refused.next}
		}
	}
	return nil
}

// requestProblem knows the errors of parsers.
func requestProblem(err error) *Error {
	var shape *strictjson.Error
	if errors.As(err, &shape) {
		problem := invalid(shape.Member, shape.Problem)
		if shape.Malformed && shape.Member == "" {
			problem.Members, problem.Next = nil, "The body "+shape.Problem+"."
		}
		return problem
	}
	if errors.Is(err, usage.ErrTooMuch) {
		return &Error{
			Status: http.StatusGatewayTimeout, Text: "Query timed out - try reducing the lookback period", Code: "QUERY_TIMEOUT",
			Next: "Ask for fewer days.", NoRetry: true, cause: err,
		}
	}
	var parameter *usage.ParamError
	if errors.As(err, &parameter) {
		return invalid(parameter.Param, parameter.Problem)
	}
	return nil
}

// gatewayProblem adds to the gateway's words what only an answer of ours has.
func gatewayProblem(err error) *Error {
	var refused *gateway.Error
	if !errors.As(err, &refused) {
		return nil
	}
	if refused.Code == "AUTHENTICATION_FAILED" { // the same words, whoever refuses: they must not tell why
		return unauthorized()
	}
	problem := &Error{
		Status: refused.Status, Text: refused.Message, Code: refused.Code, RetryAfter: refused.RetryAfter,
		NoRetry: refused.NoRetry, refusal: refused.Refusal, tokens: refused.AffordableMaxTokens,
		repeat: refused.Repeated, cause: err,
	}
	if refused.Repeated != nil {
		problem.Next = repeatAdvice(refused.Repeated)
	}
	if refused.Refusal != nil {
		problem.Next = budgetAdvice(refused.Refusal, refused.AffordableMaxTokens)
	}
	if refused.Member != "" {
		problem.Text, problem.Members = textInvalid, []member{{refused.Member, refused.Message}}
	}
	return problem
}

// repeatAdvice says what to do about an idempotency key that was used before.
func repeatAdvice(repeat *ledger.Repeated) string {
	switch {
	case repeat.Mismatch:
		return "Use a new idempotency key for each new request."
	case repeat.State == ledger.Reserved:
		return "Wait for the first request's answer. If it fails without a charge, its idempotency key is free again."
	}
	return "Use a new idempotency key to make, and pay for, the call once more."
}

// budgetAdvice says what to do about a budget that does not cover a call.
func budgetAdvice(refusal *ledger.Refusal, tokens *int64) string {
	advice := "Stake more, wait until resetsAt, or send a smaller request."
	switch {
	case refusal.OnlyHeld:
		advice = "Calls in flight hold the rest of this budget; try again when one of them has ended."
	case refusal.Scope == "parent":
		advice = "Raise the limit of the key above this one, use another key, or wait until resetsAt."
	case refusal.Scope == "key":
		advice = "Raise this key's limit, use another key, or wait until resetsAt."
	}
	if tokens != nil && *tokens > 0 {
		advice += " With max_tokens of at most " + strconv.FormatInt(*tokens, 10) + " this request would fit now."
	}
	return advice
}

// ledgerProblem is for routes that read the books without the gateway.
func ledgerProblem(err error) *Error {
	if !errors.Is(err, ledger.ErrBusy) {
		return nil
	}
	return &Error{
		Status: http.StatusServiceUnavailable, Text: "The server is busy", Code: "BUSY",
		Next: "Nothing was charged; try again.", RetryAfter: busyRetryAfter, cause: err,
	}
}

// writeError renders an error. It must come before any other byte.
func (s *server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	e := eventOf(r)
	problem := s.problem(err)
	e.mends = problem.mends
	if problem.Status == http.StatusInternalServerError || problem.cause != nil {
		e.add(errorAttribute(err))
	}
	extra := s.extrasOf(problem)
	if problem.Status >= http.StatusInternalServerError {
		extra.RequestID = w.Header().Get(requestIDHeader)
	}
	header := w.Header()
	if problem.RetryAfter > 0 {
		seconds := int64((problem.RetryAfter + time.Second - 1) / time.Second)
		header.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	if problem.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Bearer") // RFC 9110 section 15.5.2
	}
	if problem.NoRetry {
		header.Set("X-Should-Retry", "false")
	}
	if s.refusePage != nil && forPeople(r) {
		s.refusePage(w, r, problem.Status, problem.Text, problem.Next)
		return
	}
	shape := e.form
	if shape == nil {
		shape = veniceForm{}
	}
	text, err := shape.render(problem, extra, header.Get(requestIDHeader))
	if err != nil { // only for values that no handler makes
		text = []byte(`{"error":"` + textUnknown + `"}`)
	}
	header.Set("Cache-Control", "no-store")
	send(w, r, problem.Status, typeJSON, text)
}

// extrasOf tells what an error says beside its words.
func (s *server) extrasOf(problem *Error) *extras {
	extra := &extras{Details: tree(problem.Members), Tokens: problem.tokens}
	if refusal := problem.refusal; refusal != nil {
		extra.Budget, extra.Currency, extra.Period = refusal.Scope, refusal.Currency, refusal.Period
		extra.Limit, extra.Spent, extra.Held = &refusal.Limit, &refusal.Spent, &refusal.Held
		resets := json.RawMessage("null")
		if refusal.ResetsAt != nil {
			resets = json.RawMessage(`"` + timestamp(*refusal.ResetsAt) + `"`)
			if !refusal.OnlyHeld {
				problem.RetryAfter = refusal.ResetsAt.Sub(s.config.Now())
			}
		}
		extra.ResetsAt = &resets
	}
	if repeat := problem.repeat; repeat != nil {
		extra.First = &firstCall{repeat.HoldID, repeat.State, chargedAnswer{repeat.Charged.USD, repeat.Charged.DIEM}}
	}
	return extra
}

// tree lays problems out as clients of Venice expect them: complaints under
// "_errors", members under their names. A nested member's complaint stands
// with its outermost member too.
func tree(members []member) map[string]any {
	if len(members) == 0 {
		return nil
	}
	root := map[string]any{"_errors": []string{}}
	for _, m := range members {
		if m.Path == "" {
			root["_errors"] = append(root["_errors"].([]string), m.Problem)
			continue
		}
		node, path := root, strings.Split(m.Path, ".")
		for depth, name := range path {
			if name == "_errors" { // a stranger's member of that name has no node of its own
				node["_errors"] = append(node["_errors"].([]string), strings.Join(path[depth:], ".")+" "+m.Problem)
				break
			}
			child, ok := node[name].(map[string]any)
			if !ok {
				child = map[string]any{"_errors": []string{}}
				node[name] = child
			}
			switch {
			case depth == len(path)-1:
				child["_errors"] = append(child["_errors"].([]string), m.Problem)
			case depth == 0:
				child["_errors"] = append(child["_errors"].([]string), strings.Join(path[1:], ".")+" "+m.Problem)
			}
			node = child
		}
	}
	return root
}

// timestamp is how every time is written: UTC with milliseconds.
func timestamp(at time.Time) string { return apikey.TimeText(at) }
