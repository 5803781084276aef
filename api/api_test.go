package api_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"stakegate/api"
)

func load(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDescriptionIsValid(t *testing.T) {
	err := load(t).Validate(context.Background(),
		openapi3.EnableSchemaFormatValidation(), openapi3.EnableSchemaPatternValidation())
	if err != nil {
		t.Fatal(err)
	}
}

// Each operation lists the statuses that any route can answer with, routes
// with input those of input, and routes that spend those of spending.
func TestOperationsListTheirStatuses(t *testing.T) {
	doc := load(t)
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if slices.Contains(operation.Tags, "Server") {
				continue
			}
			want := []string{"429", "500", "503"}
			if operation.OperationID != "getUsage" {
				want = append(want, "200")
			}
			if operation.Security == nil { // a key, which may be wrong or sent in the query
				want = append(want, "400", "401")
			}
			if operation.Parameters != nil || operation.RequestBody != nil {
				want = append(want, "400")
			}
			if operation.RequestBody != nil {
				want = append(want, "413", "415")
			}
			if slices.Contains(operation.Tags, "Inference") {
				want = append(want, "402", "403", "404", "408", "409", "410", "422", "502", "504")
			}
			for _, status := range want {
				if operation.Responses.Value(status) == nil {
					t.Errorf("%s %s does not list %s", method, path, status)
				}
			}
		}
	}
}

// Venice's clients parse these objects strictly, so nothing may be added.
func TestVeniceClosedObjectsStayClosed(t *testing.T) {
	doc := load(t)
	for _, name := range []string{"Key", "KeyList", "KeyCreated", "KeyUpdated", "Success", "MintRequest",
		"CreateKeyRequest", "UpdateKeyRequest", "Balance", "UsageHistory", "UsageEntry", "UsageAnalytics", "Capabilities"} {
		schema := doc.Components.Schemas[name].Value
		if has := schema.AdditionalProperties.Has; has == nil || *has {
			t.Errorf("%s admits unknown members", name)
		}
	}
}

func fullGuide() api.Guide {
	address := func(digit string) string { return "0x" + strings.Repeat(digit, 40) }
	return api.Guide{
		APIBase: "https://api.example.org/api/v1/", ChainID: 8453, ChainName: "Base", RPC: "https://rpc.example.org",
		VVV: address("1"), Staking: address("2"), DIEM: address("3"), WETH: address("4"),
		AerodromeRouter: address("5"), AerodromeFactory: address("6"),
		UniswapRouter: address("7"), UniswapQuoter: address("8"), UniswapFactory: address("9"),
	}
}

func TestGuideNamesEveryAddress(t *testing.T) {
	guide := fullGuide()
	text, err := guide.Render()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"chain id 8453", "Base", guide.RPC, guide.VVV, guide.Staking, guide.DIEM, guide.WETH,
		guide.AerodromeRouter, guide.AerodromeFactory, guide.UniswapRouter, guide.UniswapQuoter, guide.UniswapFactory,
		"https://api.example.org/api/v1/api_keys/generate_web3_key"} {
		if !strings.Contains(text, want) {
			t.Errorf("the guide does not say %q", want)
		}
	}
	if strings.Contains(text, "v1//") || strings.Contains(text, "<no value>") {
		t.Errorf("the guide is not filled in well:\n%s", text)
	}
}

func TestSkillIsOneWithANameAndADescription(t *testing.T) {
	text, err := fullGuide().RenderSkill()
	if err != nil {
		t.Fatal(err)
	}
	// The form of agent skills: a short name, and at most 1,024 characters of description.
	front := regexp.MustCompile(`\A---\nname: ([a-z0-9-]{1,64})\ndescription: ([^\n]{1,1000})\n---\n\n# `)
	if !front.MatchString(text) {
		t.Errorf("the skill begins with %.200q", text)
	}
	for _, want := range []string{"--api https://api.example.org/api/v1 --chain-id 8453", "https://api.example.org/llms.txt", "https://rpc.example.org"} {
		if !strings.Contains(text, want) {
			t.Errorf("the skill does not say %q", want)
		}
	}
	bare, err := api.Guide{APIBase: "http://127.0.0.1:8402/api/v1"}.RenderSkill()
	if err != nil || strings.Contains(bare, "--chain-id") || !strings.Contains(bare, "https://mainnet.base.org") {
		t.Errorf("without a chain: %v: %s", err, bare)
	}
	if _, err := (api.Guide{}).RenderSkill(); err == nil {
		t.Error("a skill without the API's base URL was rendered")
	}
}

func TestGuideLeavesOutWhatIsUnknown(t *testing.T) {
	text, err := api.Guide{APIBase: "http://127.0.0.1:8402/api/v1"}.Render()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"RPC: ", "chain id 0", "| contract |", "mintDiem"} {
		if strings.Contains(text, bad) {
			t.Errorf("the guide says %q without knowing it", bad)
		}
	}
	if _, err := (api.Guide{}).Render(); err == nil {
		t.Error("a guide without the API's base URL was rendered")
	}
}

// What the guide sends an agent to is in the description.
func TestGuideAgreesWithDescription(t *testing.T) {
	doc := load(t)
	text, err := fullGuide().Render()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, match := range regexp.MustCompile(`org/api/v1(/[a-z0-9_/-]+)`).FindAllStringSubmatch(text, -1) {
		found++
		if doc.Paths.Value(match[1]) == nil {
			t.Errorf("the guide names %s, which the description does not have", match[1])
		}
	}
	if found < 8 {
		t.Errorf("only %d paths found in the guide", found)
	}
	properties := doc.Components.Schemas["BudgetError"].Value.Properties
	for _, member := range []string{"budget", "currency", "limit", "spent", "held", "resetsAt", "affordable_max_tokens"} {
		if properties[member] == nil || !strings.Contains(text, "`"+member+"`") {
			t.Errorf("%s is not in both the guide and the description", member)
		}
	}
}
