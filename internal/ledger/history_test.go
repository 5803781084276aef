package ledger_test

import (
	"database/sql"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"stakegate/internal/store"
)

// history is the number of old entries for BenchmarkHistory.
var history = flag.Int("history", 100_000, "old entries in BenchmarkHistory's larger database; a tenth as many keys")

// past fills a database with old entries: a hundred of each account, ten of
// each key, two of each hold. SERIES are the numbers n from 0 on, one for so
// many entries; HEX is a number as 40 hexadecimal digits, ID(n) an id of a request, in the order of
// time, BLOB(n) 32 bytes that
// no other n has.
var past = []struct {
	entries int
	text    string
}{
	{100, `INSERT INTO accounts (id, created_ms, last_seq) SELECT '0x' || HEX(n), 0, 100 FROM SERIES`},
	{10, `INSERT INTO api_keys (id, account_id, hash, last6, key_type, description, limit_period, privacy, created_ms)
		SELECT 'old' || n, '0x' || HEX(n / 10), BLOB(n), 'abcdef', 'INFERENCE', '', 'EPOCH', 'ALL', 0 FROM SERIES`},
	{10, `INSERT INTO budgets (id, cap, cap_high, posted, pending)
		SELECT 'a/0x' || HEX(n / 10) || '/DIEM/venice-diem/2026010' || (n % 10), 100000, 100000, 3500, 0 FROM SERIES`},
	{2, `INSERT INTO calls (account_id, seq, hold_seq, hold_id, key_id, state, started_ms, ended_ms, charged_diem, charged_usd, detail)
		SELECT '0x' || HEX(n / 50), n % 50 * 2 + 2, n % 50 * 2 + 1, ID(n), 'old' || (n / 5), 'settled', n, n + 10, 700, 0,
		'm text usage 20 30 5;|DIEM 1000 a@DIEM/venice-diem/2026010' || (n / 5 % 10) || ';|input 20 10000000 200;output 30 16000000 500;'
		FROM SERIES`},
}

// inSQLite and inPostgres spell a statement for so many rows.
func inSQLite(text string, rows int) string {
	return fmt.Sprintf("WITH RECURSIVE series (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < %d) ", rows-1) +
		strings.NewReplacer("FROM SERIES", "FROM series", "HEX(", "printf('%040x', ", "BLOB(n)", "randomblob(32)",
			"ID(n)", "printf('%08x-%04x-7000-8000-%012x', 26214400 + n / 65536, n % 65536, n)").Replace(text)
}

func inPostgres(text string, rows int) string {
	return strings.NewReplacer("FROM SERIES", fmt.Sprintf("FROM generate_series(0, %d) AS series (n)", rows-1),
		"HEX(", "hex40(", "BLOB(n)", "sha256(CAST(CAST(n AS TEXT) AS BYTEA))", "ID(n)", "old_id(n)").Replace(text)
}

var functions = []string{
	"CREATE FUNCTION hex40(n INTEGER) RETURNS TEXT LANGUAGE sql IMMUTABLE AS 'SELECT lpad(to_hex(n), 40, ''0'')'",
	`CREATE FUNCTION old_id(n INTEGER) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$ SELECT lpad(to_hex(26214400 + n / 65536), 8, '0')
		|| '-' || lpad(to_hex(n % 65536), 4, '0') || '-7000-8000-' || lpad(to_hex(n), 12, '0') $$`,
}

// remember fills a database with a past.
func remember(b *testing.B, url string, entries int) {
	b.Helper()
	s, err := store.Open(b.Context(), url, time.Now) // makes the tables
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	driver, source, spell := "pgx", url, inPostgres
	statements := slices.Clone(functions)
	if path, found := strings.CutPrefix(url, "sqlite:"); found {
		driver, source, spell = "sqlite", "file:"+path, inSQLite
		statements = nil
	}
	for _, part := range past {
		statements = append(statements, spell(part.text, entries/part.entries))
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for _, text := range append(statements, "ANALYZE") {
		if _, err := db.ExecContext(b.Context(), text); err != nil {
			b.Fatalf("%s: %v", text, err)
		}
	}
}

// BenchmarkHistory measures grouped pairs on an empty database beside one with
// a long past: cost must not grow with it.
func BenchmarkHistory(b *testing.B) {
	onBoth(b, func(b *testing.B, newURL func() string) {
		full := newURL()
		remember(b, full, *history)
		old, young := open(b, full, 1000), open(b, newURL(), 1000)
		for _, accounts := range []int{1, 1000} {
			for _, callers := range []int{1, 32, 256} {
				b.Run(fmt.Sprintf("accounts=%d/callers=%d", accounts, callers), func(b *testing.B) {
					compared(b, [2]string{"empty", "full"},
						func() float64 { return pairs(b, young.engine, accounts, callers) },
						func() float64 { return pairs(b, old.engine, accounts, callers) })
				})
			}
		}
	})
}
