// Package operate_test walks docs/operate.md as a new operator would: every
// block of the rehearsal in one shell, as it stands there, with real programs.
// Only the ports are others.
package operate_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"stakegate/internal/store/pgtest"
)

const root = "../.."

var block = regexp.MustCompile("(?s)```sh ([a-z]+)\n(.*?)```")

// answers are how many there were, with their status.
var answers = regexp.MustCompile(`(?m)\d+ \d{3}$`)

// ports of the page, each of which becomes a free one.
var ports = []string{"8402", "8403", "9402", "9403", "8080", "8499", "8545", "9000"}

// rehearsal is the page's blocks in one program that says where it is.
func rehearsal(t *testing.T) (script string, names []string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs", "operate.md"))
	if err != nil {
		t.Fatal(err)
	}
	var program strings.Builder
	program.WriteString("set -eu -o pipefail\n")
	for _, part := range block.FindAllStringSubmatch(string(page), -1) {
		names = append(names, part[1])
		fmt.Fprintf(&program, "echo; echo '== %s'\n%s", part[1], part[2])
	}
	program.WriteString("echo; echo '== done'\n")
	return program.String(), names
}

// free are so many ports that nobody listens on.
func free(t *testing.T, n int) []string {
	t.Helper()
	var found []string
	for range n {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close() // all are taken until all are found
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		found = append(found, port)
	}
	return found
}

func withPorts(t *testing.T, text string) string {
	t.Helper()
	var pairs []string
	for i, port := range free(t, len(ports)) {
		if !strings.Contains(text, ports[i]) {
			t.Errorf("port %s is not on the page", ports[i])
		}
		pairs = append(pairs, ports[i], port)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func TestANewOperatorGetsFromThePageToTwoReplicasAndThroughARestore(t *testing.T) {
	database, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := database.Stop(); err != nil {
			t.Error(err)
		}
	}()
	folder, programs := t.TempDir(), t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", programs+"/", "./cmd/stakegate", "./cmd/stakegate-dev")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	script, names := rehearsal(t)
	if len(names) < 10 {
		t.Fatalf("the page has the blocks %v", names)
	}
	text, err := os.ReadFile(filepath.Join(root, "deploy", "nginx", "stakegate.conf"))
	if err != nil {
		t.Fatal(err)
	}
	// nginx's file has the page's ports too.
	both := withPorts(t, script+"\x00"+string(text))
	script, nginx, _ := strings.Cut(both, "\x00")
	repository := t.TempDir()
	if err := os.MkdirAll(filepath.Join(repository, "deploy", "nginx"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(repository, "deploy", "nginx", "stakegate.conf"), []byte(nginx), 0o600); err != nil {
		t.Fatal(err)
	}
	output := run(t, script, folder, append(os.Environ(),
		"PATH="+programs+":"+os.Getenv("PATH"), "REPOSITORY="+repository,
		"PGHOST=127.0.0.1", fmt.Sprintf("PGPORT=%d", database.Port()), "PGUSER=test", "PGSSLMODE=disable"))
	parts := strings.Split(output, "\n== ")
	for i, want := range append(names, "done") {
		if len(parts) <= i+1 || !strings.HasPrefix(parts[i+1], want+"\n") {
			t.Fatalf("it did not get to %q:\n%s%s", want, output, logs(folder))
		}
	}
	for i, want := range map[string]string{
		"nginx": `"status":"ready"`, "customer": "data: [DONE]", "rolling": " 200\n", "reload": `result="ok"} `, "refused": `unknown field`,
		"secrets": "root keys were read", "verify": "0 problems",
		"restore": "stakegate ledger restore --acknowledge", "afterwards": "hello again", "stop": "0 problems",
	} {
		if part := partOf(parts, i); !strings.Contains(part, want) {
			t.Errorf("the block %s does not say %q:\n%s", i, want, part)
		}
	}
	if lost := answers.FindAllString(partOf(parts, "rolling"), -1); len(lost) != 1 || !strings.HasSuffix(lost[0], " 200") {
		t.Errorf("while replicas were replaced the answers were %q:\n%s", lost, partOf(parts, "rolling"))
	}
}

func partOf(parts []string, name string) string {
	for _, part := range parts {
		if strings.HasPrefix(part, name+"\n") {
			return part
		}
	}
	return ""
}

// run runs a script, and ends everything that it leaves behind.
func run(t *testing.T, script, folder string, environment []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	var output bytes.Buffer
	shell := exec.CommandContext(ctx, "bash", "-c", script)
	shell.Dir, shell.Env, shell.Stdout, shell.Stderr = folder, environment, &output, &output
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	shell.WaitDelay = 5 * time.Second
	shell.Cancel = func() error { return syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) }
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	err := shell.Wait()
	_ = syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) // nobody, if all went well
	if err != nil {
		t.Errorf("the rehearsal: %v\n%s%s", err, &output, logs(folder))
	}
	return output.String()
}

// logs are the ends of the programs' logs.
func logs(folder string) string {
	var all strings.Builder
	paths, _ := filepath.Glob(filepath.Join(folder, "*.log")) // the pattern is good
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		fmt.Fprintf(&all, "\n-- %s\n%s", filepath.Base(path), text[max(0, len(text)-2000):])
	}
	return all.String()
}
