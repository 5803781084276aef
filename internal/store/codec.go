package store

import (
	"errors"
	"strconv"
	"strings"

	"stakegate/internal/money"
)

// Short lists are kept in columns of text: records end with ";", the fields of
// a record are separated by a space. Whatever else than a plain character a
// field has is written as "%" and two hexadecimal digits, so that every text
// has one spelling.

var errUnreadable = errors.New("is not a list as it is written here")

const hexDigits = "0123456789ABCDEF"

// plain are the characters that stand for themselves.
var plain = func() (set [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-.:@+~" {
		set[c] = true
	}
	return set
}()

func appendText(dst []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; plain[c] {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}

// readText reads what appendText wrote.
func readText(text string) (string, error) {
	for i := range len(text) {
		if !plain[text[i]] {
			return unescape(text)
		}
	}
	return text, nil
}

func unescape(text string) (string, error) {
	plainText := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' && i+2 < len(text) {
			high, low := strings.IndexByte(hexDigits, text[i+1]), strings.IndexByte(hexDigits, text[i+2])
			c = byte(high<<4 | low)
			if high < 0 || low < 0 || plain[c] {
				return "", errUnreadable
			}
			i += 2
		} else if !plain[c] {
			return "", errUnreadable
		}
		plainText = append(plainText, c)
	}
	return string(plainText), nil
}

// fields reads the fields of one record, in their order. After the first
// mistake everything is empty; rest tells.
type fields struct {
	text string
	more bool
	err  error
}

// eachRecord splits a list.
func eachRecord(text string, read func(*fields)) error {
	for text != "" {
		record, rest, ended := strings.Cut(text, ";")
		f := fields{text: record, more: true}
		if !ended {
			return errUnreadable
		}
		read(&f)
		if f.err != nil || f.more {
			return errUnreadable
		}
		text = rest
	}
	return nil
}

func (f *fields) next() string {
	if !f.more {
		f.err = errUnreadable
		return ""
	}
	var field string
	field, f.text, f.more = strings.Cut(f.text, " ")
	return field
}

func (f *fields) string() string {
	text, err := readText(f.next())
	if err != nil {
		f.err = err
	}
	return text
}

func (f *fields) int() int64 {
	field := f.next()
	number, err := strconv.ParseInt(field, 10, 64)
	if err != nil || strconv.FormatInt(number, 10) != field {
		f.err = errUnreadable
	}
	return number
}

// appendInt ends a field.
func appendInt(dst []byte, number int64) []byte {
	return strconv.AppendInt(append(dst, ' '), number, 10)
}

// storedLines is a bill as kept in a row.
func storedLines(lines []money.Line) string {
	text := make([]byte, 0, 48*len(lines))
	for _, line := range lines {
		text = appendText(text, line.Item)
		text = appendInt(text, line.Quantity)
		text = appendInt(text, int64(line.Price))
		text = appendInt(text, int64(line.Cost))
		text = append(text, ';')
	}
	return string(text)
}

func parseLines(text string) ([]money.Line, error) {
	if text == "" {
		return nil, nil
	}
	lines := make([]money.Line, 0, strings.Count(text, ";"))
	err := eachRecord(text, func(f *fields) {
		lines = append(lines, money.Line{Item: f.string(), Quantity: f.int(), Price: money.Nano(f.int()), Cost: money.Nano(f.int())})
	})
	if err != nil {
		return nil, err
	}
	return lines, nil
}
