package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
	"stakegate/internal/upstream"
)

// Upstreams reaches the model servers, as *upstream.Pool does. A call is sent
// at most once: the error of one of which a byte was written is an
// *upstream.Error that says so.
type Upstreams interface {
	Send(ctx context.Context, call upstream.Call) (*upstream.Response, error)
}

// Limits of what is read of an upstream's answer that is an error.
const (
	maxErrorBody  = 64 << 10
	maxRetryAfter = time.Hour
)

// downRetryAfter is when to ask again for a model whose servers are all away.
const downRetryAfter = 5 * time.Second

// Causes that end an upstream call from our side.
var (
	// Not a timeout of the upstream: a client that reads slowly can make its
	// own call last so long, and others must not pay for it with a server that
	// counts as broken.
	errTooLong   = errors.New("the whole call took too long")
	errSilent    = fmt.Errorf("%w: silence", upstream.ErrTimeout)
	errKeyEnded  = errors.New("key was revoked or has expired")
	errComplete  = errors.New("answer is complete")
	errAbandoned = errors.New("client left and the call could not be finished")
)

// failure is an upstream call without an answer.
type failure struct {
	err *Error
	// free: it is certain that the upstream has nothing to bill.
	free bool
	// prompt: it bills the prompt, and nothing else.
	prompt bool
}

func free(problem *Error) *failure { return &failure{err: problem, free: true} }

// asking is how a call is put to an upstream.
type asking func(server catalog.Upstream, model string) (upstream.Request, error)

// ask makes the upstream call, at most once. On success the answer is a 2xx;
// its body must be closed. The context decides how long it may take.
func (c *paid) ask(ctx context.Context, how asking) (*upstream.Response, *failure) {
	response, err := c.g.upstreams.Send(ctx, upstream.Call{Model: c.model, Make: c.told(how)})
	if err != nil {
		return nil, c.unanswered(ctx, err)
	}
	c.traceAnswer(response)
	if response.StatusCode >= 200 && response.StatusCode <= 299 {
		return response, nil
	}
	defer response.Body.Close()
	f := c.reshape(ctx, response)
	if f.free && response.Upstream.ChargePrompt {
		f.free, f.prompt, f.err.NoRetry, f.err.RetryAfter = false, true, true, 0
		f.err.Message = strings.Replace(f.err.Message, "Nothing was charged.", "The prompt was charged.", 1)
	}
	return nil, f
}

// unanswered turns what kept a call from being answered into an error.
func (c *paid) unanswered(ctx context.Context, err error) *failure {
	var problem *Error
	var shape *strictjson.Error
	var tried *upstream.Error
	switch {
	case errors.As(err, &problem):
		return free(problem)
	case errors.As(err, &shape): // the server's API has no such thing
		return free(malformed(err))
	case errors.Is(err, upstream.ErrSaturated):
		return free(&Error{
			Status: 503, Code: "MODEL_AT_CAPACITY", RetryAfter: time.Second,
			Message: "The model is at capacity. Nothing was charged. Please try again later.",
		})
	case errors.Is(err, upstream.ErrDown):
		return free(&Error{
			Status: 503, Code: "MODEL_OFFLINE", RetryAfter: downRetryAfter,
			Message: "None of the model's servers answers at the moment. Nothing was charged. Please try again later.",
		})
	case errors.As(err, &tried) && tried.Written:
		return &failure{err: c.broken(ctx, err)}
	}
	c.g.log.Warn("upstream cannot be reached", "model", c.model.ID, "request_id", c.id)
	return free(unreachable())
}

// statusOverloaded is what Anthropic answers when it is overloaded.
const statusOverloaded = 529

