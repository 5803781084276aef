package gateway

import (
	"net/http"
	"strconv"
	"time"

	"stakegate/internal/ledger"
)

// rates are the windows that the call counts in, by its model's tier. Tokens
// count as their bound until the call is settled.
func (c *call) rates(tokens int64) []ledger.Rate {
	tier, limited := c.catalog.Tier(c.model.Tier)
	if !limited {
		return nil
	}
	return []ledger.Rate{
		{Kind: ledger.RequestsPerMinute, Tier: c.model.Tier, Limit: tier.RequestsPerMinute, Amount: 1},
		{Kind: ledger.RequestsPerDay, Tier: c.model.Tier, Limit: tier.RequestsPerDay, Amount: 1},
		{Kind: ledger.TokensPerMinute, Tier: c.model.Tier, Limit: tier.TokensPerMinute, Amount: tokens},
	}
}

// rateHeaders shows where the account stands, in Venice's units: requests
// begin anew at a Unix time, tokens in a number of seconds. Of the two windows
// for requests the one with less room is shown.
func rateHeaders(header http.Header, rates []ledger.RateStatus, now time.Time) {
	var requests *ledger.RateStatus
	for i, rate := range rates {
		if rate.Kind == ledger.TokensPerMinute {
			seconds := int64((rate.ResetsAt.Sub(now) + time.Second - 1) / time.Second)
			setRate(header, "Tokens", rate, max(0, seconds))
			continue
		}
		if requests == nil || rate.Remaining < requests.Remaining {
			requests = &rates[i]
		}
	}
	if requests != nil {
		setRate(header, "Requests", *requests, requests.ResetsAt.Unix())
	}
}

func setRate(header http.Header, what string, rate ledger.RateStatus, reset int64) {
	header.Set("X-Ratelimit-Limit-"+what, strconv.FormatInt(rate.Limit, 10))
	header.Set("X-Ratelimit-Remaining-"+what, strconv.FormatInt(rate.Remaining, 10))
	header.Set("X-Ratelimit-Reset-"+what, strconv.FormatInt(reset, 10))
}

// rateLimited is the answer to a call that a window has no room for.
func rateLimited(limited *ledger.RateLimited, now time.Time) *Error {
	if limited.Never {
		return &Error{
			Status: http.StatusTooManyRequests, Code: "RATE_LIMIT_EXCEEDED", NoRetry: true,
			Message: "Rate limit exceeded: this request alone may take more tokens than a whole minute has (" +
				strconv.FormatInt(limited.Limit, 10) + "); send a smaller one or a lower max_tokens",
		}
	}
	return &Error{
		Status: http.StatusTooManyRequests, Code: "RATE_LIMIT_EXCEEDED", Message: "Rate limit exceeded",
		RetryAfter: max(time.Second, limited.ResetsAt.Sub(now)),
	}
}
