package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"stakegate/internal/apikey"
)

// FuzzAuthorization: a key is read from one spelling of one header and from
// nothing else, whatever stands there.
func FuzzAuthorization(f *testing.F) {
	secret, err := apikey.New(apikey.Inference)
	if err != nil {
		f.Fatal(err)
	}
	key := secret.Reveal()
	for _, value := range []string{"Bearer " + key, "bearer " + key, "Bearer  " + key, "Bearer\t" + key, key, "Basic " + key, "Bearer " + key + " ", "Bearer", "", "Bearer " + key + ", Bearer " + key} {
		f.Add(value, "", false)
		f.Add("", value, false)
		f.Add(value, "Bearer "+key, true)
		f.Add(value, key, true)
	}
	f.Fuzz(func(t *testing.T, first, second string, twice bool) {
		request := httptest.NewRequest(http.MethodPost, "/v1/messages", nil)
		request.Header.Add("Authorization", first)
		if twice {
			request.Header.Add("Authorization", second)
		} else if second != "" {
			request.Header.Add("X-Api-Key", second)
		}
		for _, keyHeader := range []string{"", "X-Api-Key"} {
			got, err := keyOf(request, keyHeader)
			scheme, rest, _ := strings.Cut(first, " ")
			alone := !twice && (second == "" || keyHeader == "")
			if want := alone && strings.EqualFold(scheme, "Bearer"); err == nil && (!want || got.Reveal() != rest) {
				t.Errorf("Authorization %q, then %q (twice %t), key header %q: a key was read", first, second, twice, keyHeader)
			}
			if _, wrong := apikey.Parse(rest); alone && strings.EqualFold(scheme, "Bearer") && wrong == nil && err != nil {
				t.Errorf("Authorization %q is refused: %v", first, err)
			}
		}
		request.Header.Del("Authorization")
		got, err := keyOf(request, "X-Api-Key")
		if _, wrong := apikey.Parse(second); (err == nil) != (!twice && wrong == nil) || err == nil && got.Reveal() != second {
			t.Errorf("x-api-key %q: %v", second, err)
		}
	})
}
