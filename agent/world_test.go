package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent"
	"stakegate/agent/dex"
	"stakegate/agent/wallet"
	"stakegate/contracts/bindings"
	"stakegate/internal/challenge"
	"stakegate/internal/devworld"
	"stakegate/internal/signature"
)

// sharedChain is one dev chain for all tests of the package: each test has a
// wallet of its own on it.
var sharedChain = sync.OnceValues(func() (*devworld.Chain, error) {
	return devworld.StartChain(context.Background(), devworld.Config{})
})

func TestMain(m *testing.M) {
	m.Run()
	endExamples()
	if chain, err := sharedChain(); err == nil {
		chain.Close()
	}
}

func devChain(t *testing.T) *devworld.Chain {
	t.Helper()
	chain, err := sharedChain()
	if err != nil {
		t.Fatal(err)
	}
	return chain
}

// fakeAPI is a server with the real rules for tokens and signatures, and a
// memory for keys. It reads the stake two blocks deep, as a careful server does.
type fakeAPI struct {
	t      *testing.T
	chain  *devworld.Chain
	issuer *challenge.Issuer
	server *httptest.Server
	base   string

	mu    sync.Mutex
	spent map[string]bool
	keys  map[string]common.Address // API key -> account
	calls []string                  // "METHOD path", in order
	fault func(w http.ResponseWriter, r *http.Request) bool
	// messages: sign-in messages are offered; proved is what was signed last.
	messages bool
	proved   string
}

func (a *fakeAPI) setFault(fault func(w http.ResponseWriter, r *http.Request) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fault = fault
}

// proof is what the last key was made for: a token or a message.
func (a *fakeAPI) proof() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.proved
}

func newFakeAPI(t *testing.T, chain *devworld.Chain) *fakeAPI {
	t.Helper()
	api := &fakeAPI{t: t, chain: chain, spent: map[string]bool{}, keys: map[string]common.Address{}}
	api.server = httptest.NewServer(http.HandlerFunc(api.serve))
	t.Cleanup(api.server.Close)
	api.base = api.server.URL + "/api/v1"
	root := []byte("0123456789abcdefghijklmnopqrstuv")
	var err error
	if api.issuer, err = challenge.New(root, "1", api.server.URL, chain.ChainID()); err != nil {
		t.Fatal(err)
	}
	return api
}

func (a *fakeAPI) serve(w http.ResponseWriter, r *http.Request) {
	route := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	a.mu.Lock()
	a.calls = append(a.calls, route)
	fault := a.fault
	a.mu.Unlock()
	if fault != nil && fault(w, r) {
		return
	}
	switch route {
	case "GET /api_keys/generate_web3_key":
		if address := r.URL.Query().Get("address"); a.messages && address != "" {
			token, message, err := a.issuer.IssueFor(time.Now(), common.HexToAddress(address))
			if err != nil {
				a.t.Error(err)
			}
			fmt.Fprintf(w, `{"data":{"token":%q,"message":%q},"success":true}`, token, message.Text)
			return
		}
		token, err := a.issuer.Issue(time.Now(), "")
		if err != nil {
			a.t.Error(err)
		}
		fmt.Fprintf(w, `{"data":{"token":%q},"token":%q,"success":true}`, token, token)
	case "POST /api_keys/generate_web3_key":
		a.mint(w, r)
	case "GET /models":
		io.WriteString(w, `{"data":[{"id":"off-1","type":"text","model_spec":{"offline":true}},{"id":"echo-1","type":"text","model_spec":{}}],"object":"list","type":"text"}`)
	default:
		a.authenticated(w, r, route)
	}
}

func refuse(w http.ResponseWriter, status int, text string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":%q}`, text)
}

