package chain_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"stakegate/internal/chain"
	"stakegate/internal/stake"
)

var quiet = slog.New(slog.DiscardHandler)

func configFor(nodes ...*fakeNode) chain.Config {
	config := chain.Config{
		ChainID: 8453, Timeout: 2 * time.Second, Logger: quiet,
		Now: func() time.Time { return start.Add(time.Second) },
	}
	for _, n := range nodes {
		config.URLs = append(config.URLs, n.URL)
	}
	return config
}

func dial(t testing.TB, config chain.Config) *chain.Client {
	t.Helper()
	client, err := chain.Dial(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func TestSealedIsBehindTheHeadByTheConfirmations(t *testing.T) {
	n := newFakeNode(t)
	for confirmations, want := range map[uint64]uint64{0: 100, 2: 98, 100: 0, 1000: 0} {
		config := configFor(n)
		config.Confirmations = confirmations
		got, err := dial(t, config).Sealed(context.Background())
		wantBlock := stake.Block{Number: want, Hash: n.hash(want), Time: start.Add(-2 * time.Second * time.Duration(100-want))}
		if err != nil || got != wantBlock {
			t.Errorf("%d confirmations: got %+v, %v; want %+v", confirmations, got, err, wantBlock)
		}
	}
}

func TestCallsGoToOneBlockByItsHashInBatches(t *testing.T) {
	n := newFakeNode(t)
	config := configFor(n)
	config.Batch = 2
	client := dial(t, config)
	block, err := client.Sealed(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	n.set(func(n *fakeNode) { n.head += 5 }) // the chain goes on meanwhile
	n.seen()
	calls := []stake.Call{{To: contract, Data: []byte{1}}, {To: contract, Data: []byte{2}}, {To: common.Address{19: 9}, Data: nil}}
	answers, err := client.Call(context.Background(), block, calls)
	if err != nil {
		t.Fatal(err)
	}
	for i, call := range calls {
		if want := append(call.To.Bytes(), call.Data...); !bytes.Equal(answers[i], want) {
			t.Errorf("call %d: got %x, want %x", i, answers[i], want)
		}
	}
	if got := n.seen(); !reflect.DeepEqual(got, []string{"eth_call eth_call", "eth_call"}) {
		t.Errorf("requests: %q", got)
	}
	want := map[string]any{"blockHash": block.Hash.Hex(), "requireCanonical": true}
	if got := n.params["eth_call"][1]; !reflect.DeepEqual(got, want) {
		t.Errorf("asked at %v, want %v", got, want)
	}
	n.set(func(n *fakeNode) { n.fork++ })
	if _, err := client.Call(context.Background(), block, calls); !errors.Is(err, stake.ErrChain) || !strings.Contains(err.Error(), "header not found") {
		t.Errorf("a block that was taken back: %v", err)
	}
	if answers, err := client.Call(context.Background(), block, nil); err != nil || len(answers) != 0 {
		t.Errorf("no calls: %v, %v", answers, err)
	}
}

func TestCanonicalNoticesForksAndForgottenBlocks(t *testing.T) {
	n := newFakeNode(t)
	client := dial(t, configFor(n))
	block, err := client.Sealed(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, want bool) {
		t.Helper()
		if got, err := client.Canonical(context.Background(), block); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	check("the head", true)
	n.set(func(n *fakeNode) { n.head = 120 })
	check("an older block", true)
	n.set(func(n *fakeNode) { n.head = 99 })
	check("above the head", false)
	n.set(func(n *fakeNode) { n.head, n.fork = 120, 1 })
	check("on another branch", false)
	n.Close()
	if got, err := client.Canonical(context.Background(), block); !errors.Is(err, stake.ErrChain) || got {
		t.Errorf("node away: %v, %v", got, err)
	}
}

func TestTouchesNameTheAccountsOfEvents(t *testing.T) {
	n := newFakeNode(t)
	alice, bob := common.Address{0: 0xa1, 19: 1}, common.Address{0: 0xb0, 19: 2}
	topic := func(a common.Address) string { return common.BytesToHash(a[:]).Hex() }
	n.set(func(n *fakeNode) {
		n.replace = func(method string, _ []any) (any, bool) {
			return []any{
				map[string]any{"address": contract.Hex(), "topics": []string{common.Hash{1}.Hex(), topic(alice), topic(bob)}, "blockNumber": "0x5", "data": "0x"},
				map[string]any{"address": contract.Hex(), "topics": []string{topic(alice), common.Hash{2}.Hex()}, "blockNumber": "0x6"},
				map[string]any{"address": contract.Hex(), "topics": []string{}, "blockNumber": "0x7"},
			}, method == "eth_getLogs"
		}
	})
	client := dial(t, configFor(n))
	n.seen()
	got, err := client.Touches(context.Background(), []common.Address{contract}, 5, 70)
	want := []stake.Touch{
		{Contract: contract, Accounts: []common.Address{alice, bob}, Block: 5},
		{Contract: contract, Block: 6},
		{Contract: contract, Block: 7},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	filter := map[string]any{"address": []any{strings.ToLower(contract.Hex())}, "fromBlock": "0x5", "toBlock": "0x46"}
	if got := n.params["eth_getLogs"]; len(got) != 1 || !reflect.DeepEqual(got[0], filter) {
		t.Errorf("filter: %v", got)
	}
	if got := n.seen(); !reflect.DeepEqual(got, []string{"eth_chainId eth_getLogs"}) {
		t.Errorf("requests: %q", got)
	}
}

func TestAWrongChainIsRefusedAtTheStartAndLater(t *testing.T) {
	good, wrong := newFakeNode(t), newFakeNode(t)
	wrong.chainID = 1
	for _, nodes := range [][]*fakeNode{{wrong}, {good, wrong}} {
		if _, err := chain.Dial(context.Background(), configFor(nodes...)); !errors.Is(err, chain.ErrChainID) || !strings.Contains(err.Error(), "its id is 1, chain.id is 8453") {
			t.Errorf("%d nodes: %v", len(nodes), err)
		}
	}
	client := dial(t, configFor(good))
	good.set(func(n *fakeNode) { n.chainID = 84532 }) // another node answers behind the same name
	block := stake.Block{Number: 100, Hash: good.hash(100)}
	for name, ask := range questions(client, block) {
		if name == "Call" {
			continue // names its block by hash
		}
		if err := ask(context.Background()); !errors.Is(err, stake.ErrChain) || !errors.Is(err, chain.ErrChainID) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// questions are all that a client can be asked.
func questions(client *chain.Client, block stake.Block) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Sealed":    func(ctx context.Context) error { _, err := client.Sealed(ctx); return err },
		"Canonical": func(ctx context.Context) error { _, err := client.Canonical(ctx, block); return err },
		"Call": func(ctx context.Context) error {
			_, err := client.Call(ctx, block, []stake.Call{{To: contract}})
			return err
		},
		"Touches": func(ctx context.Context) error {
			_, err := client.Touches(ctx, []common.Address{contract}, 1, 2)
			return err
		},
	}
}

func TestALaggingNodeIsLeft(t *testing.T) {
	lagging, good := newFakeNode(t), newFakeNode(t)
	lagging.headAt, lagging.head = start.Add(-5*time.Minute), 50
	config := configFor(lagging, good)
	config.MaxHeadAge = 30 * time.Second
	client := dial(t, config)
	if got, err := client.Sealed(context.Background()); err != nil || got.Number != 100 {
		t.Errorf("got %+v, %v", got, err)
	}
	lagging.seen()
	if _, err := client.Sealed(context.Background()); err != nil || len(lagging.seen()) != 0 {
		t.Errorf("the lagging node is still asked first (%v)", err)
	}
	config.URLs = config.URLs[:1]
	if _, err := dial(t, config).Sealed(context.Background()); !errors.Is(err, stake.ErrChain) || !strings.Contains(err.Error(), "newest block 50 is 5m1s old") {
		t.Errorf("alone: %v", err)
	}
	config.MaxHeadAge = 0
	if got, err := dial(t, config).Sealed(context.Background()); err != nil || got.Number != 50 {
		t.Errorf("without the check: %+v, %v", got, err)
	}
}

// Whatever a node does, the next one is asked; when there is none, the error
// is ErrChain, comes in time, and is short.
func TestEveryFailureOfANodeIsSurvivedOrErrChain(t *testing.T) {
	for name, misbehave := range misbehaviours(newFakeNode(t)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad, good := newFakeNode(t), newFakeNode(t)
			block := stake.Block{Number: 100, Hash: good.hash(100)}
			config := configFor(bad, good)
			config.Timeout, config.MaxResponse = 500*time.Millisecond, 1<<16
			both := dial(t, config)
			config.URLs = config.URLs[:1]
			alone := dial(t, config)
			bad.set(misbehave)
			for question, ask := range questions(both, block) {
				if err := ask(context.Background()); err != nil {
					t.Errorf("%s with a good second node: %v", question, err)
				}
			}
			for question, ask := range questions(alone, block) {
				began := time.Now()
				err := ask(context.Background())
				if tolerated(name, question) {
					continue
				}
				if !errors.Is(err, stake.ErrChain) || len(err.Error()) > 400 || strings.Contains(err.Error(), "secret") {
					t.Errorf("%s alone: %v", question, err)
				}
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("%s alone took %v", question, took)
				}
			}
		})
	}
}

// misbehaviours are ways in which a node fails; other is where one redirects.
func misbehaviours(other *fakeNode) map[string]func(*fakeNode) {
	const junk = "<html>secret-of-the-proxy "
	respond := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	results := func(result any) func(string, []any) (any, bool) {
		return func(method string, _ []any) (any, bool) { return result, method != "eth_chainId" }
	}
	return map[string]func(*fakeNode){
		"hangs": func(n *fakeNode) {
			n.handler = func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body) // so that the server notices the client leave
				<-r.Context().Done()
			}
		},
		"drops": func(n *fakeNode) {
			n.handler = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		},
		"429":         func(n *fakeNode) { n.handler = respond(429, junk) },
		"502":         func(n *fakeNode) { n.handler = respond(502, junk) },
		"no JSON":     func(n *fakeNode) { n.handler = respond(200, junk) },
		"empty":       func(n *fakeNode) { n.handler = respond(200, "") },
		"empty batch": func(n *fakeNode) { n.handler = respond(200, "[]") },
		"null":        func(n *fakeNode) { n.handler = respond(200, "null") },
		"not a batch": func(n *fakeNode) {
			n.handler = respond(200, `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}`)
		},
		"redirect":     func(n *fakeNode) { n.handler = http.RedirectHandler(other.URL, http.StatusTemporaryRedirect).ServeHTTP },
		"endless":      func(n *fakeNode) { n.handler = endless },
		"huge error":   func(n *fakeNode) { n.replace = results(errors.New(strings.Repeat("\x00", 1<<20))) },
		"error":        func(n *fakeNode) { n.replace = results(errors.New("rate limit")) },
		"result null":  func(n *fakeNode) { n.replace = results(nil) },
		"result text":  func(n *fakeNode) { n.replace = results("0xzz") },
		"result 5":     func(n *fakeNode) { n.replace = results(5) },
		"bare objects": func(n *fakeNode) { n.replace = results(map[string]any{}) },
		"bare events":  func(n *fakeNode) { n.replace = results([]any{map[string]any{}}) },
		"far future": func(n *fakeNode) {
			n.replace = results(map[string]any{"number": "0x1", "hash": common.Hash{}.Hex(), "timestamp": "0xffffffffffffffff"})
		},
	}
}

