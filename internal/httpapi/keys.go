package httpapi

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/signature"
	"stakegate/internal/strictjson"
)

const defaultMintDescription = "Web3 API Key"

// keyFields are the members that all three ways of writing a key share. Raw
// values tell absent from null.
type keyFields struct {
	Description      jsontext.Value `json:"description"`
	ConsumptionLimit jsontext.Value `json:"consumptionLimit"`
	LimitPeriod      jsontext.Value `json:"limitPeriod"`
	ModelPrivacy     jsontext.Value `json:"modelPrivacy"`
	ExpiresAt        jsontext.Value `json:"expiresAt"`
	AllowedModels    jsontext.Value `json:"allowedModels"`
	AllowedNetworks  jsontext.Value `json:"allowedNetworks"`
	MaxInFlight      jsontext.Value `json:"maxInFlight"`
}

type mintBody struct {
	keyFields
	APIKeyType *string `json:"apiKeyType"`
	Address    *string `json:"address"`
	Signature  *string `json:"signature"`
	Token      *string `json:"token"`
	Message    *string `json:"message"`
}

// signed is the token or the message, "" for the other one.
func (b *mintBody) signed() (token, message string, err error) {
	switch {
	case b.Token != nil && b.Message != nil:
		return "", "", invalid("message", "must not stand beside token: send what was signed")
	case b.Message != nil && *b.Message == "":
		return "", "", invalid("message", "must be the text that GET returned")
	case b.Message != nil:
		return "", *b.Message, nil
	}
	return *b.Token, "", nil
}

type createBody struct {
	keyFields
	APIKeyType *string `json:"apiKeyType"`
}

type updateBody struct {
	keyFields
	ID                *string        `json:"id"`
	ConsumptionLimits jsontext.Value `json:"consumptionLimits"` // as a guide of Venice's spells it
}

// getChallenge answers a token for anybody or, with an address, a token and a
// message for that wallet, of which either is good once.
func (s *server) getChallenge(r *http.Request) (any, error) {
	text, given, err := oneParam(r, "address")
	if err != nil {
		return nil, err
	}
	if !given {
		token, err := s.config.Mint.Challenge()
		if err != nil {
			return nil, err
		}
		return map[string]any{"data": map[string]string{"token": token}, "success": true, "token": token}, nil
	}
	address, err := signature.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	token, message, err := s.config.Mint.ChallengeFor(address)
	if err != nil {
		return nil, err
	}
	data := map[string]any{
		"token": token, "message": message.Text, "nonce": message.Nonce, "expiresAt": message.ExpiresAt.Format(time.RFC3339),
	}
	return map[string]any{"data": data, "success": true, "token": token}, nil
}

// postMint is the seed's flow. Its example sends JSON without saying so, and
// samples send an empty Authorization: neither header is looked at.
func (s *server) postMint(r *http.Request) (any, error) {
	if err := checkEncoding(r); err != nil {
		return nil, err
	}
	var request mintBody
	if err := decodeBody(r, &request); err != nil {
		return nil, err
	}
	err := required(map[string]bool{
		"address": request.Address != nil, "apiKeyType": request.APIKeyType != nil,
		"signature": request.Signature != nil, "token": request.Token != nil || request.Message != nil,
	})
	if err != nil {
		return nil, err
	}
	spec, err := s.spec(&request.keyFields, *request.APIKeyType, defaultMintDescription)
	if err != nil {
		return nil, err
	}
	signed, err := signature.ParseSignature(*request.Signature)
	if err != nil {
		return nil, invalid("signature", err.Error())
	}
	address, err := signature.ParseAddress(*request.Address)
	if err != nil {
		return nil, err
	}
	proof := issuer.Proof{Address: address, Signature: signed}
	if proof.Token, proof.Message, err = request.signed(); err != nil {
		return nil, err
	}
	minted, err := s.config.Mint.Mint(r.Context(), proof, spec)
	if err != nil {
		return nil, err
	}
	return createdAnswer(minted), nil
}

