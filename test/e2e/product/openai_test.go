package product_test

import (
	"encoding/json"
	"testing"
)

// The checks are in openai.mjs, where the client's own view of usage is.
func TestOpenAIClientPaysExactlyThePriceAndStopsAtTheKeysLimit(t *testing.T) {
	t.Parallel()
	insideOneEpoch(t)
	w := startWorld(t)
	t.Logf("%s", runNode[json.RawMessage](t, w, "openai.mjs"))
}
