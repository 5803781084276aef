package bench_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Cores: the server under test has one to itself, if there are two.
const (
	serverCore = 0
	loadCore   = 1
)

// pinned puts a command onto cores ("0", "0-1"); without taskset or a second
// core it stays where it is.
func pinned(cores string, command ...string) []string {
	if _, err := exec.LookPath("taskset"); err != nil || runtime.NumCPU() < 2 {
		return command
	}
	return append([]string{"taskset", "-c", cores}, command...)
}

// process is a running program.
type process struct {
	command *exec.Cmd
	ended   chan struct{}
}

// start runs a program until the test ends. Its output goes to a file that is
// shown if the test fails.
func start(t *testing.T, cores string, env []string, command ...string) *process {
	t.Helper()
	command = pinned(cores, command...)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	p := &process{command: exec.Command(command[0], command[1:]...), ended: make(chan struct{})}
	p.command.Env = append(os.Environ(), env...)
	p.command.Stdout, p.command.Stderr = log, log
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.command.Wait() // it is killed in the end
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill() // it may have ended
		<-p.ended
		_ = log.Close()
		if text, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("%s:\n%s", strings.Join(command, " "), text[max(0, len(text)-1000):])
		}
	})
	return p
}

// pids are the process and its children.
func (p *process) pids() []int {
	pids := []int{p.command.Process.Pid}
	for i := 0; i < len(pids); i++ {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pids[i], pids[i]))
		for field := range strings.FieldsSeq(string(text)) {
			if pid, err := strconv.Atoi(field); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// self runs this program in a role and reads the address that it announces.
func self(t *testing.T, role, cores string, env ...string) (*process, string) {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := pinned(cores, path)
	p := &process{command: exec.Command(command[0], command[1:]...), ended: make(chan struct{})}
	p.command.Env = append(append(os.Environ(), roleVariable+"="+role), env...)
	var problems lockedBuffer
	p.command.Stderr = &problems
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		defer close(p.ended)
		_ = p.command.Wait() // it is killed in the end
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill() // it may have ended
		<-p.ended
		if t.Failed() {
			t.Logf("%s: %s", role, problems.String())
		}
	})
	if err != nil {
		t.Fatalf("%s did not start: %v", role, err)
	}
	return p, strings.TrimSpace(address)
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// perform has a job done by a process of its own.
func perform(t *testing.T, j job) outcome {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	command := pinned(strconv.Itoa(loadCore), path)
	child := exec.Command(command[0], command[1:]...)
	child.Env = append(os.Environ(), roleVariable+"=load")
	child.Stdin, child.Stderr = bytes.NewReader(text), os.Stderr
	answer, err := child.Output()
	if err != nil {
		t.Fatalf("the load did not run: %v", err)
	}
	var o outcome
	if err := json.Unmarshal(answer, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// sight is what the system tells of processes and of a core.
type sight struct {
	at       time.Time
	cpu      time.Duration
	resident int64
	core     time.Duration // busy
}

// keepAwake has idle cores of the machine stay ready to run until sleepAgain is
// called, as tests of latency do: how long a core takes to wake up is the
// machine's doing, of a virtual one above all, and as much as what is measured.
// See "PM Quality Of Service Interface" in Linux's documentation.
func keepAwake() (sleepAgain func(), err error) {
	file, err := os.OpenFile("/dev/cpu_dma_latency", os.O_WRONLY, 0)
	if err != nil {
		return func() {}, err
	}
	_, err = file.Write(make([]byte, 4)) // 0 us, for as long as the file is open
	return func() { _ = file.Close() }, err
}

// cpuTime is what a process's threads have used, to the nanosecond: the clock of
// clock_getcpuclockid(3), of which /proc tells in hundredths of a second.
func cpuTime(pid int) time.Duration {
	const ofSchedulerOfProcess = 2 // CPUCLOCK_SCHED
	var used unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|ofSchedulerOfProcess), &used); err != nil {
		return 0 // it has ended
	}
	return time.Duration(used.Nano())
}

const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on

func look(pids []int, core int) sight {
	s := sight{at: time.Now()}
	for _, pid := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		s.cpu += cpuTime(pid)
		pages, _ := strconv.ParseInt(fields[21], 10, 64)
		s.resident += pages * int64(os.Getpagesize())
	}
	text, _ := os.ReadFile("/proc/stat")
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 8 || fields[0] != fmt.Sprintf("cpu%d", core) {
			continue
		}
		for _, i := range []int{1, 2, 3, 6, 7} { // user, nice, system, irq, softirq
			ticks, _ := strconv.ParseInt(fields[i], 10, 64)
			s.core += time.Duration(ticks) * tick
		}
	}
	return s
}

// answers waits until a server answers GET with 200.
func answers(t *testing.T, url string, within time.Duration) time.Duration {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	began := time.Now()
	for ticker := time.NewTicker(5 * time.Millisecond); ; <-ticker.C {
		response, err := client.Get(url)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				ticker.Stop()
				return time.Since(began)
			}
		}
		if time.Since(began) > within {
			t.Fatalf("%s does not answer: %v", url, err)
		}
	}
}
