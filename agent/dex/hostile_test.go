package dex_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/dex"
	"stakegate/contracts/bindings"
)

var ether common.Address // pays with ETH

// TestPricesThatAreNotTheMarketsAreRefused changes a world of its own each time
// and then asks one exchange for 10 VVV.
func TestPricesThatAreNotTheMarketsAreRefused(t *testing.T) {
	factory, feed := bindings.NewAerodromePoolFactory(), bindings.NewDevWorldPriceFeed()
	dollars := func(n int64) []byte { return feed.PackSetAnswer(tokens(n), new(big.Int)) }
	for name, c := range map[string]struct {
		venue  string
		change func(b buyer)
		want   func(*dex.Want)
		words  string
	}{
		"Aerodrome, moved by a sandwich":  {"Aerodrome", func(b buyer) { b.swallow("Aerodrome", 100) }, nil, "somebody has moved it"},
		"Uniswap, moved by a sandwich":    {"Uniswap v3", func(b buyer) { b.swallow("Uniswap v3", 3) }, nil, "somebody has moved it"},
		"Slipstream, moved by a sandwich": {"Slipstream", func(b buyer) { b.swallow("Slipstream", 3) }, nil, "somebody has moved it"},
		"paused":                          {"Aerodrome", func(b buyer) { b.send(dex.Call{To: world.Aerodrome.Factory, Data: factory.PackSetPauseState(true)}) }, nil, "paused"},
		"thin":                            {"Slipstream", nil, func(w *dex.Want) { w.Out = tokens(1000) }, "the pool is thin"},
		"more than the pool has":          {"Slipstream", nil, func(w *dex.Want) { w.Out = tokens(1_000_000) }, "the pool is thin"},
		"no pool":                         {"Aerodrome", nil, func(w *dex.Want) { w.Token, w.Via = common.Address{1}, nil }, "there is no pool"},
		"the feed says half":              {"Aerodrome", func(b buyer) { b.send(dex.Call{To: world.PriceFeeds.VVVUSD, Data: dollars(10)}) }, nil, "off the price feeds'"},
		"the feed says double":            {"Aerodrome", func(b buyer) { b.send(dex.Call{To: world.PriceFeeds.VVVUSD, Data: dollars(40)}) }, nil, "off the price feeds'"},
		"the feed is two days old": {"Aerodrome", func(b buyer) {
			b.send(dex.Call{To: world.PriceFeeds.VVVUSD, Data: feed.PackSetAnswer(tokens(20), big.NewInt(b.now().Add(-48*time.Hour).Unix()))})
		}, nil, "no recent answer"},
		"the feed is of tomorrow": {"Aerodrome", func(b buyer) {
			b.send(dex.Call{To: world.PriceFeeds.VVVUSD, Data: feed.PackSetAnswer(tokens(20), big.NewInt(b.now().Add(24*time.Hour).Unix()))})
		}, nil, "no recent answer"},
		"the feed of ETH answers 0": {"Aerodrome", func(b buyer) {
			b.send(dex.Call{To: world.PriceFeeds.ETHUSD, Data: feed.PackSetAnswer(new(big.Int), new(big.Int))})
		}, nil, "no recent answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := faucetOf(t, startChain(t))
			if c.change != nil {
				c.change(b)
			}
			want := b.wanted(ether, world.VVV)
			want.Via = nil
			if c.want != nil {
				c.want(&want)
			}
			offer, err := only(worldMarket(), c.venue).Best(t.Context(), b.client, nil, want)
			if !errors.Is(err, dex.ErrNoOffer) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %+v, %v, want %q", offer, err, c.words)
			}
		})
	}
}

// swallow buys VVV for so much ETH, whatever it costs.
func (b buyer) swallow(venue string, wei int64) {
	b.Helper()
	want := b.wanted(ether, world.VVV)
	want.Via, want.MaxImpactBPS = nil, 9_000
	offer, err := only(worldMarket(), venue).Best(b.Context(), b.client, nil, want)
	if err != nil {
		b.Fatal(err)
	}
	b.send(offer.Route.Swap(tokens(wei), dex.Order{MinOut: big.NewInt(1), Recipient: b.address(), Deadline: b.now().Add(time.Minute)}))
}

