package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"stakegate/internal/app/apptest"
)

// route is one request that needs a key; %s is replaced by a key's id.
type route struct {
	method, path, body string
	inference          bool // open to INFERENCE keys
	costs              bool
}

func routes() []route {
	return []route{
		{method: "GET", path: "/api_keys"},
		{method: "POST", path: "/api_keys", body: `{"apiKeyType":"INFERENCE","description":"x"}`},
		{method: "PATCH", path: "/api_keys", body: `{"id":"%s","description":"y"}`},
		{method: "DELETE", path: "/api_keys?id=%s"},
		{method: "DELETE", path: "/api_keys/%s"},
		{method: "GET", path: "/api_keys/%s"},
		{method: "GET", path: "/api_keys/%s/children"},
		{method: "POST", path: "/api_keys/%s/children", body: `{}`},
		{method: "GET", path: "/billing/usage-history"},
		{method: "GET", path: "/billing/usage-analytics"},
		{method: "GET", path: "/api_keys/rate_limits/log"},
		{method: "GET", path: "/api_keys/audit"},
		{method: "POST", path: "/api_keys/%s/rotate", body: `{}`},
		{method: "GET", path: "/api_keys/rate_limits", inference: true},
		{method: "GET", path: "/billing/balance", inference: true},
		{method: "GET", path: "/billing/allocation"},
		{method: "POST", path: "/chat/completions", body: apptest.ChatBody("hello", `"max_tokens":5`), inference: true, costs: true},
		{method: "POST", path: "/embeddings", body: `{"model":"echo-embed-1","input":"hello"}`, inference: true, costs: true},
	}
}

func (r route) call(w *apptest.World, key, id string) apptest.Answer {
	return w.Call(r.method, strings.ReplaceAll(r.path, "%s", id), key, strings.ReplaceAll(r.body, "%s", id))
}

func (r route) String() string { return r.method + " " + r.path }

// It happened elsewhere: hermes-webui 7003.
func TestEachKeyTypeOpensItsRoutes(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	_, admin := w.Account(100)
	inference, own := w.NewKey(admin, "INFERENCE", "")
	for _, r := range routes() {
		t.Run(r.String(), func(t *testing.T) {
			_, other := w.NewKey(admin, "INFERENCE", "")
			if answer := r.call(w, admin, other); answer.Status != http.StatusOK {
				t.Errorf("ADMIN: %s", answer)
			}
			_, other = w.NewKey(admin, "INFERENCE", "")
			answer := r.call(w, inference, other)
			switch {
			case r.inference && answer.Status != http.StatusOK:
				t.Errorf("INFERENCE: %s", answer)
			case !r.inference:
				wantError(t, answer, http.StatusUnauthorized, "Authentication failed", nil)
				if answer.Text("code") != "ADMIN_KEY_REQUIRED" {
					t.Errorf("the refusal does not say that an ADMIN key would do: %s", answer)
				}
			}
			if !r.costs && answer.Header.Get("X-Venice-Balance-Diem") == "" {
				t.Error("no balance header")
			}
		})
	}
	if answer := w.Call("GET", "/api_keys/"+own, inference, ""); answer.Status != http.StatusOK || answer.Text("data.id") != own {
		t.Errorf("an INFERENCE key must be able to read itself: %s", answer)
	}
}

func TestAForeignKeyIsAsUnknownAsARandomOne(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	_, admin := w.Account(100)
	_, stranger := w.Account(100)
	_, foreign := w.NewKey(stranger, "INFERENCE", "")
	for _, r := range routes() {
		if !strings.Contains(r.path+r.body, "%s") {
			continue
		}
		t.Run(r.String(), func(t *testing.T) {
			first := r.call(w, admin, foreign)
			wantError(t, first, http.StatusNotFound, "API key not found", nil)
			if second := r.call(w, admin, uuid.NewString()); !bytes.Equal(first.Body, second.Body) || first.Status != second.Status {
				t.Errorf("they differ: %s and %s", first, second)
			}
		})
	}
	if answer := w.Call("GET", "/api_keys/"+foreign, stranger, ""); answer.Status != http.StatusOK || answer.Text("data.description") != "test" {
		t.Errorf("the stranger's key was changed: %s", answer)
	}
}

