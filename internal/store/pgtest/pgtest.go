// Package pgtest runs a private PostgreSQL server for tests. It uses the
// binaries that are installed and never touches another cluster.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Server is a running PostgreSQL server.
type Server struct {
	folder    string
	env       []string // of its programs, beside ours
	port      int
	databases atomic.Int64
	as        *syscall.Credential // nil: as ourselves
}

const startTimeout = 60 * time.Second

// Start makes a cluster in a temporary folder and starts it.
func Start(ctx context.Context) (*Server, error) { return StartWith(ctx, nil) }

// StartWith is Start with variables for the server's environment.
func StartWith(ctx context.Context, env []string) (*Server, error) {
	s := &Server{env: env}
	var err error
	if s.folder, err = os.MkdirTemp("", "pgtest"); err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.folder))
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	if err := s.chooseUser(); err != nil {
		return err
	}
	var err error
	if s.port, err = freePort(ctx); err != nil {
		return err
	}
	if err := s.run(ctx, "initdb", "-D", s.data(), "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return err
	}
	return s.Up(ctx)
}

// chooseUser: PostgreSQL refuses to run as root, so that the user of Debian's
// package does it then.
func (s *Server) chooseUser() error {
	if os.Geteuid() != 0 {
		return nil
	}
	postgres, err := user.Lookup("postgres")
	if err != nil {
		return errors.New("PostgreSQL does not run as root and there is no user postgres; run make test-setup")
	}
	uid, err := strconv.ParseUint(postgres.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(postgres.Gid, 10, 32)
	if err != nil {
		return err
	}
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(s.folder, int(uid), int(gid))
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func freePort(ctx context.Context) (int, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}

// binary finds a program in PATH or where Debian puts it.
func binary(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%s is not installed; run make test-setup", name)
	}
	return found[len(found)-1], nil
}

func (s *Server) run(ctx context.Context, name string, arguments ...string) error {
	path, err := binary(name)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, path, arguments...)
	command.Dir = s.folder
	command.Env = append(os.Environ(), s.env...)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, output)
	}
	return nil
}

// Up starts a server that is down, and waits until it answers.
func (s *Server) Up(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	options := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s -c max_connections=200", s.port, s.folder)
	return s.run(ctx, "pg_ctl", "-D", s.data(), "-l", filepath.Join(s.folder, "log"), "-w", "-o", options, "start")
}

// Crash stops the server at once, as a power cut would stop its processes.
func (s *Server) Crash(ctx context.Context) error {
	return s.run(ctx, "pg_ctl", "-D", s.data(), "-m", "immediate", "stop")
}

// Stop stops the server and removes its files.
func (s *Server) Stop() error {
	err := s.run(context.Background(), "pg_ctl", "-D", s.data(), "-m", "immediate", "stop")
	return errors.Join(err, os.RemoveAll(s.folder))
}

// Port is where the server listens, on 127.0.0.1; its user is test.
func (s *Server) Port() int { return s.port }

// URL of one of the server's databases.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://test@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// NewDatabase makes an empty database and returns its URL.
func (s *Server) NewDatabase(t testing.TB) string {
	t.Helper()
	db, err := sql.Open("pgx", s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("test%d", s.databases.Add(1))
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.URL(name)
}