func TestAMovedPoolIsGoneAround(t *testing.T) {
	b := faucetOf(t, startChain(t))
	want := b.wanted(ether, world.VVV)
	calm, err := worldMarket().Best(t.Context(), b.client, nil, want)
	if err != nil || calm.Route.Name() != "Aerodrome volatile" {
		t.Fatalf("got %+v, %v, want the deepest pool", calm, err)
	}
	b.swallow("Aerodrome", 100)
	want.Now = b.now()
	moved, err := worldMarket().Best(t.Context(), b.client, nil, want)
	if err != nil || strings.HasPrefix(moved.Route.Name(), "Aerodrome") {
		t.Fatalf("got %+v, %v, want another exchange", moved.Candidate, err)
	}
	if limit := new(big.Int).Quo(new(big.Int).Mul(calm.In, big.NewInt(102)), big.NewInt(100)); moved.In.Cmp(limit) > 0 {
		t.Errorf("pays %s on %s, %s before", moved.In, moved.Route.Name(), calm.In)
	}
}

// liar is a node that changes what contracts answer.
type liar struct {
	dex.Caller
	// change returns another answer, or the same.
	change func(to common.Address, selector [4]byte, answer []byte) []byte
}

func (l liar) CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error) {
	answer, err := l.Caller.CallContract(ctx, call, block)
	if err != nil {
		return answer, err
	}
	multicall := bindings.NewMulticall3()
	parsed, err := bindings.Multicall3MetaData.ParseABI()
	if err != nil {
		return nil, err
	}
	in, err := parsed.Methods["aggregate3"].Inputs.Unpack(call.Data[4:])
	if err != nil {
		return nil, err
	}
	calls := in[0].([]struct {
		Target       common.Address `json:"target"`
		AllowFailure bool           `json:"allowFailure"`
		CallData     []byte         `json:"callData"`
	})
	results, err := multicall.UnpackAggregate3(answer)
	if err != nil {
		return nil, err
	}
	for i, result := range results {
		results[i].ReturnData = l.change(calls[i].Target, [4]byte(calls[i].CallData), result.ReturnData)
	}
	return parsed.Methods["aggregate3"].Outputs.Pack(results)
}

// lastWord replaces the last 32 bytes of a method's answers.
func lastWord(to common.Address, selector string, change func(*big.Int) *big.Int) func(common.Address, [4]byte, []byte) []byte {
	return func(at common.Address, got [4]byte, answer []byte) []byte {
		if at != to || [4]byte(common.FromHex(selector)) != got || len(answer) < 32 {
			return answer
		}
		word := change(new(big.Int).SetBytes(answer[len(answer)-32:]))
		return append(append([]byte{}, answer[:len(answer)-32]...), common.BigToHash(word).Bytes()...)
	}
}

func firstWord(to common.Address, selector string, change func(*big.Int) *big.Int) func(common.Address, [4]byte, []byte) []byte {
	return func(at common.Address, got [4]byte, answer []byte) []byte {
		if at != to || [4]byte(common.FromHex(selector)) != got || len(answer) < 32 {
			return answer
		}
		word := change(new(big.Int).SetBytes(answer[:32]))
		return append(common.BigToHash(word).Bytes(), answer[32:]...)
	}
}

func times(numerator, denominator int64) func(*big.Int) *big.Int {
	return func(n *big.Int) *big.Int {
		return new(big.Int).Quo(new(big.Int).Mul(n, big.NewInt(numerator)), big.NewInt(denominator))
	}
}

