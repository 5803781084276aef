package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

// parsers read a body of each route, fit it to a model, and rebuild it.
var parsers = map[string]func(t *testing.T, body string) (forwarded []byte, problem *Error){
	"completions": func(t *testing.T, body string) ([]byte, *Error) {
		r, problem := parseCompletion([]byte(body))
		if problem != nil {
			return nil, problem
		}
		c := fitWorld(t)
		if _, problem := r.fit(c, resolved(t, c, catalog.Text, r.model)); problem != nil {
			return nil, problem
		}
		return r.forwardTo(server(t, c, "main"), "up", 9), nil
	},
	"images": func(t *testing.T, body string) ([]byte, *Error) {
		r, problem := parseImages([]byte(body))
		if problem != nil {
			return nil, problem
		}
		c := fitWorld(t)
		if _, problem := r.fit(resolved(t, c, catalog.Image, r.model)); problem != nil {
			return nil, problem
		}
		return r.forwardTo(server(t, c, "main"), "up"), nil
	},
	"speech": func(t *testing.T, body string) ([]byte, *Error) {
		r, problem := parseSpeech([]byte(body))
		if problem != nil {
			return nil, problem
		}
		c := fitWorld(t)
		if _, problem := r.fit(resolved(t, c, catalog.Speech, r.model)); problem != nil {
			return nil, problem
		}
		return r.forwardTo(server(t, c, "main"), "up"), nil
	},
	"embeddings": func(t *testing.T, body string) ([]byte, *Error) {
		r, problem := parseEmbed([]byte(body))
		if problem != nil {
			return nil, problem
		}
		c := fitWorld(t)
		if _, problem := r.fit(resolved(t, c, catalog.Embedding, r.model)); problem != nil {
			return nil, problem
		}
		return r.forward("up"), nil
	},
}

func TestBadBodiesNameTheMember(t *testing.T) {
	for route, bodies := range map[string]map[string]string{
		"completions": {
			`{"prompt":"x"}`:                                                   "model",
			`{"model":"plain"}`:                                                "prompt",
			`{"model":"plain","prompt":null}`:                                  "prompt",
			`{"model":"plain","prompt":[]}`:                                    "prompt",
			`{"model":"plain","prompt":[1,2]}`:                                 "prompt",
			`{"model":"plain","prompt":[[1,2]]}`:                               "prompt",
			`{"model":"plain","prompt":{"a":"b"}}`:                             "prompt",
			`{"model":"plain","prompt":["1","2","3","4","5","6","7","8","9"]}`: "prompt",
			`{"model":"plain","prompt":["1","2","3"],"n":3}`:                   "prompt",
			`{"model":"plain","prompt":"x","n":9}`:                             "n",
			`{"model":"plain","prompt":"x","best_of":2}`:                       "best_of",
			`{"model":"plain","prompt":"x","echo":true}`:                       "echo",
			`{"model":"plain","prompt":"x","echo":1}`:                          "echo",
			`{"model":"plain","prompt":"x","suffix":1}`:                        "suffix",
			`{"model":"plain","prompt":"x","max_tokens":1.5}`:                  "max_tokens",
			`{"model":"plain","prompt":"x","max_tokens":101}`:                  "max_tokens",
			`{"model":"plain","prompt":"x","max_completion_tokens":5}`:         "max_completion_tokens",
			`{"model":"plain","prompt":"x","logprobs":6}`:                      "logprobs",
			`{"model":"plain","prompt":"x","stream":1}`:                        "stream",
			`{"model":"plain","prompt":"x","Prompt":"y"}`:                      "Prompt",
			`{"model":"plain","prompt":"x","messages":[]}`:                     "messages",
			`{"model":"plain:disable_thinking=true","prompt":"x"}`:             "model",
			`{"model":"plain","prompt":"x"}{}`:                                 "",
		},
		"images": {
			`{"model":"paint"}`:                                              "prompt",
			`{"model":"paint","prompt":""}`:                                  "prompt",
			`{"model":"paint","prompt":5}`:                                   "prompt",
			`{"model":"paint","prompt":"` + strings.Repeat("é", 1501) + `"}`: "prompt",
			`{"model":"sketch","prompt":"12345678901"}`:                      "prompt",
			`{"model":"paint","prompt":"x","n":0}`:                           "n",
			`{"model":"paint","prompt":"x","n":11}`:                          "n",
			`{"model":"paint","prompt":"x","size":"2x2"}`:                    "size",
			`{"model":"paint","prompt":"x","size":5}`:                        "size",
			`{"model":"paint","prompt":"x","size":"1 1"}`:                    "size",
			`{"model":"paint","prompt":"x","quality":"hd"}`:                  "quality",
			`{"model":"paint","prompt":"x","size":"1792x1024"}`:              "size", // has no price with the usual quality
			`{"model":"paint","prompt":"x","response_format":"png"}`:         "response_format",
			`{"model":"paint","prompt":"x","style":"odd"}`:                   "style",
			`{"model":"paint","prompt":"x","background":"red"}`:              "background",
			`{"model":"paint","prompt":"x","output_format":"gif"}`:           "output_format",
			`{"model":"paint","prompt":"x","output_compression":101}`:        "output_compression",
			`{"model":"paint","prompt":"x","moderation":"none"}`:             "moderation",
			`{"model":"paint","prompt":"x","stream":true}`:                   "stream",
			`{"model":"paint","prompt":"x","partial_images":2}`:              "partial_images",
			`{"model":"paint","prompt":"x","width":2048}`:                    "width",
			`{"model":"paint","prompt":"x","Size":"x"}`:                      "Size",
			`{"model":"paint:a=b","prompt":"x"}`:                             "model",
		},
		"speech": {
			`{"model":"say"}`:                                                                "input",
			`{"model":"say","input":""}`:                                                     "input",
			`{"model":"say","input":["x"]}`:                                                  "input",
			`{"model":"say","input":"123456789012345678901"}`:                                "input",
			`{"model":"talk","input":"` + strings.Repeat("é", 4097) + `"}`:                   "input",
			`{"model":"say","input":"x","voice":"carl"}`:                                     "voice",
			`{"model":"say","input":"x","voice":{"id":"x"}}`:                                 "voice",
			`{"model":"say","input":"x","voice":""}`:                                         "voice",
			`{"model":"say","input":"x","response_format":"mp4"}`:                            "response_format",
			`{"model":"say","input":"x","response_format":"flac"}`:                           "response_format",
			`{"model":"say","input":"x","speed":5}`:                                          "speed",
			`{"model":"say","input":"x","instructions":5}`:                                   "instructions",
			`{"model":"say","input":"x","instructions":"` + strings.Repeat("x", 4097) + `"}`: "instructions",
			`{"model":"say","input":"x","stream_format":"sse"}`:                              "stream_format",
			`{"model":"say","input":"x","streaming":"yes"}`:                                  "streaming",
			`{"model":"say","input":"x","Voice":"x"}`:                                        "Voice",
			`{"model":"say:a=b","input":"x"}`:                                                "model",
		},
		"embeddings": {
			`{"model":"embed","input":{"a":"b"}}`:          "input",
			`{"model":"embed","input":5}`:                  "input",
			`{"model":"embed","input":["x",1]}`:            "input",
			`{"model":"embed:a=b","input":"x"}`:            "model",
			`{"model":"embed","input":"x","DIMENSIONS":5}`: "DIMENSIONS",
		},
	} {
		for body, member := range bodies {
			forwarded, problem := parsers[route](t, body)
			if problem == nil || problem.Status != 400 || problem.Member != member || problem.Message == "" {
				t.Errorf("%s: %.100s: error is %v, want one of %q; sent is %s", route, body, problem, member, forwarded)
			}
		}
	}
}