func (a *fakeAPI) mint(w http.ResponseWriter, r *http.Request) {
	var body struct{ APIKeyType, Address, Signature, Token, Message string }
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		refuse(w, 400, "Invalid request parameters")
		return
	}
	signed, proved, check := body.Token, "token", a.issuer.Check
	if body.Message != "" {
		signed, proved = body.Message, "message"
		check = func(text string, now time.Time) (challenge.Challenge, error) {
			return a.issuer.CheckMessage(text, challenge.MintKey, now)
		}
	}
	checked, err := check(signed, time.Now())
	if err != nil {
		refuse(w, 400, err.Error())
		return
	}
	address, err := signature.ParseAddress(body.Address)
	if err != nil {
		refuse(w, 400, err.Error())
		return
	}
	sig, err := signature.ParseSignature(body.Signature)
	if err == nil {
		err = signature.New(signature.Config{Chain: simulator{a.chain}}).Verify(r.Context(), address, signed, sig)
	}
	if err != nil {
		refuse(w, 400, err.Error())
		return
	}
	if a.staked(address).Sign() == 0 {
		refuse(w, 400, "Wallet has no staked VVV on Base")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.spent[checked.ID] {
		refuse(w, 400, "JWT claims are invalid")
		return
	}
	a.spent[checked.ID], a.proved = true, proved
	prefix := map[string]string{"INFERENCE": "sg_inf_", "ADMIN": "sg_adm_"}[body.APIKeyType]
	key := fmt.Sprintf("%s%049d", prefix, len(a.keys)+1)
	a.keys[key] = address
	fmt.Fprintf(w, `{"data":{"apiKey":%q,"apiKeyType":%q,"consumptionLimit":{"usd":null,"diem":null,"vcu":null},"limitPeriod":"EPOCH","modelPrivacy":"ALL","description":"Web3 API Key","expiresAt":null,"id":"id-%d"},"success":true}`,
		key, body.APIKeyType, len(a.keys))
}

// simulator asks contract wallets on the dev chain.
type simulator struct{ chain *devworld.Chain }

func (s simulator) Simulate(ctx context.Context, code []byte, gas uint64) ([]byte, error) {
	answer, err := s.chain.Client().CallContract(ctx, ethereum.CallMsg{Data: code, Gas: gas}, nil)
	if dex.IsRevert(err) {
		return nil, nil
	}
	return answer, err
}

// staked reads sVVV one block deep.
func (a *fakeAPI) staked(address common.Address) *big.Int {
	sealed := new(big.Int).Sub(a.chain.Head().Number, big.NewInt(1))
	to := devworld.BaseContracts().Staking
	answer, err := a.chain.Client().CallContract(context.Background(), ethereum.CallMsg{To: &to, Data: bindings.NewStakingV2().PackBalanceOf(address)}, sealed)
	if err != nil {
		a.t.Error(err)
	}
	return new(big.Int).SetBytes(answer)
}

func (a *fakeAPI) authenticated(w http.ResponseWriter, r *http.Request, route string) {
	a.mu.Lock()
	_, known := a.keys[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	a.mu.Unlock()
	if !known {
		refuse(w, 401, "Authentication failed")
		return
	}
	switch route {
	case "GET /api_keys/rate_limits":
		io.WriteString(w, `{"data":{"accessPermitted":true}}`)
	case "GET /billing/balance":
		io.WriteString(w, `{"canConsume":true,"consumptionCurrency":"DIEM","balances":{"diem":0.1,"usd":null},"diemEpochAllocation":0.1}`)
	case "POST /chat/completions":
		io.WriteString(w, `{"id":"c","model":"echo-1","choices":[{"message":{"role":"assistant","content":"echo: hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2},"cost":{"usd":0,"diem":0.000002}}`)
	default:
		refuse(w, 404, "Not found")
	}
}

// count returns how often a route was called.
func (a *fakeAPI) count(route string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, call := range a.calls {
		if call == route {
			n++
		}
	}
	return n
}

func (a *fakeAPI) keyCount() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.keys)
}

// newOptions is a run of a new wallet with 1 ETH, for 10 VVV.
func newOptions(t *testing.T, chain *devworld.Chain, api *fakeAPI) agent.Options {
	t.Helper()
	key, err := wallet.Generate()
	if err != nil {
		t.Fatal(err)
	}
	store := newStore(t)
	if err := chain.Fund(t.Context(), key.Address(), tokens("1"), nil, nil); err != nil {
		t.Fatal(err)
	}
	return agent.Options{
		Network: agent.Network{Name: "local", APIBase: api.base, RPCURL: chain.RPCURL(), ChainID: chain.ChainID(), Contracts: agent.BaseContracts()},
		Signer:  key, Keys: store, Target: agent.Target{Stake: agent.MustAmount("10")},
	}
}

func newStore(t *testing.T) *agent.Store {
	t.Helper()
	store, err := agent.OpenStore(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func tokens(text string) *big.Int { return agent.MustAmount(text).Int() }
