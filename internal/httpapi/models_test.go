package httpapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"stakegate/api/apitest"
	"stakegate/internal/catalog"
)

const everyModel = `
upstreams:
  - {name: main, kind: openai, url: "https://model.example/v1"}
  - {name: venice, kind: venice, url: "https://venice.example/api/v1"}
models:
  - id: big
    name: Big
    type: text
    upstream: venice
    context: 400000
    max_output: 64000
    max_image_tokens: 1600
    price:
      {input: "2", output: "10.5", cached_input: "0.2", cache_write: "2.5",
       extended: {above: 200000, input: "4", output: "15"}, surcharges: {web_search: "0.01"}}
    privacy: private
    traits: [default, most_intelligent]
    compatibility: [gpt-4o]
    capabilities:
      {code: true, quantization: fp8, tools: true, reasoning: true, reasoning_efforts: [low, high],
       default_reasoning_effort: low, response_schema: true, max_images: 10, web_search: true, log_probs: true}
    constraints: {defaults: {temperature: "0.7", top_p: "0.95"}}
    deprecation: {starts_at: "2026-12-01", removes_at: "2027-01-01", replacement: plain, auto_remap: true}
    beta: true
    regions: [US, DE]
    description: the larger one
    source: https://models.example/big
    created: 1735689600
  - {id: plain, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: anonymized, offline: true}
  - {id: gone, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, traits: [fastest], compatibility: [gpt-3.5], deprecation: {removes_at: "2026-11-23T12:00:00Z"}}
  - {id: moved, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, traits: [default_code], deprecation: {removes_at: "2026-11-01", replacement: big, auto_remap: true}}
  - {id: vectors, type: embedding, upstream: main, context: 8192, price: {input: "0.02"}, privacy: private, constraints: {dimensions: 1024}, traits: [default]}
  - {id: draw, type: image, upstream: main, price: {image: "0.04"}, privacy: private}
  - {id: paint, type: image, upstream: main, price: {images: [{size: 1K, quality: low, price: "0.02"}, {size: 1K, quality: high, price: "0.27"}, {size: 2K, quality: low, price: "0.03"}]}, privacy: private, constraints: {default_quality: high}}
  - {id: sizes, type: image, upstream: main, price: {images: [{size: 1024x1024, price: "0.05"}, {size: 512x512, price: "0.0000005"}]}, privacy: private}
  - {id: say, type: tts, upstream: main, price: {million_characters: "3.5"}, privacy: private, constraints: {voices: [ada, bo], default_voice: ada}}
  - {id: hear, type: asr, upstream: main, price: {second: "0.000100000000001"}, privacy: private}
`

// modelList asks for models and gives each as JSON text by its id.
func modelList(t *testing.T, query string) map[string]string {
	t.Helper()
	d := newDoor(t)
	models, err := catalog.Parse([]byte(everyModel))
	if err != nil {
		t.Fatal(err)
	}
	d.models = models
	answer := ask(t, d, "/models"+query)
	var list struct{ Data []json.RawMessage }
	if err := json.Unmarshal(answer, &list); err != nil {
		t.Fatal(err)
	}
	byID := map[string]string{}
	for _, text := range list.Data {
		var model struct{ ID string }
		if err := json.Unmarshal(text, &model); err != nil {
			t.Fatal(err)
		}
		byID[model.ID] = string(text)
	}
	return byID
}

// ask is a GET whose answer is held against the API's description.
func ask(t *testing.T, d *door, path string) []byte {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, api+path, nil)
	answer := httptest.NewRecorder()
	d.handler.ServeHTTP(answer, request)
	if answer.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, answer.Code, answer.Body)
	}
	apitest.New(t).Check(t, request, answer.Result(), answer.Body.Bytes())
	return answer.Body.Bytes()
}