func TestGoodBodiesAreRebuilt(t *testing.T) {
	for route, bodies := range map[string]map[string]string{
		"completions": {
			`{"model":"plain","prompt":"x"}`: `{"prompt":"x","model":"up","max_tokens":9}`,
			`{ "model":"plain", "prompt":[ "x" , "y" ], "n":2, "stream":true, "echo":false, "suffix":"z", "logprobs":2, "user":"u", "best_of":null, "other":1, "top_a":2, "stop":"." }`: `{"prompt":["x","y"],"suffix":"z","logprobs":2,"stop":".","model":"up","n":2,"max_tokens":9,` +
				`"stream":true,"stream_options":{"include_usage":true},"top_a":2}`,
		},
		"images": {
			`{"model":"paint","prompt":"a cat"}`: `{"prompt":"a cat","model":"up","n":1,"size":"1024x1024","quality":"low"}`,
			`{"model":"paint","prompt":"a cat","size":"auto","quality":"auto","n":2,"user":"u","style":null,"stream":false,"extra":1}`: `{"prompt":"a cat","model":"up","n":2,"size":"1024x1024","quality":"low"}`,
			`{"model":"paint","prompt":"a cat","size":"1792x1024","quality":"high","response_format":"b64_json","output_format":"webp","output_compression":50,"background":"auto","moderation":"low"}`: `{"prompt":"a cat",` +
				`"output_format":"webp","output_compression":50,"background":"auto","moderation":"low","model":"up","n":1,"size":"1792x1024","quality":"high","response_format":"b64_json"}`,
			`{"model":"sketch","prompt":"a cat"}`:                                   `{"prompt":"a cat","model":"up","n":1}`,
			`{"model":"sketch","prompt":"a cat","size":"512x512","quality":"auto"}`: `{"prompt":"a cat","model":"up","n":1,"size":"512x512","quality":"auto"}`,
		},
		"speech": {
			`{"model":"say","input":"hello"}`: `{"input":"hello","model":"up","voice":"anna","response_format":"wav"}`,
			`{"model":"say","input":"hello","voice":"bert","response_format":"mp3","speed":1.5,"instructions":"slowly","streaming":true,"stream_format":"audio","language":"en","x":1}`: `{"input":"hello",` +
				`"speed":1.5,"instructions":"slowly","streaming":true,"language":"en","model":"up","voice":"bert","response_format":"mp3"}`,
			`{"model":"talk","input":"hello","voice":"anyone"}`: `{"input":"hello","model":"up","voice":"anyone"}`,
		},
		"embeddings": {
			`{"model":"embed","input":[ "x" , "\u00e9" ],"user":"u","encoding_format":null,"other":[1]}`: `{"input":["x","\u00e9"],"model":"up"}`,
		},
	} {
		for body, want := range bodies {
			forwarded, problem := parsers[route](t, body)
			if problem != nil || string(forwarded) != want {
				t.Errorf("%s: %s\nbecomes %s\nwant    %s\n%v", route, body, forwarded, want, problem)
			}
		}
	}
}

