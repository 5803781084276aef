package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"stakegate/agent"
)

// veniceRoute is what Venice's description says of a route: which members a
// request must and may have (dotted paths; others are refused), and an answer
// with every member that answers may have, each with a value of its own.
type veniceRoute struct {
	call         func(context.Context, *agent.Client) (any, error)
	needs, takes string
	answer       string
	unread       string // members of the answer that nobody needs here
}

const (
	veniceNewKey = `{"data":{"apiKey":"VENICE-INFERENCE-KEY-1","apiKeyType":"INFERENCE","consumptionLimit":{"usd":50.5,"diem":10.25,"vcu":30},
		"limitPeriod":"MONTH","modelPrivacy":"PRIVATE_TEXT","description":"Example API Key","expiresAt":"2027-10-01T12:00:00.000Z",
		"id":"e28e82dc-9df2-4b47-b726-d0a222ef2ab5"},"success":true}`
	veniceKey = `{"apiKeyType":"ADMIN","consumptionLimits":{"usd":50.5,"diem":10.25,"vcu":30},"limitPeriod":"LIFETIME","modelPrivacy":"PRIVATE_ONLY",
		"createdAt":"2026-10-01T12:00:00.000Z","description":"Example API Key","expiresAt":"2027-10-01T12:00:00.000Z","id":"e28e82dc-9df2-4b47-b726-d0a222ef2ab5",
		"last6Chars":"2V2jNW","lastUsedAt":"2026-11-01T12:00:00.000Z","usage":{"trailingSevenDays":{"usd":"10.2424","vcu":"42.2315","diem":"4.2231"}},
		"currentPeriodUsage":{"usd":"5.1234","diem":"2.5000"}}`
	veniceKeyMembers = "consumptionLimit.usd consumptionLimit.diem consumptionLimit.vcu limitPeriod modelPrivacy expiresAt description"
)

// wholeSpec and wholeUpdate use everything that Venice has.
func wholeSpec() agent.KeySpec {
	usd, diem := agent.Decimal("50.5"), agent.Decimal("10.25")
	return agent.KeySpec{Type: agent.Inference, Description: "d", Limits: &agent.KeyLimits{USD: &usd, DIEM: &diem},
		Period: "MONTH", Privacy: "ALL", ExpiresAt: "2027-01-01"}
}

func wholeUpdate() agent.KeyUpdate {
	spec := wholeSpec()
	return agent.KeyUpdate{Description: &spec.Description, Limits: spec.Limits, Period: &spec.Period, Privacy: &spec.Privacy, ExpiresAt: &spec.ExpiresAt}
}

