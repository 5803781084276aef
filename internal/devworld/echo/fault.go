package echo

import (
	"net/http"
	"strconv"
)

// Canary is in everything that an operator would not want his customers to see
// of his upstream: error texts, cookies, headers. No client may ever get it.
const Canary = "canary-of-the-upstream"

// Fault is a way to misbehave.
type Fault int32

// Faults. Calls that are answered with an error or a redirect are not billed;
// all others are, in full, as a real server would.
const (
	FaultNone Fault = iota

	FaultNoUsage         // the usage is missing
	FaultZeroUsage       // the usage is all zeroes
	FaultAbsurdUsage     // the usage is beyond any context
	FaultNegativeUsage   // the usage is below zero
	FaultFractionalUsage // the usage is half a token more than the truth
	FaultFixedUsage      // the usage is always FixedPrompt and FixedCompletion
	FaultTextUsage       // the usage is a text
	FaultUsageInChunks   // every chunk has the usage so far
	FaultTwoUsages       // a usage of half the answer comes before the true one

	FaultBadRequest     // 400 at once
	FaultUnauthorized   // 401 at once
	FaultNotFound       // 404 at once
	FaultRequestTimeout // 408 at once
	FaultRateLimited    // 429 at once, with Retry-After
	FaultServerError    // 500 at once
	FaultBadGateway     // 502 at once
	FaultUnavailable    // 503 at once, with Retry-After
	FaultGatewayTimeout // 504 at once
	FaultRedirect       // 307 at once, to a place that counts who comes

	FaultStallHeaders // nothing at all, until the client leaves
	FaultStallFirst   // nothing after the headers
	FaultStall        // nothing more after the first chunk

	FaultDisconnectHeaders // the connection ends before the headers
	FaultDisconnectFirst   // the connection ends after the headers
	FaultDisconnect        // the connection ends in the middle of the answer
	FaultDisconnectUsage   // the connection ends before the usage
	FaultDisconnectDone    // the connection ends before [DONE]
	FaultNoDone            // the answer ends well, but [DONE] is left out

	FaultIgnoresCap  // four times as many tokens as the cap allows
	FaultWrongIndex  // choices have indices that nobody asked for
	FaultErrorEvent  // an error in place of the second half of a stream, or of the answer
	FaultInvalidJSON // what should be JSON is not
	FaultHugeLine    // a line of a gigabyte
	FaultContentType // the right answer under the wrong type
	FaultCompressed  // compressed, though nobody asked for it
	FaultLeaks       // cookies and headers with the Canary
	FaultEmpty       // 200 and nothing

	endOfFaults
)

// LastFault is the last one there is.
const LastFault = endOfFaults - 1

// What FaultFixedUsage reports.
const (
	FixedPrompt     = 7
	FixedCompletion = 3
)

// Point is a place in an answer.
type Point int

// Points, in the order in which an answer comes to them. An answer that is not
// streamed has PointHeaders, PointMiddle and PointEnd.
const (
	PointHeaders Point = iota // the call is billed, nothing is sent
	PointFirst                // the headers are sent, or about to be with what follows
	PointMiddle               // half of the answer is sent
	PointUsage                // the next event is the usage
	PointDone                 // the next event is the end
	PointEnd                  // everything is sent
)

// stallsAt and breaksAt say where a fault ends the answer.
var (
	stallsAt = map[Fault]Point{FaultStallHeaders: PointHeaders, FaultStallFirst: PointFirst, FaultStall: PointMiddle}
	breaksAt = map[Fault]Point{
		FaultDisconnectHeaders: PointHeaders, FaultDisconnectFirst: PointFirst, FaultDisconnect: PointMiddle,
		FaultDisconnectUsage: PointUsage, FaultDisconnectDone: PointDone,
	}
)

// atOnce are the faults that refuse a call.
var atOnce = map[Fault]apiError{
	FaultBadRequest:     {status: http.StatusBadRequest, Type: "invalid_request_error"},
	FaultUnauthorized:   {status: http.StatusUnauthorized, Type: "authentication_error"},
	FaultNotFound:       {status: http.StatusNotFound, Type: "not_found_error"},
	FaultRequestTimeout: {status: http.StatusRequestTimeout, Type: "timeout_error"},
	FaultRateLimited:    {status: http.StatusTooManyRequests, Type: "rate_limit_error", retryAfter: 1},
	FaultServerError:    {status: http.StatusInternalServerError, Type: "server_error"},
	FaultBadGateway:     {status: http.StatusBadGateway, Type: "server_error"},
	FaultUnavailable:    {status: http.StatusServiceUnavailable, Type: "server_error", retryAfter: 7},
	FaultGatewayTimeout: {status: http.StatusGatewayTimeout, Type: "server_error"},
	FaultRedirect:       {status: http.StatusTemporaryRedirect, Type: "redirect"},
}

const redirectedTo = "/v1/elsewhere"

// refuseAtOnce is the error of a fault that answers before anything is done.
func (c *call) refuseAtOnce() error {
	refusal, is := atOnce[c.fault]
	if !is {
		return nil
	}
	refusal.Message = http.StatusText(refusal.status) + ", says " + Canary
	if refusal.retryAfter > 0 {
		c.w.Header().Set("Retry-After", strconv.Itoa(refusal.retryAfter))
	}
	if c.fault == FaultRedirect {
		c.w.Header().Set("Location", redirectedTo)
	}
	return &refusal
}

// leak sets headers that belong to the operator alone.
func (c *call) leak() {
	if c.fault != FaultLeaks {
		return
	}
	h := c.w.Header()
	h.Set("Set-Cookie", "session="+Canary+"; Path=/")
	for _, name := range []string{"Server", "Openai-Organization", "X-Request-Id", "X-Api-Key", "X-Upstream-Account", "Www-Authenticate", "Link"} {
		h.Set(name, Canary)
	}
	h.Set("X-Ratelimit-Remaining-Requests", "987654321")
	h.Set("Access-Control-Allow-Origin", "https://"+Canary)
	h.Set("Strict-Transport-Security", "max-age=1")
}

// redirected counts who follows a redirect.
func (s *Server) redirected(w http.ResponseWriter, _ *http.Request) {
	s.books.follow()
	w.WriteHeader(http.StatusNoContent)
}
