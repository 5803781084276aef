package httpapi

import (
	"encoding/json"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
)

// keyAnswer is a key as the API shows it, with its spending of the last seven
// days and of the current period where they are known.
func keyAnswer(key apikey.Key, week, period *ledger.Settled) map[string]any {
	answer := map[string]any{
		"id": key.ID, "apiKeyType": key.Type, "description": key.Description,
		"consumptionLimits": limitsAnswer(key.Limits), "limitPeriod": key.Period, "modelPrivacy": key.Privacy,
		"createdAt": timestamp(key.CreatedAt), "expiresAt": optionalTime(key.ExpiresAt),
		"lastUsedAt": optionalTime(key.LastUsedAt), "last6Chars": key.Last6,
	}
	scopeAnswer(answer, key)
	if week != nil {
		answer["usage"] = map[string]any{"trailingSevenDays": map[string]string{
			"usd": week.USD.String(), "diem": week.DIEM.String(), "vcu": "0",
		}}
	}
	if period != nil {
		answer["currentPeriodUsage"] = map[string]string{"usd": period.USD.String(), "diem": period.DIEM.String()}
	}
	return answer
}

func createdAnswer(minted issuer.Minted) any {
	key := minted.Key
	data := map[string]any{
		"apiKey": minted.Secret.Reveal(), "apiKeyType": key.Type, "consumptionLimit": limitsAnswer(key.Limits),
		"limitPeriod": key.Period, "modelPrivacy": key.Privacy, "description": key.Description,
		"expiresAt": optionalTime(key.ExpiresAt), "id": key.ID,
	}
	scopeAnswer(data, key)
	return map[string]any{"success": true, "data": data}
}

// scopeAnswer adds what narrows a key beside its limits, and its parent. A key
// without these has Venice's members alone.
func scopeAnswer(answer map[string]any, key apikey.Key) {
	if len(key.ParentIDs) > 0 {
		answer["parentId"] = key.ParentIDs[0]
	}
	if key.Scope.Models != nil {
		answer["allowedModels"] = key.Scope.Models
	}
	if key.Scope.Networks != nil {
		answer["allowedNetworks"] = key.Scope.Networks
	}
	if key.Scope.MaxInFlight > 0 {
		answer["maxInFlight"] = key.Scope.MaxInFlight
	}
}

// limitsAnswer shows limits as JSON numbers in the caller's own digits.
func limitsAnswer(limits apikey.Limits) map[string]any {
	number := func(limit *apikey.Limit) any {
		if limit == nil {
			return nil
		}
		return json.Number(limit.Text)
	}
	return map[string]any{"usd": number(limits.USD), "diem": number(limits.DIEM), "vcu": number(limits.VCU)}
}

func optionalTime(at *time.Time) any {
	if at == nil {
		return nil
	}
	return timestamp(*at)
}
