package deploy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// replica is a server behind nginx that does as its path says and counts what
// it got.
type replica struct {
	addr   string
	server *http.Server
	posts  atomic.Int64
	next   chan struct{} // a stream's second event
}

func startReplica(t *testing.T, addr string) *replica {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{addr: listener.Addr().String(), next: make(chan struct{})}
	r.server = &http.Server{Handler: http.HandlerFunc(r.serve), ReadHeaderTimeout: time.Minute}
	go func() { _ = r.server.Serve(listener) }() // until stop
	t.Cleanup(r.stop)
	return r
}

func (r *replica) stop() { _ = r.server.Close() } // nobody waits for its connections

func (r *replica) serve(w http.ResponseWriter, request *http.Request) {
	if request.Method == http.MethodPost {
		r.posts.Add(1)
	}
	switch request.URL.Path {
	case "/away":
		w.WriteHeader(http.StatusServiceUnavailable)
	case "/cut":
		panic(http.ErrAbortHandler)
	case "/headers":
		fmt.Fprintf(w, "%q %q %q", request.Header.Values("X-Forwarded-For"), request.Header.Values("Traceparent"), request.Header.Values("Tracestate"))
	case "/stream":
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
		<-r.next
		fmt.Fprint(w, "data: 2\n\n")
	default:
		fmt.Fprint(w, "well")
	}
}

// behindNginx starts two replicas, and nginx with our file in front of them.
func behindNginx(t *testing.T) (origin string, one, other *replica) {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx"
	}
	one, other = startReplica(t, "127.0.0.1:0"), startReplica(t, "127.0.0.1:0")
	front, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := front.Addr().String()
	_ = front.Close() // nginx takes it
	folder := t.TempDir()
	var paths strings.Builder
	for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&paths, "%s_temp_path %s;\n", name, filepath.Join(folder, name))
	}
	ours := strings.NewReplacer("127.0.0.1:8402", one.addr, "127.0.0.1:8403", other.addr, "127.0.0.1:8080", address).Replace(read(t, "nginx/stakegate.conf"))
	for name, text := range map[string]string{
		"stakegate.conf": ours,
		"nginx.conf":     "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n" + paths.String() + "include stakegate.conf;\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := exec.CommandContext(t.Context(), program, "-t", "-p", folder, "-c", "nginx.conf").CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v\n%s", err, output)
	}
	nginx := exec.CommandContext(t.Context(), program, "-p", folder, "-c", "nginx.conf")
	nginx.Cancel = func() error { return nginx.Process.Signal(syscall.SIGTERM) }
	if err := nginx.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nginx.Wait() }) // ended by the test's context
	deadline := time.Now().Add(10 * time.Second)
	for {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
			return "http://" + address, one, other
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// ask sends a request as a new client would.
func ask(t *testing.T, method, url string) (status int, body string) {
	t.Helper()
	var payload io.Reader
	if method == http.MethodPost {
		payload = strings.NewReader(`{"model":"x"}`)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, payload)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Forwarded-For", "192.0.2.1")
	request.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	request.Header.Set("Tracestate", "a=b")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestWhatBothReplicasRefuseTakesNothingElseAway(t *testing.T) {
	origin, _, _ := behindNginx(t)
	for range 10 {
		if status, _ := ask(t, "GET", origin+"/away"); status != http.StatusServiceUnavailable {
			t.Fatalf("what both refuse is answered with %d", status)
		}
		if status, _ := ask(t, "POST", origin+"/call"); status != http.StatusOK {
			t.Fatalf("a call in between is answered with %d", status)
		}
	}
}

func TestReplicasMayBeReplacedOneRightAfterTheOther(t *testing.T) {
	origin, one, other := behindNginx(t)
	for _, replaced := range []*replica{one, other, one} {
		replaced.stop()
		for range 10 {
			if status, _ := ask(t, "POST", origin+"/call"); status != http.StatusOK {
				t.Fatalf("a call at the other replica is answered with %d", status)
			}
		}
		*replaced = replica{addr: replaced.addr, server: startReplica(t, replaced.addr).server}
	}
}

func TestAPaidCallIsSentOnce(t *testing.T) {
	origin, one, other := behindNginx(t)
	for path, want := range map[string]int{"/away": http.StatusServiceUnavailable, "/cut": http.StatusBadGateway} {
		before := one.posts.Load() + other.posts.Load()
		status, _ := ask(t, "POST", origin+path)
		if sent := one.posts.Load() + other.posts.Load() - before; status != want || sent != 1 {
			t.Errorf("%s is answered with %d, want %d, and was sent %d times", path, status, want, sent)
		}
	}
}

func TestWhatAClientSaysAboutItselfIsNotPassedOn(t *testing.T) {
	origin, _, _ := behindNginx(t)
	if _, got := ask(t, "GET", origin+"/headers"); got != `["127.0.0.1"] [] []` {
		t.Errorf("a replica gets %s", got)
	}
}

func TestEventsOfAStreamGoOnAtOnce(t *testing.T) {
	origin, one, other := behindNginx(t)
	response, err := http.Post(origin+"/stream", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	if line, err := lines.ReadString('\n'); err != nil || line != "data: 1\n" { // before the second is made
		t.Fatalf("%q, %v", line, err)
	}
	close(one.next)
	close(other.next)
	if rest, err := io.ReadAll(lines); err != nil || string(rest) != "\ndata: 2\n\n" {
		t.Errorf("%q, %v", rest, err)
	}
}
