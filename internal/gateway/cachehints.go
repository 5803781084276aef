package gateway

import (
	"slices"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

// Cache hints ("cache_control") ask a model server to write a part of the
// prompt to its cache, which can cost more than reading it. They go to servers
// that know them, and only if the model has a price for it: where the catalogue
// says no more than what a prompt costs anyway, nobody has thought of them.
// They ask for the usual, short time: a longer one has another price.

const (
	hintName = "cache_control"
	hintText = `,"cache_control":{"type":"ephemeral"}`
)

// hinted appends an object after a pattern, and its cache hint as the last
// member.
func (r *chatRequest) hinted(out []byte, v strictjson.Value, p pattern) ([]byte, *Error) {
	out, problem := p(out, v)
	if problem != nil || !v.Get(hintName).Get("type").Is("ephemeral") {
		return out, problem
	}
	r.hints = append(r.hints, len(out)-1) // before the closing brace
	return append(append(out[:len(out)-1], hintText...), '}'), nil
}

// pricesCacheWrites reports whether the model has a price of its own for what
// is written to a cache.
func pricesCacheWrites(price *catalog.Price) bool {
	return price.CacheWrite > price.Input && (price.Extended == nil || price.Extended.CacheWrite > price.Extended.Input)
}

// takesHints reports whether an upstream gets the request's cache hints.
func (r *chatRequest) takesHints(upstream catalog.Upstream) bool {
	return r.cacheWrites && (upstream.Kind == catalog.KindVenice || upstream.Kind == catalog.KindAnthropic ||
		slices.Contains(upstream.Pass, hintName))
}

// restFor is the body to be completed for an upstream, and what stands apart of
// it.
func (r *chatRequest) restFor(upstream catalog.Upstream) ([]byte, []apart) {
	if len(r.hints) == 0 || r.takesHints(upstream) {
		return r.rest(), r.apart
	}
	moved := slices.Clone(r.apart)
	for i := range moved {
		before, _ := slices.BinarySearch(r.hints, moved[i].at)
		moved[i].at -= before * len(hintText)
	}
	out, from := make([]byte, 0, len(r.out)+512), 0
	for _, at := range r.hints {
		out = append(out, r.out[from:at]...)
		from = at + len(hintText)
	}
	return append(out, r.out[from:]...), moved
}
