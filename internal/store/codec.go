package store

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"stakegate/internal/ledger"
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
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-.:+" {
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

// appendBudget writes a budget's id. Of the two owners that its row names
// anyway, "@" stands for the account and "~" for the key.
func appendBudget(dst []byte, id, accountID, keyID string) []byte {
	if kind, rest, found := strings.Cut(id, "/"); found && len(kind) == 1 {
		for _, owner := range []struct {
			mark byte
			id   string
		}{{'@', accountID}, {'~', keyID}} {
			if of, found := strings.CutPrefix(rest, owner.id); found && owner.id != "" && strings.HasPrefix(of, "/") {
				return appendText(append(append(dst, kind...), owner.mark), of[1:])
			}
		}
	}
	return appendText(dst, id)
}

func (f *fields) budget(accountID, keyID string) string {
	field := f.next()
	if len(field) < 2 || field[1] != '@' && field[1] != '~' {
		text, err := readText(field)
		if err != nil {
			f.err = err
		}
		return text
	}
	owner := accountID
	if field[1] == '~' {
		owner = keyID
	}
	text, err := readText(field[2:])
	if err != nil {
		f.err = err
	}
	return field[:1] + "/" + owner + "/" + text
}

// storedParts is what a hold is made of, as kept in its row.
func storedParts(hold *ledger.Hold) string {
	text := make([]byte, 0, 96*len(hold.Parts))
	for i := range hold.Parts {
		part := &hold.Parts[i]
		text = appendText(text, string(part.Currency))
		text = appendInt(text, int64(part.Amount))
		for _, id := range part.Budgets {
			text = appendBudget(append(text, ' '), id, hold.AccountID, hold.KeyID)
		}
		text = append(text, ';')
	}
	return string(text)
}

func parseParts(text, accountID, keyID string) ([]ledger.Part, error) {
	if strings.HasPrefix(text, "[") {
		return parseOldParts(text)
	}
	parts := make([]ledger.Part, 0, strings.Count(text, ";"))
	err := eachRecord(text, func(f *fields) {
		part := ledger.Part{Currency: money.Currency(f.string()), Amount: money.Nano(f.int())}
		for f.more {
			part.Budgets = append(part.Budgets, f.budget(accountID, keyID))
		}
		parts = append(parts, part)
	})
	if err != nil {
		return nil, err
	}
	return parts, nil
}

// storedDeltas is how an entry moves budgets, as kept in its row.
func storedDeltas(entry *ledger.Entry) string {
	text := make([]byte, 0, 64*len(entry.Deltas))
	for _, delta := range entry.Deltas {
		text = appendBudget(text, delta.Budget, entry.AccountID, entry.KeyID)
		text = appendInt(text, int64(delta.Cap))
		text = appendInt(text, int64(delta.Posted))
		text = appendInt(text, int64(delta.Pending))
		text = append(text, ';')
	}
	return string(text)
}

func parseDeltas(text, accountID, keyID string) ([]ledger.Delta, error) {
	if strings.HasPrefix(text, "[") {
		return parseOldDeltas(text)
	}
	deltas := make([]ledger.Delta, 0, strings.Count(text, ";"))
	err := eachRecord(text, func(f *fields) {
		deltas = append(deltas, ledger.Delta{
			Budget: f.budget(accountID, keyID), Cap: money.Nano(f.int()), Posted: money.Nano(f.int()), Pending: money.Nano(f.int()),
		})
	})
	if err != nil {
		return nil, err
	}
	return deltas, nil
}

// Rows that were written before migration 0004 have JSON.

func parseOldParts(text string) ([]ledger.Part, error) {
	var stored []struct {
		Currency money.Currency `json:"c"`
		Budgets  []string       `json:"b"`
		Amount   int64          `json:"a"`
	}
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	parts := make([]ledger.Part, len(stored))
	for i, part := range stored {
		parts[i] = ledger.Part{Currency: part.Currency, Budgets: part.Budgets, Amount: money.Nano(part.Amount)}
	}
	return parts, nil
}

func parseOldDeltas(text string) ([]ledger.Delta, error) {
	var stored []struct {
		Budget  string `json:"b"`
		Cap     int64  `json:"c"`
		Posted  int64  `json:"x"`
		Pending int64  `json:"h"`
	}
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	deltas := make([]ledger.Delta, len(stored))
	for i, delta := range stored {
		deltas[i] = ledger.Delta{
			Budget: delta.Budget, Cap: money.Nano(delta.Cap), Posted: money.Nano(delta.Posted), Pending: money.Nano(delta.Pending),
		}
	}
	return deltas, nil
}
