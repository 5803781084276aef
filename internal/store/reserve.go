package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// sqliteLogBytes is how long SQLite's write-ahead log becomes before it starts
// again from its beginning: each page has a header of 24 bytes, and the batch
// that passes the limit is still written.
const sqliteLogBytes = (sqliteCheckpointPages + 512) * (sqlitePageBytes + 24)

const sqlitePageBytes = 4096

// ReserveLog makes SQLite's write-ahead log as long at once as it becomes with
// time: until then every commit would wait for the file system too, which notes
// that the file has become longer. SQLite reads no further than to what is not a
// frame of its own. On PostgreSQL it does nothing.
func (s *Store) ReserveLog(ctx context.Context) error {
	if s.path == "" {
		return nil
	}
	// Under the write lock nobody else makes the file longer.
	err := s.directly(ctx, false, func(*transaction) error { return lengthen(s.path+"-wal", sqliteLogBytes) })
	if err != nil {
		return fmt.Errorf("reserving room for the database's log: %w", err)
	}
	return nil
}

// lengthen fills a file up with zeros, which are written: what is only promised
// by the file system has to be noted by it when it is used.
func lengthen(path string, size int64) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	before, err := file.Seek(0, io.SeekEnd)
	at := before
	zeros := make([]byte, 1<<20)
	for err == nil && at < size {
		var n int
		n, err = file.WriteAt(zeros[:min(int64(len(zeros)), size-at)], at)
		at += int64(n)
	}
	if err == nil {
		err = file.Sync()
	} else { // the disk may be full: what is left of it is not taken
		err = errors.Join(err, file.Truncate(before))
	}
	return errors.Join(err, file.Close())
}
