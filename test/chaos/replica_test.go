package chaos_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// replica is one "stakegate serve" that is started again whenever it ends.
type replica struct {
	command []string // program and arguments
	env     []string
	origin  string

	mu       sync.Mutex
	process  *os.Process
	serving  bool
	since    time.Time // when it began to serve
	victim   bool      // we killed this one
	stopping bool
	starts   int
	slowest  time.Duration // from a start to serving
	trouble  []string      // ends that nobody asked for, broken invariants
	tail     []string      // its last lines
	ended    chan struct{} // closed when it is down for good
	exit     int           // the last exit code
}

const (
	tailLines    = 60
	restartPause = 5 * time.Millisecond
	stopLimit    = 30 * time.Second
	startLimit   = 30 * time.Second
)

// startReplica runs a program that serves on the address until the test ends.
func startReplica(t *testing.T, address string, env []string, command ...string) *replica {
	t.Helper()
	r := &replica{
		command: command, origin: "http://" + address, ended: make(chan struct{}),
		env: append(os.Environ(), append([]string{"STAKEGATE_LISTEN=" + address}, env...)...),
	}
	go r.run()
	t.Cleanup(func() {
		r.end(syscall.SIGKILL)
		<-r.ended
		if t.Failed() {
			t.Logf("last lines of %s:\n%s", r.origin, strings.Join(r.lines(), "\n"))
		}
	})
	return r
}

func (r *replica) run() {
	defer close(r.ended)
	for r.once() {
		<-time.After(restartPause)
	}
}

// once runs one process to its end and reports whether to start another.
func (r *replica) once() bool {
	command := exec.Command(r.command[0], r.command[1:]...)
	command.Env, command.Stdout, command.Stderr = r.env, r, r
	begun := time.Now()
	r.mu.Lock()
	if r.stopping {
		r.mu.Unlock()
		return false
	}
	err := command.Start()
	r.process, r.serving, r.victim, r.since = command.Process, false, false, begun
	r.starts++
	r.mu.Unlock()
	if err == nil {
		_ = command.Wait() // its state is asked for
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	served := r.serving
	r.process, r.serving = nil, false
	if command.ProcessState != nil {
		r.exit = command.ProcessState.ExitCode()
	}
	switch {
	case r.stopping:
		return false
	case r.victim:
		return true
	case served || err != nil:
		r.trouble = append(r.trouble, fmt.Sprintf("it ended by itself: %v %v", err, command.ProcessState))
	}
	return true
}

// Write reads the log.
func (r *replica) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range bytes.Lines(p) {
		switch {
		case !r.serving && bytes.Contains(line, []byte(`"msg":"serving"`)):
			r.slowest = max(r.slowest, time.Since(r.since))
			r.serving, r.since = true, time.Now()
		case bytes.Contains(line, []byte("invariant")), bytes.HasPrefix(line, []byte("panic:")):
			r.trouble = append(r.trouble, string(line))
		}
		if !bytes.Contains(line, []byte(`"msg":"request"`)) {
			r.tail = append(r.tail, strings.TrimSpace(string(line)))
		}
	}
	r.tail = r.tail[max(0, len(r.tail)-tailLines):]
	return len(p), nil
}

func (r *replica) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.tail)
}

func (r *replica) isServing() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.serving
}

// kill ends a serving process as a power cut would; it is started again at once.
func (r *replica) kill() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.serving || r.process == nil {
		return false
	}
	r.victim, r.serving = true, false
	return r.process.Kill() == nil
}

// end ends the replica for good.
func (r *replica) end(signal os.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopping = true
	if r.process != nil {
		_ = r.process.Signal(signal) // it may have ended
	}
}

// stop asks it to end and expects it to end well.
func (r *replica) stop(t *testing.T) {
	t.Helper()
	r.end(syscall.SIGTERM)
	select {
	case <-r.ended:
	case <-time.After(stopLimit):
		t.Fatalf("%s still runs %s after SIGTERM", r.origin, stopLimit)
	}
	if r.exit != 0 {
		t.Errorf("%s: exit code %d after SIGTERM", r.origin, r.exit)
	}
	for _, trouble := range r.trouble {
		t.Errorf("%s: %s", r.origin, trouble)
	}
}

// freeAddress finds a port that no outgoing connection is given while the
// replica on it is down (Linux gives those from 32768 up).
func freeAddress(t *testing.T) string {
	t.Helper()
	kit.mu.Lock()
	defer kit.mu.Unlock()
	for port := 21000 + os.Getpid()%5000; port < 32000; port++ {
		address := fmt.Sprintf("127.0.0.1:%d", port)
		if !kit.taken[address] {
			if listener, err := net.Listen("tcp", address); err == nil {
				if kit.taken == nil {
					kit.taken = map[string]bool{}
				}
				kit.taken[address] = true
				_ = listener.Close() // it is the replica's now
				return address
			}
		}
	}
	t.Fatal("no port is free")
	return ""
}
