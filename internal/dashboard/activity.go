package dashboard

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// activityView is what was refused, and what happened to keys.
type activityView struct {
	Denials []denialView
	Audit   []auditView
	Next    *int64 // of the page of the audit trail that comes after
	Later   bool   // this is not its first page
}

type denialView struct {
	APIKeyID, ModelID, RateLimitTier, RateLimitType string
	Timestamp                                       moment

	Key string // what people call it
}

// What says which limit refused the call.
func (d denialView) What() string {
	switch d.RateLimitType {
	case "RPM":
		return "requests a minute"
	case "RPD":
		return "requests a day"
	case "TPM":
		return "tokens a minute"
	}
	return strings.ToLower(strings.ReplaceAll(d.RateLimitType, "_", " "))
}

type auditView struct {
	Number    int64
	Event     string
	APIKeyID  *string
	Timestamp moment
	Details   struct {
		By                 actorView
		Last6Chars         string
		ReplacedLast6Chars string
		ReplacedUntil      moment
		Settings           map[string]json.RawMessage
		Changes            []changedSetting
	}

	Key string // what people call it
	By  string
}

type changedSetting struct {
	Member   string
	From, To json.RawMessage
}

// settingView is a setting of a key, and what it was made from and to.
type settingView struct{ Name, From, To string }

// settingNames are the API's members in the form's words, in its order. What is
// not among them stands beside the event already.
var settingNames = []struct{ member, name string }{
	{"description", "name"}, {"apiKeyType", "type"}, {"consumptionLimits.diem", "DIEM limit"}, {"consumptionLimits.usd", "USD limit"},
	{"limitPeriod", "period"}, {"expiresAt", "expires"}, {"allowedModels", "models"}, {"modelPrivacy", "privacy"}, {"allowedNetworks", "networks"},
	{"maxInFlight", "calls at once"},
}

// unset are the settings that narrow nothing: a new key has them without saying.
var unset = map[string]string{"modelPrivacy": `"ALL"`, "limitPeriod": `"EPOCH"`}

// Made lists what a new key was given.
func (a auditView) Made() []settingView {
	var list []settingView
	for _, setting := range settingNames {
		value := a.Details.Settings[setting.member]
		if text := string(value); setting.member == "description" || text == "" || text == "null" || text == unset[setting.member] {
			continue
		}
		list = append(list, settingView{Name: setting.name, To: inWords(setting.member, value)})
	}
	return list
}

// Changed lists what was changed of a key.
func (a auditView) Changed() []settingView {
	changes := map[string]changedSetting{}
	for _, change := range a.Details.Changes {
		changes[change.Member] = change
	}
	var list []settingView
	for _, setting := range settingNames {
		if change, ok := changes[setting.member]; ok {
			list = append(list, settingView{setting.name, inWords(setting.member, change.From), inWords(setting.member, change.To)})
			delete(changes, setting.member)
		}
	}
	for _, member := range slices.Sorted(maps.Keys(changes)) {
		list = append(list, settingView{member, inWords(member, changes[member].From), inWords(member, changes[member].To)})
	}
	return list
}

var settingWords = map[string]string{
	"INFERENCE": "Inference", "ADMIN": "Admin", "EPOCH": "a day", "MONTH": "a month", "LIFETIME": "in all", "ALL": "all models",
	"PRIVATE_TEXT": "private models for text and embeddings", "PRIVATE_ONLY": "private models only",
}

// inWords is a setting's JSON for people: null is none, times are without
// thousandths, and names are as somebody chose them.
func inWords(member string, value json.RawMessage) string {
	var text string
	var list []string
	switch value = bytes.TrimSpace(value); {
	case len(value) == 0 || string(value) == "null" || string(value) == `""`:
		return "none"
	case json.Unmarshal(value, &text) == nil && member == "description":
		return text
	case json.Unmarshal(value, &text) == nil:
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return utc(&at)
		}
		if words := settingWords[text]; words != "" {
			return words
		}
		return text
	case json.Unmarshal(value, &list) == nil:
		return strings.Join(list, ", ")
	}
	return string(value)
}

type actorView struct{ Type, APIKeyID, Proof string }

// What is the event in words.
func (a auditView) What() string {
	words := map[string]string{
		"key.created": "Key created", "key.changed": "Key changed", "key.rotated": "Key rotated", "key.secret_ended": "Secret ended",
		"key.revoked": "Key revoked", "account.credited": "Account credited", "account.frozen": "Account frozen",
		"account.blocked": "Account blocked", "account.unblocked": "Account unblocked",
	}
	if text := words[a.Event]; text != "" {
		return text
	}
	return a.Event
}

func (v *visit) activity() {
	var view activityView
	var denials struct{ Data []denialView }
	var audit struct {
		Data       []auditView
		NextBefore *int64
	}
	path := "/api_keys/audit?limit=30"
	if before := v.r.URL.Query().Get("before"); before != "" {
		path, view.Later = path+"&before="+before, true
		if !numberPattern.MatchString(before) {
			path = "/api_keys/audit"
		}
	}
	keys, err := v.keys()
	if err == nil {
		err = v.get("/api_keys/rate_limits/log", &denials)
	}
	if err == nil {
		err = v.get(path, &audit)
	}
	if err != nil {
		v.fail(err)
		return
	}
	names := map[string]string{}
	for i := range keys {
		names[keys[i].ID] = "\u2068" + keys[i].Name() + "\u2069 " + ending(keys[i].Last6Chars)
	}
	for i := range denials.Data {
		denials.Data[i].Key = nameOf(names, denials.Data[i].APIKeyID, "")
	}
	for i := range audit.Data {
		audit.Data[i].name(names)
	}
	view.Denials, view.Audit, view.Next = denials.Data, audit.Data, audit.NextBefore
	v.show(http.StatusOK, "activity", frame{Title: "Activity", Active: "/activity", Main: view})
}

// ending is the end of a secret, which is not broken in two.
func ending(last6 string) string { return "…\u2060" + last6 }

// nameOf is what people call a key, or what is left of one that is gone.
func nameOf(names map[string]string, id, last6 string) string {
	switch {
	case names[id] != "":
		return names[id]
	case last6 != "":
		return ending(last6)
	case id != "":
		return "a key that is gone"
	}
	return ""
}

func (a *auditView) name(names map[string]string) {
	if a.APIKeyID != nil {
		a.Key = nameOf(names, *a.APIKeyID, a.Details.Last6Chars)
	}
	switch by := a.Details.By; by.Type {
	case "wallet":
		a.By = "your wallet"
		if by.Proof == "session" {
			a.By = "you, on this page"
		}
	case "api_key":
		a.By = "key " + nameOf(names, by.APIKeyID, "")
	case "leak_report":
		a.By = "a leak report"
	case "operator":
		a.By = "the operator"
	}
}
