package httpapi

import (
	"net/http"

	"stakegate/internal/catalog"
)

func (s *server) listModels(r *http.Request) (any, error) {
	kind, err := modelType(r, allTypes)
	if err != nil {
		return nil, err
	}
	list, now := []any{}, s.config.Now()
	for _, model := range s.config.Catalog().Models() {
		if isOfType(model, kind) && !model.RetiredAt(now) {
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
	return s.nameMap(r, (*catalog.Catalog).Traits)
}

func (s *server) compatibilityMapping(r *http.Request) (any, error) {
	return s.nameMap(r, (*catalog.Catalog).Compatibility)
}

func (s *server) nameMap(r *http.Request, names func(*catalog.Catalog, catalog.Type) map[string]string) (any, error) {
	kind, err := modelType(r, string(catalog.Text))
	if err != nil {
		return nil, err
	}
	types, c := catalog.Types(), s.config.Catalog()
	if kind != allTypes {
		types = []catalog.Type{catalog.Type(kind)}
	}
	data := nameMap(c, types, func(t catalog.Type) map[string]string { return names(c, t) }, s.config.Now())
	return map[string]any{"data": data, "object": "list", "type": kind}, nil
}

// Values of the parameter type that are no model's type: models of every type,
// and text models that are good at code.
const (
	allTypes = "all"
	codeType = "code"
)

func isOfType(model *catalog.Model, kind string) bool {
	return kind == allTypes || kind == string(model.Type) || kind == codeType && model.Capabilities.OptimizedForCode
}

var modelTypes = map[string]bool{
	"asr": true, "embedding": true, "image": true, "music": true, "text": true, "tts": true,
	"upscale": true, "inpaint": true, "video": true, allTypes: true, codeType: true,
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
