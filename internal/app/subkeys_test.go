package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
)

// subKey makes a key below another one; members as in MintBody.
func subKey(t *testing.T, w *apptest.World, key, parent, members string) (secret, id string) {
	t.Helper()
	answer := w.Call("POST", "/api_keys/"+parent+"/children", key, "{"+members+"}")
	if answer.Status != http.StatusOK || answer.Text("data.parentId") != parent {
		t.Fatalf("no sub-key was made: %s", answer)
	}
	return answer.Text("data.apiKey"), answer.Text("data.id")
}

// An INFERENCE key makes keys below itself, sees and ends them, and nobody
// else's; no answer tells whether another key is there.
func TestAKeyManagesTheKeysBelowItAndNoOthers(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", "")
	sister, sisterID := w.NewKey(admin, "INFERENCE", "")
	child, childID := subKey(t, w, key, id, `"description":"child"`)
	_, grandchildID := subKey(t, w, child, childID, "")
	_, nephewID := subKey(t, w, sister, sisterID, "")
	for _, own := range []string{childID, grandchildID} {
		if answer := w.Call("GET", "/api_keys/"+own, key, ""); answer.Status != http.StatusOK || answer.Text("data.apiKeyType") != "INFERENCE" {
			t.Errorf("a sub-key cannot be seen: %s", answer)
		}
	}
	list := w.Call("GET", "/api_keys/"+id+"/children", key, "")
	if list.Status != http.StatusOK || strings.Count(string(list.Body), `"parentId"`) != 2 || strings.Contains(string(list.Body), nephewID) {
		t.Errorf("the list is %s", list)
	}
	for _, other := range []string{sisterID, nephewID, "b6a4f7c2-3f5e-4a51-9d5c-0b8f5ad6b1c7"} {
		for _, answer := range []apptest.Answer{
			w.Call("GET", "/api_keys/"+other, key, ""), w.Call("DELETE", "/api_keys/"+other, key, ""),
			w.Call("GET", "/api_keys/"+other+"/children", key, ""), w.Call("POST", "/api_keys/"+other+"/children", key, "{}"),
		} {
			wantError(t, answer, http.StatusUnauthorized, "Authentication failed", nil)
		}
	}
	for _, above := range []string{id, childID} { // nobody's own, nor its parent's
		wantError(t, w.Call("DELETE", "/api_keys/"+above, child, ""), http.StatusUnauthorized, "Authentication failed", nil)
	}
	if answer := w.Call("DELETE", "/api_keys/"+childID, key, ""); answer.Status != http.StatusOK {
		t.Fatalf("a sub-key cannot be ended: %s", answer)
	}
	if answer := w.Call("GET", "/api_keys/"+id+"/children", key, ""); answer.Text("data.0.id") != "" {
		t.Errorf("the line did not end: %s", answer)
	}
}

func TestASubKeyIsNeverWiderThanTheKeysAbove(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	_, admin := w.Account(100)
	day := func(days int) string { return w.Clock.Now().UTC().AddDate(0, 0, days).Format("2006-01-02") }
	key, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":2},"limitPeriod":"MONTH","modelPrivacy":"PRIVATE_TEXT","expiresAt":"`+day(9)+
		`","allowedModels":["echo-1","echo-embed-1"],"allowedNetworks":["127.0.0.0/8","::1"],"maxInFlight":4`)
	middle, middleID := subKey(t, w, key, id, "") // what it leaves open is its parent's
	for member, members := range map[string]string{
		"apiKeyType":       `"apiKeyType":"ADMIN"`,
		"consumptionLimit": `"consumptionLimit":{"diem":2.1}`,
		"modelPrivacy":     `"modelPrivacy":"ALL"`,
		"expiresAt":        `"expiresAt":"` + day(10) + `"`,
		"allowedModels":    `"allowedModels":["echo-1","echo-image-1"]`,
		"allowedNetworks":  `"allowedNetworks":["127.0.0.1","0.0.0.0/0"]`,
		"maxInFlight":      `"maxInFlight":5`,
	} {
		wantError(t, w.Call("POST", "/api_keys/"+middleID+"/children", middle, "{"+members+"}"), http.StatusBadRequest, "Invalid request parameters", []string{member})
	}
	_, child := subKey(t, w, middle, middleID, `"consumptionLimit":{"diem":2},"limitPeriod":"EPOCH","expiresAt":"`+day(8)+
		`","allowedModels":["echo-1"],"allowedNetworks":["127.1.0.0/16"],"maxInFlight":4`)
	answer := w.Call("GET", "/api_keys/"+child, admin, "")
	for path, want := range map[string]string{
		"modelPrivacy": "PRIVATE_TEXT", "parentId": middleID, "allowedModels": "[echo-1]", "allowedNetworks": "[127.1.0.0/16]", "maxInFlight": "4",
	} {
		if got := answer.Text("data." + path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func TestSubKeysAreBoundedInDepthAndNumber(t *testing.T) {
	depth := 2
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.Keys.MaxDepth, c.Keys.MaxSubKeys = &depth, 3 }})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", "")
	child, childID := subKey(t, w, key, id, "")
	grandchild, grandchildID := subKey(t, w, child, childID, "")
	answer := w.Call("POST", "/api_keys/"+grandchildID+"/children", grandchild, "{}")
	wantError(t, answer, http.StatusBadRequest, "Maximum depth of sub-keys reached", nil)
	subKey(t, w, key, id, "")
	answer = w.Call("POST", "/api_keys/"+childID+"/children", child, "{}")
	wantError(t, answer, http.StatusBadRequest, "Maximum number of active API keys reached", nil)
	w.NewKey(admin, "INFERENCE", "") // who has a key cannot use up the account's
}