func TestANodeThatLiesIsFoundOut(t *testing.T) {
	b := faucetOf(t, startChain(t))
	elsewhere := func(*big.Int) *big.Int { return big.NewInt(0xbad) }
	for name, c := range map[string]struct {
		venue string
		lie   func(common.Address, [4]byte, []byte) []byte
		is    error
		words string
	}{
		"Aerodrome quotes less":         {"Aerodrome", lastWord(world.Aerodrome.Router, "0x5509a1ac", times(1, 2)), dex.ErrLying, "reserves"},
		"Aerodrome quotes more":         {"Aerodrome", lastWord(world.Aerodrome.Router, "0x5509a1ac", times(2, 1)), dex.ErrLying, "reserves"},
		"Uniswap quotes more":           {"Uniswap v3", firstWord(world.UniswapV3.Quoter, "0xc6a5026a", times(2, 1)), dex.ErrLying, "more than the price"},
		"Uniswap quotes less":           {"Uniswap v3", firstWord(world.UniswapV3.Quoter, "0xc6a5026a", times(1, 2)), dex.ErrNoOffer, "move the price"},
		"Slipstream quotes more":        {"Slipstream", firstWord(world.Slipstream[0].Quoter, "0x9e7defe6", times(2, 1)), dex.ErrLying, "more than the price"},
		"Slipstream quotes less":        {"Slipstream", firstWord(world.Slipstream[0].Quoter, "0x9e7defe6", times(1, 2)), dex.ErrNoOffer, "move the price"},
		"another factory at the router": {"Aerodrome", firstWord(world.Aerodrome.Router, "0xd4b6846d", elsewhere), nil, "does not answer like Aerodrome's router"},
		"another factory at SwapRouter": {"Uniswap v3", firstWord(world.UniswapV3.Router, "0xc45a0155", elsewhere), nil, "does not answer like Uniswap's router"},
		"another factory at the quoter": {"Uniswap v3", firstWord(world.UniswapV3.Quoter, "0xc45a0155", elsewhere), nil, "does not answer like Uniswap's quoter"},
		"a Slipstream that is none":     {"Slipstream", firstWord(world.Slipstream[0].Router, "0xc45a0155", elsewhere), dex.ErrNoOffer, "there is no pool"},
		"nothing at the factory": {"Aerodrome", func(at common.Address, _ [4]byte, answer []byte) []byte {
			if at == world.Aerodrome.Factory {
				return nil
			}
			return answer
		}, nil, "does not answer like Aerodrome's factory"},
	} {
		want := b.wanted(ether, world.VVV)
		want.Via = nil
		offer, err := only(worldMarket(), c.venue).Best(t.Context(), liar{b.client, c.lie}, nil, want)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || c.is == nil && errors.Is(err, dex.ErrNoOffer) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: got %+v, %v, want %v, %q", name, offer.Candidate, err, c.is, c.words)
		}
	}
}

func TestWrongAddressesAreNotMissingPools(t *testing.T) {
	b := faucetOf(t, startChain(t))
	for name, change := range map[string]func(*dex.Market){
		"Multicall3":         func(m *dex.Market) { m.Multicall3 = common.Address{1} },
		"Aerodrome, router":  func(m *dex.Market) { m.Aerodrome.Router = common.Address{1} },
		"Aerodrome, factory": func(m *dex.Market) { m.Aerodrome.Factory = common.Address{1} },
		"Uniswap, router":    func(m *dex.Market) { m.UniswapV3.Router = common.Address{1} },
		"Uniswap, quoter":    func(m *dex.Market) { m.UniswapV3.Quoter = common.Address{1} },
		"Uniswap, factory":   func(m *dex.Market) { m.UniswapV3.Factory = common.Address{1} },
		"feed": func(m *dex.Market) {
			m.Feeds = map[common.Address]dex.Feed{world.VVV: {At: common.Address{1}, MaxAge: time.Hour}}
		},
	} {
		m := worldMarket()
		change(&m)
		if _, err := m.Best(t.Context(), b.client, nil, b.wanted(ether, world.VVV)); err == nil || errors.Is(err, dex.ErrNoOffer) ||
			!strings.Contains(err.Error(), "check the address") {
			t.Errorf("%s: got %v, want an error that names the address", name, err)
		}
	}
}

type deadNode struct{ err error }

func (d deadNode) CallContract(context.Context, ethereum.CallMsg, *big.Int) ([]byte, error) {
	return nil, d.err
}

func TestAChainThatDoesNotAnswerIsNotAMissingPool(t *testing.T) {
	down := errors.New("connection refused")
	_, err := worldMarket().Best(t.Context(), deadNode{down}, nil, dex.Want{Token: world.VVV, Out: tokens(1), SlippageBPS: 50})
	if !errors.Is(err, down) || errors.Is(err, dex.ErrNoOffer) {
		t.Errorf("got %v, want the chain's error", err)
	}
}

func TestBestRefusesSenselessOrders(t *testing.T) {
	for _, want := range []dex.Want{{Out: new(big.Int)}, {Out: tokens(-1)}, {Out: tokens(1), SlippageBPS: -1}, {Out: tokens(1), SlippageBPS: 10_000}} {
		if _, err := worldMarket().Best(t.Context(), deadNode{errors.New("asked")}, nil, want); err == nil || err.Error() == "asked" {
			t.Errorf("%+v was accepted: %v", want, err)
		}
	}
}
