package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A statement over many rows is one text with a list in it. PostgreSQL takes
// the list as one array for each column; SQLite, which has no arrays, as
// parameters of a few fixed counts, so that each text is prepared once. A list
// is then cut into the largest counts that it fills; the rest goes one by one
// or is padded.
var rowCounts = []int{1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32, 64, 256}

// columnSpec is a column's name and PostgreSQL's type of it.
type columnSpec struct{ name, kind string }

// columnsOf reads "id TEXT", "last_seq BIGINT".
func columnsOf(specs []string) []columnSpec {
	columns := make([]columnSpec, len(specs))
	for i, spec := range specs {
		name, kind, _ := strings.Cut(spec, " ")
		columns[i] = columnSpec{name: name, kind: kind}
	}
	return columns
}

func names(columns []columnSpec) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.name
	}
	return list
}

// insert is a statement that inserts or updates whole rows.
type insert struct {
	columns []columnSpec
	texts   map[int]string // by number of rows
	array   string         // for any number of rows
	taken   []int          // the columns that array takes
}

// newInsert makes the texts of an insert; the suffix is its ON CONFLICT.
func newInsert(table string, specs []string, suffix string) *insert {
	columns := columnsOf(specs)
	i := &insert{columns: columns, texts: map[int]string{}}
	head := fmt.Sprintf("INSERT INTO %s (%s) ", table, strings.Join(names(columns), ", "))
	for _, n := range rowCounts {
		var b strings.Builder
		b.WriteString(head + "VALUES ")
		for row := range n {
			if row > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(" + marks(row*len(columns)+1, len(columns)) + ")")
		}
		b.WriteString(suffix)
		i.texts[n] = b.String()
	}
	for c := range columns {
		i.taken = append(i.taken, c)
	}
	i.array = head + "SELECT * FROM " + i.unnest() + suffix
	return i
}

// unnest is the list as PostgreSQL takes it.
func (i *insert) unnest() string {
	arrays := make([]string, len(i.taken))
	for place, c := range i.taken {
		arrays[place] = fmt.Sprintf("CAST($%d AS %s[])", place+1, i.columns[c].kind)
	}
	return "unnest(" + strings.Join(arrays, ", ") + ")"
}

// newUpdate makes the texts of a statement that changes columns of rows that
// exist, found by their id. Whole rows are handed in: SQLite is quickest with an
// insert that meets the old row, PostgreSQL with an update.
func newUpdate(table string, specs []string, changed ...string) *insert {
	i := newInsert(table, specs, updating("id", changed...))
	i.taken = nil
	var listed, sets []string
	for c, column := range names(i.columns) {
		if column != "id" && !slices.Contains(changed, column) {
			continue
		}
		i.taken = append(i.taken, c)
		listed = append(listed, column)
		if column != "id" {
			sets = append(sets, column+" = v."+column)
		}
	}
	i.array = fmt.Sprintf("UPDATE %s SET %s FROM %s AS v (%s) WHERE %s.id = v.id",
		table, strings.Join(sets, ", "), i.unnest(), strings.Join(listed, ", "), table)
	return i
}

// marks are n parameters from the given one on: "$3, $4".
func marks(from, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", from+i)
	}
	return strings.Join(list, ", ")
}

// updating is the suffix of an insert that overwrites these columns of a row
// that exists.
func updating(key string, columns ...string) string {
	sets := make([]string, len(columns))
	for i, column := range columns {
		sets[i] = column + " = excluded." + column
	}
	return " ON CONFLICT (" + key + ") DO UPDATE SET " + strings.Join(sets, ", ")
}

// lookup is a statement over a list of keys: head, the list, tail. The head
// may use parameters of its own, which come first.
type lookup struct {
	texts map[int]string // by number of keys
	array string         // for any number of keys
}

func newLookup(head, tail string) lookup {
	own := strings.Count(head, "$")
	l := lookup{texts: map[int]string{}, array: fmt.Sprintf("%s = ANY($%d)%s", head, own+1, tail)}
	for _, n := range rowCounts {
		l.texts[n] = head + " IN (" + marks(own+1, n) + ")" + tail
	}
	return l
}

// largest is the largest size that fits into n, at least 1.
func largest(n int) int {
	size := rowCounts[0]
	for _, count := range rowCounts {
		if count <= n {
			size = count
		}
	}
	return size
}

