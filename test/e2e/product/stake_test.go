package product_test

import (
	"encoding/json"
	"testing"
)

// The checks are in stake.mjs.
func TestAllocationFollowsTheStakeWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	insideOneEpoch(t)
	w := startWorld(t)
	t.Logf("%s", runNode[json.RawMessage](t, w, "stake.mjs"))
}
