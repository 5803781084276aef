package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
	"stakegate/internal/usage"
)

// A statement as a release before wrote it.
type statement struct {
	text      string
	arguments []any
}

// lives is what servers of each migration did to a database: an account with a
// key, its allocation, a call that ended and one in flight. They are kept as
// they were: a server of one release before must go on working while a new one
// has migrated the database already.
func lives(version int64, day string) []statement {
	id, hash := fmt.Sprintf("life-%d", version), hashOf(fmt.Sprintf("life-%d", version))
	owner := fmt.Sprintf("0x%040d", version)
	now := time.Now().UnixMilli()
	venice, pool := "a/"+owner+"/DIEM/venice-diem/"+day, "a/"+owner+"/DIEM/pool/"+day
	var past []statement
	if version < 4 {
		past = callsAsHolds(id, owner, venice, pool, now)
	} else {
		past = callsApart(id, owner, venice, pool, now)
	}
	if version >= 7 {
		past = append(past, statement{"INSERT INTO sessions (hash, account_id, created_ms, expires_ms) VALUES ($1, $2, $3, $4)", []any{hash[:], owner, now, now + 60_000}})
	}
	if version >= 8 {
		past = append(past, statement{"INSERT INTO notices (id, body, attempts, next_ms, made_ms, for_ever) VALUES ($1, '{}', 0, $2, $2, false)", []any{id, now}})
	}
	if version >= 9 {
		past = append(past, statement{"INSERT INTO blocks (account_id, at_ms) VALUES ($1, $2)", []any{"0x" + id, now}})
	}
	return append([]statement{
		{"INSERT INTO accounts (id, created_ms, last_seq) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", []any{owner, now, 0}},
		{`INSERT INTO api_keys (id, account_id, hash, last6, key_type, description, limit_usd, limit_diem, limit_vcu, limit_period, privacy,
			created_ms, expires_ms, last_used_ms, revoked_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, NULL)`,
			[]any{id, owner, hash[:], "abcdef", "INFERENCE", "life", nil, nil, nil, "EPOCH", "ALL", now, nil}},
		{"INSERT INTO spent_challenges (id, expires_ms) VALUES ($1, $2)", []any{id, now}},
		{`INSERT INTO budgets (id, cap, cap_high, posted, pending, expires_ms) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id) DO UPDATE SET cap = excluded.cap, cap_high = excluded.cap_high, posted = excluded.posted,
			pending = excluded.pending, expires_ms = excluded.expires_ms`, []any{venice, 100, 100, 7, 5, nil}},
		{"INSERT INTO budgets (id, cap, cap_high, posted, pending, expires_ms) VALUES ($1, $2, $3, $4, $5, $6)", []any{pool, 0, 0, 0, 0, nil}},
		{"INSERT INTO budgets (id, cap, cap_high, posted, pending, expires_ms) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
			[]any{"p/pool/" + day, 0, 0, 0, 0, nil}},
		{"INSERT INTO accounts (id, created_ms, last_seq) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq", []any{owner, 0, 4}},
		{"UPDATE api_keys SET last_used_ms = $1 WHERE id IN ($2)", []any{now, id}},
	}, past...)
}

