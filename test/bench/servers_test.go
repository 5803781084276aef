package bench_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// server is one that requests are sent through.
type server struct {
	name    string
	address string
	path    string // of chat completions
	headers string // beside the usual ones; each ends with CRLF
	process *process
	core    int    // -1: it may run everywhere
	refused string // headers of a caller without a budget; "" if there is no such thing
	gate    *gate  // stakegate; nil for the others
}

// request is a whole request to the server.
func (s *server) request(headers, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAccept: */*\r\nUser-Agent: bench/1\r\n%sContent-Length: %d\r\n\r\n%s",
		s.path, headers, len(body), body)
}

const (
	startTime  = 30 * time.Second
	openAIPath = "/v1/chat/completions"
	bearer     = "Authorization: Bearer sk-bench-0123456789012345678901234567890123456789\r\n"
)

// startMock starts the model and returns its address.
func startMock(t *testing.T, settings mockSettings) string {
	t.Helper()
	_, address := self(t, "mock", fmt.Sprint(loadCore),
		fmt.Sprintf(`%s={"Chunks":%d,"Pace":%d}`, mockVariable, settings.Chunks, settings.Pace))
	return address
}

func direct(model string) *server {
	return &server{name: "direct", address: model, path: openAIPath, headers: bearer, core: -1}
}

func bareProxy(t *testing.T, model string) *server {
	t.Helper()
	p, address := self(t, "proxy", fmt.Sprint(serverCore), targetVariable+"=http://"+model)
	return &server{name: "proxy", address: address, path: openAIPath, headers: bearer, process: p, core: serverCore}
}

const nginxConfig = `
daemon off;
worker_processes 1;
pid DIR/nginx.pid;
error_log DIR/error.log;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path DIR/body;
	proxy_temp_path DIR/proxy;
	fastcgi_temp_path DIR/fastcgi;
	uwsgi_temp_path DIR/uwsgi;
	scgi_temp_path DIR/scgi;
	client_max_body_size 8m;
	client_body_buffer_size 1m;
	keepalive_requests 100000000;
	upstream model { server MODEL; keepalive 1024; keepalive_requests 100000000; }
	server {
		listen ADDRESS;
		location / {
			proxy_pass http://model;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_buffering off;
		}
	}
}
`

// nginx is Debian's, as a plain reverse proxy with keep-alive on both sides.
func nginx(t *testing.T, model string) *server {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil
		}
	}
	dir := t.TempDir()
	address := freeAddress(t)
	config := filepath.Join(dir, "nginx.conf")
	text := strings.NewReplacer("DIR", dir, "MODEL", model, "ADDRESS", address).Replace(nginxConfig)
	if os.Geteuid() == 0 {
		text = "user root;\n" + text // its folder is ours
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, fmt.Sprint(serverCore), nil, path, "-p", dir, "-c", config)
	listens(t, address)
	return &server{name: "nginx", address: address, path: openAIPath, headers: bearer, process: p, core: serverCore}
}

// portkey is the gateway of that name, as its authors publish it.
func portkey(t *testing.T, model string) *server {
	t.Helper()
	program := "portkey/node_modules/@portkey-ai/gateway/build/start-server.js"
	if _, err := os.Stat(program); err != nil {
		return nil
	}
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	p := start(t, fmt.Sprint(serverCore), []string{"NODE_ENV=production"}, "node", program, "--port="+port, "--headless")
	listens(t, address)
	return &server{
		name: "portkey", address: address, path: openAIPath, process: p, core: serverCore,
		headers: bearer + "x-portkey-provider: openai\r\nx-portkey-custom-host: http://" + model + "/v1\r\n",
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func listens(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(startTime); ; <-time.After(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// installed starts the servers that are asked for and can be had; the bare
// proxy always, first.
func installed(t *testing.T, model string, wanted []string) []*server {
	t.Helper()
	kinds := []struct {
		name string
		make func() *server
	}{
		{"direct", func() *server { return direct(model) }},
		{"nginx", func() *server { return nginx(t, model) }},
		{"portkey", func() *server { return portkey(t, model) }},
		{"memory", func() *server { return inMemory(t, model) }},
		{"sqlite", func() *server { return newGate(t, model, "").server("sqlite", serverCore) }},
		{"postgres", func() *server {
			if _, err := exec.LookPath("taskset"); err != nil {
				return nil
			}
			return newGate(t, model, postgres(t)).server("postgres", -1)
		}},
	}
	all := []*server{bareProxy(t, model)}
	for _, kind := range kinds {
		if len(wanted) > 0 && !contains(wanted, kind.name) {
			continue
		}
		if s := kind.make(); s != nil {
			all = append(all, s)
		} else {
			fmt.Printf("%s is not installed and has no row\n", kind.name)
		}
	}
	return all
}
