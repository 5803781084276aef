package apptest

import (
	"strings"

	"stakegate/internal/devworld/echo"
	"stakegate/internal/money"
)

// catalogText has the echo server's models; echo-1 once more as models of other
// kinds of upstreams, of less privacy and with prices by tier, which Truth does
// not know; and models whose server is away. ECHO and AWAY are the servers' URLs.
const catalogText = `
upstreams:
  - {name: echo, kind: openai, url: "ECHO"}
  - {name: echo-anthropic, kind: anthropic, url: "ECHO"}
  - {name: echo-venice, kind: venice, url: "ECHO"}
  - {name: away, kind: openai, url: "AWAY"}
models:
  - {id: echo-1, name: Echo, type: text, upstream: echo, context: 32768, max_output: 4096, price: {input: "1", output: "2"}, privacy: private, traits: [default], compatibility: [gpt-4o-mini], routes: [completions], max_image_tokens: 85, capabilities: {tools: true, max_images: 4}}
  - {id: echo-open, type: text, upstream: echo, upstream_model: echo-1, context: 32768, max_output: 4096, price: {input: "1", output: "2"}, privacy: anonymized}
  - {id: echo-embed-1, type: embedding, upstream: echo, context: 32768, price: {input: "0.5"}, privacy: private}
  - {id: away-1, type: text, upstream: away, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, routes: [completions]}
  - {id: away-embed-1, type: embedding, upstream: away, context: 1000, price: {input: "1"}, privacy: anonymized}
  - {id: echo-1-anthropic, type: text, upstream: echo-anthropic, upstream_model: echo-1, context: 32768, max_output: 4096, price: {input: "1", output: "2"}, privacy: private, max_image_tokens: 85, capabilities: {tools: true, max_images: 4}}
  - {id: echo-1-venice, type: text, upstream: echo-venice, upstream_model: echo-1, context: 32768, max_output: 4096, price: {input: "1", output: "2"}, privacy: private, capabilities: {tools: true}}
  - {id: echo-think-1, type: text, upstream: echo, context: 32768, max_output: 4096, price: {input: "1", output: "2"}, privacy: private, capabilities: {tools: true, reasoning: true, reasoning_efforts: [none, low, medium, high], default_reasoning_effort: medium}}
  - {id: echo-1-tiers, type: text, upstream: echo-venice, upstream_model: echo-1, context: 32768, max_output: 4096, privacy: private, price: &tiers {input: "1", output: "2", cached_input: "0.1", cache_write: "1.25", extended: {above: 1000, input: "2", output: "3", cached_input: "0.2", cache_write: "2.5"}}}
  - {id: echo-1-tiers-anthropic, type: text, upstream: echo-anthropic, upstream_model: echo-1, context: 32768, max_output: 4096, privacy: private, price: *tiers}
`

// mediaText are the models of other types than text.
const mediaText = `  - {id: echo-image-1, type: image, upstream: echo, price: {image: "0.01"}, privacy: private}
  - {id: echo-tts-1, type: tts, upstream: echo, price: {million_characters: "15"}, privacy: private, constraints: {formats: [wav], default_format: wav, voices: [alloy], default_voice: alloy}}
  - {id: echo-asr-1, type: asr, upstream: echo, price: {second: "0.0001"}, privacy: private}
  - {id: away-image-1, type: image, upstream: away, price: {image: "0.01"}, privacy: private}
  - {id: away-tts-1, type: tts, upstream: away, price: {million_characters: "15"}, privacy: private}
  - {id: away-asr-1, type: asr, upstream: away, price: {second: "0.0001"}, privacy: private}
`

// Prices of that catalogue in nanos: for a token of a text model, of
// echo-embed-1, for an image, a character of speech and a second of audio.
const (
	NanosPerInput     = 1000
	NanosPerOutput    = 2000
	NanosPerEmbed     = 500
	NanosPerImage     = 10_000_000
	NanosPerCharacter = 15_000
	NanosPerSecond    = 100_000
)

func catalogFor(echoURL, awayURL string, media bool) string {
	text := catalogText
	if media {
		text += mediaText
	}
	return strings.NewReplacer("ECHO", echoURL, "AWAY", awayURL).Replace(text)
}

// Truth is the price of everything that the echo server did, by its own tally.
func (w *World) Truth() money.Nano {
	var sum money.Nano
	for model, used := range w.Model.Tally().Models {
		switch model {
		case echo.EmbeddingModel:
			sum += money.Nano(used.PromptTokens) * NanosPerEmbed
		case echo.ImageModel:
			sum += money.Nano(used.Units) * NanosPerImage
		case echo.SpeechModel:
			sum += money.Nano(used.Units) * NanosPerCharacter
		case echo.TranscriptionModel:
			sum += money.Nano(used.Units) * NanosPerSecond
		default:
			sum += money.Nano(used.PromptTokens)*NanosPerInput + money.Nano(used.CompletionTokens)*NanosPerOutput
		}
	}
	return sum
}
