package apikey

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"
)

// ActorKind says what kind of somebody did something to a key.
type ActorKind string

// A key is made, changed and ended at the word of its wallet, of an ADMIN key,
// of whoever has its text and says that it has leaked, or of the operator.
const (
	ByWallet   ActorKind = "wallet"
	ByKey      ActorKind = "api_key"
	ByLeak     ActorKind = "leak_report"
	ByOperator ActorKind = "operator"
)

// Actor is at whose word something happened to a key.
type Actor struct {
	Kind  ActorKind `json:"type"`
	KeyID string    `json:"apiKeyId,omitempty"` // ByKey: which one
	// Proof is, ByWallet, what it signed: "token" or "message"; or "session", if
	// it has signed in to the account page.
	Proof string `json:"proof,omitempty"`
}

// OfWallet is what a wallet that has signed in acts as: an ADMIN key of its
// account without an id and a secret.
func OfWallet(accountID string) Key { return Key{AccountID: accountID, Spec: Spec{Type: Admin}} }

// IsWallet reports whether the key is OfWallet's.
func (k Key) IsWallet() bool { return k.ID == "" }

// ActsAs is the key as an actor.
func (k Key) ActsAs() Actor {
	if k.IsWallet() {
		return Actor{Kind: ByWallet, Proof: "session"}
	}
	return Actor{Kind: ByKey, KeyID: k.ID}
}

// Record is what the account's log remembers of something that happened to a
// key: everything but the secret. Its JSON is shown to the account.
type Record struct {
	By Actor `json:"by"`
	// Last6Chars are of the secret that was made or, if one ended and none was
	// made, of that one.
	Last6Chars string         `json:"last6Chars,omitempty"`
	Settings   map[string]any `json:"settings,omitempty"` // of a new key
	Changes    []Change       `json:"changes,omitempty"`
	// Of a rotation: the secret of before, and until when it is good; "" is not
	// any more.
	ReplacedLast6Chars string `json:"replacedLast6Chars,omitempty"`
	ReplacedUntil      string `json:"replacedUntil,omitempty"`
}

// Change is one setting of a key, before and after.
type Change struct {
	Member string `json:"member"`
	From   any    `json:"from"`
	To     any    `json:"to"`
}

// Text is the record as it is stored.
func (r Record) Text() (string, error) {
	text, err := json.Marshal(r)
	return string(text), err
}

// Settings are what the owner may choose of a key, by the API's names, as JSON
// values.
func (k Key) Settings() map[string]any {
	settings := map[string]any{
		"apiKeyType": string(k.Type), "description": k.Description, "limitPeriod": string(k.Period), "modelPrivacy": string(k.Privacy),
		"expiresAt": nil, "allowedModels": nil, "allowedNetworks": nil, "maxInFlight": nil,
	}
	if k.ExpiresAt != nil {
		settings["expiresAt"] = TimeText(*k.ExpiresAt)
	}
	if k.Scope.Models != nil {
		settings["allowedModels"] = k.Scope.Models
	}
	if k.Scope.Networks != nil {
		settings["allowedNetworks"] = k.Scope.Networks
	}
	if k.Scope.MaxInFlight > 0 {
		settings["maxInFlight"] = k.Scope.MaxInFlight
	}
	if len(k.ParentIDs) > 0 {
		settings["parentId"] = k.ParentIDs[0]
	}
	for name, limit := range map[string]*Limit{"usd": k.Limits.USD, "diem": k.Limits.DIEM, "vcu": k.Limits.VCU} {
		settings["consumptionLimits."+name] = nil
		if limit != nil {
			settings["consumptionLimits."+name] = json.Number(limit.Text)
		}
	}
	return settings
}

// ChangesTo lists the settings that differ, sorted by name.
func (k Key) ChangesTo(after Key) []Change {
	from, to := k.Settings(), after.Settings()
	var changes []Change
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if !reflect.DeepEqual(from[name], to[name]) {
			changes = append(changes, Change{Member: name, From: from[name], To: to[name]})
		}
	}
	return changes
}

// TimeText is how every time is written: UTC with milliseconds.
func TimeText(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
