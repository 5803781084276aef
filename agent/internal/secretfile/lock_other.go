//go:build !unix

package secretfile

import (
	"errors"
	"fmt"
)

const noFollow = 0

// Lock is refused where neither file locks nor private permissions have the
// meaning that this package promises.
func Lock(path string) (unlock func(), err error) {
	return nil, fmt.Errorf("locking %s: a unix system is needed: %w", path, errors.ErrUnsupported)
}