func TestADeadKeyOpensNothing(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	revoked, id := w.NewKey(admin, "ADMIN", "")
	expired, expiredID := w.NewKey(admin, "ADMIN", `"expiresAt":"`+w.Clock.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04:05Z")+`"`)
	wantError(t, w.Call("DELETE", "/api_keys?id="+id+"&id="+expiredID, admin, ""), http.StatusBadRequest, "Invalid request parameters", []string{"id"})
	if answer := w.Call("DELETE", "/api_keys?id="+id, revoked, ""); answer.Text("success") != "true" {
		t.Fatalf("a key cannot revoke itself: %s", answer)
	}
	if answer := w.Call("GET", "/billing/balance", expired, ""); answer.Status != http.StatusOK {
		t.Fatalf("the key is refused before it expires: %s", answer)
	}
	w.Clock.Advance(time.Hour + time.Second)
	last := admin[len(admin)-1:]
	for name, key := range map[string]string{
		"revoked": revoked, "expired": expired, "none": "", "mistyped": strings.TrimSuffix(admin, last) + string(rune(last[0]^1)),
		"of another deployment": "sg_inf_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1MRIXl",
	} {
		for _, r := range routes() {
			t.Run(name+" "+r.String(), func(t *testing.T) {
				answer := r.call(w, key, id)
				wantError(t, answer, http.StatusUnauthorized, "Authentication failed", nil)
				if answer.Header.Get("WWW-Authenticate") != "Bearer" {
					t.Error("no WWW-Authenticate")
				}
			})
		}
	}
	if answer := w.Call("GET", "/api_keys/"+expiredID, admin, ""); answer.Status != http.StatusOK {
		t.Errorf("an expired key can still be looked at: %s", answer)
	}
	wantError(t, w.Call("DELETE", "/api_keys/"+id, admin, ""), http.StatusNotFound, "API key not found", nil)
}

func TestOnlyOneWellFormedAuthorizationIsRead(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	for name, values := range map[string][]string{
		"two": {"Bearer " + admin, "Bearer " + admin}, "basic": {"Basic " + admin}, "bare": {admin},
		"empty": {"Bearer "}, "two spaces": {"Bearer  " + admin}, "trailing text": {"Bearer " + admin + " x"},
	} {
		t.Run(name, func(t *testing.T) {
			request := w.Request("GET", "/api_keys", "", "")
			request.Header["Authorization"] = values
			wantError(t, w.Send(request), http.StatusUnauthorized, "Authentication failed", nil)
		})
	}
	request := w.Request("GET", "/api_keys", "", "")
	request.Header.Set("Authorization", "bearer "+admin)
	if answer := w.Send(request); answer.Status != http.StatusOK {
		t.Errorf("the scheme's name has no case: %s", answer)
	}
	for _, r := range routes() {
		path := r.path + "?api_key=x"
		if strings.Contains(r.path, "?") {
			path = r.path + "&api_key=x"
		}
		answer := route{method: r.method, path: path, body: r.body}.call(w, admin, "x")
		wantError(t, answer, http.StatusBadRequest, "Invalid request parameters", []string{"api_key"})
	}
}

func TestKeysAreKeptAsTheyWereAskedFor(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	day := w.Clock.Now().UTC().AddDate(0, 0, 3).Format("2006-01-02")
	for name, test := range map[string]struct{ members, path, want string }{
		"absent limits":     {``, "consumptionLimits", "map[diem:<nil> usd:<nil> vcu:<nil>]"},
		"null limits":       {`"consumptionLimit":{"usd":null,"diem":null,"vcu":null}`, "consumptionLimits", "map[diem:<nil> usd:<nil> vcu:<nil>]"},
		"zero":              {`"consumptionLimit":{"diem":0}`, "consumptionLimits.diem", "0"},
		"smallest":          {`"consumptionLimit":{"diem":0.000000001}`, "consumptionLimits.diem", "0.000000001"},
		"largest":           {`"consumptionLimit":{"usd":9999999999}`, "consumptionLimits.usd", "9999999999"},
		"largest, decimals": {`"consumptionLimit":{"usd":9999999998.999999999}`, "consumptionLimits.usd", "9999999998.999999999"},
		"exponent":          {`"consumptionLimit":{"usd":1.5e3}`, "consumptionLimits.usd", "1500"},
		"vcu":               {`"consumptionLimit":{"vcu":7}`, "consumptionLimits.vcu", "7"},
		"period":            {`"limitPeriod":"LIFETIME"`, "limitPeriod", "LIFETIME"},
		"default period":    {``, "limitPeriod", "EPOCH"},
		"privacy":           {`"modelPrivacy":"PRIVATE_ONLY"`, "modelPrivacy", "PRIVATE_ONLY"},
		"a day's end":       {`"expiresAt":"` + day + `"`, "expiresAt", day + "T23:59:59.999Z"},
		"an instant":        {`"expiresAt":"` + day + `T01:02:03.456Z"`, "expiresAt", day + "T01:02:03.456Z"},
		"never":             {`"expiresAt":""`, "expiresAt", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w.Clock.Advance(time.Minute) // at most 20 keys in one
			_, id := w.NewKey(admin, "INFERENCE", test.members)
			one := w.Call("GET", "/api_keys/"+id, admin, "")
			if got := one.Text("data." + test.path); one.Status != http.StatusOK || got != test.want {
				t.Errorf("%s is %s, want %s", test.path, got, test.want)
			}
			if list := w.Call("GET", "/api_keys", admin, ""); !bytes.Contains(list.Body, bytes.TrimSuffix(bytes.TrimPrefix(one.Body, []byte(`{"data":`)), []byte("}"))) {
				t.Errorf("the list shows it differently: %s", list)
			}
		})
	}
}

func TestChangingAKeyChangesWhatIsNamedAndNothingElse(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	tomorrow := w.Clock.Now().UTC().AddDate(0, 0, 1).Format("2006-01-02")
	_, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"usd":1,"diem":2,"vcu":3},"limitPeriod":"MONTH","expiresAt":"`+tomorrow+`"`)
	want := map[string]string{
		"description": "test", "consumptionLimits.usd": "1", "consumptionLimits.diem": "2", "consumptionLimits.vcu": "3",
		"limitPeriod": "MONTH", "modelPrivacy": "ALL", "expiresAt": tomorrow + "T23:59:59.999Z",
	}
	for _, step := range []struct{ members, path, now string }{
		{`"description":"<b>new</b>"`, "description", "<b>new</b>"},
		{`"description":""`, "description", ""},
		{`"consumptionLimit":{"usd":5}`, "consumptionLimits.usd", "5"},
		{`"consumptionLimit":{"diem":null}`, "consumptionLimits.diem", ""},
		{`"consumptionLimits":{"diem":0.5}`, "consumptionLimits.diem", "0.5"},
		{`"consumptionLimit":{}`, "consumptionLimits.vcu", "3"},
		{`"limitPeriod":"EPOCH"`, "limitPeriod", "EPOCH"},
		{`"modelPrivacy":"PRIVATE_TEXT"`, "modelPrivacy", "PRIVATE_TEXT"},
		{`"expiresAt":null`, "expiresAt", ""},
		{`"expiresAt":"` + tomorrow + `"`, "expiresAt", tomorrow + "T23:59:59.999Z"},
		{`"expiresAt":""`, "expiresAt", ""},
	} {
		want[step.path] = step.now
		answer := w.Call("PATCH", "/api_keys", admin, `{"id":"`+id+`",`+step.members+`}`)
		after := w.Call("GET", "/api_keys/"+id, admin, "")
		for path, value := range want {
			if answer.Text("data."+path) != value || after.Text("data."+path) != value {
				t.Errorf("after %s, %s must be %q: %s and %s", step.members, path, value, answer, after)
			}
		}
	}
	for body, member := range map[string]string{
		`{"description":"x"}`: "id",
		`{"id":"` + id + `","consumptionLimit":{"usd":1},"consumptionLimits":{"usd":1}}`: "consumptionLimits",
		`{"id":"` + id + `","apiKeyType":"ADMIN"}`:                                       "apiKeyType",
		`{"id":"` + id + `","expiresAt":"2020-01-01"}`:                                   "expiresAt",
		`{"id":"` + id + `","description":null}`:                                         "description",
	} {
		wantError(t, w.Call("PATCH", "/api_keys", admin, body), http.StatusBadRequest, "Invalid request parameters", []string{member})
	}
	wantError(t, w.Call("DELETE", "/api_keys", admin, ""), http.StatusBadRequest, "Invalid request parameters", []string{"id"})
}

func TestManagementBodiesMustBeSmallUncompressedJSON(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	for _, route := range []string{"POST /api_keys", "PATCH /api_keys", "POST /api_keys/x/children", "POST /api_keys/x/rotate", "POST /leaks"} {
		method, path, _ := strings.Cut(route, " ")
		for name, test := range map[string]struct {
			header, value, body string
			status              int
		}{
			"text":       {"Content-Type", "text/plain", "{}", http.StatusUnsupportedMediaType},
			"nonsense":   {"Content-Type", ";;", "{}", http.StatusUnsupportedMediaType},
			"compressed": {"Content-Encoding", "gzip", "{}", http.StatusUnsupportedMediaType},
			"too large":  {"Accept", "*/*", strings.Repeat(" ", 64<<10+1), http.StatusRequestEntityTooLarge},
		} {
			t.Run(route+" "+name, func(t *testing.T) {
				request := w.Request(method, path, admin, test.body)
				request.Header.Set(test.header, test.value)
				if answer := w.Send(request); answer.Status != test.status {
					t.Errorf("%s", answer)
				}
			})
		}
	}
}

func TestAnAdminKeyMakesTwentyKeysAMinute(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100) // whose minting was the first of the minute
	for range 19 {
		w.NewKey(admin, "INFERENCE", "")
	}
	const body = `{"apiKeyType":"INFERENCE","description":"one too many"}`
	answer := w.Call("POST", "/api_keys", admin, body)
	wantError(t, answer, http.StatusTooManyRequests, "Rate limit exceeded", nil)
	_, other := w.Account(100)
	w.NewKey(other, "INFERENCE", "")
	w.Clock.Advance(61 * time.Second)
	if answer := w.Call("POST", "/api_keys", admin, body); answer.Status != http.StatusOK {
		t.Errorf("a minute later: %s", answer)
	}
}