func TestImagesAndSpeechDemandWhatIsSent(t *testing.T) {
	c := fitWorld(t)
	r, problem := parseImages([]byte(`{"model":"paint","prompt":"x","n":3,"quality":"high"}`))
	if problem != nil {
		t.Fatal(problem)
	}
	model := resolved(t, c, catalog.Image, "paint")
	demand, problem := r.fit(model)
	if problem != nil || demand.Units != 3 || model.Model.BoundOf(demand).String() != "0.12" {
		t.Errorf("demand is %+v, %v: %v", demand, problem, model.Model.BoundOf(demand))
	}
	s, problem := parseSpeech([]byte(`{"model":"talk","input":"h\u00e9\ud83d\ude00","instructions":"ab","prompt":"c"}`))
	if problem != nil {
		t.Fatal(problem)
	}
	if demand, problem := s.fit(resolved(t, c, catalog.Speech, "talk")); problem != nil || demand.Units != 3+2+1 {
		t.Errorf("demand is %+v, %v", demand, problem)
	}
	if r, problem := parseImages([]byte(`{"prompt":"x"}`)); problem != nil || r.model != "default" {
		t.Errorf("without a model: %+v, %v", r, problem)
	}
}

// fuzzBody holds what is sent against what came: strict, of known members only,
// and with the texts unchanged.
func fuzzBody[R any](f *testing.F, table *table[R], parse func([]byte) ([]byte, string, *Error)) {
	f.Helper()
	f.Fuzz(func(t *testing.T, body []byte) {
		forwarded, textMember, problem := parse(body)
		if problem != nil {
			if problem.Status != 400 || len(problem.Member) > maxMember+3 {
				t.Fatalf("error is %+v", problem)
			}
			return
		}
		document, err := strictjson.Parse(forwarded)
		if err != nil {
			t.Fatalf("the rebuilt request is not strict: %v: %s", err, forwarded)
		}
		for name := range document.Root().Members() {
			if _, known := table.rules[string(name.Text())]; !known {
				t.Fatalf("member %q goes through", name.Text())
			}
		}
		var before, after map[string]any
		if err := json.Unmarshal(body, &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(forwarded, &after); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(before[textMember]) != fmt.Sprint(after[textMember]) {
			t.Fatalf("%v becomes %v", before[textMember], after[textMember])
		}
	})
}

func FuzzParseCompletion(f *testing.F) {
	f.Add([]byte(`{"model":"m","prompt":"x","suffix":"y","n":2,"stream":true}`))
	f.Add([]byte(`{"model":"m","prompt":["x","\ud83d\ude00"],"stop":["a"],"logit_bias":{"5":1},"max_tokens":-1}`))
	fuzzBody(f, completionRules, func(body []byte) ([]byte, string, *Error) {
		r, problem := parseCompletion(body)
		if problem != nil {
			return nil, "", problem
		}
		return r.forwardTo(catalog.Upstream{}, "up", 5), "prompt", nil
	})
}

func FuzzParseImages(f *testing.F) {
	f.Add([]byte(`{"model":"m","prompt":"x","size":"1x1","quality":"hd","n":2,"style":"vivid"}`))
	f.Add([]byte(`{"prompt":"\ud83d\ude00","response_format":"url","user":"u"}`))
	fuzzBody(f, imagesRules, func(body []byte) ([]byte, string, *Error) {
		r, problem := parseImages(body)
		if problem != nil {
			return nil, "", problem
		}
		return r.forwardTo(catalog.Upstream{}, "up"), "prompt", nil
	})
}

func FuzzParseSpeech(f *testing.F) {
	f.Add([]byte(`{"model":"m","input":"x","voice":"a","speed":1,"instructions":"y"}`))
	f.Add([]byte(`{"input":"\ud83d\ude00","response_format":"pcm","language":"English"}`))
	fuzzBody(f, speechRules, func(body []byte) ([]byte, string, *Error) {
		r, problem := parseSpeech(body)
		if problem != nil {
			return nil, "", problem
		}
		return r.forwardTo(catalog.Upstream{}, "up"), "input", nil
	})
}
