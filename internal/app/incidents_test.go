package app_test

import (
	"net/http"
	"testing"

	"stakegate/internal/app/apptest"
)

// There is no second way to the model server: every other path that clients
// know as paid, and every odd spelling of the paid ones, is not found, reaches
// no model and costs nothing (LiteLLM 26672, 10750, 23714, Bifrost 2873:
// pass-through routes skipped the budget).
func TestNoOtherRouteReachesTheModel(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	before := w.Balance(admin)
	body := apptest.ChatBody("hello", "")
	for _, path := range []string{
		"/completions/x", "/responses/x", "/messages/batches", "/messages/count_tokens", "/chat", "/chat/completion", "/chat/completions/x",
		"/embedding", "/embeddings/x", "/image/generate", "/image/upscale", "/image/edit", "/images/edits", "/images/variations",
		"/audio/translations", "/audio/voices", "/audio/queue", "/moderations", "/batches", "/fine_tuning/jobs",
		"/video/queue", "/video/retrieve", "/augment/search", "/pass-through/v1/chat/completions", "/openai/chat/completions",
		"/engines/echo-1/completions", "/deployments/echo-1/chat/completions", "/characters/x/chat/completions",
	} {
		for _, prefix := range prefixes {
			answer := w.Send(paidRoute{path: path}.send(w, prefix, admin, "application/json", []byte(body)))
			if answer.Status != http.StatusNotFound {
				t.Errorf("POST %s%s: %s", prefix, path, answer)
			}
			wantShape(t, prefix+path, answer)
		}
	}
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		for _, path := range []string{"/chat/completions", "/embeddings", "/messages"} {
			answer := w.Call(method, path, admin, body)
			if answer.Status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %s", method, path, answer)
			}
			wantShape(t, "/api/v1"+path, answer)
		}
	}
	if tally := w.Model.Tally(); tally.Calls+tally.Refused != 0 || w.Balance(admin) != before {
		t.Errorf("the model was called: %+v", tally)
	}
}

// Null is no limit, zero blocks, and what is left out stays as it is, at a
// key's making and at its change (gitmoot 1540; Venice api-docs 284: new keys
// had a silent limit of 0).
func TestNullIsNoLimitAndZeroBlocks(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	spends := func(key string) bool {
		answer := w.Chat(key, "hello", `"max_tokens":10`)
		if answer.Status != http.StatusOK && answer.Text("code") != "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED" {
			t.Fatalf("%s", answer)
		}
		return answer.Status == http.StatusOK
	}
	for members, want := range map[string]bool{
		``:                                   true,
		`"consumptionLimit":{}`:              true,
		`"consumptionLimit":{"diem":null}`:   true,
		`"consumptionLimit":{"usd":0}`:       true,
		`"consumptionLimit":{"diem":0}`:      false,
		`"consumptionLimit":{"diem":0.00}`:   false,
		`"consumptionLimit":{"diem":0.0005}`: true,
	} {
		key, id := w.NewKey(admin, "INFERENCE", members)
		if got := spends(key); got != want {
			t.Errorf("a key with %q spends: %v", members, got)
		}
		change := func(members string, want bool) {
			t.Helper()
			if answer := w.Call("PATCH", "/api_keys", admin, `{"id":"`+id+`",`+members+`}`); answer.Status != http.StatusOK {
				t.Fatalf("%s", answer)
			}
			if got := spends(key); got != want {
				t.Errorf("a key made with %q and changed by %s spends: %v", members, members, got)
			}
		}
		change(`"description":"limits are left out"`, want)
		change(`"consumptionLimit":{"diem":0}`, false)
		change(`"consumptionLimit":{"usd":5}`, false)
		change(`"consumptionLimit":{"diem":null}`, true)
	}
}