var veniceRoutes = map[string]veniceRoute{
	"GET /api_keys/generate_web3_key": {
		call:   func(ctx context.Context, c *agent.Client) (any, error) { return c.Challenge(ctx) },
		answer: `{"data":{"token":"aaa.bbb.ccc"},"success":true}`,
	},
	"POST /api_keys/generate_web3_key": {
		call: func(ctx context.Context, c *agent.Client) (any, error) {
			return c.Mint(ctx, guardWallet, "a.b.c", "0x11", wholeSpec())
		},
		needs: "apiKeyType address signature token", takes: veniceKeyMembers,
		answer: veniceNewKey, unread: "data.apiKey data.consumptionLimit.vcu",
	},
	"GET /api_keys": {
		call:   func(ctx context.Context, c *agent.Client) (any, error) { return c.Keys(ctx) },
		answer: `{"data":[` + veniceKey + `],"object":"list"}`,
		unread: "object data.consumptionLimits.vcu data.usage.trailingSevenDays.vcu",
	},
	"POST /api_keys": {
		call:  func(ctx context.Context, c *agent.Client) (any, error) { return c.CreateKey(ctx, wholeSpec()) },
		needs: "apiKeyType description", takes: veniceKeyMembers,
		answer: veniceNewKey, unread: "data.apiKey data.consumptionLimit.vcu",
	},
	"PATCH /api_keys": {
		call: func(ctx context.Context, c *agent.Client) (any, error) {
			return c.UpdateKey(ctx, "e28e82dc", wholeUpdate())
		},
		needs: "id", takes: veniceKeyMembers,
		answer: `{"data":` + veniceKey + `,"success":true}`, unread: "data.consumptionLimits.vcu data.usage.trailingSevenDays.vcu",
	},
	"DELETE /api_keys?id=e28e82dc": {
		call:   func(ctx context.Context, c *agent.Client) (any, error) { return "", c.DeleteKey(ctx, "e28e82dc") },
		answer: `{"success":true}`,
	},
	"GET /api_keys/e28e82dc": {
		call:   func(ctx context.Context, c *agent.Client) (any, error) { return c.Key(ctx, "e28e82dc") },
		answer: `{"data":` + veniceKey + `}`, unread: "data.consumptionLimits.vcu data.usage.trailingSevenDays.vcu",
	},
	"GET /api_keys/rate_limits": {
		call: func(ctx context.Context, c *agent.Client) (any, error) { return c.RateLimits(ctx) },
		answer: `{"data":{"accessPermitted":true,"apiTier":{"id":"paid","isCharged":true},"balances":{"USD":50.23,"DIEM":100.023},
			"keyExpiration":"2027-06-01T00:00:00.000Z","nextEpochBegins":"2026-05-07T00:00:00.000Z",
			"rateLimits":[{"apiModelId":"zai-org-glm-5-1","rateLimits":[{"amount":117,"type":"RPM"}]}]}}`,
	},
	"GET /api_keys/rate_limits/log": {
		call: func(ctx context.Context, c *agent.Client) (any, error) { return c.RateLimitLog(ctx) },
		answer: `{"data":[{"apiKeyId":"k1","modelId":"zai-org-glm-5-1","rateLimitTier":"paid","rateLimitType":"UNSUPPORTED_FEATURE_REQUESTS",
			"timestamp":"2026-10-01T12:00:00.000Z"}],"object":"list"}`,
		unread: "object",
	},
	"GET /billing/balance": {
		call:   func(ctx context.Context, c *agent.Client) (any, error) { return c.Balance(ctx) },
		answer: `{"canConsume":true,"consumptionCurrency":"BUNDLED_CREDITS","balances":{"diem":90.5,"usd":25},"diemEpochAllocation":100.125}`,
	},
	"GET /billing/usage-history?currency=DIEM&endTimestamp=2026-11-23T00%3A00%3A00Z&pageSize=10&startTimestamp=2026-11-22T00%3A00%3A00Z": {
		call: func(ctx context.Context, c *agent.Client) (any, error) {
			day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
			entries, next, err := c.UsagePage(ctx, agent.UsageQuery{Currency: "DIEM", From: day, To: day.AddDate(0, 0, 1), PageSize: 10}, "")
			return []any{entries, next}, err
		},
		answer: `{"data":[{"amount":-0.06356,"currency":"DIEM","inferenceDetails":{"completionTokens":227,"inferenceExecutionTime":2964,"promptTokens":339,
			"requestId":"chatcmpl-4007fd29"},"notes":"API Inference","pricePerUnitUsd":2.8,"sku":"zai-org-glm-5-1-llm-output-mtoken",
			"timestamp":"2026-06-15T19:05:10.504Z","units":0.000228},{"amount":-0.1,"currency":"USD","inferenceDetails":null,"notes":"N","pricePerUnitUsd":0.3,
			"sku":"image-unit","timestamp":"2026-06-14T19:52:45.087Z","units":7}],"nextCursor":"AZq3fK9tXhIVDm2j"}`,
	},
	"GET /billing/usage-history?cursor=AZq3fK9t": {
		call: func(ctx context.Context, c *agent.Client) (any, error) {
			entries, next, err := c.UsagePage(ctx, agent.UsageQuery{Currency: "DIEM"}, "AZq3fK9t")
			return []any{entries, next}, err
		},
		answer: `{"data":[],"nextCursor":null}`,
	},
	"GET /billing/usage-analytics?lookback=7d": {
		call: func(ctx context.Context, c *agent.Client) (any, error) { return c.UsageAnalytics(ctx, 7) },
		answer: `{"lookback":"7d","byDate":[{"date":"2026-01-15","USD":0.5,"DIEM":10.25}],"byModel":[{"modelName":"GLM 5.1","unitType":"tokens","modelType":"LLM",
			"totalUsd":0.51,"totalDiem":10.26,"totalUnits":15000,"breakdown":[{"type":"Output","usd":0.31,"diem":6.15,"units":5000}]}],
			"byModelDaily":[{"date":1705276800000,"GLM 5.1":10.75}],"topModels":["GLM 5.2"],"byKey":[{"apiKeyId":"key-123","description":"Production",
			"totalUsd":0.53,"totalDiem":10.27,"totalUnits":15001}],"byKeyDaily":[{"date":1705276800001,"Production":10.76}],"topKeyNames":["Staging"]}`,
	},
	"GET /billing/usage-analytics?endDate=2026-01-31&startDate=2026-01-01": {
		call: func(ctx context.Context, c *agent.Client) (any, error) {
			return c.UsageAnalyticsBetween(ctx, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC))
		},
		answer: `{"lookback":"2026-01-01:2026-01-31","byDate":[],"byModel":[],"byModelDaily":[],"topModels":[],"byKey":[],"byKeyDaily":[],"topKeyNames":[]}`,
	},
}

