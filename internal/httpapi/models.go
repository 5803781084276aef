package httpapi

import (
	"maps"
	"net/http"

	"stakegate/internal/catalog"
	"stakegate/internal/money"
)

func (s *server) listModels(r *http.Request) (any, error) {
	kind, err := modelType(r, allTypes)
	if err != nil {
		return nil, err
	}
	list, now := []any{}, s.config.Now()
	for _, model := range s.config.Catalog().Models() {
		if (kind == allTypes || kind == string(model.Type)) && !model.RetiredAt(now) {
			list = append(list, modelAnswer(model))
		}
	}
	return map[string]any{"data": list, "object": "list", "type": kind}, nil
}

// getModel shows one model, which OpenAI's API has and Venice's has not.
func (s *server) getModel(r *http.Request) (any, error) {
	id := r.PathValue("id")
	if id == "" { // "/models/"
		return nil, errNoRoute
	}
	for _, model := range s.config.Catalog().Models() {
		if model.ID == id && !model.RetiredAt(s.config.Now()) {
			return modelAnswer(model), nil
		}
	}
	return nil, &Error{
		Status: http.StatusNotFound, Text: "Specified model not found", Code: "MODEL_NOT_FOUND",
		Next: "GET the list of models for the ids that there are.",
	}
}

func (s *server) modelTraits(r *http.Request) (any, error) {
	return s.nameMap(r, s.config.Catalog().Traits)
}

func (s *server) compatibilityMapping(r *http.Request) (any, error) {
	return s.nameMap(r, s.config.Catalog().Compatibility)
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
