package httpapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/money"
)

// modelAnswer describes a model as Venice's list does.
func modelAnswer(model *catalog.Model) map[string]any {
	spec := map[string]any{
		"name": model.Name, "privacy": model.Privacy, "traits": list(model.Traits), "offline": model.Offline,
		"pricing": pricing(model),
	}
	answer := map[string]any{
		"id": model.ID, "object": "model", "type": model.Type, "owned_by": "stakegate",
		"created": model.Created, "model_spec": spec,
	}
	put := func(name string, value any, given bool) {
		if given {
			spec[name] = value
		}
	}
	put("description", model.Description, model.Description != "")
	put("modelSource", model.Source, model.Source != "")
	put("betaModel", true, model.Beta)
	put("regionRestrictions", model.Regions, len(model.Regions) > 0)
	if model.Deprecation != nil {
		spec["deprecation"] = deprecation(model.Deprecation)
	}
	limits := constraints(model)
	put("constraints", limits, limits != nil)
	switch model.Type {
	case catalog.Text:
		answer["context_length"] = model.Context
		spec["availableContextTokens"], spec["maxCompletionTokens"] = model.Context, model.MaxOutput
		spec["capabilities"] = capabilities(model)
	case catalog.Embedding:
		spec["maxInputTokens"] = model.Context
		put("embeddingDimensions", model.Constraints.Dimensions, model.Constraints.Dimensions > 0)
	case catalog.Speech:
		put("voices", model.Constraints.Voices, len(model.Constraints.Voices) > 0)
	default: // images and audio that is heard have nothing more to tell
	}
	return answer
}

// pricing has the shape that Venice gives to the prices of each type.
func pricing(model *catalog.Model) map[string]any {
	p := &model.Price
	switch model.Type {
	case catalog.Image:
		return imagePricing(model)
	case catalog.Speech:
		return map[string]any{"input": price(p.Character)}
	case catalog.Transcription:
		return map[string]any{"per_audio_second": unitPrice(p.Second)}
	case catalog.Embedding:
		return map[string]any{"input": price(p.Input)}
	default:
		return textPricing(p)
	}
}

func textPricing(p *catalog.Price) map[string]any {
	out := tokenPricing(&p.TokenPrice)
	if p.Extended != nil {
		extended := tokenPricing(&p.Extended.TokenPrice)
		extended["context_token_threshold"] = p.Extended.Threshold
		out["extended"] = extended
	}
	if len(p.Surcharges) > 0 {
		surcharges := map[string]any{}
		for name, amount := range p.Surcharges {
			surcharges[name] = unitPrice(amount)
		}
		out["surcharges"] = surcharges
	}
	return out
}

// tokenPricing names the cache's prices only where they differ from the input's.
func tokenPricing(p *catalog.TokenPrice) map[string]any {
	out := map[string]any{"input": price(p.Input), "output": price(p.Output)}
	if p.CachedInput != p.Input {
		out["cache_input"] = price(p.CachedInput)
	}
	if p.CacheWrite != p.Input {
		out["cache_write"] = price(p.CacheWrite)
	}
	return out
}

// imagePricing gives the default's price as the base, and then those of all
// sizes, or of all sizes and qualities.
func imagePricing(model *catalog.Model) map[string]any {
	base, _ := model.Variant("", "")
	out := map[string]any{"generation": unitPrice(model.Price.Image[base])}
	sizes := model.Constraints.Sizes
	if len(model.Constraints.Qualities) == 0 {
		if len(sizes) > 0 {
			out["resolutions"] = variantPrices(model, sizes, func(size string) (string, string) { return size, "" })
		}
		return out
	}
	if len(sizes) == 0 {
		sizes = []string{"default"}
	}
	bySize := map[string]any{}
	for _, size := range sizes {
		bySize[size] = variantPrices(model, model.Constraints.Qualities, func(quality string) (string, string) { return size, quality })
	}
	out["quality"] = bySize
	return out
}

// variantPrices are the prices of the variants that have one.
func variantPrices(model *catalog.Model, names []string, variant func(string) (size, quality string)) map[string]any {
	out := map[string]any{}
	for _, name := range names {
		if key, priced := model.Variant(variant(name)); priced {
			out[name] = unitPrice(model.Price.Image[key])
		}
	}
	return out
}

func price(n money.Nano) map[string]money.Nano { return map[string]money.Nano{"usd": n, "diem": n} }

