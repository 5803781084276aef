package store

import "encoding/binary"

// backlogRow is what a row of the backlog says, by table: whole rows, of which
// the later ones count, but for used, a key and when, and ended, holds that are
// to be removed.
type backlogRow struct {
	used, ended, budgets, holds, calls, seqs cells

	text []byte
}

// sections are the parts of a row in their order.
func (r *backlogRow) sections() [6]*cells {
	return [...]*cells{&r.used, &r.ended, &r.budgets, &r.holds, &r.calls, &r.seqs}
}

func (r *backlogRow) reset() *backlogRow {
	for _, section := range r.sections() {
		section.encodes, section.encoded = true, section.encoded[:0]
	}
	return r
}

// backlogVersion begins every row.
const backlogVersion = 1

// encode is the row as bytes, nil if it says nothing: a version, and of each
// section its length and its cells.
func (r *backlogRow) encode() []byte {
	r.text = append(r.text[:0], backlogVersion)
	empty := true
	for _, section := range r.sections() {
		empty = empty && len(section.encoded) == 0
		r.text = binary.AppendUvarint(r.text, uint64(len(section.encoded)))
		r.text = append(r.text, section.encoded...)
	}
	if empty {
		return nil
	}
	return r.text
}

// The kinds of encoded cells.
const (
	cellNull = iota
	cellNumber
	cellText
)

func appendTextCell(dst []byte, value string) []byte {
	return append(binary.AppendUvarint(append(dst, cellText), uint64(len(value))), value...)
}

func appendNumberCell(dst []byte, value int64) []byte {
	return binary.AppendVarint(append(dst, cellNumber), value)
}

// backlog is what the rows of the backlog come to together.
type backlog struct {
	used           map[string]int64
	ended          []string
	budgets, holds laterRows
	calls          []any
	seqs           laterRows
}

// laterRows are rows by their first cell, in the order in which they came.
type laterRows struct {
	order []string
	rows  map[string][]any
}

func (l *laterRows) put(row []any) error {
	id, ok := row[0].(string)
	if !ok {
		return errBacklog
	}
	if l.rows == nil {
		l.rows = map[string][]any{}
	}
	if _, known := l.rows[id]; !known {
		l.order = append(l.order, id)
	}
	l.rows[id] = row
	return nil
}

// all are the rows' cells, one after the other.
func (l *laterRows) all() (arguments []any) {
	for _, id := range l.order {
		arguments = append(arguments, l.rows[id]...)
	}
	return arguments
}

// add reads a row of the backlog.
func (b *backlog) add(text []byte) error {
	if len(text) == 0 || text[0] != backlogVersion {
		return errBacklog
	}
	text = text[1:]
	readers := [...]struct {
		columns []columnSpec
		read    func(row []any) error
	}{
		{usedColumns, b.addUsed}, {endedColumns, b.addEnded}, {putBudgets.columns, b.budgets.put}, {addHolds.columns, b.holds.put},
		{addCalls.columns, func(row []any) error { b.calls = append(b.calls, row...); return nil }}, {putSeqs.columns, b.seqs.put},
	}
	for _, section := range readers {
		length, n := binary.Uvarint(text)
		if n <= 0 || length > uint64(len(text)-n) {
			return errBacklog
		}
		if err := eachRow(text[n:n+int(length)], section.columns, section.read); err != nil {
			return err
		}
		text = text[n+int(length):]
	}
	if len(text) > 0 {
		return errBacklog
	}
	return nil
}

func (b *backlog) addUsed(row []any) error {
	id, named := row[0].(string)
	at, timed := row[1].(int64)
	if !named || !timed {
		return errBacklog
	}
	if b.used == nil {
		b.used = map[string]int64{}
	}
	b.used[id] = max(at, b.used[id])
	return nil
}

// The columns of used and ended.
var usedColumns, endedColumns = columnsOf([]string{"id TEXT", "at BIGINT"}), columnsOf([]string{"id TEXT"})

// addEnded takes a hold that the backlog made itself back: it was in no table.
func (b *backlog) addEnded(row []any) error {
	id, ok := row[0].(string)
	if !ok {
		return errBacklog
	}
	if b.holds.rows[id] == nil {
		b.ended = append(b.ended, id)
		return nil
	}
	b.holds.rows[id] = nil // its place in the order stays
	return nil
}

// eachRow reads the cells of a section.
func eachRow(text []byte, columns []columnSpec, read func(row []any) error) error {
	for len(text) > 0 {
		row := make([]any, len(columns))
		for i := range row {
			var err error
			if row[i], text, err = readCell(text); err != nil {
				return err
			}
			if !fits(row[i], columns[i]) {
				return errBacklog
			}
		}
		if err := read(row); err != nil {
			return err
		}
	}
	return nil
}

// fits reports whether a cell is what its column takes: SQLite, which puts every
// value into every column, would not say. Only budgets need not expire.
func fits(cell any, column columnSpec) bool {
	switch cell.(type) {
	case string:
		return column.kind == "TEXT"
	case int64:
		return column.kind == "BIGINT"
	}
	return column.name == "expires_ms"
}

func readCell(text []byte) (cell any, rest []byte, err error) {
	if len(text) == 0 {
		return nil, nil, errBacklog
	}
	kind, text := text[0], text[1:]
	switch kind {
	case cellNull:
		return nil, text, nil
	case cellNumber:
		number, n := binary.Varint(text)
		if n <= 0 {
			return nil, nil, errBacklog
		}
		return number, text[n:], nil
	case cellText:
		length, n := binary.Uvarint(text)
		if n <= 0 || length > uint64(len(text)-n) {
			return nil, nil, errBacklog
		}
		end := n + int(length)
		return string(text[n:end]), text[end:], nil
	}
	return nil, nil, errBacklog
}
