package gateway

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"stakegate/internal/ledger"
	"stakegate/internal/strictjson"
)

// Error is why a call got no answer. Nothing of the answer was written when
// it is returned. Its words may be sent to the client.
type Error struct {
	Status int
	Code   string // stable, for programs: "MODEL_NOT_FOUND"
	// Message is a sentence; for a Status of 400 with a Member it completes
	// the sentence "<member> ...".
	Message string
	// Member is the dotted path of the request's member at fault, for 400.
	Member string
	// Refusal has the budget that did not cover the call, for 402 and 429.
	Refusal *ledger.Refusal
	// AffordableMaxTokens is the output cap that would be admitted now, for
	// 402 and 429 with a Refusal.
	AffordableMaxTokens *int64
	// Repeated is the call that was made before under the same idempotency
	// key, for 409 and 422.
	Repeated   *ledger.Repeated
	RetryAfter time.Duration // 0: time does not help
	// NoRetry: sending the same call again would be charged again or refused
	// again, so that clients must not do it by themselves.
	NoRetry bool
}

func (e *Error) Error() string {
	if e.Member != "" {
		return e.Member + " " + e.Message
	}
	return e.Message
}

const maxMember = 200 // bytes of a member's path that an error repeats

// invalid is the error for a member that is not as it should be.
func invalid(member, problem string) *Error {
	if len(member) > maxMember {
		cut := maxMember
		for !utf8.RuneStart(member[cut]) {
			cut--
		}
		member = member[:cut] + "…"
	}
	return &Error{Status: 400, Code: "INVALID_REQUEST", Member: member, Message: problem, NoRetry: true}
}

// malformed is the error for a body that strictjson refuses.
func malformed(err error) *Error {
	var strict *strictjson.Error
	if errors.As(err, &strict) && strict.Member != "" {
		return invalid(strict.Member, strict.Problem)
	}
	if strict != nil {
		return invalid("", "The body "+strict.Problem+".")
	}
	return invalid("", "The body is not valid JSON.")
}

func unknownModel() *Error {
	return &Error{Status: 404, Code: "MODEL_NOT_FOUND", Message: "Specified model not found", NoRetry: true}
}

func busy(message string, after time.Duration) *Error {
	return &Error{Status: 503, Code: "SERVICE_UNAVAILABLE", Message: message, RetryAfter: after}
}

// clientLeft is for the record: nobody is there to read it.
func clientLeft() *Error {
	return &Error{Status: 499, Code: "CLIENT_CLOSED_REQUEST", Message: "client closed the request", NoRetry: true}
}

// holdError says why there was no hold.
func holdError(err error) *Error {
	var refusal *ledger.Refusal
	var repeat *ledger.Repeated
	var running *ledger.InFlight
	switch {
	case errors.As(err, &refusal):
		return refused(refusal)
	case errors.As(err, &repeat):
		return repeated(repeat)
	case errors.As(err, &running):
		return tooManyRunning(running)
	case errors.Is(err, ledger.ErrModel):
		return &Error{
			Status: 403, Code: "MODEL_NOT_ALLOWED", NoRetry: true,
			Message: "Unauthorized access: the allowedModels of this key, or of a key above it, do not have the model",
		}
	case errors.Is(err, ledger.ErrKey):
		return &Error{Status: 401, Code: "AUTHENTICATION_FAILED", Message: "Authentication failed", NoRetry: true}
	case errors.Is(err, ledger.ErrBlocked):
		return &Error{Status: 403, Code: "ACCOUNT_BLOCKED", NoRetry: true, Message: "Unauthorized access: this account is blocked by the operator"}
	case errors.Is(err, ledger.ErrPrivacy):
		return &Error{
			Status: 403, Code: "UNAUTHORIZED", NoRetry: true,
			Message: "Unauthorized access: this key's modelPrivacy does not admit the model",
		}
	case errors.Is(err, ledger.ErrNoGrant):
		return busy("The account's allocation has not been read from the chain yet. Please try again.", 2*time.Second)
	default:
		return busy("The call could not be booked and was not made. Please try again.", time.Second)
	}
}

// tooManyRunning says whose cap on calls in flight is reached.
func tooManyRunning(running *ledger.InFlight) *Error {
	whose := "this key"
	if running.Parent {
		whose = "a key above this one, with the keys below it,"
	}
	return &Error{
		Status: 429, Code: "IN_FLIGHT_LIMIT_EXCEEDED", RetryAfter: time.Second,
		Message: fmt.Sprintf("Rate limit exceeded: %s has %d calls in flight, and may have %d. Please try again when one has ended.",
			whose, running.Running, running.Limit),
	}
}

// refused says which budget stood in the way. 429 is for money that is only
// set aside for calls in flight, so that clients retry by themselves.
func refused(refusal *ledger.Refusal) *Error {
	e := &Error{Status: 402, Refusal: refusal, NoRetry: true}
	switch {
	case refusal.OnlyHeld:
		e.Status, e.Code, e.NoRetry, e.RetryAfter = 429, "BUDGET_HELD", false, time.Second
		e.Message = "What is left of the budget is set aside for calls in flight. Please try again."
	case refusal.Scope == "key", refusal.Scope == "parent":
		e.Code = "API_KEY_" + string(refusal.Currency) + "_SPEND_LIMIT_EXCEEDED"
		e.Message = "API key " + string(refusal.Currency) + " spend limit exceeded"
		if refusal.Scope == "parent" {
			e.Message += " for a key above this one"
		}
	default:
		e.Code = "INSUFFICIENT_BALANCE"
		e.Message = "Insufficient USD or Diem balance to complete request"
	}
	return e
}