// unitPrice is the price of one, from that of a million, with every decimal.
func unitPrice(million money.Nano) map[string]json.RawMessage {
	const decimals = 15 // nanos, and six for the million
	digits := fmt.Sprintf("%0*d", decimals+1, int64(million))
	whole, fraction := digits[:len(digits)-decimals], strings.TrimRight(digits[len(digits)-decimals:], "0")
	if fraction != "" {
		whole += "." + fraction
	}
	return map[string]json.RawMessage{"usd": json.RawMessage(whole), "diem": json.RawMessage(whole)}
}

func capabilities(model *catalog.Model) map[string]any {
	c := &model.Capabilities
	vision := model.MaxImageTokens > 0
	quantization := c.Quantization
	if quantization == "" {
		quantization = "not-available"
	}
	out := map[string]any{
		"optimizedForCode": c.OptimizedForCode, "quantization": quantization,
		"supportsFunctionCalling": c.FunctionCalling, "supportsAudioInput": false,
		"supportsReasoning": c.Reasoning, "supportsReasoningEffort": len(c.ReasoningEfforts) > 0,
		"supportsResponseSchema": c.ResponseSchema, "supportsMultipleImages": vision && c.MaxImages != 1,
		"supportsVision": vision, "supportsVideoInput": false, "supportsWebSearch": c.WebSearch,
		"supportsLogProbs": c.LogProbs, "supportsTeeAttestation": c.TEEAttestation,
		"supportsE2EE": c.EndToEndEncryption, "supportsXSearch": c.XSearch,
	}
	if len(c.ReasoningEfforts) > 0 {
		out["reasoningEffortOptions"] = c.ReasoningEfforts
		if c.DefaultEffort != "" {
			out["defaultReasoningEffort"] = c.DefaultEffort
		}
	}
	if vision && c.MaxImages > 1 {
		out["maxImages"] = c.MaxImages
	}
	return out
}

// constraints are the limits of requests, in the shape of the model's type;
// nil if there are none to tell.
func constraints(model *catalog.Model) map[string]any {
	c := &model.Constraints
	switch model.Type {
	case catalog.Text:
		_, hasTemperature := c.Defaults["temperature"]
		_, hasTopP := c.Defaults["top_p"]
		if !hasTemperature || !hasTopP { // Venice's shape needs both
			return nil
		}
		out := map[string]any{}
		for name, value := range c.Defaults {
			out[name] = map[string]money.Nano{"default": value}
		}
		return out
	case catalog.Image:
		return imageConstraints(c)
	default:
		return nil
	}
}

// imagePromptCharacters is the API's own limit of a prompt.
const imagePromptCharacters = 1500

func imageConstraints(c *catalog.Constraints) map[string]any {
	characters := c.PromptCharacters
	if characters == 0 {
		characters = imagePromptCharacters
	}
	out := map[string]any{
		"promptCharacterLimit": characters,
		// Neither can be chosen here.
		"steps": map[string]int{"default": 1, "max": 1}, "widthHeightDivisor": 1,
	}
	if len(c.Sizes) > 0 {
		out["resolutions"], out["defaultResolution"] = c.Sizes, c.DefaultSize
	}
	if len(c.Qualities) > 0 {
		out["qualities"], out["defaultQuality"] = c.Qualities, c.DefaultQuality
	}
	return out
}

func deprecation(d *catalog.Deprecation) map[string]any {
	removed := d.RemovesAt.Format(time.RFC3339)
	out := map[string]any{"autoRemap": d.AutoRemap, "date": removed, "removesAt": removed}
	if !d.StartsAt.IsZero() {
		out["startsAt"] = d.StartsAt.Format(time.RFC3339)
	}
	if d.ReplacementID != "" {
		out["replacementModelId"] = d.ReplacementID
	}
	return out
}

func list(values []string) []string { return append([]string{}, values...) }

// nameMap answers what the names of a type's models, or of all, stand for now.
// A name that two types share is that of the type listed first.
func nameMap(c *catalog.Catalog, types []catalog.Type, names func(catalog.Type) map[string]string, now time.Time) map[string]string {
	data := map[string]string{}
	for _, kind := range slices.Backward(types) {
		for name := range maps.Keys(names(kind)) {
			if model, err := c.Named(kind, name, now); err == nil {
				data[name] = model.ID
			}
		}
	}
	return data
}