// TestRequestsAndAnswersHaveVenicesShapes walks every member of every request
// that the client sends and of every answer that Venice describes.
func TestRequestsAndAnswersHaveVenicesShapes(t *testing.T) {
	for route, c := range veniceRoutes {
		t.Run(route, func(t *testing.T) {
			var sent map[string]any
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if got := r.Method + " " + strings.TrimPrefix(r.URL.RequestURI(), "/api/v1"); got != route {
					t.Errorf("got %s", got)
				}
				if body, _ := io.ReadAll(r.Body); len(body) > 0 && json.Unmarshal(body, &sent) != nil {
					t.Errorf("the request is not a JSON object")
				}
				io.WriteString(w, c.answer)
			})
			got, err := c.call(t.Context(), client.WithKey(agent.NewSecret(testSecret)))
			if err != nil {
				t.Fatal(err)
			}
			checkSent(t, leaves(sent), strings.Fields(c.needs), strings.Fields(c.takes))
			encoded, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			var answer any
			if err := json.Unmarshal([]byte(c.answer), &answer); err != nil {
				t.Fatal(err)
			}
			for path, value := range leaves(answer) {
				if path != "success" && !slices.Contains(strings.Fields(c.unread), path) && !strings.Contains(string(encoded), value) {
					t.Errorf("%s (%s) is not in what the client returns: %s", path, value, encoded)
				}
			}
		})
	}
}

func checkSent(t *testing.T, sent map[string]string, needs, takes []string) {
	t.Helper()
	for path := range sent {
		if !slices.Contains(needs, path) && !slices.Contains(takes, path) {
			t.Errorf("Venice refuses the member %s", path)
		}
	}
	for _, path := range needs {
		if _, has := sent[path]; !has {
			t.Errorf("Venice demands the member %s", path)
		}
	}
	for _, path := range takes {
		if _, has := sent[path]; !has && !strings.HasSuffix(path, ".vcu") {
			t.Errorf("the member %s cannot be sent", path)
		}
	}
}

// leaves are the values that are no objects and lists, by their dotted paths.
func leaves(node any) map[string]string {
	found := map[string]string{}
	switch node := node.(type) {
	case map[string]any:
		for name, inner := range node {
			for path, value := range leaves(inner) {
				found[strings.TrimSuffix(name+"."+path, ".")] = value
			}
		}
	case []any:
		for _, inner := range node {
			maps.Copy(found, leaves(inner))
		}
	case nil:
	default:
		encoded, err := json.Marshal(node)
		if err != nil {
			panic(fmt.Sprint(err))
		}
		found[""] = strings.Trim(string(encoded), `"`)
	}
	return found
}
