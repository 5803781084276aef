package httpapi

import (
	"cmp"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"stakegate/api"
	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/usage"
)

func (s *server) balance(r *http.Request, caller apikey.Key) (any, error) {
	standing, err := s.config.Books.Standing(r.Context(), caller.AccountID)
	if err != nil {
		return nil, err
	}
	var currency any
	switch {
	case standing.DIEM > 0:
		currency = money.DIEM
	case standing.USD > 0:
		currency = money.USD
	}
	balances := map[string]any{"diem": nil, "usd": nil}
	if standing.EverDIEM {
		balances["diem"] = standing.DIEM
	}
	if standing.HasUSD {
		balances["usd"] = standing.USD
	}
	return map[string]any{
		"canConsume": currency != nil, "consumptionCurrency": currency,
		"balances": balances, "diemEpochAllocation": standing.Allocation,
	}, nil
}

// rateLimits tells a key what it may do.
func (s *server) rateLimits(r *http.Request, caller apikey.Key) (any, error) {
	standing, err := s.config.Books.Standing(r.Context(), caller.AccountID)
	if err != nil {
		return nil, err
	}
	now := s.config.Now()
	budgets, err := s.config.Books.Budgets(r.Context(), ledger.KeyBudgetIDs(&caller, now))
	if err != nil {
		return nil, err
	}
	free := ledger.KeyFree(&caller, now, standing, budgets)
	return map[string]any{"data": map[string]any{
		"accessPermitted": free.DIEM > 0 || free.USD > 0,
		"apiTier":         map[string]any{"id": "paid", "isCharged": true},
		"balances":        map[string]money.Nano{"DIEM": free.DIEM, "USD": free.USD},
		"keyExpiration":   optionalTime(caller.ExpiresAt),
		"nextEpochBegins": timestamp(apikey.Epoch.Window(now).End),
		"rateLimits":      s.rateTable(),
		"epoch":           map[string]money.Nano{"allocation": standing.Allocation, "spent": standing.SpentDIEM, "held": standing.HeldDIEM},
	}}, nil
}

// rateLimitLog lists the account's newest denials.
func (s *server) rateLimitLog(r *http.Request, caller apikey.Key) (any, error) {
	denials, err := s.config.Denials.Denials(r.Context(), caller.AccountID)
	if err != nil {
		return nil, err
	}
	list := make([]any, len(denials))
	for i, denial := range denials {
		list[i] = map[string]any{
			"apiKeyId": denial.KeyID, "modelId": denial.ModelID, "rateLimitTier": denial.Tier,
			"rateLimitType": denial.Kind, "timestamp": timestamp(denial.At),
		}
	}
	return map[string]any{"data": list, "object": "list"}, nil
}

// rateTable lists the limits that the ledger enforces, from the catalogue that
// the gateway takes them from.
func (s *server) rateTable() []any {
	table := []any{}
	models := s.config.Catalog()
	for _, model := range models.Models() {
		tier, limited := models.Tier(model.Tier)
		if !limited {
			continue
		}
		limits := []any{}
		for _, limit := range []struct {
			kind   ledger.RateKind
			amount int64
		}{
			{ledger.RequestsPerMinute, tier.RequestsPerMinute},
			{ledger.RequestsPerDay, tier.RequestsPerDay},
			{ledger.TokensPerMinute, tier.TokensPerMinute},
		} {
			if limit.amount > 0 {
				limits = append(limits, map[string]any{"amount": limit.amount, "type": limit.kind})
			}
		}
		table = append(table, map[string]any{"apiModelId": model.ID, "rateLimits": limits})
	}
	return table
}

func (s *server) usageHistory(r *http.Request, caller apikey.Key) (any, error) {
	query, err := usage.ParseQuery(r.URL.Query())
	if err != nil {
		return nil, err
	}
	now := s.config.Now()
	page, err := s.config.History.Page(r.Context(), caller.AccountID, query, now)
	if err != nil || !acceptsCSV(r) {
		return page, err
	}
	return pageAsCSV(page, now)
}

// pageAsCSV is a page as a file to keep. Its name tells when it was made, so
// that the pages of a walk have different ones and sort in its order.
func pageAsCSV(page usage.Page, now time.Time) (any, error) {
	text, err := page.CSV()
	if err != nil {
		return nil, err
	}
	stamp := strings.Replace(now.UTC().Format("20060102T150405.000Z"), ".", "", 1)
	header := map[string]string{"Content-Disposition": "attachment; filename=billing-usage-history-" + stamp + ".csv"}
	if page.Next != "" {
		header["X-Next-Cursor"] = page.Next
	}
	return &document{contentType: "text/csv; charset=utf-8", header: header, body: text}, nil
}

// acceptsCSV reports whether a client lists text/csv among what it accepts,
// and not with a weight of zero (RFC 9110 section 12.5.1).
func acceptsCSV(r *http.Request) bool {
	for wanted := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		name, parameters, err := mime.ParseMediaType(wanted)
		if err != nil || name != "text/csv" {
			continue
		}
		weight, err := strconv.ParseFloat(cmp.Or(parameters["q"], "1"), 64)
		return err == nil && weight > 0
	}
	return false
}

// usageSunset answers for the route that usage-history has replaced, as Venice
// does since 2026-09-16.
func (s *server) usageSunset(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Deprecation", "@1783555200")              // RFC 9745
	header.Set("Sunset", "Wed, 16 Sep 2026 00:00:00 GMT") // RFC 8594
	header.Set("Link", "<"+apiPrefix+`/billing/usage-history>; rel="successor-version"`)
	s.writeError(w, r, &Error{
		Status: http.StatusGone, Code: "GONE", NoRetry: true,
		Text: "This endpoint was sunset on 2026-09-16. Use GET " + apiPrefix + "/billing/usage-history",
		Next: "Send pageSize and the nextCursor of each answer instead of limit and page, startTimestamp and endTimestamp instead of startDate and endDate.",
	})
}

func (s *server) usageAnalytics(r *http.Request, caller apikey.Key) (any, error) {
	now := s.config.Now()
	period, err := usage.ParsePeriod(r.URL.Query(), now)
	if err != nil {
		return nil, err
	}
	return s.config.Analytics.Report(r.Context(), caller.AccountID, period, now)
}

func (s *server) healthz(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, r, http.StatusOK, map[string]string{"status": "ok"})
}

type readiness struct {
	Status   string        `json:"status"`
	Degraded []Degradation `json:"degraded"`
}

func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.config.Ready(r.Context()); err != nil {
		s.writeError(w, r, &Error{
			Status: http.StatusServiceUnavailable, Text: "not ready", Code: "NOT_READY", Next: err.Error(), RetryAfter: busyRetryAfter,
		})
		return
	}
	answer := readiness{Status: "ready", Degraded: []Degradation{}}
	if s.config.Degraded != nil {
		answer.Degraded = s.config.Degraded()
	}
	writeJSON(w, r, http.StatusOK, answer)
}

func (s *server) openAPI(w http.ResponseWriter, r *http.Request) {
	send(w, r, http.StatusOK, "application/yaml", api.OpenAPI)
}

func (s *server) llms(w http.ResponseWriter, r *http.Request) {
	send(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte(s.config.Guide))
}

func (s *server) skill(w http.ResponseWriter, r *http.Request) {
	send(w, r, http.StatusOK, "text/markdown; charset=utf-8", []byte(s.config.Skill)) // RFC 7763
}

// network tells clients what they must know to deal with this server.
func (s *server) network(w http.ResponseWriter, r *http.Request) {
	send(w, r, http.StatusOK, "application/json", s.config.Network)
}