// What a sub-key spends counts for all keys above it, and each of their limits
// stops it.
func TestASubKeySpendsFromAllKeysAbove(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":1}`)
	middle, middleID := subKey(t, w, key, id, "")
	child, childID := subKey(t, w, middle, middleID, `"consumptionLimit":{"diem":0.5}`)
	charge := w.Chat(child, "hello", `"max_tokens":5`).Charge()
	if charge <= 0 {
		t.Fatal("the call was not charged")
	}
	for _, of := range []string{id, childID} {
		if answer := w.Call("GET", "/api_keys/"+of, admin, ""); answer.Nano("data.currentPeriodUsage.diem") != charge {
			t.Errorf("%s was charged, the key shows %s", charge, answer)
		}
	}
	w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"consumptionLimit":{"diem":%s}}`, id, charge))
	answer := w.Chat(child, "hello", `"max_tokens":5`)
	if answer.Status != http.StatusPaymentRequired || answer.Text("budget") != "parent" || answer.Text("code") != "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED" {
		t.Errorf("the parent's limit is spent: %s", answer)
	}
	if free := w.Call("GET", "/api_keys/rate_limits", child, "").Text("data.accessPermitted"); free != "false" {
		t.Errorf("accessPermitted is %s", free)
	}
	// A limit that the key in the middle gets later counts what went through it.
	w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"consumptionLimit":{"diem":1}}`, middleID))
	if answer := w.Call("GET", "/api_keys/"+middleID, admin, ""); answer.Nano("data.currentPeriodUsage.diem") != charge {
		t.Errorf("%s was charged before, the key shows %s", charge, answer)
	}
}

