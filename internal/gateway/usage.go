package gateway

import (
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// maxTokens is what a reported number is cut to before anything is computed.
const maxTokens = 1_000_000_000

// usage is what an upstream reports, before it is believed.
type usage struct {
	prompt, completion int64
	// odd: a number was negative or not whole.
	odd bool
	// Details that clients like to see, as they came.
	promptDetails, completionDetails jsontext.Value
}

// readUsage reads OpenAI's usage object. It is false if a number is missing:
// then nothing is known. Embeddings report no completion.
func readUsage(value jsontext.Value, embedding bool) (usage, bool) {
	members, ok := object(value)
	if !ok {
		return usage{}, false
	}
	var u usage
	prompt, hasPrompt := find(members, "prompt_tokens")
	if embedding && !hasPrompt {
		prompt, hasPrompt = find(members, "total_tokens")
	}
	hasPrompt = hasPrompt && u.count(&u.prompt, prompt)
	if !hasPrompt {
		return usage{}, false
	}
	completion, hasCompletion := find(members, "completion_tokens")
	if !embedding && (!hasCompletion || !u.count(&u.completion, completion)) {
		return usage{}, false
	}
	u.promptDetails, _ = find(members, "prompt_tokens_details")
	u.completionDetails, _ = find(members, "completion_tokens_details")
	return u, true
}

// count reads one number into to: whole, at most maxTokens, rounded up; a
// negative one is 0. It is false for what is no number.
func (u *usage) count(to *int64, value jsontext.Value) bool {
	if value.Kind() != '0' {
		return false
	}
	if n, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		u.odd = u.odd || n < 0
		*to = min(max(n, 0), maxTokens)
		return true
	}
	// Not a plain integer: 1.5, 1e3, 1e999. The range error of a number that
	// is too large still gives an infinity of its sign.
	f, _ := strconv.ParseFloat(string(value), 64)
	u.odd = true
	switch {
	case math.IsNaN(f) || f <= 0:
		*to = 0
	case f >= maxTokens:
		*to = maxTokens
	default:
		*to = int64(math.Ceil(f))
	}
	return true
}

// appendUsage writes the usage that was charged, with the upstream's details.
func appendUsage(out []byte, m metered, embedding bool) []byte {
	out = append(out, '{')
	out = field(out, "prompt_tokens", strconv.AppendInt(nil, m.prompt, 10))
	if !embedding {
		out = field(out, "completion_tokens", strconv.AppendInt(nil, m.completion, 10))
	}
	out = field(out, "total_tokens", strconv.AppendInt(nil, m.prompt+m.completion, 10))
	if m.promptDetails.Kind() == '{' {
		out = field(out, "prompt_tokens_details", compact(m.promptDetails))
	}
	if m.completionDetails.Kind() == '{' {
		out = field(out, "completion_tokens_details", compact(m.completionDetails))
	}
	return append(out, '}')
}
