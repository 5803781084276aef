package chain_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

var (
	start    = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	contract = common.HexToAddress("0x321b7ff75154472B18EDb199033fF4D116F340Ff")
)

// fakeNode is a JSON-RPC server with a head, and ways to misbehave.
type fakeNode struct {
	*httptest.Server
	mu       sync.Mutex
	chainID  uint64
	head     uint64
	headAt   time.Time
	fork     byte
	handler  http.HandlerFunc                              // instead of answering
	replace  func(method string, params []any) (any, bool) // instead of one result
	requests []string                                      // "eth_chainId eth_call eth_call", one for each HTTP request
	params   map[string][]any                              // of the last query of each method
}

// nodeError is an error with a code of its own; others have -32000.
type nodeError struct {
	code int
	text string
}

func (e nodeError) Error() string { return e.text }

type query struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params []any           `json:"params"`
}

func newFakeNode(t testing.TB) *fakeNode {
	t.Helper()
	n := &fakeNode{chainID: 8453, head: 100, headAt: start, params: map[string][]any{}}
	n.Server = httptest.NewServer(http.HandlerFunc(n.serve))
	t.Cleanup(n.Close)
	return n
}

// set changes the node while nothing is being answered.
func (n *fakeNode) set(change func(*fakeNode)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change(n)
}

// seen returns the requests so far, and forgets them.
func (n *fakeNode) seen() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	requests := n.requests
	n.requests = nil
	return requests
}

func (n *fakeNode) hash(number uint64) common.Hash {
	return common.Hash{0: 1, 1: n.fork, 31: byte(number), 30: byte(number >> 8)}
}

func (n *fakeNode) serve(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	handler := n.handler
	n.mu.Unlock()
	if handler != nil {
		handler(w, r)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	var queries []query
	if err != nil || json.Unmarshal(body, &queries) != nil {
		http.Error(w, "not a batch", http.StatusBadRequest)
		return
	}
	var methods []string
	answers := make([]map[string]any, 0, len(queries))
	for _, q := range queries {
		methods = append(methods, q.Method)
		n.params[q.Method] = q.Params
		answer := map[string]any{"jsonrpc": "2.0", "id": q.ID}
		if result, err := n.result(q); err != nil {
			failure := nodeError{-32000, err.Error()}
			errors.As(err, &failure)
			answer["error"] = map[string]any{"code": failure.code, "message": failure.text}
		} else {
			answer["result"] = result
		}
		answers = append(answers, answer)
	}
	n.requests = append(n.requests, strings.Join(methods, " "))
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(answers)
}

func (n *fakeNode) result(q query) (any, error) {
	if n.replace != nil {
		if result, ok := n.replace(q.Method, q.Params); ok {
			if err, isError := result.(error); isError {
				return nil, err
			}
			return result, nil
		}
	}
	switch q.Method {
	case "eth_chainId":
		return hexutil.EncodeUint64(n.chainID), nil
	case "eth_getBlockByNumber":
		return n.block(q.Params[0].(string))
	case "eth_call":
		at := q.Params[1].(map[string]any)
		for number := range n.head + 1 {
			if n.hash(number).Hex() == at["blockHash"] && at["requireCanonical"] == true {
				call := q.Params[0].(map[string]any)
				return "0x" + strings.TrimPrefix(call["to"].(string), "0x") + strings.TrimPrefix(call["data"].(string), "0x"), nil
			}
		}
		return nil, fmt.Errorf("header not found")
	case "eth_getBlockByHash":
		for number := range n.head + 1 {
			if n.hash(number).Hex() == q.Params[0] {
				return n.block(hexutil.EncodeUint64(number))
			}
		}
		return nil, nil
	case "eth_getLogs":
		return []any{}, nil
	default:
		return nil, fmt.Errorf("method %s not found", q.Method)
	}
}

func (n *fakeNode) block(tag string) (any, error) {
	number := n.head
	switch {
	case tag == "latest":
	case strings.HasPrefix(tag, "0x"):
		var err error
		if number, err = hexutil.DecodeUint64(tag); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("the tag %s must never be asked for", tag)
	}
	if number > n.head {
		return nil, nil
	}
	at := n.headAt.Add(-2 * time.Second * time.Duration(n.head-number))
	return map[string]any{
		"number": hexutil.EncodeUint64(number), "hash": n.hash(number).Hex(),
		"timestamp": hexutil.EncodeUint64(uint64(at.Unix())), "extraData": "0x00",
	}, nil
}
