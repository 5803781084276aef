package devchain_test

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"stakegate/internal/app/apptest"
)

// signInFor signs in to the account page as an address, with whatever the
// function makes of the message.
func (w *world) signInFor(address common.Address, sign func(message string) []byte) apptest.Answer {
	w.t.Helper()
	message := w.page(http.MethodGet, "/session/challenge?address="+address.Hex(), nil).Text("message")
	return w.page(http.MethodPost, "/session", map[string]string{
		"address": address.Hex(), "message": message, "signature": hexutil.Encode(sign(message)),
	})
}

// page asks the account page something.
func (w *world) page(method, path string, body any) apptest.Answer {
	w.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.Origin+path, bytes.NewReader(text))
	if err != nil {
		w.t.Fatal(err)
	}
	return w.Send(request)
}
