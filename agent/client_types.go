package agent

import (
	"encoding/json"
	"errors"
	"strings"
)

// KeyType says what a key may do.
type KeyType string

// An INFERENCE key may call models; an ADMIN key may also manage its account.
const (
	Inference KeyType = "INFERENCE"
	Admin     KeyType = "ADMIN"
)

// Decimal is a JSON number by its text, so that no digit is lost.
type Decimal string

// ParseDecimal accepts plain non-negative decimals such as 10 or 0.25.
func ParseDecimal(text string) (Decimal, error) {
	if _, err := ParseAmount(text); err != nil {
		return "", err
	}
	whole, fraction, _ := strings.Cut(text, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0" // JSON has no leading zeros
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return Decimal(whole), nil
}

// MarshalJSON writes the number.
func (d Decimal) MarshalJSON() ([]byte, error) {
	if d == "" {
		return []byte("null"), nil
	}
	return []byte(d), nil
}

// UnmarshalJSON reads a number, or a string that holds one: some servers send
// amounts in quotes.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "null" {
		text = ""
	}
	number := strings.Trim(text, "0123456789+-.eE") == "" && json.Valid([]byte(text))
	if text != "" && (len(text) > 64 || !number) {
		return errors.New("not a number")
	}
	*d = Decimal(text)
	return nil
}

// KeyLimits caps what a key may spend in its period; nil is no cap.
type KeyLimits struct {
	USD  *Decimal `json:"usd,omitempty"`
	DIEM *Decimal `json:"diem,omitempty"`
}

// KeySpec is what is asked for when a key is made. Empty members take the
// server's defaults. The last three are stakegate's: Venice refuses them.
type KeySpec struct {
	Type        KeyType    `json:"apiKeyType"`
	Description string     `json:"description,omitempty"`
	Limits      *KeyLimits `json:"consumptionLimit,omitempty"`
	Period      string     `json:"limitPeriod,omitempty"`  // EPOCH, MONTH or LIFETIME
	Privacy     string     `json:"modelPrivacy,omitempty"` // ALL, PRIVATE_TEXT or PRIVATE_ONLY
	ExpiresAt   string     `json:"expiresAt,omitempty"`    // YYYY-MM-DD, or ISO 8601 ending in Z

	AllowedModels   []string `json:"allowedModels,omitempty"`
	AllowedNetworks []string `json:"allowedNetworks,omitempty"` // addresses, or networks such as 192.0.2.0/24
	MaxInFlight     int      `json:"maxInFlight,omitempty"`     // calls at once, of its sub-keys too
}

// KeyUpdate changes a key; nil members stay as they are. An ExpiresAt of ""
// means never, an empty list all, a MaxInFlight of 0 any number, and a limit
// of "" none.
type KeyUpdate struct {
	Description     *string
	Limits          *KeyLimits
	Period          *string
	Privacy         *string
	ExpiresAt       *string
	AllowedModels   *[]string
	AllowedNetworks *[]string
	MaxInFlight     *int
}

// IsZero reports whether the update changes nothing.
func (u KeyUpdate) IsZero() bool { return len(u.members()) == 0 }

// members are those of the request: null is how a list or a number is taken
// away.
func (u KeyUpdate) members() map[string]any {
	members := map[string]any{}
	for name, text := range map[string]*string{
		"description": u.Description, "limitPeriod": u.Period, "modelPrivacy": u.Privacy, "expiresAt": u.ExpiresAt,
	} {
		if text != nil {
			members[name] = *text
		}
	}
	if u.Limits != nil {
		members["consumptionLimit"] = u.Limits
	}
	for name, list := range map[string]*[]string{"allowedModels": u.AllowedModels, "allowedNetworks": u.AllowedNetworks} {
		switch {
		case list == nil:
		case len(*list) == 0:
			members[name] = nil
		default:
			members[name] = *list
		}
	}
	if u.MaxInFlight != nil {
		members["maxInFlight"] = nil
		if *u.MaxInFlight != 0 {
			members["maxInFlight"] = *u.MaxInFlight
		}
	}
	return members
}

// KeyRules are the bounds of a key that stakegate adds to Venice's.
type KeyRules struct {
	ParentID        string   `json:"parentId,omitempty"`        // "" for a key that is no sub-key
	AllowedModels   []string `json:"allowedModels,omitempty"`   // nil is all
	AllowedNetworks []string `json:"allowedNetworks,omitempty"` // nil is everywhere
	MaxInFlight     int      `json:"maxInFlight,omitempty"`     // 0 is any number
}

// NewKey is a key at the only moment when its secret is known.
type NewKey struct {
	Secret      Secret    `json:"-"`
	ID          string    `json:"id"`
	Type        KeyType   `json:"apiKeyType"`
	Description string    `json:"description"`
	Period      string    `json:"limitPeriod"`
	Privacy     string    `json:"modelPrivacy"`
	ExpiresAt   string    `json:"expiresAt"` // "" is never
	Limits      KeyLimits `json:"consumptionLimit"`
	KeyRules
}

// RotatedKey is what a rotation made.
type RotatedKey struct {
	Secret Secret  `json:"-"`
	ID     string  `json:"id"`
	Type   KeyType `json:"apiKeyType"`
	Last6  string  `json:"last6Chars"`
	// PreviousValidUntil is when the secret of before ends.
	PreviousValidUntil string `json:"previousValidUntil"`
}

// RevokedKey is a key that has ended.
type RevokedKey struct {
	ID    string `json:"id"`
	Last6 string `json:"last6Chars"`
}

