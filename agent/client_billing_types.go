package agent

// Allocation is what an account's allocation of this epoch comes from.
type Allocation struct {
	Epoch           string             `json:"epoch"` // YYYYMMDD, the day in UTC
	NextEpochBegins string             `json:"nextEpochBegins"`
	Block           AllocationBlock    `json:"block"`
	Sources         []AllocationSource `json:"sources"`
	LastChange      *struct {
		At     string `json:"at"`
		Reason string `json:"reason"`
	} `json:"lastChange"`
}

// AllocationBlock is the block that stakes were read at.
type AllocationBlock struct {
	Number uint64 `json:"number"`
	Time   string `json:"time"`
}

// AllocationSource is one source; amounts are of whole tokens.
type AllocationSource struct {
	Source     string  `json:"source"`
	DIEM       Decimal `json:"diem"`
	NextDIEM   Decimal `json:"nextEpochDiem"`
	Staked     Decimal `json:"staked"`
	Counted    Decimal `json:"counted"`
	Minimum    Decimal `json:"minimum"`
	Rule       string  `json:"rule"` // immediate or snapshot
	RuleReason string  `json:"ruleReason"`
	Total      Decimal `json:"total"` // of a pool; "" elsewhere
	Pool       Decimal `json:"pool"`  // of a pool; "" elsewhere
	Rate       Decimal `json:"rate"`  // of a rate; "" elsewhere
	Snapshot   *struct {
		Staked Decimal         `json:"staked"`
		Block  AllocationBlock `json:"block"`
	} `json:"snapshot"`
}

// UsageEntry is one item of a bill in one currency.
type UsageEntry struct {
	Timestamp    string  `json:"timestamp"`
	Currency     string  `json:"currency"`
	Amount       Decimal `json:"amount"` // negative: it was taken from the balance
	PricePerUnit Decimal `json:"pricePerUnitUsd"`
	SKU          string  `json:"sku"`
	Units        Decimal `json:"units"`
	Notes        string  `json:"notes"`
	Inference    *struct {
		RequestID        string `json:"requestId"`
		PromptTokens     *int64 `json:"promptTokens"`
		CompletionTokens *int64 `json:"completionTokens"`
		Milliseconds     *int64 `json:"inferenceExecutionTime"`
	} `json:"inferenceDetails"`
}

// UsageAnalytics sums usage up.
type UsageAnalytics struct {
	Lookback string `json:"lookback"`
	ByDate   []struct {
		Date string  `json:"date"`
		USD  Decimal `json:"USD"`
		DIEM Decimal `json:"DIEM"`
	} `json:"byDate"`
	ByModel []struct {
		Model     string  `json:"modelName"`
		UnitType  string  `json:"unitType"`
		ModelType string  `json:"modelType"`
		USD       Decimal `json:"totalUsd"`
		DIEM      Decimal `json:"totalDiem"`
		Units     Decimal `json:"totalUnits"`
		Breakdown []struct {
			Type  string  `json:"type"`
			USD   Decimal `json:"usd"`
			DIEM  Decimal `json:"diem"`
			Units Decimal `json:"units"`
		} `json:"breakdown"`
	} `json:"byModel"`
	// ModelDays and KeyDays have, beside "date" in Unix milliseconds, what was
	// spent on that day by name.
	ModelDays []map[string]Decimal `json:"byModelDaily"`
	TopModels []string             `json:"topModels"`
	ByKey     []struct {
		KeyID       string  `json:"apiKeyId"`
		Description string  `json:"description"`
		USD         Decimal `json:"totalUsd"`
		DIEM        Decimal `json:"totalDiem"`
		Units       Decimal `json:"totalUnits"`
	} `json:"byKey"`
	KeyDays []map[string]Decimal `json:"byKeyDaily"`
	TopKeys []string             `json:"topKeyNames"`
}
