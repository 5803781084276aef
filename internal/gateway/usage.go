package gateway

import (
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/catalog"
)

// maxTokens is what a reported number is cut to before anything is computed.
const maxTokens = 1_000_000_000

// usage is what an upstream reports, before it is believed.
type usage struct {
	catalog.Use // its tokens
	// odd: a number was negative or not whole.
	odd bool
	// Details that clients like to see, as they came.
	promptDetails, completionDetails jsontext.Value
}

// readUsage reads OpenAI's usage object, with the details that Venice and
// others add to it. It is false if a number is missing: then nothing is known.
// Embeddings report no completion.
func readUsage(value jsontext.Value, embedding bool) (usage, bool) {
	members, ok := membersOf(value)
	if !ok {
		return usage{}, false
	}
	var u usage
	prompt, hasPrompt := find(members, "prompt_tokens")
	if embedding && !hasPrompt {
		prompt, hasPrompt = find(members, "total_tokens")
	}
	hasPrompt = hasPrompt && u.count(&u.Prompt, prompt)
	if !hasPrompt {
		return usage{}, false
	}
	completion, hasCompletion := find(members, "completion_tokens")
	if !embedding && (!hasCompletion || !u.count(&u.Completion, completion)) {
		return usage{}, false
	}
	u.promptDetails, _ = find(members, "prompt_tokens_details")
	u.completionDetails, _ = find(members, "completion_tokens_details")
	u.readDetails(members)
	return u, true
}

// readDetails reads the parts of a prompt that have prices of their own, and
// adds reasoning that an upstream counts beside its completion.
func (u *usage) readDetails(members []member) {
	details, _ := membersOf(u.promptDetails)
	cached, _ := find(details, "cached_tokens")
	_ = u.count(&u.Cached, cached) // what is no number is none
	written, _ := find(details, "cache_creation_input_tokens")
	_ = u.count(&u.CacheWrite, written)

	var total, thought int64
	details, _ = membersOf(u.completionDetails)
	reasoning, _ := find(details, "reasoning_tokens")
	_ = u.count(&thought, reasoning)
	all, _ := find(members, "total_tokens")
	_ = u.count(&total, all)
	if thought > 0 && total == u.Prompt+u.Completion+thought {
		u.Completion += thought
	}
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
	out = strconv.AppendInt(appendName(out, "prompt_tokens"), m.Prompt, 10)
	if !embedding {
		out = strconv.AppendInt(appendName(out, "completion_tokens"), m.Completion, 10)
	}
	out = strconv.AppendInt(appendName(out, "total_tokens"), m.Prompt+m.Completion, 10)
	if isObject(m.promptDetails) {
		out = field(out, "prompt_tokens_details", oneLine(m.promptDetails))
	}
	if isObject(m.completionDetails) {
		out = field(out, "completion_tokens_details", oneLine(m.completionDetails))
	}
	return append(out, '}')
}

func isObject(value jsontext.Value) bool { return value.Kind() == '{' }
