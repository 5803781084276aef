package anthropic

import "stakegate/internal/dialect"

// errorTypes are the API's names for what a status says.
var errorTypes = map[int]string{
	401: "authentication_error", 402: "billing_error", 403: "permission_error", 404: "not_found_error",
	410: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 499: "api_error",
	503: "overloaded_error", 504: "timeout_error", 529: "overloaded_error",
}

// Error is the document of an error, also for one that comes before a request
// was read. code is ours, for programs; it stands where the API has such words.
// A prompt that does not fit is said in the API's own words, by which clients
// know that they must shorten it.
func Error(status int, code, message, requestID string) []byte {
	if code == "TOO_MANY_TOKENS" {
		message = "prompt is too long: " + message
	}
	kind, known := errorTypes[status]
	switch {
	case known:
	case status >= 500:
		kind = "api_error"
	default:
		kind = "invalid_request_error"
	}
	out := dialect.TextField([]byte{'{'}, "type", "error")
	out = failure(out, kind, code, message)
	if requestID != "" {
		out = dialect.TextField(out, "request_id", requestID)
	}
	return append(out, '}')
}

// failure appends the member that says what went wrong.
func failure(dst []byte, kind, code, message string) []byte {
	dst = dialect.TextField(dialect.Open(dst, "error"), "type", kind)
	dst = dialect.TextField(dst, "message", message)
	dst = dialect.TextField(dialect.Open(dst, "details"), "error_code", code)
	return append(dst, "}}"...)
}
