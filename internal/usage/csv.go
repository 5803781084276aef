package usage

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Columns are the header line of the history as CSV. They are the JSON names,
// and stay as they are; new ones would be added at the end.
var Columns = []string{
	"timestamp", "currency", "amount", "pricePerUnitUsd", "sku", "units", "notes",
	"requestId", "promptTokens", "completionTokens", "inferenceExecutionTime",
}

// CSV writes the page as RFC 4180 has it, with a header line; what is null in
// JSON is empty. No text can be taken for a formula by a spreadsheet.
func (p Page) CSV() ([]byte, error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	w.UseCRLF = true
	if err := w.Write(Columns); err != nil {
		return nil, err
	}
	for _, e := range p.Entries {
		err := w.Write([]string{
			e.At.UTC().Format(TimeFormat), string(e.Currency), e.Amount.String(), e.PricePerUnit.String(),
			plain(e.SKU), e.Units.String(), plain(e.Notes), plain(e.RequestID),
			decimal(e.PromptTokens), decimal(e.CompletionTokens), decimal(milliseconds(e.ExecutionTime)),
		})
		if err != nil {
			return nil, err
		}
	}
	w.Flush()
	return text.Bytes(), w.Error()
}

// formulaStarts are the characters with which spreadsheets begin a formula; the
// wide ones become plain ones in some.
const formulaStarts = "=+-@＝＋－＠"

// plain keeps a text from being a formula, as OWASP's page on CSV injection
// advises, and on its line: control characters become spaces.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	first, size := utf8.DecodeRuneInString(strings.TrimLeftFunc(text, unicode.IsSpace))
	if size > 0 && strings.ContainsRune(formulaStarts, first) {
		return "'" + text
	}
	return text
}

func decimal(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}
