package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/apikey"
	"stakegate/internal/strictjson"
)

// manages returns an error unless the caller may look at and end a key of its
// account: an ADMIN key may all, an INFERENCE key those below itself. What an
// INFERENCE key is told about all others is the same, be they there or not.
func (s *server) manages(r *http.Request, caller apikey.Key, id string) error {
	if caller.Type == apikey.Admin {
		return nil
	}
	key, err := s.config.Keys.Key(r.Context(), caller.AccountID, id)
	if errors.Is(err, apikey.ErrNotFound) || err == nil && !slices.Contains(key.ParentIDs, caller.ID) {
		return adminRequired()
	}
	return err
}

// createChild makes a sub-key of the caller's own key, of one below it or, for
// an ADMIN key, of any.
func (s *server) createChild(r *http.Request, caller apikey.Key) (any, error) {
	parent := r.PathValue("id")
	if parent != caller.ID {
		if err := s.manages(r, caller, parent); err != nil {
			return nil, err
		}
	}
	if err := checkJSONType(r); err != nil {
		return nil, err
	}
	var request createBody
	if err := decodeBody(r, &request); err != nil {
		return nil, err
	}
	typ := string(apikey.Inference)
	if request.APIKeyType != nil {
		typ = *request.APIKeyType
	}
	spec, err := s.spec(&request.keyFields, typ, "")
	if err != nil {
		return nil, err
	}
	if request.ModelPrivacy == nil { // has no word for "as the parent"
		above, err := s.config.Keys.Key(r.Context(), caller.AccountID, parent)
		if err != nil {
			return nil, err
		}
		spec.Privacy = above.Privacy
	}
	minted, err := s.config.Mint.CreateChild(r.Context(), caller, parent, spec)
	if err != nil {
		return nil, err
	}
	return createdAnswer(minted), nil
}

// listChildren lists the keys below one.
func (s *server) listChildren(r *http.Request, caller apikey.Key) (any, error) {
	id := r.PathValue("id")
	if id != caller.ID {
		if err := s.manages(r, caller, id); err != nil {
			return nil, err
		}
	}
	if _, err := s.config.Keys.Key(r.Context(), caller.AccountID, id); err != nil {
		return nil, err
	}
	keys, err := s.config.Keys.SubKeys(r.Context(), caller.AccountID, id)
	if err != nil {
		return nil, err
	}
	list, err := s.describeKeys(r, caller.AccountID, keys)
	if err != nil {
		return nil, err
	}
	return map[string]any{"data": list, "object": "list"}, nil
}

// listOf reads a JSON list of texts, each once; null is no list.
func listOf(value jsontext.Value, most int) ([]string, error) {
	if value.Kind() == 'n' {
		return nil, nil
	}
	problem := fmt.Errorf("must be null or a list of 1 to %d different texts", most)
	var texts []string
	if value.Kind() != '[' || strictjson.Decode(value, &texts) != nil || len(texts) == 0 || len(texts) > most {
		return nil, problem
	}
	sorted := slices.Sorted(slices.Values(texts))
	if len(slices.Compact(sorted)) != len(texts) || slices.Contains(texts, "") {
		return nil, problem
	}
	return texts, nil
}

// modelsEdit reads which models a key may call. Names that stand for a model
// are kept as its id.
func (s *server) modelsEdit(value jsontext.Value) (func(*apikey.Key), error) {
	names, err := listOf(value, apikey.MaxModels)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, name := range names {
		id, known := s.config.Catalog().IDOf(name, s.config.Now())
		if !known {
			return nil, errors.New("must have ids of models that GET /models lists, or names that stand for one")
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return func(key *apikey.Key) { key.Scope.Models = ids }, nil
}

// networksEdit reads where a key may be used.
func networksEdit(value jsontext.Value) (func(*apikey.Key), error) {
	texts, err := listOf(value, apikey.MaxNetworks)
	if err != nil {
		return nil, err
	}
	var networks []netip.Prefix
	for _, text := range texts {
		network, err := apikey.ParseNetwork(text)
		if err != nil {
			return nil, err
		}
		networks = append(networks, network)
	}
	return func(key *apikey.Key) { key.Scope.Networks = networks }, nil
}

// flightEdit reads how many calls of a key may run at once.
func flightEdit(value jsontext.Value) (func(*apikey.Key), error) {
	if value.Kind() == 'n' {
		return func(key *apikey.Key) { key.Scope.MaxInFlight = 0 }, nil
	}
	number, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil || number < 1 || number > apikey.MostInFlight {
		return nil, apikey.ErrFlight
	}
	return func(key *apikey.Key) { key.Scope.MaxInFlight = number }, nil
}
