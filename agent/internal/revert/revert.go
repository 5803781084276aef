// Package revert tells a call that the chain refuses from a node that does not
// answer.
package revert

import (
	"errors"
	"strings"
)

// Is reports whether a node's error says that the call itself fails: JSON-RPC
// code 3 (geth's), or the words that all nodes use.
func Is(err error) bool {
	var coded interface{ ErrorCode() int }
	if errors.As(err, &coded) && coded.ErrorCode() == 3 {
		return true
	}
	return err != nil && strings.Contains(err.Error(), "execution reverted")
}
