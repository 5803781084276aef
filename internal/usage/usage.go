// Package usage is an account's history: what was charged, as the entries of
// Venice's usage-history and in pages that neither lose nor repeat an entry
// while new usage arrives.
//
// A charge is one call with its bill. Each line of the bill becomes an entry
// for each currency that paid for it. Paging works on entries, rendering (JSON
// and CSV here) on pages; neither knows the other. The same charges, summed up
// by day, model and key, are the account's analytics.
package usage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"stakegate/internal/money"
)

// Charge is one call that was charged, as the ledger settled it. Voided holds
// are no charges.
type Charge struct {
	// Seq is unique and grows with every charge that becomes visible; At does
	// not fall as Seq rises.
	Seq       int64
	RequestID string
	KeyID     string
	At        time.Time
	ModelID   string
	ModelType string // as in the catalogue: "text", "embedding", ...

	// TokensKnown is false when the upstream never told and the hold was
	// charged in full; the counts mean nothing then.
	TokensKnown                    bool
	PromptTokens, CompletionTokens int64

	// DIEM and USD are what was charged, which a correction lowers in place.
	DIEM, USD money.Nano
	// Lines is the bill. DIEM paid for its lines in their order, USD for the
	// rest.
	Lines []money.Line

	ExecutionTime time.Duration // 0: not recorded
}

// Model types, as in the catalogue.
const (
	typeText          = "text"
	typeEmbedding     = "embedding"
	typeImage         = "image"
	typeSpeech        = "tts"
	typeTranscription = "asr"
)

// Position is the Seq of a charge; 0 lies before the first one.
type Position int64

// Filter says which entries are wanted, by times in whole milliseconds, and in
// which order. The zero value wants all, in ascending time.
type Filter struct {
	Currency money.Currency // "": any
	Start    time.Time      // inclusive; zero: open
	End      time.Time      // exclusive; zero: open
	// NewestFirst turns the history around.
	NewestFirst bool
}

// Admits reports whether the charge has entries that are wanted.
func (f Filter) Admits(c Charge) bool {
	switch {
	case !f.Start.IsZero() && c.At.Before(f.Start),
		!f.End.IsZero() && !c.At.Before(f.End),
		f.Currency == money.DIEM && c.DIEM == 0,
		f.Currency == money.USD && c.USD == 0:
		return false
	}
	return true
}

// Source reads charges. It returns at most limit charges of the account whose
// Seq is greater than after, ascending, and fewer only if there are no more;
// with NewestFirst those whose Seq is smaller than after, or all if that is 0,
// descending.
// It may leave out those that the filter does not admit, and no others. A
// charge that it has returned keeps its Seq and At.
type Source interface {
	Charges(ctx context.Context, accountID string, filter Filter, after Position, limit int) ([]Charge, error)
}

// Page is a part of the history, in the order that was asked for.
type Page struct {
	Entries []Entry
	Next    string // the cursor of the next page; "" on the last one
}

// History serves the pages of accounts' histories.
type History struct {
	source  Source
	cursors sealer
}

// New returns the history over a source. The key, 32 random bytes that all
// replicas share, seals the cursors.
func New(source Source, key []byte) (*History, error) {
	cursors, err := newSealer(key)
	if err != nil {
		return nil, err
	}
	return &History{source: source, cursors: cursors}, nil
}

// Page returns the page of the account's history that the query asks for. It
// returns ErrCursor for a cursor that is not good (any more), and the
// source's errors.
func (h *History) Page(ctx context.Context, accountID string, query Query, now time.Time) (Page, error) {
	at := walk{Filter: query.Filter, PageSize: query.PageSize}
	if query.Cursor != "" {
		var err error
		if at, err = h.cursors.open(query.Cursor, accountID, now); err != nil {
			return Page{}, err
		}
	}
	if at.PageSize == 0 {
		at.PageSize = DefaultPageSize
	}
	lines, err := h.read(ctx, accountID, at)
	if err != nil {
		return Page{}, err
	}
	page := Page{Entries: make([]Entry, 0, min(len(lines), at.PageSize))}
	for _, l := range lines[:min(len(lines), at.PageSize)] {
		page.Entries = append(page.Entries, l.Entry)
	}
	if len(lines) > at.PageSize {
		last := lines[at.PageSize-1]
		at.Seq, at.Slot = last.seq, last.slot
		page.Next = h.cursors.seal(at, accountID, now)
	}
	return page, nil
}

// read returns the lines that follow a walk's place: a page and at least one
// more, if there are that many.
func (h *History) read(ctx context.Context, accountID string, at walk) ([]line, error) {
	if at.Filter.Currency != "" && at.Filter.Currency != money.DIEM && at.Filter.Currency != money.USD {
		return nil, nil // nothing is ever charged in another currency
	}
	var lines []line
	after := at.before()
	for len(lines) <= at.PageSize {
		limit := at.PageSize + 2 - len(lines)
		charges, err := h.source.Charges(ctx, accountID, at.Filter, after, limit)
		if err != nil {
			return nil, err
		}
		for _, c := range charges {
			if !at.Filter.follows(c, after) {
				return nil, fmt.Errorf("usage: charge %d came after %d: the source must keep to the order", c.Seq, after)
			}
			after = Position(c.Seq)
			if !at.Filter.Admits(c) {
				continue
			}
			of := expand(c)
			if at.Filter.NewestFirst {
				slices.Reverse(of)
			}
			for _, l := range of {
				if at.wants(l) {
					lines = append(lines, l)
				}
			}
		}
		if len(charges) < limit {
			break
		}
	}
	return lines, nil
}

// follows reports whether a charge lies behind a position.
func (f Filter) follows(c Charge, after Position) bool {
	if f.NewestFirst {
		return after == 0 || c.Seq < int64(after)
	}
	return c.Seq > int64(after)
}
