package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Statements over many rows have a few fixed sizes, so that each text is
// prepared once. A list is cut into the largest sizes that it fills; the rest
// goes one by one or is padded.
var rowCounts = []int{1, 4, 16, 64, 256}

// insert is a statement that inserts or updates whole rows.
type insert struct {
	columns int
	texts   map[int]string // by number of rows
}

// newInsert makes the texts of an insert; the suffix is its ON CONFLICT.
func newInsert(table string, columns []string, suffix string) insert {
	i := insert{columns: len(columns), texts: map[int]string{}}
	for _, n := range rowCounts {
		var b strings.Builder
		fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", table, strings.Join(columns, ", "))
		for row := range n {
			if row > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(" + marks(row*len(columns)+1, len(columns)) + ")")
		}
		b.WriteString(suffix)
		i.texts[n] = b.String()
	}
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

// updateAll is the suffix of an insert that overwrites an existing row.
func updateAll(key string, columns []string) string {
	var sets []string
	for _, column := range columns {
		if column != key {
			sets = append(sets, column+" = excluded."+column)
		}
	}
	return " ON CONFLICT (" + key + ") DO UPDATE SET " + strings.Join(sets, ", ")
}

// lookup is a statement over a list of keys: head IN (list) tail. The head may
// use parameters of its own, which come first.
type lookup struct {
	texts map[int]string // by number of keys
}

func newLookup(head, tail string) lookup {
	l := lookup{texts: map[int]string{}}
	for _, n := range rowCounts {
		l.texts[n] = head + " IN (" + marks(strings.Count(head, "$")+1, n) + ")" + tail
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

// exec runs a text, prepared if it is one of the hot path.
func (t *transaction) exec(ctx context.Context, text string, arguments []any) error {
	var err error
	if prepared := t.store.prepared[text]; prepared != nil {
		_, err = t.tx.StmtContext(ctx, prepared).ExecContext(ctx, arguments...)
	} else {
		_, err = t.tx.ExecContext(ctx, text, arguments...)
	}
	return err
}

func (t *transaction) query(ctx context.Context, text string, arguments []any) (*sql.Rows, error) {
	if prepared := t.store.prepared[text]; prepared != nil {
		return t.tx.StmtContext(ctx, prepared).QueryContext(ctx, arguments...)
	}
	return t.tx.QueryContext(ctx, text, arguments...)
}

// write inserts or updates a row for every item.
func write[T any](ctx context.Context, t *transaction, statement insert, items []T, values func(T) ([]any, error)) error {
	arguments := make([]any, 0, len(items)*statement.columns)
	for _, item := range items {
		row, err := values(item)
		if err != nil {
			return err
		}
		arguments = append(arguments, row...)
	}
	for rows := len(items); rows > 0; {
		size := largest(rows)
		cut := size * statement.columns
		if err := t.exec(ctx, statement.texts[size], arguments[:cut]); err != nil {
			return err
		}
		arguments, rows = arguments[cut:], rows-size
	}
	return nil
}

// find runs a lookup for every key, keeping their order, and scans the rows
// found.
func find[K, V any](ctx context.Context, t *transaction, statement lookup, keys []K, argument func(K) any, scan func(scanner) (V, error)) ([]V, error) {
	found := make([]V, 0, len(keys))
	for len(keys) > 0 {
		size := smallest(len(keys))
		taken := min(size, len(keys))
		arguments := make([]any, size)
		for i := range arguments {
			arguments[i] = argument(keys[min(i, taken-1)]) // padded with the last one
		}
		rows, err := t.query(ctx, statement.texts[size], arguments)
		if err != nil {
			return nil, err
		}
		part, err := scanAll(rows, func(rows *sql.Rows) (V, error) { return scan(rows) })
		if err != nil {
			return nil, err
		}
		found = append(found, part...)
		keys = keys[taken:]
	}
	return found, nil
}
