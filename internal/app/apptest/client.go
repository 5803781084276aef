package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"stakegate/internal/money"
)

// Answer is a response that was read to its end.
type Answer struct {
	Status  int
	Header  http.Header
	Trailer http.Header
	Body    []byte
}

// Get returns the member at a dotted path, "data.0.id", of a JSON answer, or
// nil. Numbers are json.Number.
func (a Answer) Get(path string) any {
	decoder := json.NewDecoder(bytes.NewReader(a.Body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	for name := range strings.SplitSeq(path, ".") {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[name]
		case []any:
			index, err := strconv.Atoi(name)
			if err != nil || index >= len(inner) {
				return nil
			}
			value = inner[index]
		default:
			return nil
		}
	}
	return value
}

// Text is Get as text; "" for what is not there.
func (a Answer) Text(path string) string {
	switch value := a.Get(path).(type) {
	case nil:
		return ""
	case []any, map[string]any:
		return fmt.Sprint(value)
	default:
		return fmt.Sprint(value)
	}
}

// Nano is Get as an amount, -1 if it is none.
func (a Answer) Nano(path string) money.Nano {
	amount, err := money.Parse(a.Text(path))
	if err != nil {
		return -1
	}
	return amount
}

// Charge is what the header, or a stream's trailer, says that a call cost.
func (a Answer) Charge() money.Nano {
	text := a.Header.Get("X-Stakegate-Charge")
	if text == "" {
		text = a.Trailer.Get("X-Stakegate-Charge")
	}
	amount, err := money.Parse(text)
	if err != nil {
		return -1
	}
	return amount
}

func (a Answer) String() string { return fmt.Sprintf("%d %s", a.Status, a.Body) }

// Request makes a request with a key ("" for none) and a JSON body ("" for
// none). Paths are below /api/v1.
func (w *World) Request(method, path, key, body string) *http.Request {
	w.T.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, w.Origin+"/api/v1"+path, reader)
	if err != nil {
		w.T.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	return request
}

// Try sends a request and reads the answer, or as much of it as there is.
func (w *World) Try(request *http.Request) (Answer, error) {
	response, err := w.client.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return Answer{response.StatusCode, response.Header, response.Trailer, body}, err
}

// Send is Try for requests that must be answered.
func (w *World) Send(request *http.Request) Answer {
	w.T.Helper()
	answer, err := w.Try(request)
	if err != nil {
		w.T.Fatalf("%s %s: %v", request.Method, request.URL.Path, err)
	}
	return answer
}

// Call is Send of Request.
func (w *World) Call(method, path, key, body string) Answer {
	w.T.Helper()
	return w.Send(w.Request(method, path, key, body))
}

// Token gets a validation token.
func (w *World) Token() string {
	w.T.Helper()
	answer := w.Call(http.MethodGet, "/api_keys/generate_web3_key", "", "")
	token := answer.Text("data.token")
	if answer.Status != http.StatusOK || token == "" {
		w.T.Fatalf("no validation token: %s", answer)
	}
	return token
}

// MintBody is the body that trades a signed token for a key; members, if any,
// are added to it as they are.
func (w *World) MintBody(wallet Wallet, token, keyType, members string) string {
	w.T.Helper()
	if members != "" {
		members = "," + members
	}
	return fmt.Sprintf(`{"address":%q,"signature":%q,"token":%q,"apiKeyType":%q%s}`,
		wallet.Address.Hex(), wallet.Sign(w.T, token), token, keyType, members)
}

// Mint gets a token, signs it and asks for a key.
func (w *World) Mint(wallet Wallet, keyType, members string) Answer {
	w.T.Helper()
	return w.Call(http.MethodPost, "/api_keys/generate_web3_key", "", w.MintBody(wallet, w.Token(), keyType, members))
}

// Account makes a wallet that stakes so many VVV, and an ADMIN key of it.
func (w *World) Account(vvv int64) (Wallet, string) {
	w.T.Helper()
	wallet := NewWallet(w.T)
	w.Chain.StakeVVV(wallet.Address, Tokens(vvv))
	answer := w.Mint(wallet, "ADMIN", "")
	key := answer.Text("data.apiKey")
	if answer.Status != http.StatusOK || key == "" {
		w.T.Fatalf("no key was minted: %s", answer)
	}
	return wallet, key
}

// NewKey makes a key by an ADMIN key; members as in MintBody.
func (w *World) NewKey(admin, keyType, members string) (secret, id string) {
	w.T.Helper()
	if members != "" {
		members = "," + members
	}
	answer := w.Call(http.MethodPost, "/api_keys", admin, fmt.Sprintf(`{"apiKeyType":%q,"description":"test"%s}`, keyType, members))
	if answer.Status != http.StatusOK {
		w.T.Fatalf("no key was made: %s", answer)
	}
	return answer.Text("data.apiKey"), answer.Text("data.id")
}

// Chat asks echo-1 something; members as in MintBody.
func (w *World) Chat(key, text, members string) Answer {
	w.T.Helper()
	return w.Call(http.MethodPost, "/chat/completions", key, ChatBody(text, members))
}

// ChatBody is a request to echo-1.
func ChatBody(text, members string) string {
	if members != "" {
		members = "," + members
	}
	return fmt.Sprintf(`{"model":"echo-1","messages":[{"role":"user","content":%q}]%s}`, text, members)
}

// Balance is what an account has left in DIEM.
func (w *World) Balance(key string) money.Nano {
	w.T.Helper()
	answer := w.Call(http.MethodGet, "/billing/balance", key, "")
	if answer.Status != http.StatusOK {
		w.T.Fatalf("no balance: %s", answer)
	}
	return answer.Nano("balances.diem")
}
