package mcpserver

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"strings"

	"stakegate/agent/internal/secretfile"
)

// Guard lets a request through that comes with the bearer token, for one of the
// hosts (as the Host header has them, without a port), and, if a browser sent
// it, from one of the origins (as https://host:port). So no web page can reach
// the tools through the browser of somebody on this machine, also not by making
// its own name point here (DNS rebinding).
type Guard struct {
	Token   string // at least 16 characters
	Hosts   []string
	Origins []string
}

// LoopbackHosts are the names of this machine for itself.
var LoopbackHosts = []string{"127.0.0.1", "::1", "localhost"}

// ErrToken is returned for a token that could be guessed.
var ErrToken = errors.New("the token must have at least 16 characters, all of them printable and none a space")

// Protect puts the guard before a handler.
func (g Guard) Protect(next http.Handler) (http.Handler, error) {
	if len(g.Token) < 16 || strings.ContainsFunc(g.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, ErrToken
	}
	want := sha256.Sum256([]byte(g.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		got := sha256.Sum256([]byte(token))
		switch {
		case !slices.Contains(g.Hosts, hostOf(r.Host)):
			http.Error(w, "this name is not one of the server's", http.StatusMisdirectedRequest)
		case !g.allowsOrigin(r.Header.Values("Origin")):
			http.Error(w, "web pages of this origin are not served", http.StatusForbidden)
		case !bearer || subtle.ConstantTimeCompare(want[:], got[:]) != 1:
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "the bearer token is missing or wrong", http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r)
		}
	}), nil
}

// allowsOrigin is true for what no browser sent.
func (g Guard) allowsOrigin(origins []string) bool {
	return len(origins) == 0 || len(origins) == 1 && slices.Contains(g.Origins, origins[0])
}

// hostOf is a Host header without its port, in lower case.
func hostOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

const maxTokenFile = 1 << 10

// ReadToken reads the bearer token from a file that only its owner can read; a
// missing file is made, with 256 random bits.
func ReadToken(path string) (token string, made bool, err error) {
	text, err := secretfile.Read(path, maxTokenFile)
	if errors.Is(err, fs.ErrNotExist) {
		token = rand.Text() + rand.Text()
		return token, true, secretfile.Create(path, []byte(token+"\n"))
	}
	if err != nil {
		return "", false, err
	}
	return strings.TrimSpace(string(text)), false, nil
}
