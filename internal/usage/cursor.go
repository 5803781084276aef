package usage

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"stakegate/internal/money"
)

// CursorLifetime is how long a cursor may wait for the next request.
const CursorLifetime = 24 * time.Hour

// walk is a place in a history: what is wanted, and the last line delivered.
type walk struct {
	Filter   Filter
	PageSize int
	Seq      int64 // 0: nothing was delivered yet
	Slot     uint16
}

// wants reports whether a line lies behind the place and passes the filter.
func (w walk) wants(l line) bool {
	if w.Filter.Currency != "" && l.Currency != w.Filter.Currency {
		return false
	}
	switch {
	case !w.Filter.NewestFirst:
		return l.seq > w.Seq || l.seq == w.Seq && l.slot > w.Slot
	case w.Seq == 0:
		return true
	}
	return l.seq < w.Seq || l.seq == w.Seq && l.slot < w.Slot
}

// before is where to read on from: the last charge seen is read once more, since
// its other lines may be missing.
func (w walk) before() Position {
	switch {
	case w.Seq == 0:
		return 0
	case w.Filter.NewestFirst:
		return Position(w.Seq + 1)
	}
	return Position(w.Seq - 1)
}

// sealer turns places into cursors and back. Cursors are encrypted, because a
// Seq counts all accounts' usage, and authenticated together with the account
// that they were made for (AES-256-GCM, random nonces).
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	if len(key) != 32 {
		return sealer{}, errors.New("usage: the cursor key must have 32 bytes")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealer{}, err
	}
	return sealer{aead}, nil
}

// place is a walk in its fixed-size wire form.
type place struct {
	ExpiresMS int64
	Seq       int64
	Slot      uint16
	PageSize  uint16
	Currency  uint8
	Start     instant
	End       instant
}

type instant struct {
	Set     bool
	Seconds int64
	Nanos   uint32
}

var currencies = []money.Currency{"", money.DIEM, money.USD}

// newestFirst is set in a place's Currency: cursors of before there were two
// orders stay good.
const newestFirst = 0x80

var cursorEncoding = base64.RawURLEncoding.Strict()

func (s sealer) seal(w walk, accountID string, now time.Time) string {
	p := place{
		ExpiresMS: now.Add(CursorLifetime).UnixMilli(), Seq: w.Seq, Slot: w.Slot, PageSize: uint16(w.PageSize),
		Start: toInstant(w.Filter.Start), End: toInstant(w.Filter.End),
	}
	for i, currency := range currencies {
		if currency == w.Filter.Currency {
			p.Currency = uint8(i)
		}
	}
	if w.Filter.NewestFirst {
		p.Currency |= newestFirst
	}
	plain, err := binary.Append(nil, binary.BigEndian, p)
	if err != nil {
		panic("usage: a place in the history has no fixed size: " + err.Error())
	}
	return cursorEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, cursorContext(accountID)))
}

// open returns ErrCursor for whatever seal did not make for this account less
// than CursorLifetime ago.
func (s sealer) open(cursor, accountID string, now time.Time) (walk, error) {
	if len(cursor) > maxCursorLength || !cursorPattern.MatchString(cursor) {
		return walk{}, ErrCursor
	}
	sealed, err := cursorEncoding.DecodeString(cursor)
	if err != nil {
		return walk{}, ErrCursor
	}
	plain, err := s.aead.Open(nil, nil, sealed, cursorContext(accountID))
	if err != nil {
		return walk{}, ErrCursor
	}
	var p place
	if n, err := binary.Decode(plain, binary.BigEndian, &p); err != nil || n != len(plain) || int(p.Currency&^newestFirst) >= len(currencies) {
		return walk{}, ErrCursor
	}
	if now.UnixMilli() >= p.ExpiresMS {
		return walk{}, ErrCursor
	}
	filter := Filter{
		Currency: currencies[p.Currency&^newestFirst], Start: p.Start.time(), End: p.End.time(), NewestFirst: p.Currency&newestFirst != 0,
	}
	return walk{Filter: filter, PageSize: int(p.PageSize), Seq: p.Seq, Slot: p.Slot}, nil
}

// cursorContext binds a cursor to its account and to this form.
func cursorContext(accountID string) []byte {
	return []byte("stakegate/usage-cursor/v2\x00" + accountID)
}

func toInstant(t time.Time) instant {
	if t.IsZero() {
		return instant{}
	}
	return instant{Set: true, Seconds: t.Unix(), Nanos: uint32(t.Nanosecond())}
}

func (i instant) time() time.Time {
	if !i.Set {
		return time.Time{}
	}
	return time.Unix(i.Seconds, int64(i.Nanos)).UTC()
}
