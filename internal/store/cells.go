package store

import (
	"database/sql"
	"encoding/binary"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// cells collects the values of rows: row by row, or encoded, or, where lists are
// arrays, column by column.
type cells struct {
	width     int
	arguments []any
	columns   []*column // nil: not taken
	at        int       // the next column

	encodes bool // the values are bytes, of a row of the backlog
	encoded []byte
}

func newCells(t *transaction, statement *insert, rows int) *cells {
	c := &cells{width: len(statement.columns)}
	if !t.arrays() {
		c.arguments = make([]any, 0, rows*c.width)
		return c
	}
	c.columns = make([]*column, c.width)
	for _, taken := range statement.taken {
		c.columns[taken] = newColumn(statement.columns[taken], rows)
	}
	return c
}

// next is the column of the coming value, nil if it is not taken.
func (c *cells) next() *column {
	column := c.columns[c.at]
	if c.at++; c.at == c.width {
		c.at = 0
	}
	return column
}

func (c *cells) text(value string) {
	if c.encodes {
		c.encoded = appendTextCell(c.encoded, value)
	} else if c.columns == nil {
		c.arguments = append(c.arguments, value)
	} else if column := c.next(); column != nil {
		column.text(value)
	}
}

func (c *cells) number(value int64) {
	if c.encodes {
		c.encoded = appendNumberCell(c.encoded, value)
	} else if c.columns == nil {
		c.arguments = append(c.arguments, value)
	} else if column := c.next(); column != nil {
		column.number(value)
	}
}

func (c *cells) blob(value []byte) {
	if c.columns == nil {
		c.arguments = append(c.arguments, value)
	} else if column := c.next(); column != nil {
		column.text(string(value))
	}
}

func (c *cells) maybe(value sql.NullInt64) {
	switch {
	case c.encodes && !value.Valid:
		c.encoded = append(c.encoded, cellNull)
	case c.columns == nil && !c.encodes:
		c.arguments = append(c.arguments, value)
	case value.Valid:
		c.number(value.Int64)
	default:
		if column := c.next(); column != nil {
			column.null()
		}
	}
}

func (c *cells) maybeText(value sql.NullString) {
	switch {
	case value.Valid:
		c.text(value.String)
	case c.columns == nil:
		c.arguments = append(c.arguments, nil)
	default:
		if column := c.next(); column != nil {
			column.null()
		}
	}
}

// column is one column of many rows, as PostgreSQL's array in binary form.
type column struct {
	elements []byte // each after its length
	rows     int
	oid      uint32
	nulls    bool
}

func newColumn(c columnSpec, rows int) *column {
	list := &column{}
	size := 8
	switch c.kind {
	case "TEXT":
		list.oid, size = oidText, 40
	case "BYTEA":
		list.oid, size = oidBytes, 32
	default:
		list.oid = oidNumber
	}
	list.elements = make([]byte, arrayHeader, arrayHeader+rows*(4+size))
	return list
}

const arrayHeader = 20

func (c *column) text(value string) {
	c.elements = append(binary.BigEndian.AppendUint32(c.elements, uint32(len(value))), value...)
	c.rows++
}

func (c *column) number(value int64) {
	c.elements = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(c.elements, 8), uint64(value))
	c.rows++
}

func (c *column) null() {
	c.elements = binary.BigEndian.AppendUint32(c.elements, 1<<32-1)
	c.rows++
	c.nulls = true
}

// array is the column with its header: one dimension, whether there are nulls,
// the elements' type, their number, and where they begin to count.
func (c *column) array() []byte {
	var nulls uint32
	if c.nulls {
		nulls = 1
	}
	header := c.elements[:0]
	for _, word := range []uint32{1, nulls, c.oid, uint32(c.rows), 1} {
		header = binary.BigEndian.AppendUint32(header, word)
	}
	return c.elements
}

// textTarget is how a text gets into a variable that takes one.
func textTarget(target any) (set func(string), ok bool) {
	switch into := target.(type) {
	case *string:
		return func(text string) { *into = text }, true
	case *sql.NullString:
		return func(text string) { *into = sql.NullString{String: text, Valid: true} }, true
	case *ledger.HoldState:
		return func(text string) { *into = ledger.HoldState(text) }, true
	}
	return nil, false
}

// numberTarget is how a number gets into a variable that takes one.
func numberTarget(target any) (set func(int64), ok bool) {
	switch into := target.(type) {
	case *int64:
		return func(number int64) { *into = number }, true
	case *money.Nano:
		return func(number int64) { *into = money.Nano(number) }, true
	case *sql.NullInt64:
		return func(number int64) { *into = sql.NullInt64{Int64: number, Valid: true} }, true
	}
	return nil, false
}

// nullable reports whether a variable takes a null, which is its zero value.
func nullable(target any) bool {
	switch target.(type) {
	case *sql.NullString, *sql.NullInt64:
		return true
	}
	return false
}