// KeyInfo describes an existing key.
type KeyInfo struct {
	ID          string    `json:"id"`
	Type        KeyType   `json:"apiKeyType"`
	Description string    `json:"description"`
	Last6       string    `json:"last6Chars"`
	Period      string    `json:"limitPeriod"`
	Privacy     string    `json:"modelPrivacy"`
	CreatedAt   string    `json:"createdAt"`
	ExpiresAt   string    `json:"expiresAt"`  // "" is never
	LastUsedAt  string    `json:"lastUsedAt"` // "" is never
	Limits      KeyLimits `json:"consumptionLimits"`
	KeyRules
	// PeriodUsage is what was spent in the running period, of a key with limits;
	// nil if the server does not say.
	PeriodUsage *KeyUsage `json:"currentPeriodUsage,omitempty"`
	Usage       *struct {
		SevenDays KeyUsage `json:"trailingSevenDays"`
	} `json:"usage,omitempty"`
}

// KeyUsage is what a key has spent.
type KeyUsage struct {
	USD  Decimal `json:"usd"`
	DIEM Decimal `json:"diem"`
}

// RateLimits is what a key may do now.
type RateLimits struct {
	AccessPermitted bool   `json:"accessPermitted"`
	KeyExpiration   string `json:"keyExpiration"` // "" is never
	NextEpochBegins string `json:"nextEpochBegins"`
	Balances        struct {
		USD  Decimal `json:"USD"`
		DIEM Decimal `json:"DIEM"`
	} `json:"balances"` // what this key can spend
	// Epoch is the account's DIEM of this epoch; nil if the server does not say.
	Epoch *struct {
		Allocation Decimal `json:"allocation"`
		Spent      Decimal `json:"spent"`
		Held       Decimal `json:"held"`
	} `json:"epoch"`
	Tier struct {
		ID        string `json:"id"`
		IsCharged bool   `json:"isCharged"`
	} `json:"apiTier"`
	Models []struct {
		ID     string `json:"apiModelId"`
		Limits []struct {
			Amount Decimal `json:"amount"`
			Type   string  `json:"type"` // RPM, RPD or TPM
		} `json:"rateLimits"`
	} `json:"rateLimits"`
}

// RateLimitDenial is a call that was refused for its rate.
type RateLimitDenial struct {
	KeyID     string `json:"apiKeyId"`
	ModelID   string `json:"modelId"`
	Tier      string `json:"rateLimitTier"`
	Type      string `json:"rateLimitType"` // RPM, RPD, TPM, FAILED_REQUESTS, ...
	Timestamp string `json:"timestamp"`
}

// AuditPage is a page of the audit trail.
type AuditPage struct {
	Entries    []AuditEntry `json:"data"`
	NextBefore int64        `json:"nextBefore"` // where the next page begins; 0 on the last
}

// AuditEntry is one thing that happened to an account's keys or credit.
type AuditEntry struct {
	Number    int64          `json:"number"`
	Timestamp string         `json:"timestamp"`
	Event     string         `json:"event"`    // key.created, key.revoked, account.credited, ...
	KeyID     string         `json:"apiKeyId"` // "" where it is of no key
	Details   map[string]any `json:"details"`
}

// Balance is what an account can spend now.
type Balance struct {
	CanConsume bool   `json:"canConsume"`
	Currency   string `json:"consumptionCurrency"` // what is spent next: DIEM, USD, ...; "" is nothing
	Balances   struct {
		DIEM Decimal `json:"diem"`
		USD  Decimal `json:"usd"`
	} `json:"balances"`
	EpochAllocation Decimal `json:"diemEpochAllocation"` // of the whole UTC day
}

// Model is one model of the catalogue; only what an agent needs to choose.
type Model struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Spec struct {
		Name             string   `json:"name"`
		Offline          bool     `json:"offline"`
		Traits           []string `json:"traits"`
		Privacy          string   `json:"privacy"`
		ContextTokens    Decimal  `json:"availableContextTokens"`
		CompletionTokens Decimal  `json:"maxCompletionTokens"`
		// Pricing of a million tokens; empty for models that are priced otherwise.
		Pricing struct {
			Input  Price `json:"input"`
			Output Price `json:"output"`
		} `json:"pricing"`
	} `json:"model_spec"`
}

// Price is one price in both currencies.
type Price struct {
	USD  Decimal `json:"usd"`
	DIEM Decimal `json:"diem"`
}

// ChatMessage is one message of a conversation.
type ChatMessage struct {
	Role    string `json:"role"` // system, user or assistant
	Content string `json:"content"`
}

// ChatRequest asks a text model for one answer.
type ChatRequest struct {
	Model     string        `json:"model"`
	Messages  []ChatMessage `json:"messages"`
	MaxTokens int           `json:"max_tokens,omitempty"` // 0: the server's choice
	// IdempotencyKey stands for this one call, so that sending it again is not
	// paid again: 16 to 64 printable ASCII characters. Stakegate remembers it for
	// a day; "" for none.
	IdempotencyKey string `json:"-"`
}

// ChatAnswer is a model's whole answer.
type ChatAnswer struct {
	ID      string `json:"id"`
	Model   string `json:"model"`
	Choices []struct {
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		PromptTokens     int64 `json:"prompt_tokens"`
		CompletionTokens int64 `json:"completion_tokens"`
	} `json:"usage"`
	Cost struct {
		USD  Decimal `json:"usd"`
		DIEM Decimal `json:"diem"`
	} `json:"cost"` // empty where the server does not say
}

// Text returns the first choice's text.
func (a ChatAnswer) Text() string {
	if len(a.Choices) == 0 {
		return ""
	}
	return a.Choices[0].Message.Content
}
