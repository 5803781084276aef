package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Retry is how often a client repeats what may be repeated, and how long it
// waits in all. A server's Retry-After goes before the client's own pauses,
// which double from a quarter of a second to eight.
//
// What only reads, revokes or sets is repeated after any failure that may pass.
// What makes something (a key, a secret, a call that costs money) is repeated
// only if the server said that it did nothing: a 429, or a 503 that names a
// time. After a lost answer it is not.
type Retry struct {
	Tries int           // calls in all; below 2 repeats nothing
	Total time.Duration // of the waits together; 0 is 90 s
}

// DefaultRetry is enough to get over a restart of the server.
var DefaultRetry = Retry{Tries: 8, Total: 90 * time.Second}

// WithRetry returns a client that repeats what fails for a while.
func (c *Client) WithRetry(retry Retry) *Client {
	with := *c
	with.retry = retry
	return &with
}

func (r Retry) backoff() backoff {
	patience := apiBackoff
	patience.tries = max(r.Tries, 1)
	if r.Total > 0 {
		patience.total = r.Total
	}
	return patience
}

// NextStep says what can be done about an error of this package, in a sentence
// without an end; "" if nothing is known.
func NextStep(err error) string {
	var known interface{ NextStep() string }
	switch {
	case errors.As(err, &known):
		return known.NextStep()
	case errors.Is(err, ErrForeignToken):
		return "check the API address: it must be the one that the server calls itself; else do not use this server"
	case errors.Is(err, ErrBusy):
		return "wait until the other run ends"
	}
	return ""
}

// NextStep is the server's advice, or what its status means.
func (e *APIError) NextStep() string {
	if e.Advice != "" {
		return e.Advice
	}
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType:
		if noStake(e) {
			return "stake more, or wait until the server has seen the stake"
		}
		return "change the request: the server says what is wrong with it"
	case http.StatusUnauthorized:
		return "the key is unknown, revoked or expired, or may not do this: use another one, or mint a new one with the wallet"
	case http.StatusPaymentRequired:
		return e.whenPaid()
	case http.StatusForbidden:
		return "use a key that may do this"
	case http.StatusNotFound, http.StatusGone:
		return "list what there is: it may have another id, or be gone"
	case http.StatusConflict:
		return "it was done before: look at what it did instead of sending it again"
	case http.StatusRequestEntityTooLarge:
		return "send less"
	}
	switch {
	case e.Status >= 300 && e.Status < 400:
		return "use the address that the server names, if you trust it"
	case e.RetryAfter > 0:
		return fmt.Sprintf("try again in %s", e.RetryAfter)
	case e.Retryable():
		return "try again later"
	}
	return ""
}

// whenPaid says what helps a budget that is spent.
func (e *APIError) whenPaid() string {
	switch {
	case e.Budget == nil:
		return "wait for the next epoch (00:00 UTC), raise the key's limit, or stake more"
	case e.Budget.Scope == "account" && e.Budget.ResetsAt != "":
		return fmt.Sprintf("stake more, or wait until %s", e.Budget.ResetsAt)
	case e.Budget.ResetsAt != "":
		return fmt.Sprintf("raise the key's limit, or wait until %s", e.Budget.ResetsAt)
	}
	return "raise the key's limit: it never begins anew"
}

// NextStep says that the server may have acted.
func (e *TransportError) NextStep() string {
	switch {
	case errors.Is(e.err, context.Canceled):
		return ""
	case e.Method == http.MethodPost:
		return "look whether the server did it (list the keys) before you send it again"
	}
	return "check the address and the network, and try again"
}

const maxMemberErrors = 16

// memberErrors flattens the tree of a DetailedError: complaints about a value
// stand in _errors, those about its members under their names.
func memberErrors(tree []byte) []MemberError {
	var found []MemberError
	var walk func(path string, node any, depth int)
	walk = func(path string, node any, depth int) {
		object, is := node.(map[string]any)
		if !is || depth > 8 {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if name != "_errors" {
				walk(joinPath(path, name), object[name], depth+1)
				continue
			}
			complaints, _ := object[name].([]any)
			for _, complaint := range complaints {
				if text, is := complaint.(string); is && len(found) < maxMemberErrors {
					found = append(found, MemberError{Member: path, Text: text})
				}
			}
		}
	}
	var root any
	if json.Unmarshal(tree, &root) != nil {
		return nil
	}
	walk("", root, 0)
	return found
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
