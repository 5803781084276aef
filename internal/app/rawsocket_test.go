package app_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

// Limits of the server that the corpus is sent to, short so that the slow
// shapes of it end soon.
const (
	rawHeaderTime = 300 * time.Millisecond
	rawBodyTime   = 400 * time.Millisecond
	rawIdleTime   = 100 * time.Millisecond
	rawHang       = 10 * time.Second // an answer that takes longer counts as none
)

// rawRequest is what is written to a connection. {key} stands for a valid key,
// {body} for a request to the model, {length} for its length.
type rawRequest struct {
	name string
	// parts are written one after the other, with a pause between them.
	parts []string
	pause time.Duration
	// answers are the statuses that must come back, in this order, before the
	// server closes the connection. None means that it closes in silence.
	answers []int
}

// raw is a request that is written at once.
func raw(name string, answers []int, lines ...string) rawRequest {
	return rawRequest{name: name, parts: []string{strings.Join(lines, "\r\n")}, answers: answers}
}

const (
	rawHost = "Host: stakegate.test"
	rawAuth = "Authorization: Bearer {key}"
	rawJSON = "Content-Type: application/json"
	rawPost = "POST /api/v1/chat/completions HTTP/1.1"
	// smuggled is a request that must not be answered where it stands in
	// another one's body.
	smuggled = "GET /healthz HTTP/1.1\r\nHost: stakegate.test\r\n\r\n"
)

var (
	ok, bad  = []int{200}, []int{400}
	silence  []int
	notFound = []int{404}
	refused  = []int{401}
)

