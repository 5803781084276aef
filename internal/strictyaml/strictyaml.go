// Package strictyaml reads the files that operators write: one document, no
// unknown field and none twice.
package strictyaml

import (
	"bytes"
	"errors"
	"io"

	"github.com/goccy/go-yaml"
)

// What may be wrong with a text beyond the library's own errors.
var (
	ErrDocuments = errors.New("has more than one YAML document; keep one")
	// ErrUnreadable is of texts that the library fails on, such as a tag before
	// a list that has no entries.
	ErrUnreadable = errors.New("cannot be read as YAML; look for tags (!) and lists without entries")
)

// Decode reads data into a pointer. A text without a document leaves it as it
// is. The error is [ErrDocuments], [ErrUnreadable] or the library's, which may
// be a [yaml.Error] with a position.
func Decode(data []byte, into any) (err error) {
	defer func() {
		if recover() != nil {
			err = ErrUnreadable
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return ErrDocuments
	}
	return nil
}
