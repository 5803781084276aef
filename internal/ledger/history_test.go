package ledger_test

import (
	"database/sql"
	"flag"
	"fmt"
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
// many entries; HEX is a number as 40 hexadecimal digits, BLOB(n) 32 bytes that
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
	{2, `INSERT INTO holds (id, key_id, account_id, model_id, model_type, input_price, output_price, state, parts, amount,
		started_ms, deadline_ms, ended_ms, ended_seq, charged_diem, charged_usd, input_diem, input_usd,
		prompt_tokens, completion_tokens, source, execution_ms)
		SELECT 'old' || HEX(n), 'old' || (n / 5), '0x' || HEX(n / 50), 'm', 'text', 0, 0, 'settled',
		'[{"c":"DIEM","b":["a/0x' || HEX(n / 50) || '/DIEM/venice-diem/2026010' || (n / 5 % 10) || '"],"a":1000,"x":700}]', 1000,
		n, n + 3600000, n + 10, n % 50 * 2 + 1, 700, 0, 200, 0, 20, 30, 'usage', 5 FROM SERIES`},
	{1, `INSERT INTO entries (account_id, seq, at_ms, kind, key_id, hold_id, note, deltas)
		SELECT '0x' || HEX(n / 100), n % 100 + 1, n, 'hold', 'old' || (n / 10), 'old' || HEX(n / 2), '',
		'[{"b":"a/0x' || HEX(n / 100) || '/DIEM/venice-diem/2026010' || (n / 10 % 10) || '","h":1000}]' FROM SERIES`},
}

// inSQLite and inPostgres spell a statement for so many rows.
func inSQLite(text string, rows int) string {
	return fmt.Sprintf("WITH RECURSIVE series (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < %d) ", rows-1) +
		strings.NewReplacer("FROM SERIES", "FROM series", "HEX(", "printf('%040x', ", "BLOB(n)", "randomblob(32)").Replace(text)
}

func inPostgres(text string, rows int) string {
	return strings.NewReplacer("FROM SERIES", fmt.Sprintf("FROM generate_series(0, %d) AS series (n)", rows-1),
		"HEX(", "hex40(", "BLOB(n)", "sha256(CAST(CAST(n AS TEXT) AS BYTEA))").Replace(text)
}

const hex40 = "CREATE FUNCTION hex40(n INTEGER) RETURNS TEXT LANGUAGE sql IMMUTABLE AS 'SELECT lpad(to_hex(n), 40, ''0'')'"

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
	statements := []string{hex40}
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
			for _, callers := range []int{1, 256} {
				b.Run(fmt.Sprintf("accounts=%d/callers=%d", accounts, callers), func(b *testing.B) {
					compared(b, [2]string{"empty", "full"},
						func() float64 { return pairs(b, young.engine, accounts, callers) },
						func() float64 { return pairs(b, old.engine, accounts, callers) })
				})
			}
		}
	})
}
