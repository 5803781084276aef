package usage

import (
	"encoding/json"
	"time"

	"stakegate/internal/money"
)

// TimeFormat is how the history writes times: UTC with milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z"

type pageJSON struct {
	Data       []entryJSON `json:"data"`
	NextCursor *string     `json:"nextCursor"`
}

type entryJSON struct {
	Timestamp        string         `json:"timestamp"`
	Currency         money.Currency `json:"currency"`
	Amount           money.Nano     `json:"amount"`
	PricePerUnitUSD  money.Nano     `json:"pricePerUnitUsd"`
	SKU              string         `json:"sku"`
	Units            Units          `json:"units"`
	Notes            string         `json:"notes"`
	InferenceDetails detailsJSON    `json:"inferenceDetails"`
}

type detailsJSON struct {
	RequestID        string `json:"requestId"`
	PromptTokens     *int64 `json:"promptTokens"`
	CompletionTokens *int64 `json:"completionTokens"`
	ExecutionMS      *int64 `json:"inferenceExecutionTime"`
}

// MarshalJSON writes the page as Venice's usage-history does; every number is
// an exact decimal.
func (p Page) MarshalJSON() ([]byte, error) {
	out := pageJSON{Data: make([]entryJSON, len(p.Entries))}
	for i, e := range p.Entries {
		out.Data[i] = entryJSON{
			Timestamp: e.At.UTC().Format(TimeFormat), Currency: e.Currency, Amount: e.Amount,
			PricePerUnitUSD: e.PricePerUnit, SKU: e.SKU, Units: e.Units, Notes: e.Notes,
			InferenceDetails: detailsJSON{e.RequestID, e.PromptTokens, e.CompletionTokens, milliseconds(e.ExecutionTime)},
		}
	}
	if p.Next != "" {
		out.NextCursor = &p.Next
	}
	return json.Marshal(out)
}

func milliseconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	ms := d.Milliseconds()
	return &ms
}
