package httpapi

import (
	"net/http"

	"stakegate/internal/apikey"
)

// reportLeak ends a key at the word of whoever has found its text. The answer is
// the same be there such a key or not. Nothing of the text is logged.
func (s *server) reportLeak(r *http.Request) (any, error) {
	if err := checkJSONType(r); err != nil {
		return nil, err
	}
	var request struct {
		Key *string `json:"key"`
	}
	if err := decodeBody(r, &request); err != nil {
		return nil, err
	}
	if err := required(map[string]bool{"key": request.Key != nil}); err != nil {
		return nil, err
	}
	secret, err := apikey.Parse(*request.Key)
	if err != nil {
		return nil, invalid("key", "must be the whole text of an API key of this server")
	}
	if err := s.config.Keys.EndLeaked(r.Context(), s.config.Hasher.Hash(secret)); err != nil {
		return nil, err
	}
	return map[string]bool{"success": true}, nil
}
