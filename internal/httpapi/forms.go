package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// form is the shape of an error's body: clients of different APIs read
// different ones.
type form interface {
	render(problem *Error, extra *extras, requestID string) ([]byte, error)
}

// extras are the members that any error may have beside its words.
type extras struct {
	Details   map[string]any   `json:"details,omitempty"`
	RequestID string           `json:"requestId,omitempty"`
	Budget    string           `json:"budget,omitempty"`
	Currency  money.Currency   `json:"currency,omitempty"`
	Period    apikey.Period    `json:"limitPeriod,omitempty"`
	Limit     *money.Nano      `json:"limit,omitempty"`
	Spent     *money.Nano      `json:"spent,omitempty"`
	Held      *money.Nano      `json:"held,omitempty"`
	ResetsAt  *json.RawMessage `json:"resetsAt,omitempty"`
	Tokens    *int64           `json:"affordable_max_tokens,omitempty"`
	First     *firstCall       `json:"idempotency,omitempty"`
}

// firstCall is what became of the call that used an idempotency key first.
type firstCall struct {
	RequestID string           `json:"requestId"`
	Status    ledger.HoldState `json:"status"`
	Charged   chargedAnswer    `json:"charged"`
}

type chargedAnswer struct {
	USD  money.Nano `json:"usd"`
	DIEM money.Nano `json:"diem"`
}

// veniceForm is the API's own: error is a text, and Venice's error objects are
// open, so that members may stand beside it.
type veniceForm struct{}

type veniceError struct {
	Error   string `json:"error"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	*extras
}

func (veniceForm) render(problem *Error, extra *extras, _ string) ([]byte, error) {
	return json.Marshal(veniceError{Error: problem.Text, Code: problem.Code, Message: problem.Next, extras: extra})
}

// openAIForm is OpenAI's: error is an object, of which SDKs show the message.
type openAIForm struct{}

type openAIError struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    string  `json:"code"`
	*extras
}

func (openAIForm) render(problem *Error, extra *extras, _ string) ([]byte, error) {
	object := openAIError{Message: problem.sentence(), Type: openAIType(problem.Status), Code: openAICode(problem.Code), extras: extra}
	if len(problem.Members) > 0 && problem.Members[0].Path != "" {
		object.Param = &problem.Members[0].Path
	}
	return json.Marshal(map[string]openAIError{"error": object})
}

func openAIType(status int) string {
	switch {
	case status >= http.StatusInternalServerError:
		return "server_error"
	case status == http.StatusUnauthorized:
		return "authentication_error"
	case status == http.StatusPaymentRequired:
		return "insufficient_quota"
	case status == http.StatusForbidden:
		return "permission_error"
	case status == http.StatusTooManyRequests:
		return "rate_limit_error"
	}
	return "invalid_request_error"
}

// openAICode spells our codes as OpenAI does, with its own words where its
// clients look for them.
func openAICode(code string) string {
	switch code {
	case "AUTHENTICATION_FAILED":
		return "invalid_api_key"
	case "TOO_MANY_TOKENS":
		return "context_length_exceeded" // agents shorten the conversation then
	case "INSUFFICIENT_BALANCE", "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED", "API_KEY_USD_SPEND_LIMIT_EXCEEDED":
		return "insufficient_quota"
	}
	return strings.ToLower(code)
}

// vendorForm is that of paths with clients of another vendor's API.
type vendorForm func(status int, code, message, requestID string) []byte

func (f vendorForm) render(problem *Error, _ *extras, requestID string) ([]byte, error) {
	return f(problem.Status, problem.Code, problem.sentence(), requestID), nil
}

// sentence is all that a person needs to know, for forms that have one text.
func (e *Error) sentence() string {
	text := e.Text
	for i, m := range e.Members {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		text += separator + strings.TrimSpace(m.Path+" "+m.Problem)
	}
	if e.Next == "" {
		return text
	}
	return strings.TrimSuffix(text, ".") + ". " + e.Next
}
