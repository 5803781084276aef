package store

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// What no statement looks for or sums is kept in columns of text, of which some
// have sections that are separated by "|". A section is a list of records, each
// of which ends with ";"; the fields of a record are separated by a space.
// Whatever else than a plain character a field has is written as "%" and two
// hexadecimal digits.

var errUnreadable = errors.New("is not a text as it is written here")

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
		if !plain[text[i]] {
			return appendEscaped(dst, text)
		}
	}
	return append(dst, text...)
}

func appendEscaped(dst []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; plain[c] {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}

// unescape reads what appendText wrote, and what it would have escaped.
func unescape(text string) (string, error) {
	if strings.IndexByte(text, '%') < 0 {
		return text, nil
	}
	plainText := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' {
			if i+2 >= len(text) {
				return "", errUnreadable
			}
			high, low := strings.IndexByte(hexDigits, text[i+1]), strings.IndexByte(hexDigits, text[i+2])
			if high < 0 || low < 0 {
				return "", errUnreadable
			}
			c = byte(high<<4 | low)
			i += 2
		}
		plainText = append(plainText, c)
	}
	return string(plainText), nil
}

// fields reads the fields of one record, in their order. A mistake is kept.
type fields struct {
	text string
	more bool
	err  error
}

// eachRecord splits a section.
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
	text, err := unescape(f.next())
	if err != nil {
		f.err = err
	}
	return text
}

func (f *fields) int() int64 {
	number, err := strconv.ParseInt(f.next(), 10, 64)
	if err != nil {
		f.err = errUnreadable
	}
	return number
}

// appendInt ends a field.
func appendInt(dst []byte, number int64) []byte {
	return strconv.AppendInt(append(dst, ' '), number, 10)
}

// storedHold is what a running hold's row has as text: its key and model, and
// its parts.
func storedHold(hold *ledger.Hold) string {
	text := appendText(make([]byte, 0, 192), hold.KeyID)
	text = appendText(append(text, ' '), hold.ModelID)
	text = appendText(append(text, ' '), hold.ModelType)
	return string(appendParts(append(text, ";|"...), hold))
}

// readHold reads what storedHold wrote; the account is known.
func readHold(text string, hold *ledger.Hold) error {
	head, parts, _ := strings.Cut(text, "|")
	records := 0
	err := eachRecord(head, func(f *fields) {
		records++
		hold.KeyID, hold.ModelID, hold.ModelType = f.string(), f.string(), f.string()
	})
	if err == nil && records != 1 {
		err = errUnreadable
	}
	if err == nil {
		hold.Parts, err = parseParts(parts, hold.AccountID, hold.KeyID)
	}
	return err
}

// storedCall is what a call's row has as text: its model, what was used and how
// that is known; its parts; and its bill.
func storedCall(hold *ledger.Hold) string {
	cost := &hold.Cost
	text := appendText(make([]byte, 0, 256), hold.ModelID)
	text = appendText(append(text, ' '), hold.ModelType)
	text = appendText(append(text, ' '), cost.Source)
	text = appendInt(text, cost.PromptTokens)
	text = appendInt(text, cost.CompletionTokens)
	text = appendInt(text, cost.ExecutionTime.Milliseconds())
	text = appendParts(append(text, ";|"...), hold)
	return string(appendLines(append(text, '|'), cost.Lines))
}

// readCall reads what storedCall wrote; the account, the key and what was
// charged are known.
func readCall(text string, hold *ledger.Hold) error {
	head, rest, _ := strings.Cut(text, "|")
	parts, lines, sections := strings.Cut(rest, "|")
	if !sections {
		return errUnreadable
	}
	records := 0
	err := eachRecord(head, func(f *fields) {
		records++
		hold.ModelID, hold.ModelType, hold.Cost.Source = f.string(), f.string(), f.string()
		hold.Cost.PromptTokens, hold.Cost.CompletionTokens = f.int(), f.int()
		hold.Cost.ExecutionTime = time.Duration(f.int()) * time.Millisecond
	})
	if err == nil && records != 1 {
		err = errUnreadable
	}
	if err == nil {
		hold.Parts, err = parseParts(parts, hold.AccountID, hold.KeyID)
	}
	if err == nil {
		hold.Cost.Lines, err = parseLines(lines)
	}
	if err != nil {
		return err
	}
	hold.Cost.HoldID, hold.Cost.Cost = hold.ID, hold.ChargedDIEM+hold.ChargedUSD
	hold.Spread()
	return nil
}

func appendLines(dst []byte, lines []money.Line) []byte {
	for i := range lines {
		line := &lines[i]
		dst = appendText(dst, line.Item)
		dst = appendInt(dst, line.Quantity)
		dst = appendInt(dst, int64(line.Price))
		dst = appendInt(dst, int64(line.Cost))
		dst = append(dst, ';')
	}
	return dst
}

func parseLines(text string) ([]money.Line, error) {
	if text == "" {
		return nil, nil
	}
	lines := make([]money.Line, 0, strings.Count(text, ";"))
	err := eachRecord(text, func(f *fields) {
		lines = append(lines, money.Line{Item: f.string(), Quantity: f.int(), Price: money.Nano(f.int()), Cost: money.Nano(f.int())})
	})
	return lines, err
}

// appendBudget writes a budget's id. Of the two owners that its row names
// anyway, "@" stands for the account and "~" for the key.
func appendBudget(dst []byte, id, accountID, keyID string) []byte {
	if of, found := ownedBy(id, accountID); found {
		return appendText(append(dst, id[0], '@'), of)
	}
	if of, found := ownedBy(id, keyID); found {
		return appendText(append(dst, id[0], '~'), of)
	}
	return appendText(dst, id)
}

// ownedBy cuts a letter, the owner and the slashes around it off a budget's id.
func ownedBy(id, owner string) (rest string, found bool) {
	end := 2 + len(owner)
	if owner == "" || len(id) <= end || id[1] != '/' || id[end] != '/' || id[2:end] != owner || !plain[id[0]] {
		return "", false
	}
	return id[end+1:], true
}

func (f *fields) budget(accountID, keyID string) string {
	field := f.next()
	owner := ""
	if len(field) >= 2 {
		switch field[1] {
		case '@':
			owner = accountID
		case '~':
			owner = keyID
		}
	}
	prefix := ""
	if owner != "" {
		prefix, field = field[:1]+"/"+owner+"/", field[2:]
	}
	text, err := unescape(field)
	if err != nil {
		f.err = err
	}
	return prefix + text
}

func appendParts(dst []byte, hold *ledger.Hold) []byte {
	for i := range hold.Parts {
		part := &hold.Parts[i]
		dst = appendText(dst, string(part.Currency))
		dst = appendInt(dst, int64(part.Amount))
		for _, id := range part.Budgets {
			dst = appendBudget(append(dst, ' '), id, hold.AccountID, hold.KeyID)
		}
		dst = append(dst, ';')
	}
	return dst
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
	return parts, err
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
	return deltas, err
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