const insertEntry = `INSERT INTO entries (account_id, seq, at_ms, kind, key_id, hold_id, note, deltas) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// callsAsHolds is what was written until migration 0003: all holds in one
// table, with entries.
func callsAsHolds(id, owner, venice, pool string, now int64) []statement {
	const holds = `INSERT INTO holds (id, key_id, account_id, model_id, model_type, input_price, output_price, state, parts, amount,
		started_ms, deadline_ms, ended_ms, ended_seq, charged_diem, charged_usd, input_diem, input_usd, prompt_tokens,
		completion_tokens, source, execution_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, parts = excluded.parts, ended_ms = excluded.ended_ms`
	parts := func(amount, charged int) string {
		return fmt.Sprintf(`[{"c":"DIEM","b":[%q],"a":%d,"x":%d}]`, venice, amount, charged)
	}
	return []statement{
		{holds, []any{id + "-a", id, owner, "m", "text", 1, 1, "settled", parts(9, 7), 9, now, now + 60_000, now, 3, 7, 0, 2, 0, 1, 1, "usage", 5}},
		{holds, []any{id + "-b", id, owner, "m", "text", 1, 1, "reserved", parts(5, 0), 5, now, now + 60_000, nil, nil, 0, 0, 0, 0, 0, 0, "", 0}},
		{insertEntry, []any{owner, 1, now, "grant", "", "", "stake", fmt.Sprintf(`[{"b":%q,"c":100},{"b":%q}]`, venice, pool)}},
		{insertEntry, []any{owner, 2, now, "hold", id, id + "-a", "", fmt.Sprintf(`[{"b":%q,"h":9}]`, venice)}},
		{insertEntry, []any{owner, 3, now, "settle", id, id + "-a", "", fmt.Sprintf(`[{"b":%q,"x":7,"h":-9}]`, venice)}},
		{insertEntry, []any{owner, 4, now, "hold", id, id + "-b", "", fmt.Sprintf(`[{"b":%q,"h":5}]`, venice)}},
	}
}

// callsApart is what is written since migration 0004: what runs and what ended
// in tables of their own, which stand for their entries.
func callsApart(id, owner, venice, pool string, now int64) []statement {
	const call = `INSERT INTO calls (account_id, seq, hold_seq, hold_id, key_id, state, started_ms, ended_ms, charged_diem, charged_usd, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	const hold = `INSERT INTO holds (id, account_id, seq, started_ms, deadline_ms, detail) VALUES ($1, $2, $3, $4, $5, $6)`
	short := strings.Replace(venice, "/"+owner+"/", "@", 1)
	return []statement{
		{call, []any{owner, 3, 2, id + "-a", id, "settled", now, now, 7, 0, "m text usage 1 1 5;|DIEM 9 " + short + ";|input 1 1 2;output 1 1 5;"}},
		{hold, []any{id + "-b", owner, 4, now, now + 60_000, id + " m text;|DIEM 5 " + short + ";"}},
		{insertEntry, []any{owner, 1, now, "grant", "", "", "stake", fmt.Sprintf("%s 100 0 0;%s 0 0 0;", short, pool)}},
	}
}

// A database of before calls had a table of their own keeps its history: bills,
// what was assumed and corrected since, what was voided, and odd names.
func TestOldCallsAreCarriedOver(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db, dialect := rawDatabase(t, url)
		provider, err := goose.NewProvider(dialect, db, store.MigrationFiles(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := provider.UpTo(t.Context(), 3); err != nil {
			t.Fatal(err)
		}
		live(t, db, 3)
		owner, day := fmt.Sprintf("0x%040d", 3), ledger.EpochOf(time.Now())
		for _, s := range correctedAndVoided("life-3", owner, "a/"+owner+"/DIEM/venice-diem/"+day, time.Now().UnixMilli()) {
			if _, err := db.ExecContext(t.Context(), s.text, s.arguments...); err != nil {
				t.Fatal(err, s.text)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		s := open(t, url)
		verify(t, s)
		charges, err := s.Charges(t.Context(), owner, usage.Filter{}, 0, 10)
		if err != nil || len(charges) != 2 {
			t.Fatalf("%d charges, %v", len(charges), err)
		}
		want := []money.Line{{Item: "input", Quantity: 1, Price: 1, Cost: 2}, {Item: "output", Quantity: 1, Price: 1, Cost: 5}}
		if c := charges[0]; c.RequestID != "life-3-a" || c.DIEM != 7 || !slices.Equal(c.Lines, want) || c.ModelID != "m" || c.PromptTokens != 1 {
			t.Errorf("the settled call is %+v", c)
		}
		want = []money.Line{{Item: "input", Quantity: 3, Price: 1, Cost: 1}, {Item: "output", Quantity: 4, Price: 1, Cost: 2}}
		if c := charges[1]; c.RequestID != "life-3-c" || c.DIEM != 3 || !slices.Equal(c.Lines, want) || c.ModelID != "odd;|model %41" || c.Seq != 6 {
			t.Errorf("the corrected call is %+v", c)
		}
		engine, _ := run(t, s, false)
		if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: "life-3-c", Cost: 1, Source: ledger.SourceUsage}); err != nil {
			t.Errorf("another late settlement: %v", err)
		}
		if err := engine.Void(t.Context(), "life-3-d"); err != nil {
			t.Errorf("voiding again: %v", err)
		}
		verify(t, s)
	})
}

// correctedAndVoided are two more calls as they were written until migration
// 0003: one that was assumed for 9 and corrected to 3, and one that was voided.
func correctedAndVoided(id, owner, venice string, now int64) []statement {
	const holds = `INSERT INTO holds (id, key_id, account_id, model_id, model_type, input_price, output_price, state, parts, amount,
		started_ms, deadline_ms, ended_ms, ended_seq, charged_diem, charged_usd, input_diem, input_usd, prompt_tokens,
		completion_tokens, source, execution_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`
	parts := func(charged int) string { return fmt.Sprintf(`[{"c":"DIEM","b":[%q],"a":9,"x":%d}]`, venice, charged) }
	delta := func(rest string) string { return fmt.Sprintf(`[{"b":%q,%s}]`, venice, rest) }
	return []statement{
		{holds, []any{id + "-c", id, owner, "odd;|model %41", "text", 1, 1, "assumed", parts(3), 9, now, now, now, 6, 3, 0, 1, 0, 3, 4, "usage", 5}},
		{holds, []any{id + "-d", id, owner, "m", "text", 1, 1, "voided", parts(0), 9, now, now, now, 9, 0, 0, 0, 0, 0, 0, "", 0}},
		{insertEntry, []any{owner, 5, now, "hold", id, id + "-c", "", delta(`"h":9`)}},
		{insertEntry, []any{owner, 6, now, "assume", id, id + "-c", "", delta(`"x":9,"h":-9`)}},
		{insertEntry, []any{owner, 7, now, "correct", id, id + "-c", "", delta(`"x":-6`)}},
		{insertEntry, []any{owner, 8, now, "hold", id, id + "-d", "", delta(`"h":9`)}},
		{insertEntry, []any{owner, 9, now, "void", id, id + "-d", "", delta(`"h":-9`)}},
		{"UPDATE budgets SET posted = posted + 3 WHERE id = $1", []any{venice}},
		{"UPDATE accounts SET last_seq = 9 WHERE id = $1", []any{owner}},
	}
}

// oldestBeside is the migration since which a server works on a database that a
// newer one has migrated. Before it nothing was released.
const oldestBeside = 4

// rawDatabase opens a database without any of the product's code.
func rawDatabase(t *testing.T, url string) (*sql.DB, goose.Dialect) {
	t.Helper()
	driver, dialect := "pgx", goose.DialectPostgres
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, dialect, url = "sqlite", goose.DialectSQLite3, "file:"+path+"?_pragma=journal_mode(WAL)"
	}
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, dialect
}

