// Package secretfile reads files that hold a server's secrets, and refuses
// those that somebody else could read too.
package secretfile

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// maxSize in bytes is far above every secret: a larger file is another one.
const maxSize = 64 << 10

var (
	errOthers = errors.New("can be read by others; run chmod 600 on it, or chmod 640 where it is root's and its group this server's")
	errSize   = fmt.Errorf("has more than %d bytes, which no file with secrets has", maxSize)
)

// Read returns what is in a file that nobody but this server, and root, may
// read. Its errors name the file and quote nothing of it; a file that is missing
// is [io/fs.ErrNotExist].
func Read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()            // of what is read, whatever is put into its place
	if err != nil {
		return nil, err
	}
	if readableByOthers(info) {
		return nil, fmt.Errorf("%s %w", path, errOthers)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("%s %w", path, errSize)
	}
	return text, nil
}