// reshape turns an upstream's error into ours. Nothing of its text goes on.
func (c *paid) reshape(ctx context.Context, response *upstream.Response) *failure {
	c.g.log.Warn("upstream answered an error", "upstream", response.Upstream.Name, "status", response.StatusCode, "request_id", c.id)
	switch response.StatusCode {
	case http.StatusRequestTimeout, 499:
		return &failure{err: c.broken(ctx, nil)} // it gave up in the middle; what it bills is unknown
	case http.StatusTooManyRequests:
		return free(&Error{
			Status: 429, Code: "MODEL_OVERLOADED", RetryAfter: c.retryAfter(response.Response),
			Message: "The model is overloaded. Nothing was charged. Please try again later.",
		})
	case http.StatusServiceUnavailable, statusOverloaded:
		return free(&Error{
			Status: 503, Code: "MODEL_AT_CAPACITY", RetryAfter: c.retryAfter(response.Response),
			Message: "The model is at capacity. Nothing was charged. Please try again later.",
		})
	case http.StatusGatewayTimeout:
		return free(&Error{
			Status: 504, Code: "REQUEST_TIMEOUT", RetryAfter: time.Second,
			Message: "The model took too long to answer. Nothing was charged.",
		})
	case 400, 413, 415, 422:
		return free(refusedByModel(response.Response))
	default: // redirects, missing models, bad credentials, broken servers: the operator's to mend
		return free(&Error{
			Status: 502, Code: "INFERENCE_FAILED", RetryAfter: time.Second,
			Message: "Inference processing failed: the model server answered with an error. Nothing was charged.",
		})
	}
}

// refusedByModel explains a 400 of the upstream as far as it says so in one of
// the ways that everybody uses.
func refusedByModel(response *http.Response) *Error {
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	members, _ := object(body)
	detail, _ := find(members, "error")
	inner, _ := object(detail)
	codeValue, _ := find(inner, "code")
	messageValue, _ := find(inner, "message")
	code, _ := str(codeValue)
	// Anthropic has no code for it.
	if message, _ := str(messageValue); code == "context_length_exceeded" || strings.HasPrefix(message, "prompt is too long") {
		return &Error{
			Status: 400, Code: "TOO_MANY_TOKENS", Member: "messages", NoRetry: true,
			Message: "and the output cap are more than the model's context holds",
		}
	}
	return &Error{
		Status: 400, Code: "INVALID_REQUEST", NoRetry: true,
		Message: "The model server refused the request as invalid (status " + strconv.Itoa(response.StatusCode) +
			"). Nothing was charged.",
	}
}

// retryAfter is the pause that the server asks for, within bounds.
func (c *paid) retryAfter(response *http.Response) time.Duration {
	return min(max(upstream.RetryAfter(response.Header, c.g.now()), time.Second), maxRetryAfter)
}

func unreachable() *Error {
	return &Error{
		Status: 502, Code: "UPSTREAM_UNAVAILABLE", RetryAfter: time.Second,
		Message: "The model server could not be reached. Nothing was charged.",
	}
}

// charged is said of calls whose cost is unknown.
const charged = " The call was charged in full, because its cost is unknown."

func tookTooLong() *Error {
	return &Error{
		Status: 504, Code: "REQUEST_TIMEOUT", NoRetry: true,
		Message: "The model took too long to answer." + charged,
	}
}

// broken is the error of a call that ended without an answer although the
// upstream may bill it. The context's cause tells whose doing it was, or else
// the error, if there is one.
func (c *paid) broken(ctx context.Context, err error) *Error {
	var tried *upstream.Error
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, upstream.ErrTimeout), errors.Is(cause, errTooLong):
		return tookTooLong()
	case errors.Is(cause, errKeyEnded):
		return &Error{
			Status: 401, Code: "AUTHENTICATION_FAILED_INACTIVE_KEY", NoRetry: true,
			Message: "The API key was revoked or has expired while the call was running." + charged,
		}
	case errors.Is(cause, errAbandoned):
		return clientLeft()
	case errors.Is(cause, errShutdown):
		return &Error{
			Status: 503, Code: "SERVICE_UNAVAILABLE", NoRetry: true,
			Message: "The server is shutting down." + charged,
		}
	case errors.As(err, &tried) && tried.Timeout, errors.Is(err, context.DeadlineExceeded):
		return tookTooLong()
	}
	return &Error{
		Status: 502, Code: "INFERENCE_FAILED", NoRetry: true,
		Message: "Inference processing failed: the model server broke off." + charged,
	}
}