func TestModelsAreListedAsVeniceListsThem(t *testing.T) {
	models := modelList(t, "?type=all")
	for id, wanted := range map[string][]string{
		"big": {
			`"type":"text"`, `"context_length":400000`, `"availableContextTokens":400000`, `"maxCompletionTokens":64000`, `"created":1735689600`,
			`"pricing":{"cache_input":{"diem":0.2,"usd":0.2},"cache_write":{"diem":2.5,"usd":2.5},"extended":{"context_token_threshold":200000,"input":{"diem":4,"usd":4},"output":{"diem":15,"usd":15}},"input":{"diem":2,"usd":2},"output":{"diem":10.5,"usd":10.5},"surcharges":{"web_search":{"diem":0.01,"usd":0.01}}}`,
			`"capabilities":{"defaultReasoningEffort":"low","maxImages":10,"optimizedForCode":true,"quantization":"fp8","reasoningEffortOptions":["low","high"],"supportsAudioInput":false,"supportsE2EE":false,"supportsFunctionCalling":true,"supportsLogProbs":true,"supportsMultipleImages":true,"supportsReasoning":true,"supportsReasoningEffort":true,"supportsResponseSchema":true,"supportsTeeAttestation":false,"supportsVideoInput":false,"supportsVision":true,"supportsWebSearch":true,"supportsXSearch":false}`,
			`"constraints":{"temperature":{"default":0.7},"top_p":{"default":0.95}}`,
			`"deprecation":{"autoRemap":true,"date":"2027-01-01T00:00:00Z","removesAt":"2027-01-01T00:00:00Z","replacementModelId":"plain","startsAt":"2026-12-01T00:00:00Z"}`,
			`"betaModel":true`, `"regionRestrictions":["US","DE"]`, `"traits":["default","most_intelligent"]`, `"modelSource":"https://models.example/big"`, `"privacy":"private"`, `"offline":false`,
		},
		"plain":   {`"offline":true`, `"quantization":"not-available"`, `"supportsVision":false`, `"supportsMultipleImages":false`, `"traits":[]`},
		"vectors": {`"type":"embedding"`, `"pricing":{"input":{"diem":0.02,"usd":0.02}}`, `"maxInputTokens":8192`, `"embeddingDimensions":1024`},
		"draw":    {`"type":"image"`, `"pricing":{"generation":{"diem":0.04,"usd":0.04}}`, `"promptCharacterLimit":1500`},
		"paint": {
			`"generation":{"diem":0.27,"usd":0.27}`, `"quality":{"1K":{"high":{"diem":0.27,"usd":0.27},"low":{"diem":0.02,"usd":0.02}},"2K":{"low":{"diem":0.03,"usd":0.03}}}`,
			`"resolutions":["1K","2K"]`, `"defaultResolution":"1K"`, `"qualities":["low","high"]`, `"defaultQuality":"high"`,
		},
		"sizes": {`"pricing":{"generation":{"diem":0.05,"usd":0.05},"resolutions":{"1024x1024":{"diem":0.05,"usd":0.05},"512x512":{"diem":0.0000005,"usd":0.0000005}}}`},
		"say":   {`"type":"tts"`, `"pricing":{"input":{"diem":3.5,"usd":3.5}}`, `"voices":["ada","bo"]`},
		"hear":  {`"type":"asr"`, `"pricing":{"per_audio_second":{"diem":0.000100000000001,"usd":0.000100000000001}}`},
	} {
		for _, want := range wanted {
			if !strings.Contains(models[id], want) {
				t.Errorf("%s has no %s: %s", id, want, models[id])
			}
		}
	}
	for _, id := range []string{"vectors", "draw", "say", "hear"} {
		if strings.Contains(models[id], "capabilities") || strings.Contains(models[id], "context_length") {
			t.Errorf("%s is described as if it were a text model: %s", id, models[id])
		}
	}
	if models["gone"] != "" || models["moved"] != "" || len(models) != 8 {
		t.Errorf("models that are retired are listed: %v", models)
	}
}

func TestModelsAreListedByType(t *testing.T) {
	for query, want := range map[string]string{
		"?type=image": "draw paint sizes", "?type=asr": "hear", "?type=tts": "say", "?type=code": "big", "?type=video": "", "?type=text": "big plain",
	} {
		got := modelList(t, query)
		if len(got) != len(strings.Fields(want)) {
			t.Errorf("%s: %d models", query, len(got))
		}
		for _, id := range strings.Fields(want) {
			if got[id] == "" {
				t.Errorf("%s: no %s", query, id)
			}
		}
	}
}

func TestNamesAreMappedToWhatAnswersNow(t *testing.T) {
	models, err := catalog.Parse([]byte(everyModel))
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(t)
	d.models = models
	for path, want := range map[string]string{
		"/models/traits":                             `{"data":{"default":"big","default_code":"big","most_intelligent":"big"},"object":"list","type":"text"}`,
		"/models/traits?type=embedding":              `{"data":{"default":"vectors"},"object":"list","type":"embedding"}`,
		"/models/traits?type=all":                    `{"data":{"default":"big","default_code":"big","most_intelligent":"big"},"object":"list","type":"all"}`,
		"/models/compatibility_mapping":              `{"data":{"gpt-4o":"big"},"object":"list","type":"text"}`,
		"/models/compatibility_mapping?type=inpaint": `{"data":{},"object":"list","type":"inpaint"}`,
	} {
		if got := strings.TrimSpace(string(ask(t, d, path))); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
