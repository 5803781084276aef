package chain_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"pgregory.net/rapid"

	"stakegate/internal/chain"
	"stakegate/internal/stake"
)

// clock is a time that tests move.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(start.Add(time.Second).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.ns.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.ns.Add(int64(d)) }

func down(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }

// eventually waits for what a node's own goroutine does.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}

// The preferred node is asked again when it is well, and no caller waits for
// finding that out.
func TestThePreferredNodeIsAskedFirstAgainWhenItIsWell(t *testing.T) {
	first, second := newFakeNode(t), newFakeNode(t)
	at := newClock()
	config := configFor(first, second)
	config.Now, config.Retry = at.now, 15*time.Second
	client := dial(t, config)
	sealed := func() {
		t.Helper()
		if _, err := client.Sealed(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	first.set(func(n *fakeNode) { n.handler = down })
	sealed()
	if status := client.Status(); status.Nodes[0].OK || !status.Nodes[1].OK || !status.OK ||
		!strings.Contains(status.Nodes[0].Error, "HTTP status 503") || status.Nodes[0].Failures != 1 || status.Head.Number != 100 {
		t.Errorf("%+v", status)
	}
	at.advance(15 * time.Second)
	sealed()
	eventually(t, "the failed node is looked at", func() bool { return client.Status().Nodes[0].Failures == 2 })
	first.set(func(n *fakeNode) { n.handler = nil })
	at.advance(15 * time.Second)
	sealed()
	eventually(t, "it is found to be well", func() bool { return client.Status().Nodes[0].OK })
	first.seen()
	second.seen()
	sealed()
	if len(first.seen()) != 1 || len(second.seen()) != 0 {
		t.Error("the preferred node is well and was not asked first")
	}
}

func TestConcurrentQuestionsForTheHeadAreOne(t *testing.T) {
	n := newFakeNode(t)
	release := make(chan struct{})
	client := dial(t, configFor(n))
	n.seen()
	n.set(func(n *fakeNode) {
		n.replace = func(method string, _ []any) (any, bool) {
			if method == "eth_chainId" {
				<-release
			}
			return nil, false
		}
	})
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if _, err := client.Sealed(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	close(release)
	group.Wait()
	if asked := len(n.seen()); asked > 10 {
		t.Errorf("100 questions were asked %d times", asked)
	}
	if block, err := client.Recent(t.Context(), time.Minute); err != nil || block.Number != 100 || len(n.seen()) != 0 {
		t.Errorf("a recent block: %+v, %v", block, err)
	}
	n.set(func(n *fakeNode) { n.head = 101 })
	if block, err := client.Recent(t.Context(), 0); err != nil || block.Number != 101 {
		t.Errorf("no older than now: %+v, %v", block, err)
	}
}

func quorum(t *testing.T, nodes ...*fakeNode) *chain.Client {
	t.Helper()
	config := configFor(nodes...)
	config.Required, config.MaxHeadAge = 2, 30*time.Second
	return dial(t, config)
}

// Nodes hear of a block one after the other.
func TestANodeThatIsABlockBehindStaysWell(t *testing.T) {
	behind, second, third := newFakeNode(t), newFakeNode(t), newFakeNode(t)
	config := configFor(behind, second, third)
	config.Required, config.MaxHeadAge, config.Confirmations = 2, 30*time.Second, 2
	client := dial(t, config)
	for _, n := range []*fakeNode{second, third} {
		n.set(func(n *fakeNode) { n.head, n.headAt = 101, start.Add(2*time.Second) })
	}
	block, err := client.Sealed(t.Context())
	if err != nil || block.Number != 99 {
		t.Fatalf("%+v, %v", block, err)
	}
	if _, err := client.Call(t.Context(), block, []stake.Call{{To: contract, Data: []byte{1}}}); err != nil {
		t.Error(err)
	}
	for _, n := range client.Status().Nodes {
		if !n.OK || n.Failures > 0 {
			t.Errorf("%+v", n)
		}
	}
}

func TestTwoNodesMustAgree(t *testing.T) {
	for name, c := range map[string]struct {
		nodes     int
		misbehave func(*fakeNode)
		fails     bool // with that many nodes, of which the first misbehaves
		alarm     bool
	}{
		"both are well":          {2, func(*fakeNode) {}, false, false},
		"one of two is down":     {2, func(n *fakeNode) { n.handler = down }, true, false},
		"one of three is down":   {3, func(n *fakeNode) { n.handler = down }, false, false},
		"one of two is behind":   {2, func(n *fakeNode) { n.head, n.headAt = 98, start.Add(-4*time.Second) }, false, false},
		"one of two lags":        {2, func(n *fakeNode) { n.head, n.headAt = 50, start.Add(-100*time.Second) }, true, false},
		"one of two is ahead":    {2, func(n *fakeNode) { n.head, n.headAt = 102, start.Add(4*time.Second) }, false, false},
		"one of two has a fork":  {2, func(n *fakeNode) { n.fork = 1 }, true, true},
		"one of three has one":   {3, func(n *fakeNode) { n.fork = 1 }, false, true},
		"one of two lies":        {2, lie, true, true},
		"one of three lies":      {3, lie, false, true},
		"one is another chain's": {2, func(n *fakeNode) { n.chainID = 1 }, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes := []*fakeNode{newFakeNode(t)}
			for range c.nodes - 1 {
				nodes = append(nodes, newFakeNode(t))
			}
			client := quorum(t, nodes...)
			nodes[0].set(c.misbehave)
			err := func() error {
				block, err := client.Sealed(t.Context())
				if err != nil {
					return err
				}
				answers, err := client.Call(t.Context(), block, []stake.Call{{To: contract, Data: []byte{1}}})
				if err == nil && !slices.Equal(answers[0], append(contract.Bytes(), 1)) {
					t.Errorf("a lie was believed: %x", answers[0])
				}
				return err
			}()
			if c.fails != errors.Is(err, stake.ErrChain) || !c.fails && err != nil {
				t.Errorf("%v", err)
			}
			if alarms := client.Status().Disagreements; (alarms > 0) != c.alarm {
				t.Errorf("%d disagreements", alarms)
			}
		})
	}
	config := configFor(newFakeNode(t))
	config.Required = 2
	if _, err := chain.Dial(t.Context(), config); err == nil || !strings.Contains(err.Error(), "chain.required") {
		t.Errorf("one node cannot agree with itself: %v", err)
	}
}

// lie makes a node answer each call with an amount.
func lie(n *fakeNode) {
	n.replace = func(method string, _ []any) (any, bool) {
		return hexutil.Encode(big.NewInt(1_000_000).FillBytes(make([]byte, 32))), method == "eth_call"
	}
}

func TestAWalletsAnswerNeedsTwoNodesToo(t *testing.T) {
	liar, honest := newFakeNode(t), newFakeNode(t)
	honest.replace = func(method string, _ []any) (any, bool) { return "0x", method == "eth_call" }
	client := quorum(t, liar, honest)
	liar.set(lie)
	if answer, err := client.Simulate(t.Context(), []byte{0}, 1_000_000); !errors.Is(err, stake.ErrChain) {
		t.Errorf("%x, %v", answer, err)
	}
}

func TestEventsOfAnyOfTwoNodesWake(t *testing.T) {
	silent, telling := newFakeNode(t), newFakeNode(t)
	client := quorum(t, silent, telling)
	telling.set(func(n *fakeNode) {
		n.replace = func(method string, _ []any) (any, bool) {
			return []any{map[string]any{"address": contract.Hex(), "topics": []string{}, "blockNumber": "0x7"}}, method == "eth_getLogs"
		}
	})
	if touches, err := client.Touches(t.Context(), []common.Address{contract}, 1, 9); err != nil || len(touches) != 1 || touches[0].Block != 7 {
		t.Errorf("%+v, %v", touches, err)
	}
}

// The first block of a time is found wherever it is, by few questions.
func TestTheFirstBlockSinceATimeIsFound(t *testing.T) {
	n := newFakeNode(t)
	client := dial(t, configFor(n))
	rapid.Check(t, func(t *rapid.T) {
		head := rapid.Uint64Range(0, 60_000).Draw(t, "head")
		back := rapid.Int64Range(0, 130_000).Draw(t, "seconds back")
		n.set(func(n *fakeNode) { n.head = head })
		at := start.Add(-time.Duration(back) * time.Second)
		n.seen()
		got, err := client.FirstSince(context.Background(), at, stake.Block{Number: head, Hash: n.hash(head), Time: start})
		want := head - min(head, uint64(back/2))
		if err != nil || got.Number != want || got.Time.Before(at) {
			t.Fatalf("%d seconds before block %d: got %d, %v; want %d", back, head, got.Number, err, want)
		}
		if asked := len(n.seen()); asked > 40 {
			t.Fatalf("%d questions", asked)
		}
	})
	if _, err := client.FirstSince(t.Context(), start.Add(time.Second), stake.Block{Number: 5, Time: start}); !errors.Is(err, stake.ErrChain) {
		t.Errorf("a time to come: %v", err)
	}
}

func TestARefusedCallIsAnAnswerAndAFailedNodeIsNone(t *testing.T) {
	n := newFakeNode(t)
	client := dial(t, configFor(n))
	block := stake.Block{Number: 100, Hash: n.hash(100)}
	try := func() ([]byte, bool, error) {
		return client.Try(t.Context(), block, common.Address{1}, stake.Call{To: contract, Data: []byte{5}})
	}
	if answer, ok, err := try(); err != nil || !ok || len(answer) != 21 {
		t.Errorf("%x, %v, %v", answer, ok, err)
	}
	fail := func(text string) {
		n.set(func(n *fakeNode) {
			n.replace = func(method string, _ []any) (any, bool) { return fmt.Errorf("%s", text), method == "eth_call" }
		})
	}
	fail("execution reverted: NOT_TRANSFERRABLE")
	if _, ok, err := try(); ok || err != nil {
		t.Errorf("reverted: %v, %v", ok, err)
	}
	fail("header not found")
	if _, ok, err := try(); ok || !errors.Is(err, stake.ErrChain) {
		t.Errorf("failed: %v, %v", ok, err)
	}
	n.set(func(n *fakeNode) {
		n.replace = func(method string, _ []any) (any, bool) {
			return common.Hash{31: 7}.Hex(), method == "eth_getStorageAt"
		}
	})
	if word, err := client.Storage(t.Context(), block, contract, common.Hash{}); err != nil || word != (common.Hash{31: 7}) {
		t.Errorf("storage: %s, %v", word, err)
	}
	if at := n.params["eth_getStorageAt"][2]; fmt.Sprint(at) != fmt.Sprint(map[string]any{"blockHash": block.Hash.Hex(), "requireCanonical": true}) {
		t.Errorf("asked at %v", at)
	}
	n.set(func(n *fakeNode) {
		n.replace = func(method string, _ []any) (any, bool) { return "0x", method == "eth_getStorageAt" }
	})
	if word, err := client.Storage(t.Context(), block, contract, common.Hash{}); !errors.Is(err, stake.ErrChain) {
		t.Errorf("no word: %s, %v", word, err)
	}
}

// Many calls are one question where Multicall3 stands, and a batch elsewhere.
func TestManyCallsGoThroughMulticall3WhereItStands(t *testing.T) {
	n := newFakeNode(t)
	config := configFor(n)
	config.Multicall = chain.CanonicalMulticall3
	client := dial(t, config)
	block := stake.Block{Number: 100, Hash: n.hash(100)}
	calls := make([]stake.Call, 10)
	for i := range calls {
		calls[i] = stake.Call{To: contract, Data: []byte{byte(i)}}
	}
	n.set(func(n *fakeNode) {
		n.replace = func(method string, params []any) (any, bool) {
			to, _ := params, method
			return "0x", method == "eth_call" && strings.EqualFold(to[0].(map[string]any)["to"].(string), chain.CanonicalMulticall3.Hex())
		}
	})
	n.seen()
	for round, want := range []int{2, 1} { // then it is known not to be there
		answers, err := client.Call(t.Context(), block, calls)
		if err != nil || len(answers) != 10 || answers[9][20] != 9 {
			t.Fatalf("%x, %v", answers, err)
		}
		if seen := n.seen(); len(seen) != want {
			t.Errorf("round %d: %q", round, seen)
		}
	}
}

// A node that hangs keeps the others waiting once, and not for every question.
func TestANodeThatHangsIsLeftOutOfAQuorum(t *testing.T) {
	hanging := newFakeNode(t)
	config := configFor(hanging, newFakeNode(t), newFakeNode(t))
	config.Required, config.Timeout = 2, time.Second
	client := dial(t, config)
	hanging.set(func(n *fakeNode) {
		n.handler = func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // so that the server notices the client leave
			<-r.Context().Done()
		}
	})
	began := time.Now()
	for range 10 {
		if _, err := client.Sealed(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("ten questions took %v", took)
	}
}
