package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
)

type rotateBody struct {
	OverlapSeconds jsontext.Value `json:"overlapSeconds"`
}

// rotateKey gives a key another secret; the one before stays good for the
// overlap.
func (s *server) rotateKey(r *http.Request, caller apikey.Key) (any, error) {
	if err := checkJSONType(r); err != nil {
		return nil, err
	}
	var request rotateBody
	if err := decodeBody(r, &request); err != nil {
		return nil, err
	}
	overlap := issuer.DefaultOverlap
	if request.OverlapSeconds != nil {
		const most = int64(issuer.MaxOverlap / time.Second)
		seconds, err := strconv.ParseInt(string(request.OverlapSeconds), 10, 64)
		if err != nil || seconds < 0 || seconds > most {
			return nil, invalid("overlapSeconds", "must be a whole number from 0 to "+strconv.FormatInt(most, 10))
		}
		overlap = time.Duration(seconds) * time.Second
	}
	rotated, err := s.config.Mint.Rotate(r.Context(), caller, r.PathValue("id"), overlap)
	if err != nil {
		return nil, err
	}
	return map[string]any{"success": true, "data": map[string]any{
		"id": rotated.Key.ID, "apiKey": rotated.Secret.Reveal(), "apiKeyType": rotated.Key.Type, "last6Chars": rotated.Key.Last6,
		"previousValidUntil": timestamp(rotated.OldUntil),
	}}, nil
}
