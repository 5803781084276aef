//go:build !race

package apikey_test

import (
	"testing"

	"stakegate/internal/apikey"
)

// Not under the race detector, where sync.Pool forgets on purpose.
func TestHashAllocatesNothing(t *testing.T) {
	key, err := apikey.Parse(vector)
	if err != nil {
		t.Fatal(err)
	}
	hasher := apikey.NewHasher(root)
	if n := testing.AllocsPerRun(1000, func() { hasher.Hash(key) }); n > 0 {
		t.Errorf("a hash allocates %v times", n)
	}
}
