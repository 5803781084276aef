package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// journal is the append-only list of revocations beside an SQLite file. A
// database that is restored does not know those made after its backup; the
// journal, which is not part of the backup, does.
type journal struct {
	id   string
	file *os.File
}

// journalLine is the first line, with an id, or a revocation, or a rotation.
type journalLine struct {
	ID  string `json:"journal,omitempty"`
	Key string `json:"key,omitempty"`
	At  int64  `json:"revoked_ms,omitempty"`
	// Rotation has its key inside, where servers of before do not take it for a
	// revocation's.
	Rotation *rotationLine `json:"rotation,omitempty"`
}

// rotationLine is what a rotation made of a key: its hash, which is no secret's
// text, and the one before, if that is good for a while. One without Hash ends
// the one before only.
type rotationLine struct {
	Key      string `json:"key"`
	Hash     []byte `json:"hash,omitempty"`
	Last6    string `json:"last6,omitempty"`
	OldHash  []byte `json:"old_hash,omitempty"`
	OldLast6 string `json:"old_last6,omitempty"`
	Until    int64  `json:"until_ms,omitempty"`
}

// keyHistory is what a journal knows: the keys revoked, with the times, and the
// rotations in their order.
type keyHistory struct {
	revoked   map[string]time.Time
	rotations []rotationLine
}

func journalPath(database string) string { return database + ".revocations" }

// openJournal opens the journal beside an SQLite file, and makes it at the
// first start. The database remembers which journal knows all of its
// revocations from now on.
func (s *Store) openJournal(ctx context.Context) error {
	if s.engine != sqliteEngine {
		return nil
	}
	opened, err := openJournal(journalPath(s.path))
	if err != nil {
		return fmt.Errorf("opening the journal of revocations: %w", err)
	}
	s.journal = opened
	if s.meta[metaJournal] == opened.id {
		return nil
	}
	return s.setMeta(ctx, s.writer, metaJournal, opened.id)
}

func openJournal(path string) (*journal, error) {
	id, _, err := readJournal(path)
	if errors.Is(err, fs.ErrNotExist) {
		id, err = makeJournal(path)
	}
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	// A line that a crash cut short must not swallow the next one.
	if _, err := file.WriteString("\n"); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &journal{id: id, file: file}, nil
}

func makeJournal(path string) (string, error) {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	first := journalLine{ID: fmt.Sprintf("%x", random)}
	text, err := json.Marshal(first)
	if err != nil {
		return "", err
	}
	return first.ID, replaceFile(path, append(text, '\n'))
}

// readJournal returns a journal's id and what it knows. A line that a crash cut
// short was never answered: it is left out.
func readJournal(path string) (id string, known keyHistory, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", known, err
	}
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	var line journalLine
	if err := json.Unmarshal(first, &line); err != nil || line.ID == "" {
		return "", known, fmt.Errorf("%s is not a journal of revocations; move it away", filepath.Base(path))
	}
	known.revoked = map[string]time.Time{}
	id = line.ID
	for text := range bytes.Lines(rest) {
		var line journalLine
		switch {
		case json.Unmarshal(text, &line) != nil:
		case line.Key != "":
			known.revoked[line.Key] = fromMillis(line.At)
		case line.Rotation != nil:
			known.rotations = append(known.rotations, *line.Rotation)
		}
	}
	return id, known, nil
}

// append adds lines, durably.
func (j *journal) append(lines ...journalLine) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return fmt.Errorf("writing the journal of revocations: %w", err)
		}
	}
	_, err := j.file.Write(text.Bytes())
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("writing the journal of revocations: %w", err)
	}
	return nil
}

func (j *journal) close() error { return j.file.Close() }