func (s *server) createKey(r *http.Request, caller apikey.Key) (any, error) {
	if err := checkJSONType(r); err != nil {
		return nil, err
	}
	var request createBody
	if err := decodeBody(r, &request); err != nil {
		return nil, err
	}
	if err := required(map[string]bool{"apiKeyType": request.APIKeyType != nil, "description": request.Description != nil}); err != nil {
		return nil, err
	}
	spec, err := s.spec(&request.keyFields, *request.APIKeyType, "")
	if err != nil {
		return nil, err
	}
	minted, err := s.config.Mint.Create(r.Context(), caller, spec)
	if err != nil {
		return nil, err
	}
	return createdAnswer(minted), nil
}

func (s *server) updateKey(r *http.Request, caller apikey.Key) (any, error) {
	if err := checkJSONType(r); err != nil {
		return nil, err
	}
	var request updateBody
	if err := decodeBody(r, &request); err != nil {
		return nil, err
	}
	if err := required(map[string]bool{"id": request.ID != nil}); err != nil {
		return nil, err
	}
	if request.ConsumptionLimits != nil {
		if request.ConsumptionLimit != nil {
			return nil, invalid("consumptionLimits", "must not be given beside consumptionLimit")
		}
		request.ConsumptionLimit = request.ConsumptionLimits
	}
	edits, err := s.edits(&request.keyFields)
	if err != nil {
		return nil, err
	}
	key, err := s.config.Keys.UpdateKey(r.Context(), caller.AccountID, *request.ID, caller.ActsAs(), func(key *apikey.Key) {
		for _, edit := range edits {
			edit(key)
		}
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"data": keyAnswer(key, nil, nil), "success": true}, nil
}

// spec reads what a new key shall be.
func (s *server) spec(fields *keyFields, keyType, description string) (apikey.Spec, error) {
	typ, err := apikey.ParseType(keyType)
	if err != nil {
		return apikey.Spec{}, invalid("apiKeyType", err.Error())
	}
	if fields.ExpiresAt.Kind() == 'n' { // null takes an expiry away, and there is none yet
		return apikey.Spec{}, invalid("expiresAt", apikey.ErrExpiry.Error())
	}
	edits, err := s.edits(fields)
	if err != nil {
		return apikey.Spec{}, err
	}
	key := apikey.Key{Spec: apikey.Spec{
		Type: typ, Description: description, Period: apikey.Epoch, Privacy: apikey.PrivacyAll,
	}}
	for _, edit := range edits {
		edit(&key)
	}
	return key.Spec, nil
}

// edits turns the members that are present into changes of a key.
func (s *server) edits(fields *keyFields) ([]func(*apikey.Key), error) {
	var edits []func(*apikey.Key)
	for _, member := range []struct {
		name  string
		value jsontext.Value
		parse func(value jsontext.Value) (func(*apikey.Key), error)
	}{
		{"description", fields.Description, fromText(apikey.ParseDescription, func(key *apikey.Key, text string) { key.Description = text })},
		{"limitPeriod", fields.LimitPeriod, fromText(apikey.ParsePeriod, func(key *apikey.Key, p apikey.Period) { key.Period = p })},
		{"modelPrivacy", fields.ModelPrivacy, fromText(apikey.ParsePrivacy, func(key *apikey.Key, p apikey.Privacy) { key.Privacy = p })},
		{"expiresAt", fields.ExpiresAt, s.expiryEdit},
		{"allowedModels", fields.AllowedModels, s.modelsEdit},
		{"allowedNetworks", fields.AllowedNetworks, networksEdit},
		{"maxInFlight", fields.MaxInFlight, flightEdit},
	} {
		if member.value == nil {
			continue
		}
		edit, err := member.parse(member.value)
		if err != nil {
			return nil, invalid(member.name, err.Error())
		}
		edits = append(edits, edit)
	}
	limits, err := limitEdits(fields.ConsumptionLimit)
	return append(edits, limits...), err
}

var errNotText = errors.New("must be a string")

// fromText reads a JSON text and makes the edit that sets what it means.
func fromText[T any](parse func(string) (T, error), set func(*apikey.Key, T)) func(jsontext.Value) (func(*apikey.Key), error) {
	return func(value jsontext.Value) (func(*apikey.Key), error) {
		if value.Kind() != '"' {
			return nil, errNotText
		}
		text, err := jsontext.AppendUnquote(nil, value)
		if err != nil {
			return nil, errNotText
		}
		parsed, err := parse(string(text))
		return func(key *apikey.Key) { set(key, parsed) }, err
	}
}

// expiryEdit reads a text, or null, which like "" is never.
func (s *server) expiryEdit(value jsontext.Value) (func(*apikey.Key), error) {
	set := func(key *apikey.Key, at *time.Time) { key.ExpiresAt = at }
	if value.Kind() == 'n' {
		return func(key *apikey.Key) { set(key, nil) }, nil
	}
	parse := func(text string) (*time.Time, error) { return apikey.ParseExpiry(text, s.config.Now()) }
	return fromText(parse, set)(value)
}

// limitEdits reads {"usd":1,"diem":null}: a number limits, null lifts the
// limit, and what is absent stays.
func limitEdits(text jsontext.Value) ([]func(*apikey.Key), error) {
	if text == nil {
		return nil, nil
	}
	var limits struct {
		USD  jsontext.Value `json:"usd"`
		DIEM jsontext.Value `json:"diem"`
		VCU  jsontext.Value `json:"vcu"`
	}
	if err := strictjson.Decode(text, &limits); err != nil {
		return nil, under("consumptionLimit", err)
	}
	var edits []func(*apikey.Key)
	for _, limit := range []struct {
		name  string
		value jsontext.Value
		field func(*apikey.Key) **apikey.Limit
	}{
		{"usd", limits.USD, func(key *apikey.Key) **apikey.Limit { return &key.Limits.USD }},
		{"diem", limits.DIEM, func(key *apikey.Key) **apikey.Limit { return &key.Limits.DIEM }},
		{"vcu", limits.VCU, func(key *apikey.Key) **apikey.Limit { return &key.Limits.VCU }},
	} {
		switch limit.value.Kind() {
		case 0: // absent
		case 'n':
			edits = append(edits, func(key *apikey.Key) { *limit.field(key) = nil })
		case '0':
			parsed, err := apikey.ParseLimit(string(limit.value))
			if err != nil {
				return nil, invalid("consumptionLimit."+limit.name, err.Error())
			}
			edits = append(edits, func(key *apikey.Key) { *limit.field(key) = &parsed })
		default:
			return nil, invalid("consumptionLimit."+limit.name, apikey.ErrLimit.Error())
		}
	}
	return edits, nil
}

// under puts a member's name before the path of an error inside of it.
func under(name string, err error) error {
	problem := problemOf(err)
	for i := range problem.Members {
		if problem.Members[i].Path != "" {
			problem.Members[i].Path = name + "." + problem.Members[i].Path
		} else {
			problem.Members[i].Path = name
		}
	}
	return problem
}

// decodeBody reads a JSON object strictly. An empty body counts as an empty
// object, so that the answer can name what is missing.
func decodeBody(r *http.Request, into any) error {
	data, err := readBody(r)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte("{}")
	}
	return strictjson.Decode(data, into)
}

// required complains about every member that is missing.
func required(given map[string]bool) error {
	problem := &Error{Status: http.StatusBadRequest, Text: textInvalid, Code: "INVALID_REQUEST"}
	for name, is := range given {
		if !is {
			problem.Members = append(problem.Members, member{name, "Required"})
		}
	}
	if problem.Members == nil {
		return nil
	}
	return problem
}

func (s *server) deleteKey(r *http.Request, caller apikey.Key) (any, error) {
	id := r.PathValue("id")
	if id == "" {
		var err error
		if id, _, err = oneParam(r, "id"); err != nil {
			return nil, err
		}
	}
	if id == "" {
		return nil, invalid("id", "Required")
	}
	if err := s.manages(r, caller, id); err != nil {
		return nil, err
	}
	if err := s.config.Keys.RevokeKey(r.Context(), caller.AccountID, id, caller.ActsAs()); err != nil {
		return nil, err
	}
	return map[string]bool{"success": true}, nil
}
