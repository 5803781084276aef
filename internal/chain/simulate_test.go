package chain_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"stakegate/internal/stake"
)

// calls answers eth_call with a result or an error, and nothing else.
func calls(answer any) func(string, []any) (any, bool) {
	return func(method string, _ []any) (any, bool) { return answer, method == "eth_call" }
}

func TestSimulatedCodeThatFailsIsAnAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		answer any
		want   string
	}{
		"it answers":                {"0x01", "\x01"},
		"it reverts":                {errors.New("execution reverted"), ""},
		"it runs dry":               {errors.New("out of gas"), ""},
		"it runs dry, says Anvil":   {nodeError{-32603, "EVM error OutOfGas"}, ""},
		"it runs dry, says reth":    {nodeError{-32003, "out of gas: gas required exceeds: 10000000"}, ""},
		"it takes too long":         {errors.New("execution aborted (timeout = 5s)"), ""},
		"it reverts in other words": {nodeError{3, "execution reverted: custom error 0x"}, ""},
	} {
		n := newFakeNode(t)
		n.set(func(n *fakeNode) { n.replace = calls(test.answer) })
		got, err := dial(t, configFor(n)).Simulate(t.Context(), []byte("code"), 1000)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, test.want)
		}
	}
}

func TestSimulationNamesItsGasAndNobodyWithRights(t *testing.T) {
	n := newFakeNode(t)
	n.set(func(n *fakeNode) { n.replace = calls("0x01") })
	if _, err := dial(t, configFor(n)).Simulate(t.Context(), []byte("code"), 1000); err != nil {
		t.Fatal(err)
	}
	arguments := n.params["eth_call"][0].(map[string]any)
	if arguments["gas"] != "0x3e8" || arguments["data"] != "0x636f6465" || arguments["to"] != nil {
		t.Errorf("asked with %v", arguments)
	}
	if from := arguments["from"]; from == nil || from == "0x0000000000000000000000000000000000000000" {
		t.Errorf("asked from %v", from)
	}
	if at := n.params["eth_call"][1].(map[string]any); at["blockHash"] == nil || at["requireCanonical"] != true {
		t.Errorf("asked at %v", at)
	}
}

// A stranger's code keeps a node busy until the time is over. That is the code's
// failure, and the node stays the first one to be asked.
func TestCodeThatTakesTooLongIsNotTheNodesFailure(t *testing.T) {
	slow, spare := newFakeNode(t), newFakeNode(t)
	release := make(chan struct{})
	defer close(release)
	slow.set(func(n *fakeNode) {
		n.replace = func(method string, _ []any) (any, bool) {
			if method == "eth_call" {
				n.mu.Unlock()
				<-release
				n.mu.Lock()
			}
			return "0x01", method == "eth_call"
		}
	})
	config := configFor(slow, spare)
	config.Timeout = 300 * time.Millisecond
	c := dial(t, config)
	spare.seen()
	got, err := c.Simulate(t.Context(), []byte("code"), 1000)
	if err != nil || got != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if asked := spare.seen(); asked != nil {
		t.Errorf("the other node was asked %v", asked)
	}
}

// What a node says of itself instead of an answer is no verdict, even if it
// answers everything else: another node is asked, or nobody could be.
func TestWhatANodeSaysOfItselfIsNoVerdict(t *testing.T) {
	for name, answer := range map[string]any{
		"a limit":                 nodeError{-32005, "limit exceeded"},
		"a limit, as of Base":     nodeError{-32016, "over rate limit"},
		"a limit, as of others":   errors.New("Too Many Requests"),
		"no such block there":     errors.New("header not found"),
		"no such state there":     errors.New("missing trie node 00 (path ) state 0x00 is not available"),
		"no such resource":        nodeError{-32001, "block not found"},
		"nothing to be simulated": nodeError{-32601, "the method eth_call does not exist"},
		"not hexadecimal":         "one",
	} {
		trouble, good := newFakeNode(t), newFakeNode(t)
		trouble.set(func(n *fakeNode) { n.replace = calls(answer) })
		good.set(func(n *fakeNode) { n.replace = calls("0x01") })
		if got, err := dial(t, configFor(trouble, good)).Simulate(t.Context(), []byte("code"), 1000); err != nil || string(got) != "\x01" {
			t.Errorf("%s, with another node: %q, %v", name, got, err)
		}
		if got, err := dial(t, configFor(trouble)).Simulate(t.Context(), []byte("code"), 1000); !errors.Is(err, stake.ErrChain) {
			t.Errorf("%s, alone: %q, %v", name, got, err)
		}
	}
}

func TestNodesThatFailAreNoVerdict(t *testing.T) {
	down, good := newFakeNode(t), newFakeNode(t)
	good.set(func(n *fakeNode) { n.replace = calls("0x01") })
	c := dial(t, configFor(down, good))
	down.set(func(n *fakeNode) {
		n.handler = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }
	})
	if got, err := c.Simulate(t.Context(), []byte("code"), 1000); err != nil || string(got) != "\x01" {
		t.Errorf("with one node left: %q, %v", got, err)
	}
	good.Close()
	if _, err := c.Simulate(t.Context(), []byte("code"), 1000); !errors.Is(err, stake.ErrChain) {
		t.Errorf("with none: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Simulate(ctx, []byte("code"), 1000); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
