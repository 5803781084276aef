package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"stakegate/internal/ledger"
)

var (
	// ErrRewound: the database is older than what was committed to it.
	ErrRewound = errors.New("the database is older than what was committed to it; " +
		"bring back the newest one or, if it was restored on purpose, stop every server and run stakegate ledger restore --acknowledge")
	// ErrRestored: the database was restored while this process used it.
	ErrRestored = errors.New("the database was restored; start this server again")
	// ErrBackup: the file is a backup that was put into place by hand.
	ErrBackup = errors.New("the database is a backup; run stakegate ledger restore --acknowledge to serve it")
	// ErrNoWitness: the database had a witness and now has none.
	ErrNoWitness = errors.New("the database's witness is missing, so that nobody can tell whether it is the newest; " +
		"bring it along or, if it is lost, run stakegate ledger restore --acknowledge")
)

// witness remembers numbers of newest entries that are known to be durable. A
// database is a prefix of its own history, so that one that has lost anything
// has lost the newest: a few accounts are enough to notice it.
type witness struct {
	path string // "": in memory only

	mu         sync.Mutex
	generation string
	marks      map[string]int64 // by account
	unsaved    bool
	failed     error // of the last attempt to save
	refuse     error // set once, for good
}

// maxMarks is how many accounts are remembered.
const maxMarks = 8

// testimony is what a witness's file says.
type testimony struct {
	Generation string           `json:"generation"`
	Entries    map[string]int64 `json:"entries"`
}

// note remembers what was committed.
func (w *witness) note(seqs map[string]int64) {
	if len(seqs) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.marks)+len(seqs) > maxMarks {
		// Those of the newest commit are enough.
		w.marks = nil
	}
	if w.marks == nil {
		w.marks = make(map[string]int64, maxMarks)
	}
	for id, seq := range seqs {
		if _, known := w.marks[id]; known || len(w.marks) < maxMarks {
			w.marks[id] = max(seq, w.marks[id])
		}
	}
	w.unsaved = true
}

// seen holds numbers that were read under the accounts' locks against those
// remembered.
func (w *witness) seen(seqs map[string]int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.judge(w.marks, seqs)
}

// judge is for callers that hold the mutex.
func (w *witness) judge(marks, seqs map[string]int64) error {
	for id, seq := range seqs {
		if seq < marks[id] && w.refuse == nil {
			w.refuse = ErrRewound
		}
	}
	return w.refusal()
}

// healthy is the reason for which this process should get no traffic.
func (w *witness) healthy() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse == nil {
		return w.failed
	}
	return w.refusal()
}

// admits refuses everything once the database is not the one that it was.
func (w *witness) admits() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refusal()
}

// refusal is a reason that callers take for "try again later".
func (w *witness) refusal() error {
	if w.refuse == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ledger.ErrBusy, w.refuse)
}

func (w *witness) stop(reason error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse == nil {
		w.refuse = reason
	}
	return w.refusal()
}

func (w *witness) snapshot() (generation string, marks map[string]int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.generation, maps.Clone(w.marks)
}

// oneRow asks a database for a row.
type oneRow func(ctx context.Context, query string, args ...any) scanner

func oneRowOf(q rowQueryer) oneRow {
	return func(ctx context.Context, query string, args ...any) scanner {
		return q.QueryRowContext(ctx, query, args...)
	}
}