func live(t *testing.T, db *sql.DB, version int64) {
	t.Helper()
	for _, s := range lives(version, ledger.EpochOf(time.Now())) {
		if _, err := db.ExecContext(t.Context(), s.text, s.arguments...); err != nil {
			t.Fatalf("a server of migration %d: %v\n%s", version, err, s.text)
		}
	}
}

// serves checks that what a server of a migration left is served and balances.
func serves(t *testing.T, s *store.Store, version int64) {
	t.Helper()
	verify(t, s)
	engine, _ := run(t, s, false)
	id := fmt.Sprintf("life-%d", version)
	if _, err := engine.Hold(t.Context(), hold("new-"+id, id, 88)); err != nil { // 100 - 7 - 5
		t.Errorf("the key of a server of migration %d: %v", version, err)
	}
	if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: id + "-b", Cost: 5, Source: ledger.SourceUsage}); err != nil {
		t.Errorf("its call in flight: %v", err)
	}
	verify(t, s)
}

// A database of every migration before is served by this release.
func TestOlderDatabasesAreMigratedAndServed(t *testing.T) {
	for version := int64(1); version < newestMigration(t); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			onBoth(t, func(t *testing.T, url string) {
				db, dialect := rawDatabase(t, url)
				provider, err := goose.NewProvider(dialect, db, store.MigrationFiles(t))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := provider.UpTo(t.Context(), version); err != nil {
					t.Fatal(err)
				}
				live(t, db, version)
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				serves(t, open(t, url), version)
			})
		})
	}
}