// framing are ways to make two servers disagree about where a request ends.
var framing = []rawRequest{
	raw("one request", ok, "GET /healthz HTTP/1.1", rawHost, "", ""),
	raw("two requests", []int{200, 200}, "GET /healthz HTTP/1.1", rawHost, "", "GET /healthz HTTP/1.1", rawHost, "", ""),
	raw("a call", ok, rawPost, rawHost, rawAuth, rawJSON, "Content-Length: {length}", "", "{body}"),
	raw("a chunked call", ok, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked", "", "{hexlength}", "{body}", "0", "", ""),
	raw("CL.TE: a length and chunks", bad, rawPost, rawHost, rawAuth, rawJSON, "Content-Length: 6", "Transfer-Encoding: chunked", "", "0", "", smuggled),
	raw("TE.CL: chunks and a length", ok, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked", "Content-Length: 4", "", "{hexlength}", "{body}", "0", "", smuggled),
	raw("two lengths that differ", bad, rawPost, rawHost, rawAuth, rawJSON, "Content-Length: 0", "Content-Length: 44", "", smuggled),
	raw("two lengths in one line", bad, rawPost, rawHost, rawAuth, rawJSON, "Content-Length: 0, 44", "", smuggled),
	raw("a length with a sign", bad, rawPost, rawHost, rawAuth, rawJSON, "Content-Length: +0", "", smuggled),
	raw("a negative length", bad, rawPost, rawHost, rawAuth, rawJSON, "Content-Length: -1", "", smuggled),
	raw("a hexadecimal length", bad, rawPost, rawHost, rawAuth, rawJSON, "Content-Length: 0x2c", "", smuggled),
	raw("a length beyond 64 bits", bad, rawPost, rawHost, rawAuth, rawJSON, "Content-Length: 18446744073709551616", "", smuggled),
	raw("an empty length", bad, rawPost, rawHost, rawAuth, rawJSON, "Content-Length:", "", smuggled),
	raw("a space before the colon", bad, rawPost, rawHost, rawAuth, rawJSON, "Content-Length : 44", "", smuggled),
	raw("chunked, with a tab", bad, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding:\x0bchunked", "", "0", "", smuggled),
	raw("an unknown coding", []int{501}, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: xchunked", "", "0", "", smuggled),
	raw("a coding before chunked", []int{501}, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: gzip, chunked", "", "0", "", smuggled),
	raw("chunked before a coding", []int{501}, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked, identity", "", "0", "", smuggled),
	raw("two codings", []int{501}, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "", "0", "", smuggled),
	raw("a coding in a folded line", bad, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding:", " chunked", "", "0", "", smuggled),
	raw("chunks in HTTP/1.0", bad, "POST /api/v1/chat/completions HTTP/1.0", rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked", "", "0", "", smuggled),
	raw("a chunk's size with a sign", bad, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked", "", "+0", "", smuggled),
	raw("a chunk's size of 17 digits", bad, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked", "", "10000000000000000", "", smuggled),
	raw("a chunk longer than its size", bad, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked", "", "1", "{}", "0", "", smuggled),
	raw("a chunk's line that ends in LF", bad, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked", "", "2;x\n{}", "0", "", smuggled),
	raw("a trailer that is no header", bad, rawPost, rawHost, rawAuth, rawJSON, "Transfer-Encoding: chunked", "", "{hexlength}", "{body}", "0", "no colon", "", smuggled),
	raw("a trailer that authenticates", refused, rawPost, rawHost, rawJSON, "Transfer-Encoding: chunked", "Trailer: Authorization", "Connection: close", "", "{hexlength}", "{body}", "0", rawAuth, "", ""),
	raw("a body on GET", []int{200}, "GET /healthz HTTP/1.1", rawHost, "Content-Length: 44", "", smuggled),
	raw("a body that is announced and missing", []int{408}, rawPost, rawHost, rawAuth, rawJSON, "Content-Length: 1000", "", "{}"),
}

// headers are odd ones.
var headers = []rawRequest{
	raw("no Host", bad, "GET /healthz HTTP/1.1", "", ""),
	raw("two Hosts", bad, "GET /healthz HTTP/1.1", rawHost, rawHost, "", ""),
	raw("a Host with a path", bad, "GET /healthz HTTP/1.1", "Host: a/b", "", ""),
	raw("a Host with a space", bad, "GET /healthz HTTP/1.1", "Host: a b", "", ""),
	raw("another's Host", ok, "GET /healthz HTTP/1.1", "Host: 169.254.169.254", "", ""),
	raw("two keys", refused, "GET /api/v1/billing/balance HTTP/1.1", rawHost, rawAuth, rawAuth, "", ""),
	raw("two keys in one line", refused, "GET /api/v1/billing/balance HTTP/1.1", rawHost, rawAuth+", Bearer {key}", "", ""),
	raw("a lower-case scheme", ok, "GET /api/v1/billing/balance HTTP/1.1", rawHost, "authorization: bearer {key}", "", ""),
	raw("a tab after the scheme", refused, "GET /api/v1/billing/balance HTTP/1.1", rawHost, "Authorization: Bearer\t{key}", "", ""),
	raw("two spaces after the scheme", refused, "GET /api/v1/billing/balance HTTP/1.1", rawHost, "Authorization: Bearer  {key}", "", ""),
	raw("a key of 10 KB", refused, "GET /api/v1/billing/balance HTTP/1.1", rawHost, "Authorization: Bearer "+strings.Repeat("a", 10<<10), "", ""),
	raw("a key with NUL", bad, "GET /api/v1/billing/balance HTTP/1.1", rawHost, rawAuth+"\x00", "", ""),
	raw("a key with CR", bad, "GET /api/v1/billing/balance HTTP/1.1", rawHost, "Authorization: Bearer\r {key}", "", ""),
	raw("a key that the connection takes away", ok, "GET /api/v1/billing/balance HTTP/1.1", rawHost, rawAuth, "Connection: Authorization", "", ""),
	raw("a key in a folded line", ok, "GET /api/v1/billing/balance HTTP/1.1", rawHost, "Authorization: Bearer", " {key}", "", ""),
	raw("a key in the URL", bad, "GET /api/v1/billing/balance?api_key={key} HTTP/1.1", rawHost, "", ""),
	raw("x-api-key where it does not belong", refused, "GET /api/v1/billing/balance HTTP/1.1", rawHost, "X-Api-Key: {key}", "", ""),
	raw("two kinds of keys", refused, "POST /v1/messages HTTP/1.1", rawHost, rawAuth, "X-Api-Key: {key}", rawJSON, "Content-Length: 2", "", "{}"),
	raw("a name with a space", bad, "GET /healthz HTTP/1.1", rawHost, "X Y: z", "", ""),
	raw("a name with NUL", bad, "GET /healthz HTTP/1.1", rawHost, "X\x00: z", "", ""),
	raw("a line without a colon", bad, "GET /healthz HTTP/1.1", rawHost, "nonsense", "", ""),
	raw("a first line that is folded", bad, "GET /healthz HTTP/1.1", " "+rawHost, "", ""),
	raw("a header of 64 KB", []int{431}, "GET /healthz HTTP/1.1", rawHost, "X: "+strings.Repeat("a", 64<<10), "", ""),
	raw("10,000 headers", []int{431}, "GET /healthz HTTP/1.1", rawHost, strings.Repeat("X: y\r\n", 10_000), "", ""),
	raw("a compressed body", []int{415}, rawPost, rawHost, rawAuth, rawJSON, "Content-Encoding: gzip", "Content-Length: {length}", "", "{body}"),
	raw("a compressed body, in two headers", []int{415}, "POST /api/v1/api_keys/generate_web3_key HTTP/1.1", rawHost, "Content-Encoding: identity", "Content-Encoding: gzip", "Content-Length: 2", "", "{}"),
	raw("a mint of more than its limit that is announced and missing", []int{413}, "POST /api/v1/api_keys/generate_web3_key HTTP/1.1", rawHost, "Content-Length: 65537", "", "{"),
	raw("a mint of more than its limit that waits to be asked for", []int{413}, "POST /api/v1/api_keys/generate_web3_key HTTP/1.1", rawHost, "Expect: 100-continue", "Content-Length: 99999999", "", ""),
	raw("forwarded headers", ok, "GET /api/v1/billing/balance HTTP/1.1", rawHost, rawAuth, "X-Forwarded-For: 127.0.0.1, ::1", "X-Forwarded-Host: evil", "X-Forwarded-Proto: https", "X-Original-URL: /api/v1/api_keys", "", ""),
}

// lines are odd first lines.
var lines = []rawRequest{
	raw("an absolute URI", ok, "GET http://stakegate.test/healthz HTTP/1.1", rawHost, "", ""),
	raw("another's absolute URI", ok, "GET http://169.254.169.254/healthz HTTP/1.1", rawHost, "", ""),
	raw("two slashes", notFound, "GET //evil.test/api/v1/models HTTP/1.1", rawHost, "", ""),
	raw("two slashes inside", notFound, "GET /api/v1//models HTTP/1.1", rawHost, "", ""),
	raw("dots", notFound, "GET /api/v1/models/../api_keys HTTP/1.1", rawHost, rawAuth, "", ""),
	raw("encoded dots", notFound, "GET /api/v1/models/%2e%2e/api_keys HTTP/1.1", rawHost, rawAuth, "", ""),
	raw("encoded slashes and dots", notFound, "GET /api/v1/models/..%2fapi_keys HTTP/1.1", rawHost, rawAuth, "", ""),
	raw("an encoded slash", notFound, "POST /api/v1/chat%2fcompletions HTTP/1.1", rawHost, rawAuth, rawJSON, "Content-Length: {length}", "", "{body}"),
	raw("an encoded letter", notFound, "GET /api/v1/%6dodels HTTP/1.1", rawHost, "", ""),
	raw("an encoded NUL", notFound, "GET /healthz%00 HTTP/1.1", rawHost, "", ""),
	raw("a backslash", notFound, "GET /api/v1\\models HTTP/1.1", rawHost, "", ""),
	raw("a half escape", bad, "GET /api/v1/%2 HTTP/1.1", rawHost, "", ""),
	raw("a path with a space", bad, "GET /api/v1/ models HTTP/1.1", rawHost, "", ""),
	raw("a path with NUL", bad, "GET /healthz\x00 HTTP/1.1", rawHost, "", ""),
	raw("another case", notFound, "GET /API/V1/models HTTP/1.1", rawHost, "", ""),
	raw("a trailing slash", notFound, "POST /api/v1/chat/completions/ HTTP/1.1", rawHost, rawAuth, rawJSON, "Content-Length: {length}", "", "{body}"),
	raw("a method in lower case", []int{405}, "get /api/v1/models HTTP/1.1", rawHost, "", ""),
	raw("an override of the method", []int{405}, "POST /api/v1/models HTTP/1.1", rawHost, "X-HTTP-Method-Override: GET", "Content-Length: 0", "", ""),
	raw("an unknown method", []int{405}, "BREW /api/v1/models HTTP/1.1", rawHost, "", ""),
	raw("a method that is no word", bad, "G@T /api/v1/models HTTP/1.1", rawHost, "", ""),
	raw("OPTIONS of everything", notFound, "OPTIONS * HTTP/1.1", rawHost, "", ""),
	raw("GET of everything", notFound, "GET * HTTP/1.1", rawHost, "", ""),
	raw("a tunnel", notFound, "CONNECT evil.test:443 HTTP/1.1", "Host: evil.test:443", "", ""),
	raw("TRACE", []int{405}, "TRACE /api/v1/models HTTP/1.1", rawHost, rawAuth, "", ""),
	raw("HTTP/0.9", bad, "GET /healthz", "", ""),
	raw("HTTP/1.0", ok, "GET /healthz HTTP/1.0", "", ""),
	raw("HTTP/1.2", ok, "GET /healthz HTTP/1.2", rawHost, "", ""),
	raw("HTTP/3.0", []int{505}, "GET /healthz HTTP/3.0", rawHost, "", ""),
	raw("HTTP/2's preface", notFound, "PRI * HTTP/2.0", "", "SM", "", "\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
	raw("an upgrade to HTTP/2", ok, "GET /healthz HTTP/1.1", rawHost, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA", "", ""),
	raw("an upgrade to WebSocket", []int{405}, "GET /api/v1/chat/completions HTTP/1.1", rawHost, rawAuth, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""),
	raw("bytes of TLS", bad, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "", ""),
	raw("lines that end in LF", ok, "GET /healthz HTTP/1.1\n"+rawHost+"\n\n"),
	raw("an expectation that is none", []int{417}, rawPost, rawHost, rawAuth, rawJSON, "Expect: 200-maybe", "Content-Length: {length}", "", "{body}"),
	raw("an expectation without a key", refused, rawPost, rawHost, rawJSON, "Expect: 100-continue", "Content-Length: {length}", "", ""),
}

// slow are clients that take their time.
var slow = []rawRequest{
	{name: "nothing at all", parts: []string{""}, answers: silence},
	{name: "half a first line", parts: []string{"GET /hea"}, answers: bad},
	{name: "a header byte by byte", parts: strings.Split("GET /healthz HTTP/1.1\r\nX: "+strings.Repeat("a", 100), ""), pause: 20 * time.Millisecond, answers: bad},
	{name: "a body byte by byte", parts: append([]string{"POST /api/v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"}, strings.Split(strings.Repeat(" ", 100), "")...), pause: 20 * time.Millisecond, answers: []int{408}},
	{name: "a body byte by byte, of a stranger", parts: append([]string{"POST /api/v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"}, strings.Split(strings.Repeat(" ", 200), "")...), pause: 20 * time.Millisecond, answers: refused},
	{name: "a body byte by byte, to make a key", parts: append([]string{"POST /api/v1/api_keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"}, strings.Split(strings.Repeat(" ", 100), "")...), pause: 20 * time.Millisecond, answers: []int{408}},
	{name: "half a body, to mint a key", parts: []string{"POST /api/v1/api_keys/generate_web3_key HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"}, answers: []int{408}},
	{name: "half a body, to change a key", parts: []string{"PATCH /api/v1/api_keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"}, answers: []int{408}},
	{name: "half a body, to make a sub-key", parts: []string{"POST /api/v1/api_keys/x/children HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"}, answers: []int{408}},
	{name: "half a body, to rotate a key", parts: []string{"POST /api/v1/api_keys/x/rotate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"}, answers: []int{408}},
	{name: "half a body, to end all keys", parts: []string{"POST /api/v1/api_keys/revoke_all HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"}, answers: []int{408}},
	{name: "half a body, to report a leak", parts: []string{"POST /api/v1/leaks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"}, answers: []int{408}},
	{name: "a body that waits to be asked for", parts: []string{"POST /api/v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n", "{body}"}, pause: 50 * time.Millisecond, answers: ok},
	{name: "a chunk that never ends", parts: []string{"POST /api/v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{"}, answers: []int{408}},
}

// Whatever a client writes, each of its requests has one answer with the right
// status and within the limits, nothing inside of a request is taken for
// another one, and no call is made that was not answered.
func TestTheDoorAgainstRawSockets(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) {
		c.Limits.HeaderTimeout, c.Limits.IdleTimeout = app.Duration(rawHeaderTime), app.Duration(rawIdleTime)
		c.Limits.BodyTimeout, c.Limits.WriteTimeout = app.Duration(rawBodyTime), app.Duration(time.Second)
	}})
	_, admin := w.Account(100)
	body := apptest.ChatBody("hello", `"max_tokens":5`)
	fill := strings.NewReplacer("{key}", admin, "{body}", body, "{length}", fmt.Sprint(len(body)), "{hexlength}", fmt.Sprintf("%x", len(body)))
	t.Run("corpus", func(t *testing.T) {
		for _, test := range slices.Concat(framing, headers, lines, slow) {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				answered := talk(t, w.Origin, test, fill)
				if !slices.Equal(answered, test.answers) {
					t.Errorf("answers %v, want %v", answered, test.answers)
				}
			})
		}
	})
	if calls := w.Model.Tally().Calls; calls != 4 {
		t.Errorf("the model was called %d times; four of the requests were calls", calls)
	}
}

// talk writes a request to a connection of its own and returns the statuses of
// what comes back until the server closes it.
func talk(t *testing.T, origin string, test rawRequest, fill *strings.Replacer) []int {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(origin, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(rawHang)); err != nil {
		t.Fatal(err)
	}
	go func() {
		for i, part := range test.parts {
			if i > 0 && test.pause > 0 {
				<-time.After(test.pause)
			}
			if _, err := io.WriteString(connection, fill.Replace(part)); err != nil {
				return // the server has closed it, as it may
			}
		}
	}()
	var answered []int
	var all bytes.Buffer
	reader := bufio.NewReader(io.TeeReader(connection, &all))
	for {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				t.Fatalf("neither an answer nor a closed connection within %s; got %q", rawHang, all.String())
			}
			return answered
		}
		if answer.StatusCode == http.StatusContinue {
			continue
		}
		_, err = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		// Whoever still writes when the server closes may be cut off at the answer's end.
		if err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("half an answer: %v: %q", err, all.String())
		}
		answered = append(answered, answer.StatusCode)
	}
}

// A client that asks and does not read is cut off, however much it asks for.
func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) {
		c.Limits.WriteTimeout = app.Duration(200 * time.Millisecond)
	}})
	connection, err := net.Dial("tcp", strings.TrimPrefix(w.Origin, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := connection.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if err := connection.SetDeadline(time.Now().Add(rawHang)); err != nil {
		t.Fatal(err)
	}
	for {
		_, err := io.WriteString(connection, "GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n")
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			t.Fatalf("the server still waits after %s", rawHang)
		}
		if err != nil {
			return // the connection is closed
		}
	}
}

// Large bodies of strangers are not read, so that they cannot fill the memory.
func TestALargeBodyNeedsAKeyThatExists(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.Limits.BodyTimeout = app.Duration(rawBodyTime) }})
	_, admin := w.Account(100)
	stranger, err := apikey.New(apikey.Inference)
	if err != nil {
		t.Fatal(err)
	}
	const head = "POST /api/v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	for _, framing := range []string{"Content-Length: 4000000", "Transfer-Encoding: chunked"} {
		for key, want := range map[string]int{admin: 408, stranger.Reveal(): 401} {
			test := raw("", []int{want}, head+"Authorization: Bearer "+key, framing, "", "1", "{")
			if answered := talk(t, w.Origin, test, strings.NewReplacer()); !slices.Equal(answered, test.answers) {
				t.Errorf("%s: answers %v, want %v", framing, answered, test.answers)
			}
		}
	}
}