// smallest is the smallest size that n fits into, or the largest there is.
func smallest(n int) int {
	for _, count := range rowCounts {
		if count >= n {
			return count
		}
	}
	return rowCounts[len(rowCounts)-1]
}

// write inserts or updates a row for every item.
func write[T any](ctx context.Context, t *transaction, statement *insert, items []T, fill func(*cells, T)) error {
	return send(t, statement, items, fill, func(text string, arguments []any) error { return t.exec(ctx, text, arguments) })
}

// send has an insert run for every item, by exec or by query.
func send[T any](t *transaction, statement *insert, items []T, fill func(*cells, T), run func(text string, arguments []any) error) error {
	if len(items) == 0 {
		return nil
	}
	cells := newCells(t, statement, len(items))
	for _, item := range items {
		fill(cells, item)
	}
	if t.arrays() {
		arguments := make([]any, len(statement.taken))
		for i, taken := range statement.taken {
			arguments[i] = cells.columns[taken]
		}
		return run(statement.array, arguments)
	}
	return statement.inLists(cells.arguments, run)
}

// inLists has an insert run for rows whose cells are one list.
func (i *insert) inLists(cells []any, run func(text string, arguments []any) error) error {
	width := len(i.columns)
	for rows := len(cells) / width; rows > 0; {
		size := largest(rows)
		if err := run(i.texts[size], cells[:size*width]); err != nil {
			return err
		}
		cells, rows = cells[size*width:], rows-size
	}
	return nil
}

// key is what rows are looked up by.
type key interface{ string | [32]byte }

func argument[K key](k K) any {
	if hash, ok := any(k).([32]byte); ok {
		return hash[:]
	}
	return k
}

func arrayOf[K key](keys []K) *column {
	kind := "BYTEA"
	if _, texts := any(keys).([]string); texts {
		kind = "TEXT"
	}
	list := newColumn(columnSpec{kind: kind}, len(keys))
	for _, k := range keys {
		switch v := argument(k).(type) {
		case string:
			list.text(v)
		case []byte:
			list.text(string(v))
		}
	}
	return list
}

// find runs a lookup for every key and scans the rows found.
func find[K key, V any](ctx context.Context, t *transaction, statement lookup, keys []K, scan func(scanner) (V, error)) ([]V, error) {
	found, err := ask(ctx, t, statement, keys, scan)
	if err != nil {
		return nil, err
	}
	return *found, t.flush(ctx)
}

// ask is find with an answer that is there after the next flush, so that
// several questions share a round trip where there is one.
func ask[K key, V any](ctx context.Context, t *transaction, statement lookup, keys []K, scan func(scanner) (V, error)) (*[]V, error) {
	found := make([]V, 0, len(keys))
	if len(keys) == 0 {
		return &found, nil
	}
	each := func(row scanner) error {
		value, err := scan(row)
		found = append(found, value)
		return err
	}
	if t.arrays() {
		return &found, t.query(ctx, statement.array, []any{arrayOf(keys)}, each)
	}
	for len(keys) > 0 {
		arguments, taken := padded(keys)
		if err := t.query(ctx, statement.texts[len(arguments)], arguments, each); err != nil {
			return nil, err
		}
		keys = keys[taken:]
	}
	return &found, nil
}

// padded takes as many keys as a text has room for and fills the rest of it
// with the last one.
func padded[K key](keys []K) (arguments []any, taken int) {
	size := smallest(len(keys))
	taken = min(size, len(keys))
	arguments = make([]any, size)
	for i := range arguments {
		arguments[i] = argument(keys[min(i, taken-1)])
	}
	return arguments, taken
}

// update runs a lookup that changes rows: its own parameters, then keys.
func update[K key](ctx context.Context, t *transaction, statement lookup, own []any, keys []K) error {
	if len(keys) == 0 {
		return nil
	}
	if t.arrays() {
		return t.exec(ctx, statement.array, append(own, arrayOf(keys)))
	}
	for len(keys) > 0 {
		arguments, taken := padded(keys)
		if err := t.exec(ctx, statement.texts[len(arguments)], append(own[:len(own):len(own)], arguments...)); err != nil {
			return err
		}
		keys = keys[taken:]
	}
	return nil
}