func TestHeadIsAnsweredLikeGetAndOtherMethodsAreNamed(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	for path, allow := range map[string]string{
		"/api_keys": "DELETE, GET, PATCH, POST", "/api_keys/rate_limits": "GET", "/api_keys/" + uuid.NewString(): "DELETE, GET",
		"/models": "GET", "/chat/completions": "POST", "/billing/balance": "GET",
	} {
		answer := w.Call("PUT", path, admin, "{}")
		if answer.Status != http.StatusMethodNotAllowed || answer.Header.Get("Allow") != allow {
			t.Errorf("PUT %s: %q %s", path, answer.Header.Get("Allow"), answer)
		}
	}
	for _, path := range []string{"/api_keys/rate_limits", "/api_keys/generate_web3_key"} {
		if answer := w.Call("DELETE", path, admin, ""); answer.Status != http.StatusMethodNotAllowed {
			t.Errorf("DELETE %s takes the path for an id: %s", path, answer)
		}
	}
	for _, path := range []string{"/nothing", "//models", "/models/../models", "/models/", "/api_keys/", "/api_keys/a/b"} {
		if answer := w.Call("GET", path, admin, ""); answer.Status != http.StatusNotFound || answer.Text("code") != "NOT_FOUND" {
			t.Errorf("GET %s: %s", path, answer)
		}
	}
	for _, path := range []string{"/models", "/billing/balance", "/api_keys"} {
		if answer := w.Call("HEAD", path, admin, ""); answer.Status != http.StatusOK || len(answer.Body) > 0 {
			t.Errorf("HEAD %s: %s", path, answer)
		}
	}
}

func TestRequestsAreNamedAlikeInAnswerHeaderAndHistory(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	id := w.Chat(admin, "hello", "").Header.Get("X-Request-Id")
	history := w.Call("GET", "/billing/usage-history", admin, "")
	if got := history.Text("data.0.inferenceDetails.requestId"); got == "" || got != id {
		t.Errorf("the header says %q, the history %q", id, got)
	}
	failed := w.Call("POST", "/chat/completions", admin, `{"model":"away-1","max_tokens":5,"messages":[{"role":"user","content":"x"}]}`)
	if failed.Status != http.StatusBadGateway || failed.Text("requestId") != failed.Header.Get("X-Request-Id") {
		t.Errorf("%v %s", failed.Header, failed)
	}
	if fmt.Sprint(failed.Text("requestId")) == id {
		t.Error("two requests have one id")
	}
}
