package httpapi

import (
	"maps"
	"net/http"

	"stakegate/api"
	"stakegate/internal/apikey"
	"stakegate/internal/catalog"
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
	for _, model := range s.config.Catalog.Models() {
		tier, limited := s.config.Catalog.Tier(model.Tier)
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
	return s.config.History.Page(r.Context(), caller.AccountID, query, s.config.Now())
}

func (s *server) listModels(r *http.Request) (any, error) {
	kind, err := modelType(r, allTypes)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, model := range s.config.Catalog.Models() {
		if kind == allTypes || kind == string(model.Type) {
			list = append(list, modelAnswer(model))
		}
	}
	return map[string]any{"data": list, "object": "list", "type": kind}, nil
}

func (s *server) modelTraits(r *http.Request) (any, error) {
	return s.nameMap(r, s.config.Catalog.Traits)
}

func (s *server) compatibilityMapping(r *http.Request) (any, error) {
	return s.nameMap(r, s.config.Catalog.Compatibility)
}

func (s *server) nameMap(r *http.Request, names func(catalog.Type) map[string]string) (any, error) {
	kind, err := modelType(r, string(catalog.Text))
	if err != nil {
		return nil, err
	}
	data := map[string]string{}
	if kind == allTypes { // a name that two types share is the text model's
		maps.Copy(data, names(catalog.Embedding))
		maps.Copy(data, names(catalog.Text))
	} else {
		maps.Copy(data, names(catalog.Type(kind)))
	}
	return map[string]any{"data": data, "object": "list", "type": kind}, nil
}

// allTypes is the value of the parameter type for models of every type.
const allTypes = "all"

var modelTypes = map[string]bool{
	"asr": true, "embedding": true, "image": true, "music": true, "text": true, "tts": true,
	"upscale": true, "inpaint": true, "video": true, "all": true, "code": true,
}

// modelType reads the parameter type.
func modelType(r *http.Request, otherwise string) (string, error) {
	kind := r.URL.Query().Get("type")
	if kind == "" {
		return otherwise, nil
	}
	if !modelTypes[kind] {
		return "", invalid("type", "is not a type of models")
	}
	return kind, nil
}

func modelAnswer(model *catalog.Model) map[string]any {
	price := func(n money.Nano) map[string]money.Nano { return map[string]money.Nano{"usd": n, "diem": n} }
	spec := map[string]any{
		"name": model.Name, "privacy": model.Privacy, "availableContextTokens": model.Context,
		"traits": append([]string{}, model.Traits...),
	}
	pricing := map[string]any{"input": price(model.Price.Input)}
	if model.Type == catalog.Text {
		pricing["output"] = price(model.Price.Output)
		spec["maxCompletionTokens"] = model.MaxOutput
	}
	spec["pricing"] = pricing
	if model.Description != "" {
		spec["description"] = model.Description
	}
	return map[string]any{
		"id": model.ID, "object": "model", "type": model.Type, "owned_by": "stakegate",
		"created": model.Created, "context_length": model.Context, "model_spec": spec,
	}
}

func (s *server) healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.config.Ready(r.Context()); err != nil {
		s.writeError(w, r, &Error{
			Status: http.StatusServiceUnavailable, Text: "not ready", Code: "NOT_READY", Next: err.Error(), RetryAfter: busyRetryAfter,
		})
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}

func (s *server) openAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(api.OpenAPI)
}

func (s *server) llms(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(s.config.Guide))
}
