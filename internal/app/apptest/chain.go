package apptest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// The contracts that the server reads, at their addresses on Base.
var (
	Staking = common.HexToAddress("0x321b7ff75154472B18EDb199033fF4D116F340Ff")
	DIEM    = common.HexToAddress("0xF4d97F2da56e8c3098f3a8D538DB630A2606a024")
)

// ChainID is the fake chain's.
const ChainID = 8453

// FakeChain is a JSON-RPC node with two staking contracts, without a chain
// behind it: quick, and able to fail. Its newest block has the clock's time,
// unless it is frozen.
type FakeChain struct {
	server *httptest.Server
	clock  *Clock

	mu     sync.Mutex
	head   uint64
	frozen time.Time
	down   bool
	silent bool
	vvv    map[common.Address]*big.Int
	diem   map[common.Address]*big.Int
	events []event
	calls  int
}

type event struct {
	contract, account common.Address
	block             uint64
}

// NewFakeChain starts a node on which somebody else has staked 900 VVV.
func NewFakeChain(t testing.TB, clock *Clock) *FakeChain {
	t.Helper()
	c := &FakeChain{
		clock: clock, head: 100,
		vvv:  map[common.Address]*big.Int{common.HexToAddress("0x00000000000000000000000000000000000bee00"): Tokens(900)},
		diem: map[common.Address]*big.Int{},
	}
	c.server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.server.Close)
	return c
}

// Tokens is an amount of whole tokens in wei.
func Tokens(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(1_000_000_000_000_000_000))
}

// URL is where JSON-RPC is answered.
func (c *FakeChain) URL() string { return c.server.URL }

// StakeVVV sets a wallet's sVVV, in wei, in a new block.
func (c *FakeChain) StakeVVV(address common.Address, wei *big.Int) {
	c.set(c.vvv, Staking, address, wei)
}

// StakeDIEM sets a wallet's staked DIEM, in wei, in a new block.
func (c *FakeChain) StakeDIEM(address common.Address, wei *big.Int) {
	c.set(c.diem, DIEM, address, wei)
}

func (c *FakeChain) set(stakes map[common.Address]*big.Int, contract, address common.Address, wei *big.Int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head++
	stakes[address] = wei
	c.events = append(c.events, event{contract, address, c.head})
}

// SetDown makes every request fail, or lets them succeed again.
func (c *FakeChain) SetDown(down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = down
}

// SetSilent lets every request wait until it is given up, or be answered again.
func (c *FakeChain) SetSilent(silent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silent = silent
}

func (c *FakeChain) isSilent() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.silent
}

// Freeze stops the making of blocks: the newest one grows old.
func (c *FakeChain) Freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = c.clock.Now()
}

// Thaw makes blocks again.
func (c *FakeChain) Thaw() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head++
	c.frozen = time.Time{}
}

// Calls is how many JSON-RPC requests were answered.
func (c *FakeChain) Calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

type rpcQuery struct {
	ID     json.RawMessage   `json:"id"`
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
}