// compare holds a database against what is remembered.
func (w *witness) compare(ctx context.Context, ask oneRow) error {
	known, marks := w.snapshot()
	if known == "" {
		return nil // not opened yet
	}
	var generation string
	err := ask(ctx, "SELECT value FROM meta WHERE name = 'ledger_generation'").Scan(&generation)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if generation != known {
		return w.stop(ErrRestored)
	}
	seqs := make(map[string]int64, len(marks))
	for id := range marks { // what they say the tables have by now
		var seq int64
		err := ask(behind(ctx), "SELECT last_seq FROM accounts WHERE id = $1", id).Scan(&seq)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		seqs[id] = seq // 0 if the account is gone
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.judge(marks, seqs) // those of before: meanwhile others may have committed
}

// load reads the witness's file; without one it returns fs.ErrNotExist.
func (w *witness) load() (testimony, error) {
	var told testimony
	text, err := os.ReadFile(w.path)
	if err != nil {
		return told, err
	}
	if err := json.Unmarshal(text, &told); err != nil || told.Generation == "" {
		return told, fmt.Errorf("the database's witness %s is unreadable; run stakegate ledger restore --acknowledge", w.path)
	}
	return told, nil
}

// save writes the file if there is something new. What it says is durable in
// the database already.
func (w *witness) save() error {
	w.mu.Lock()
	told := testimony{Generation: w.generation, Entries: maps.Clone(w.marks)}
	pending := w.unsaved && w.path != "" && w.refuse == nil && w.generation != ""
	w.unsaved = w.unsaved && !pending
	w.mu.Unlock()
	if !pending {
		return nil
	}
	text, err := json.Marshal(told)
	if err == nil {
		err = replaceFile(w.path, append(text, '\n'))
	}
	if err != nil {
		err = fmt.Errorf("writing the database's witness: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = err
	w.unsaved = w.unsaved || err != nil
	return err
}

// replaceFile writes a file that its owner alone may read, whole or not at all.
// Processes of one machine may do it at the same time.
func replaceFile(path string, text []byte) error {
	fresh := fmt.Sprintf("%s.%d.new", path, os.Getpid())
	file, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a renaming durable. Windows has no such thing.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// hear holds the database that was just opened against its witness.
func (s *Store) hear(ctx context.Context) error {
	if s.lock != nil { // what crashes left of writing the file
		left, _ := filepath.Glob(s.witness.path + ".*.new")
		for _, path := range left {
			_ = os.Remove(path) // tidiness only
		}
	}
	if s.witness.path == "" {
		s.witness.generation = s.generation
		return nil
	}
	told, err := s.witness.load()
	if errors.Is(err, fs.ErrNotExist) {
		// Replicas on PostgreSQL come and go; an SQLite file has one witness.
		if s.engine == sqliteEngine && s.meta[metaWitnessed] != "" {
			return ErrNoWitness
		}
		return s.appoint(ctx)
	}
	if err != nil {
		return err
	}
	if slices.Contains(strings.Fields(s.meta[metaAncestors]), told.Generation) {
		return s.appoint(ctx) // a restore was acknowledged since
	}
	if told.Generation != s.generation {
		return ErrRewound
	}
	s.witness.generation, s.witness.marks = told.Generation, told.Entries
	if err := s.witness.compare(ctx, oneRowOf(s.writer)); err != nil {
		return s.witness.refuseOr(err)
	}
	return s.noteWitness(ctx)
}

// noteWitness notes in an SQLite database that it has a witness, which must
// not be missing from then on.
func (s *Store) noteWitness(ctx context.Context) error {
	if s.engine != sqliteEngine || s.meta[metaWitnessed] != "" {
		return nil
	}
	return s.setMeta(ctx, s.writer, metaWitnessed, "yes")
}

// refuseOr is the plain reason behind a refusal, or the error.
func (w *witness) refuseOr(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse != nil {
		return w.refuse
	}
	return err
}

// appoint makes a new witness of the database as it is.
func (s *Store) appoint(ctx context.Context) error {
	s.witness.mu.Lock()
	s.witness.generation, s.witness.marks, s.witness.unsaved = s.generation, nil, true
	s.witness.mu.Unlock()
	if err := s.witness.save(); err != nil {
		return err
	}
	return s.noteWitness(ctx)
}

const (
	watchEvery   = time.Second
	watchTimeout = 5 * time.Second
)

// watch looks every second whether the database is still the one that was
// opened, and writes down what it has come to, until the store is closed.
func (s *Store) watch() {
	defer close(s.watched)
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-ticker.C:
			s.look()
		}
	}
}

func (s *Store) look() {
	ctx, cancel := context.WithTimeout(context.Background(), watchTimeout)
	defer cancel()
	if s.checkFile() != nil {
		return // told to whoever asks next
	}
	// A database that is away is noticed by everybody who needs it.
	if s.witness.compare(ctx, oneRowOf(s.reader)) == nil {
		_ = s.witness.save() // healthy tells
	}
}