// A server of this release or of one before starts on, and writes to, a
// database that the newest one has migrated: replicas are replaced one by one.
func TestOlderServersWorkOnANewDatabase(t *testing.T) {
	for version := int64(oldestBeside); version <= newestMigration(t); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			onBoth(t, func(t *testing.T, url string) {
				if err := open(t, url).Close(); err != nil {
					t.Fatal(err)
				}
				db, dialect := rawDatabase(t, url)
				provider, err := goose.NewProvider(dialect, db, migrationsUntil(t, version))
				if err != nil {
					t.Fatal(err)
				}
				if done, err := provider.Up(t.Context()); err != nil || len(done) > 0 {
					t.Fatalf("it starts with %v, %v", done, err)
				}
				live(t, db, version)
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				serves(t, open(t, url), version)
			})
		})
	}
}

// migrationsUntil is what a binary of a release before carries.
func migrationsUntil(t *testing.T, version int64) fs.FS {
	t.Helper()
	carried := fstest.MapFS{}
	eachMigration(t, func(name string, number int64, text string) {
		if number <= version {
			carried[name] = &fstest.MapFile{Data: []byte(text)}
		}
	})
	return carried
}

func eachMigration(t *testing.T, do func(name string, number int64, text string)) {
	t.Helper()
	files := store.MigrationFiles(t)
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, name := range names {
		number, err := goose.NumericComponent(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		do(name, number, string(text))
	}
}

func newestMigration(t *testing.T) (newest int64) {
	t.Helper()
	eachMigration(t, func(_ string, number int64, _ string) { newest = max(newest, number) })
	return newest
}

// removes matches what the release before may still need. What no release uses
// any more is removed by a migration that names the one since which.
var (
	removes = regexp.MustCompile(`(?i)\b(DROP|RENAME|SET\s+NOT\s+NULL|ALTER\s+COLUMN)\b`)
	unused  = regexp.MustCompile(`(?m)^-- unused since migration \d{4}$`)
)

func TestMigrationsOnlyAdd(t *testing.T) {
	if !removes.MatchString("ALTER TABLE keys DROP COLUMN x") || removes.MatchString("CREATE TABLE raindrops (x BIGINT)") {
		t.Fatal("removes does not tell them apart")
	}
	eachMigration(t, func(name string, _ int64, text string) {
		up, _, _ := strings.Cut(text, "-- +goose Down")
		if found := removes.FindString(up); found != "" && !unused.MatchString(up) {
			t.Errorf("%s has %s: the release before may need what it removes (CONTRIBUTING.md)", name, found)
		}
	})
}

// Processes that start at once on an empty PostgreSQL database wait for each
// other's migration, and agree on the database's generation.
func TestReplicasThatStartAtOnceMigrateOnce(t *testing.T) {
	url := postgres.NewDatabase(t)
	const replicas = 4
	generations := make([]string, replicas)
	var group sync.WaitGroup
	for i := range replicas {
		group.Go(func() {
			s, err := store.Open(context.Background(), url, time.Now)
			if err != nil {
				t.Errorf("replica %d: %v", i, err)
				return
			}
			generations[i] = s.Generation()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, generation := range generations {
		if generation == "" || generation != generations[0] {
			t.Fatalf("generations %q", generations)
		}
	}
	db, _ := rawDatabase(t, url)
	var applied, distinct int64
	err := db.QueryRowContext(t.Context(), "SELECT COUNT(*), COUNT(DISTINCT version_id) FROM goose_db_version").Scan(&applied, &distinct)
	if err != nil || applied != distinct || applied != newestMigration(t)+1 { // goose begins with a row of its own
		t.Errorf("%d migrations were applied, %d of them different, %v", applied, distinct, err)
	}
}

// While a migration runs on SQLite, the lock keeps a second process out.
func TestSQLiteMigratesUnderTheFileLock(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "stakegate.db")
	open(t, url)
	if _, err := store.Open(t.Context(), url, time.Now); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("got %v", err)
	}
}