func (c *FakeChain) serve(w http.ResponseWriter, r *http.Request) {
	if c.isSilent() {
		_, _ = io.Copy(io.Discard, r.Body) // only then it is noticed that the client has left
		<-r.Context().Done()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	var queries []rpcQuery
	if err := json.NewDecoder(r.Body).Decode(&queries); err != nil || c.down {
		http.Error(w, "not now", http.StatusBadGateway)
		return
	}
	answers := make([]map[string]any, len(queries))
	for i, q := range queries {
		answers[i] = map[string]any{"jsonrpc": "2.0", "id": q.ID}
		if result, err := c.answer(q); err != nil {
			answers[i]["error"] = map[string]any{"code": -32000, "message": err.Error()}
		} else {
			answers[i]["result"] = result
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answers)
}

func (c *FakeChain) answer(q rpcQuery) (any, error) {
	switch q.Method {
	case "eth_chainId":
		return hexutil.EncodeUint64(ChainID), nil
	case "eth_getBlockByNumber":
		var tag string
		if err := json.Unmarshal(q.Params[0], &tag); err != nil {
			return nil, err
		}
		return c.block(tag)
	case "eth_call":
		return c.call(q.Params)
	case "eth_getStorageAt":
		return words(nil), nil
	case "eth_getLogs":
		return c.logs(q.Params[0])
	default:
		return nil, fmt.Errorf("method %s not found", q.Method)
	}
}

func blockHash(number uint64) common.Hash {
	return crypto.Keccak256Hash([]byte(hexutil.EncodeUint64(number)))
}

func (c *FakeChain) block(tag string) (any, error) {
	number := c.head
	if tag != "latest" {
		var err error
		if number, err = hexutil.DecodeUint64(tag); err != nil || number > c.head {
			return nil, err
		}
	}
	at := c.clock.Now()
	if !c.frozen.IsZero() {
		at = c.frozen
	}
	at = at.Add(-2 * time.Second * time.Duration(c.head-number))
	return map[string]any{
		"number": hexutil.EncodeUint64(number), "hash": blockHash(number), "timestamp": hexutil.EncodeUint64(uint64(at.Unix())),
	}, nil
}

// call answers about the newest block only, as the tests have no
// confirmations; another hash is an error that a reader must survive.
func (c *FakeChain) call(params []json.RawMessage) (any, error) {
	var call struct {
		To   common.Address `json:"to"`
		Data hexutil.Bytes  `json:"data"`
	}
	var at struct {
		BlockHash common.Hash `json:"blockHash"`
	}
	if err := errors.Join(json.Unmarshal(params[0], &call), json.Unmarshal(params[1], &at)); err != nil {
		return nil, err
	}
	if at.BlockHash != blockHash(c.head) {
		return nil, errors.New("header not found")
	}
	selector, arguments := call.Data[:4], call.Data[4:]
	switch {
	case is(selector, "balanceOf(address)") && call.To == Staking:
		return words(c.vvv[common.BytesToAddress(arguments)]), nil
	case is(selector, "totalSupply()") && call.To == Staking:
		total := new(big.Int)
		for _, stake := range c.vvv {
			total.Add(total, stake)
		}
		return words(total), nil
	case is(selector, "cooldownDuration()"):
		return words(big.NewInt(86_400)), nil
	case is(selector, "transfer(address,uint256)") && call.To == Staking:
		return nil, errors.New("execution reverted: NOT_TRANSFERRABLE")
	case is(selector, "stakedInfos(address)") && call.To == DIEM:
		return words(c.diem[common.BytesToAddress(arguments)], nil, nil), nil
	}
	return "0x", nil
}

func is(selector []byte, signature string) bool {
	return string(selector) == string(crypto.Keccak256([]byte(signature))[:4])
}

func words(numbers ...*big.Int) string {
	var out strings.Builder
	out.WriteString("0x")
	for _, n := range numbers {
		if n == nil {
			n = new(big.Int)
		}
		fmt.Fprintf(&out, "%064x", n)
	}
	return out.String()
}

func (c *FakeChain) logs(param json.RawMessage) (any, error) {
	var filter struct {
		From hexutil.Uint64 `json:"fromBlock"`
		To   hexutil.Uint64 `json:"toBlock"`
	}
	if err := json.Unmarshal(param, &filter); err != nil {
		return nil, err
	}
	list := []any{}
	for _, e := range c.events {
		if e.block >= uint64(filter.From) && e.block <= uint64(filter.To) {
			list = append(list, map[string]any{
				"address": e.contract, "blockNumber": hexutil.EncodeUint64(e.block),
				"topics": []common.Hash{crypto.Keccak256Hash([]byte("Staked(address)")), common.BytesToHash(e.account[:])},
			})
		}
	}
	return list, nil
}