// tolerated lists answers that say nothing wrong: no block there is not
// canonical, and an empty answer of a call is for package stake to judge.
func tolerated(name, question string) bool {
	switch question {
	case "Canonical":
		return name == "result null" || name == "bare objects" || name == "far future"
	case "Call":
		return name == "result null"
	default:
		return false
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, `[{"jsonrpc":"2.0","id":1,"result":"0x`)
	chunk := bytes.Repeat([]byte("00"), 1<<15)
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func TestTooLargeAnswersAreNotRead(t *testing.T) {
	n := newFakeNode(t)
	config := configFor(n)
	config.MaxResponse = 10_000
	client := dial(t, config)
	block := stake.Block{Number: 100, Hash: n.hash(100)}
	for size, ok := range map[int]bool{4_000: true, 6_000: false, 1 << 20: false} {
		n.set(func(n *fakeNode) {
			n.replace = func(method string, _ []any) (any, bool) {
				return hexutil.Encode(make([]byte, size)), method == "eth_call"
			}
		})
		answers, err := client.Call(context.Background(), block, []stake.Call{{To: contract}})
		if ok && (err != nil || len(answers[0]) != size) || !ok && (!errors.Is(err, stake.ErrChain) || !strings.Contains(err.Error(), "answer is too large")) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestTheNodeThatAnsweredIsAskedFirst(t *testing.T) {
	first, second := newFakeNode(t), newFakeNode(t)
	client := dial(t, configFor(first, second))
	sealed := func() error { _, err := client.Sealed(context.Background()); return err }
	down := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
	first.set(func(n *fakeNode) { n.handler = down })
	if err := sealed(); err != nil {
		t.Fatal(err)
	}
	first.set(func(n *fakeNode) { n.handler = nil })
	first.seen()
	if err := sealed(); err != nil || len(first.seen()) != 0 {
		t.Errorf("the failed node was asked first again (%v)", err)
	}
	second.set(func(n *fakeNode) { n.handler = down })
	if err := sealed(); err != nil {
		t.Errorf("the first node is back, but %v", err)
	}
	first.set(func(n *fakeNode) { n.handler = down })
	if err := sealed(); !errors.Is(err, stake.ErrChain) || strings.Count(err.Error(), "HTTP status 503") != 2 {
		t.Errorf("both down: %v", err)
	}
}

func TestANodeThatIsAwayAtTheStartIsAskedLater(t *testing.T) {
	n := newFakeNode(t)
	n.handler = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
	client := dial(t, configFor(n))
	if _, err := client.Sealed(context.Background()); !errors.Is(err, stake.ErrChain) {
		t.Errorf("away: %v", err)
	}
	n.set(func(n *fakeNode) { n.handler = nil })
	if _, err := client.Sealed(context.Background()); err != nil {
		t.Errorf("back: %v", err)
	}
}

func TestACallerWhoGivesUpIsNotAChainThatFails(t *testing.T) {
	n := newFakeNode(t)
	client := dial(t, configFor(n))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for question, ask := range questions(client, stake.Block{Number: 100, Hash: n.hash(100)}) {
		if err := ask(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, stake.ErrChain) {
			t.Errorf("%s: %v", question, err)
		}
	}
	if _, err := chain.Dial(ctx, configFor(n)); !errors.Is(err, context.Canceled) {
		t.Errorf("Dial: %v", err)
	}
}