// A sub-key ends with a key above it, and so do its streams, within a second.
func TestALineEndsWithAnyKeyAbove(t *testing.T) {
	for name, end := range map[string]func(w *apptest.World, admin, id string){
		"revoked": func(w *apptest.World, admin, id string) { w.Call("DELETE", "/api_keys?id="+id, admin, "") },
		"expired": func(w *apptest.World, admin, id string) {
			at := w.Clock.Now().UTC().Add(time.Hour)
			w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"expiresAt":%q}`, id, at.Format("2006-01-02T15:04:05Z")))
			w.Clock.Advance(time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(100)
			key, id := w.NewKey(admin, "INFERENCE", "")
			middle, middleID := subKey(t, w, key, id, "")
			child, childID := subKey(t, w, middle, middleID, "")
			w.Model.SetFault(echo.FaultStall)
			ending := stream(t, w, child)
			end(w, admin, id)
			wantEnded(t, ending)
			for _, dead := range []string{key, middle, child} {
				wantError(t, w.Chat(dead, "hello", ""), http.StatusUnauthorized, "Authentication failed", nil)
				wantError(t, w.Call("GET", "/billing/balance", dead, ""), http.StatusUnauthorized, "Authentication failed", nil)
			}
			wantError(t, w.Call("POST", "/api_keys/"+childID+"/children", admin, "{}"), http.StatusNotFound, "API key not found", nil)
		})
	}
}

func TestAKeyCallsItsModelsOnly(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", `"allowedModels":["echo-embed-1"]`)
	answer := w.Chat(key, "hello", "")
	if answer.Status != http.StatusForbidden || answer.Text("code") != "MODEL_NOT_ALLOWED" {
		t.Errorf("got %s", answer)
	}
	if answer := w.Call("POST", "/embeddings", key, `{"model":"echo-embed-1","input":"hello"}`); answer.Status != http.StatusOK {
		t.Errorf("got %s", answer)
	}
	for _, list := range []string{`[]`, `["nobody"]`, `["echo-1","echo-1"]`, `"echo-1"`, `[1]`} {
		answer := w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"allowedModels":%s}`, id, list))
		wantError(t, answer, http.StatusBadRequest, "Invalid request parameters", []string{"allowedModels"})
	}
	w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"allowedModels":null}`, id))
	if answer := w.Chat(key, "hello", ""); answer.Status != http.StatusOK {
		t.Errorf("the list was lifted: %s", answer)
	}
}

// From elsewhere a key is answered as one that does not exist; who the client
// is, is a trusted proxy's word.
func TestAKeyIsNothingOutsideOfItsNetworks(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", `"allowedNetworks":["192.0.2.0/24","2001:db8::/32"]`)
	child, _ := subKey(t, w, admin, id, "")
	from := func(secret, address, path, body string) apptest.Answer {
		method := "GET"
		if body != "" {
			method = "POST"
		}
		request := w.Request(method, path, secret, body)
		if address != "" {
			request.Header.Set("X-Forwarded-For", address)
		}
		return w.Send(request)
	}
	for address, admitted := range map[string]bool{
		"": false, "192.0.2.7": true, "::ffff:192.0.2.7": true, "2001:db8:1::1": true, "192.0.3.7": false, "2001:db9::1": false, "192.0.2.7, 198.51.100.1": false,
		"192.0.2.7:4711": true, "[2001:db8:1::1]:4711": true, "192.0.3.7:4711": false, // some proxies write the port too
	} {
		for _, secret := range []string{key, child} {
			for path, body := range map[string]string{
				"/billing/balance": "", "/chat/completions": apptest.ChatBody("hello", `"max_tokens":5`),
				"/embeddings": `{"model":"echo-embed-1","input":"` + strings.Repeat("x ", 40_000) + `"}`,
			} {
				answer := from(secret, address, path, body)
				if admitted == (answer.Status == http.StatusUnauthorized) {
					t.Errorf("%s from %q: %s", path, address, answer)
				}
				if unknown := from("sg_inf_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1MRIXl", address, path, body); !admitted &&
					(answer.Status != unknown.Status || string(answer.Body) != string(unknown.Body)) {
					t.Errorf("%s from %q tells that there is a key: %s and %s", path, address, answer, unknown)
				}
			}
		}
	}
	for _, list := range []string{`["192.0.2.1/24"]`, `["::ffff:192.0.2.0/120"]`, `["fe80::1%eth0"]`, `["everywhere"]`, `["192.0.2.0/33"]`} {
		answer := w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"allowedNetworks":%s}`, id, list))
		wantError(t, answer, http.StatusBadRequest, "Invalid request parameters", []string{"allowedNetworks"})
	}
}

// Calls in flight are counted for the key and those above it, also when the cap
// was set while they ran.
func TestCallsInFlightAreBoundedByEveryKeyOfTheLine(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", "")
	child, childID := subKey(t, w, key, id, "")
	w.Model.SetFault(echo.FaultStall)
	first := stream(t, w, child)
	w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"maxInFlight":2}`, id))
	second := stream(t, w, key)
	for secret, whose := range map[string]string{key: "this key has 2", child: "a key above this one"} {
		answer := w.Chat(secret, "hello", "")
		if answer.Status != http.StatusTooManyRequests || answer.Text("code") != "IN_FLIGHT_LIMIT_EXCEEDED" ||
			!strings.Contains(answer.Text("error"), whose) || answer.Header.Get("Retry-After") != "1" {
			t.Errorf("got %s", answer)
		}
	}
	w.Call("DELETE", "/api_keys/"+childID, admin, "")
	wantEnded(t, first)
	w.Model.SetFault(echo.FaultNone)
	if answer := w.Chat(key, "hello", `"max_tokens":5`); answer.Status != http.StatusOK {
		t.Errorf("there is room for one again: %s", answer)
	}
	w.Call("DELETE", "/api_keys/"+id, admin, "")
	wantEnded(t, second)
	for _, number := range []string{"0", "-1", "1.5", "1000001", `"2"`} {
		_, other := w.NewKey(admin, "INFERENCE", "")
		answer := w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"maxInFlight":%s}`, other, number))
		wantError(t, answer, http.StatusBadRequest, "Invalid request parameters", []string{"maxInFlight"})
	}
}
