package agent

import (
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
	if strings.Trim(text, "0123456789+-.eE") != "" || len(text) > 64 {
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
// server's defaults.
type KeySpec struct {
	Type        KeyType    `json:"apiKeyType"`
	Description string     `json:"description,omitempty"`
	Limits      *KeyLimits `json:"consumptionLimit,omitempty"`
	Period      string     `json:"limitPeriod,omitempty"`  // EPOCH, MONTH or LIFETIME
	Privacy     string     `json:"modelPrivacy,omitempty"` // ALL, PRIVATE_TEXT or PRIVATE_ONLY
	ExpiresAt   string     `json:"expiresAt,omitempty"`    // YYYY-MM-DD, or ISO 8601 ending in Z
}

// KeyUpdate changes a key; nil members stay as they are. An ExpiresAt of ""
// means never.
type KeyUpdate struct {
	Description *string    `json:"description,omitempty"`
	Limits      *KeyLimits `json:"consumptionLimit,omitempty"`
	Period      *string    `json:"limitPeriod,omitempty"`
	Privacy     *string    `json:"modelPrivacy,omitempty"`
	ExpiresAt   *string    `json:"expiresAt,omitempty"`
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
}

// RateLimits is what a key may do now.
type RateLimits struct {
	AccessPermitted bool   `json:"accessPermitted"`
	KeyExpiration   string `json:"keyExpiration"` // "" is never
	NextEpochBegins string `json:"nextEpochBegins"`
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
		Name    string   `json:"name"`
		Offline bool     `json:"offline"`
		Traits  []string `json:"traits"`
	} `json:"model_spec"`
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
