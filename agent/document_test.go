package agent_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent"
)

// documentOf is a good document of the server at origin.
func documentOf(origin string) string {
	return `{"version":1,"apiBase":"` + origin + `/api/v1","chain":{"id":8453,"name":"Base","confirmations":2},
		"contracts":{"staking":"0x321b7ff75154472B18EDb199033fF4D116F340Ff","diem":"0xF4d97F2da56e8c3098f3a8D538DB630A2606a024","multicall3":"0xcA11bde05977b3631167028862bE2a173976CA11"},
		"mint":{"adapter":"venice-vvv","contract":"0x321b7ff75154472B18EDb199033fF4D116F340Ff","symbol":"VVV","minimum":"1","tokenKeys":"all","challengeSeconds":900},
		"allocation":[],"limits":{"keys":500},"later":{"members":["are","ignored"]}}`
}

// describes starts a server with a document and fetches it.
func describes(t *testing.T, write func(origin string) string) (agent.Document, error) {
	t.Helper()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/stakegate.json" || r.Header.Get("Authorization") != "" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		io.WriteString(w, write(server.URL))
	}))
	t.Cleanup(server.Close)
	return agent.FetchDocument(t.Context(), server.URL+"/api/v1", nil)
}

func TestADocumentOfKnownAddressesAsksForNoTrust(t *testing.T) {
	document, err := describes(t, documentOf)
	if err != nil || !document.Known() || document.Mint.Minimum != "1" || document.Limits.Keys != 500 {
		t.Errorf("got %+v, %v", document, err)
	}
	for _, change := range [][2]string{
		{"0x321b7ff75154472B18EDb199033fF4D116F340Ff", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"},
		{"0xF4d97F2da56e8c3098f3a8D538DB630A2606a024", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"},
		{"0xcA11bde05977b3631167028862bE2a173976CA11", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}, {`"id":8453`, `"id":84532`},
	} {
		document, err := describes(t, func(origin string) string { return strings.Replace(documentOf(origin), change[0], change[1], 1) })
		if err != nil || document.Known() {
			t.Errorf("%s: got %v, known %v", change[1], err, document.Known())
		}
	}
}

func TestHostileDocumentsAreRefused(t *testing.T) {
	change := func(old, new string) func(string) string {
		return func(origin string) string {
			changed := strings.Replace(documentOf(origin), old, new, 1)
			if changed == documentOf(origin) {
				t.Fatalf("the document does not hold %q", old)
			}
			return changed
		}
	}
	for name, write := range map[string]func(origin string) string{
		"nothing":               func(string) string { return "" },
		"a page":                func(string) string { return "<html>hello</html>" },
		"a list":                func(string) string { return "[]" },
		"huge":                  func(origin string) string { return documentOf(origin) + strings.Repeat(" ", 64<<10) },
		"deep":                  change(`"allocation":[]`, `"x":`+strings.Repeat("[", 20_000)+strings.Repeat("]", 20_000)),
		"cut":                   func(origin string) string { return documentOf(origin)[:300] },
		"two documents":         func(origin string) string { return documentOf(origin) + documentOf(origin) },
		"another version":       change(`"version":1`, `"version":2`),
		"no API":                change(`"apiBase"`, `"apibase"`),
		"the API elsewhere":     change(`"apiBase":"http://127`, `"apiBase":"http://128`),
		"the API over http":     change(`"apiBase":"http://127.0.0.1`, `"apiBase":"http://api.example.org`),
		"the API with a user":   change(`"apiBase":"http://127`, `"apiBase":"http://u@127`),
		"the API twice":         change(`"chain"`, `"apiBase":"https://evil.example/api/v1","chain"`),
		"no chain":              change(`"id":8453`, `"id":0`),
		"a chain of text":       change(`"id":8453`, `"id":"8453"`),
		"a fraction of a chain": change(`"id":8453`, `"id":8453.5`),
		"a huge chain":          change(`"id":8453`, `"id":9007199254740993`),
		"a wrong checksum":      change(`0x321b7ff`, `0x321B7FF`),
		"a short address":       change(`0x321b7ff75154472B18EDb199033fF4D116F340Ff`, `0x321b7ff75154472B18EDb199033fF4D116F340`),
		"no hex":                change(`0x321b7ff75154472B18EDb199033fF4D116F340Ff`, `0xzzzz7ff75154472B18EDb199033fF4D116F340Ff`),
		"a name":                change(`0x321b7ff75154472B18EDb199033fF4D116F340Ff`, `stakegate.eth`),
		"the zero address":      change(`0x321b7ff75154472B18EDb199033fF4D116F340Ff`, `0x0000000000000000000000000000000000000000`),
		"a precompile":          change(`0x321b7ff75154472B18EDb199033fF4D116F340Ff`, `0x0000000000000000000000000000000000000004`),
		"one address twice":     change(`0xF4d97F2da56e8c3098f3a8D538DB630A2606a024`, `0x321b7ff75154472B18EDb199033fF4D116F340Ff`),
		"an address as number":  change(`"0x321b7ff75154472B18EDb199033fF4D116F340Ff"`, `1234567890123456789012345678901234567890`),
	} {
		if document, err := describes(t, write); err == nil {
			t.Errorf("%s: accepted: %+v", name, document)
		} else if len(err.Error()) > 400 {
			t.Errorf("%s: the error is %d bytes long", name, len(err.Error()))
		}
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer elsewhere.Close()
	moved := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/.well-known/stakegate.json", http.StatusFound))
	defer moved.Close()
	if _, err := agent.FetchDocument(t.Context(), moved.URL, nil); err == nil {
		t.Error("a redirect was accepted")
	}
	if _, err := agent.FetchDocument(t.Context(), "http://api.example.org", nil); err == nil {
		t.Error("an address without TLS was asked")
	}
}

func TestWordsOfADocumentAreMadeFitToBeShown(t *testing.T) {
	document, err := describes(t, func(origin string) string {
		return strings.Replace(documentOf(origin), `"symbol":"VVV"`, `"symbol":"V\u001b[2J\nV`+strings.Repeat("x", 1000)+`"`, 1)
	})
	if err != nil || strings.ContainsAny(document.Mint.Symbol, "\x1b\n") || len(document.Mint.Symbol) > 310 {
		t.Errorf("got %q, %v", document.Mint.Symbol, err)
	}
}

func TestADocumentIsCompletedFromTheChainAndContradictedByIt(t *testing.T) {
	chain := devChain(t)
	base := agent.BaseContracts()
	document, err := describes(t, func(origin string) string {
		return strings.Replace(documentOf(origin), `"id":8453`, fmt.Sprintf(`"id":%d`, chain.ChainID()), 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	own := agent.Contracts{WETH: base.WETH}
	got, err := document.Resolve(t.Context(), chain.Client(), own)
	if err != nil || got.VVV != base.VVV || got.DIEM != base.DIEM || got.Staking != base.Staking || got.Multicall3 != base.Multicall3 || got.WETH != base.WETH {
		t.Errorf("got %+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		document func(*agent.Document)
		own      func(*agent.Contracts)
	}{
		"another chain":    {func(d *agent.Document) { d.Chain.ID++ }, nil},
		"no staking":       {func(d *agent.Document) { d.Contracts.Staking.Address = common.Address{} }, nil},
		"no such contract": {func(d *agent.Document) { d.Contracts.Staking.Address = common.HexToAddress("0xdead000001") }, nil},
		"another contract": {func(d *agent.Document) { d.Contracts.Staking.Address = base.VVV }, nil},
		"another DIEM":     {func(d *agent.Document) { d.Contracts.DIEM.Address = base.VVV }, nil},
		"my VVV":           {nil, func(c *agent.Contracts) { c.VVV = base.WETH }},
		"my Multicall3":    {nil, func(c *agent.Contracts) { c.Multicall3 = base.WETH }},
	} {
		changed, mine := document, own
		if c.document != nil {
			c.document(&changed)
		}
		if c.own != nil {
			c.own(&mine)
		}
		if _, err := changed.Resolve(t.Context(), chain.Client(), mine); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestAllowedNetworksAreKeptAndNoticeAChange(t *testing.T) {
	store := newStore(t)
	document, err := describes(t, documentOf)
	if err != nil {
		t.Fatal(err)
	}
	allowed := agent.AllowedNetwork{Name: "mine", APIBase: document.APIBase, RPCURL: "https://rpc.example.org/key", ChainID: 8453, Contracts: agent.BaseContracts()}
	for _, name := range []string{"", "venice", "local", "Mine", "a/b", "-a", strings.Repeat("a", 32)} {
		other := allowed
		other.Name = name
		if err := store.AllowNetwork(other); err == nil {
			t.Errorf("the name %q was accepted", name)
		}
	}
	for range 2 {
		if err := store.AllowNetwork(allowed); err != nil {
			t.Fatal(err)
		}
	}
	networks, err := store.Networks()
	if err != nil || len(networks) != 1 || networks[0] != allowed {
		t.Errorf("got %+v, %v", networks, err)
	}
	if found, err := store.FindNetwork("mine"); err != nil || found != allowed || found.Changed(document) != nil {
		t.Errorf("got %+v, %v, changed %v", found, err, found.Changed(document))
	}
	for name, change := range map[string]func(*agent.Document){
		"API":        func(d *agent.Document) { d.APIBase += "2" },
		"chain":      func(d *agent.Document) { d.Chain.ID = 1 },
		"staking":    func(d *agent.Document) { d.Contracts.Staking.Address = agent.BaseContracts().VVV },
		"no staking": func(d *agent.Document) { d.Contracts.Staking.Address = common.Address{} },
		"DIEM":       func(d *agent.Document) { d.Contracts.DIEM.Address = agent.BaseContracts().VVV },
		"Multicall3": func(d *agent.Document) { d.Contracts.Multicall3.Address = agent.BaseContracts().VVV },
	} {
		now := document
		change(&now)
		if err := allowed.Changed(now); !errors.Is(err, agent.ErrDocument) {
			t.Errorf("%s: got %v, want ErrDocument", name, err)
		}
	}
	if err := store.RemoveNetwork("other"); !errors.Is(err, agent.ErrNoNetwork) {
		t.Errorf("got %v, want ErrNoNetwork", err)
	}
	if err := store.RemoveNetwork("mine"); err != nil {
		t.Error(err)
	}
	if _, err := store.FindNetwork("mine"); !errors.Is(err, agent.ErrNoNetwork) {
		t.Errorf("got %v, want ErrNoNetwork", err)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(store.Path()), "*"))
	if err != nil || !slices.Contains(files, filepath.Join(filepath.Dir(store.Path()), "networks.json")) {
		t.Errorf("got %v, %v", files, err)
	}
}
