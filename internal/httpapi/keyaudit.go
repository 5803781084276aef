package httpapi

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
)

// auditPage is how many entries a page of the audit trail has unless the
// request says so, and auditMost how many it may ask for.
const (
	auditPage = 50
	auditMost = 500
)

// auditEvents names the entries that an account may read as its audit trail.
var auditEvents = map[ledger.EntryKind]string{
	ledger.EntryMint: "key.created", ledger.EntryKey: "key.changed", ledger.EntrySeed: "key.changed",
	ledger.EntryRotate: "key.rotated", ledger.EntrySecret: "key.secret_ended", ledger.EntryRevoke: "key.revoked",
	ledger.EntryCredit: "account.credited", ledger.EntryFreeze: "account.frozen",
	ledger.EntryBlock: "account.blocked", ledger.EntryUnblock: "account.unblocked",
}

// auditLog lists what happened to the account's keys and credit, the newest
// first. A page is asked for by the number of the entry that it comes after.
func (s *server) auditLog(r *http.Request, caller apikey.Key) (any, error) {
	before, err := wholeParam(r, "before", math.MaxInt64, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	limit, err := wholeParam(r, "limit", auditPage, auditMost)
	if err != nil {
		return nil, err
	}
	entries, err := s.config.Keys.Audited(r.Context(), caller.AccountID, before, int(limit)+1)
	if err != nil {
		return nil, err
	}
	var next any // null on the last page
	if len(entries) > int(limit) {
		entries = entries[:limit]
		next = entries[limit-1].Seq
	}
	list := make([]any, len(entries))
	for i := range entries {
		list[i] = auditAnswer(&entries[i])
	}
	return map[string]any{"data": list, "object": "list", "nextBefore": next}, nil
}

// auditAnswer shows an entry. Notes that are no records, such as an operator's
// words about a credit, are not the account's to read.
func auditAnswer(entry *ledger.Entry) map[string]any {
	details := json.RawMessage("{}")
	if note := []byte(entry.Note); entry.KeyID != "" && len(note) > 0 && note[0] == '{' && json.Valid(note) {
		details = note
	}
	var keyID any
	if entry.KeyID != "" {
		keyID = entry.KeyID
	}
	return map[string]any{
		"number": entry.Seq, "event": auditEvents[entry.Kind], "apiKeyId": keyID,
		"timestamp": timestamp(entry.At), "details": details,
	}
}

// oneParam reads a parameter that may stand in the query once. A query that
// cannot be read to its end is refused, so that nothing in it is overlooked.
func oneParam(r *http.Request, name string) (value string, given bool, err error) {
	if r.URL.RawQuery == "" {
		return "", false, nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	values := query[name]
	switch {
	case err != nil:
		return "", false, invalid(name, "cannot be told: the query is not well-formed")
	case len(values) > 1:
		return "", false, invalid(name, "must be given once")
	case len(values) == 0:
		return "", false, nil
	}
	return values[0], true, nil
}

// wholeParam reads a whole number from 1 to most out of the query.
func wholeParam(r *http.Request, name string, otherwise, most int64) (int64, error) {
	text, given, err := oneParam(r, name)
	if err != nil || !given {
		return otherwise, err
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 1 || number > most {
		return 0, invalid(name, "must be one whole number from 1 to "+strconv.FormatInt(most, 10))
	}
	return number, nil
}
