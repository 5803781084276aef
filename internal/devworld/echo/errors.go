package echo

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// apiError is an error in the shape of the OpenAI API.
type apiError struct {
	status     int
	retryAfter int     // seconds
	Message    string  `json:"message"`
	Type       string  `json:"type"`
	Param      *string `json:"param"`
	Code       *string `json:"code"`
}

func (e *apiError) Error() string { return e.Message }

func invalid(param, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...), Type: "invalid_request_error", Param: &param}
}

func unknownModel(model string) *apiError {
	param, code := "model", "model_not_found"
	return &apiError{
		status: http.StatusNotFound, Type: "invalid_request_error", Param: &param, Code: &code,
		Message: fmt.Sprintf("the model %.80q does not exist on this route; GET /v1/models lists all", model),
	}
}

// decode reads the body of a call.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	if refused := (*apiError)(nil); errors.As(err, &refused) {
		return refused
	}
	if err != nil {
		return invalid("body", "the body is not the JSON of this call: %.200s", err.Error())
	}
	return nil
}

// inRange checks a number that may be missing.
func inRange(name string, value *int, least, most int) error {
	if value != nil && (*value < least || *value > most) {
		return invalid(name, "%s must be from %d to %d", name, least, most)
	}
	return nil
}

func writeError(w http.ResponseWriter, e *apiError) {
	writeJSON(w, e.status, map[string]any{"error": e})
}

// writeMessagesError is an error in the shape of Anthropic's API.
func writeMessagesError(w http.ResponseWriter, e *apiError) {
	kind := e.Type
	switch {
	case e.status == http.StatusNotFound:
		kind = "not_found_error"
	case e.status == http.StatusUnauthorized:
		kind = "authentication_error"
	case e.status >= http.StatusInternalServerError:
		kind = "api_error"
	}
	writeJSON(w, e.status, map[string]any{"type": "error", "error": map[string]string{"type": kind, "message": e.Message}})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has left; it was billed already
}
