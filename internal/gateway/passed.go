package gateway

import (
	"slices"
	"strings"

	"stakegate/internal/catalog"
)

// ignoredHeader lists the unknown members of a request that were left out of
// what the model server was asked: a misspelt name can be found by it.
const ignoredHeader = "X-Stakegate-Ignored"

// maxIgnored is how many names the header has, each of up to maxWord bytes.
const maxIgnored = 16

// countPassed counts the unknown members that may go to an upstream as a part
// of the prompt: a template could render them.
func countPassed(p *catalog.Prompt, unknown []given, pass []string) {
	for _, m := range unknown {
		if slices.Contains(pass, m.name) {
			p.Documents++
			addJSON(p, m.value)
		}
	}
}

// appendPassed appends the unknown members that may go to the upstream.
func appendPassed(out []byte, unknown []given, upstream catalog.Upstream) []byte {
	for _, m := range unknown {
		if slices.Contains(upstream.Pass, m.name) {
			out = append(quote(append(out, ','), m.name), ':')
			out = m.value.AppendCompact(out)
		}
	}
	return out
}

// leftOut lists the names of the unknown members that do not go to the
// upstream, as far as they can stand in a header.
func leftOut(unknown []given, upstream catalog.Upstream) string {
	var names []string
	for _, m := range unknown {
		if !slices.Contains(upstream.Pass, m.name) && len(names) < maxIgnored && len(m.name) <= maxWord && isToken(m.name) {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, ", ")
}

const tokenBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

func isToken(name string) bool { return name != "" && strings.Trim(name, tokenBytes) == "" }

// tellIgnored tells the client what the upstream is not asked.
func (c *call) tellIgnored(unknown []given, upstream catalog.Upstream) {
	if names := leftOut(unknown, upstream); names != "" {
		c.w.Header()[ignoredHeader] = []string{names}
	}
}
