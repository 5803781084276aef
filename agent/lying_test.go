package agent_test

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent"
	"stakegate/agent/dex"
	"stakegate/contracts"
	"stakegate/contracts/bindings"
	"stakegate/internal/devworld"
)

// lyingChain is a node that changes the first word of what one method of a
// contract answers, within Multicall3 as well.
type lyingChain struct {
	agent.Chain
	at       common.Address
	selector string
	word     func(*big.Int) *big.Int
}

func (l lyingChain) lie(to common.Address, data, answer []byte) []byte {
	if to != l.at || len(data) < 4 || len(answer) < 32 || !slices.Equal(data[:4], common.FromHex(l.selector)) {
		return answer
	}
	return append(common.BigToHash(l.word(new(big.Int).SetBytes(answer[:32]))).Bytes(), answer[32:]...)
}

func (l lyingChain) CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error) {
	answer, err := l.Chain.CallContract(ctx, call, block)
	if err != nil || call.To == nil || *call.To != agent.BaseContracts().Multicall3 {
		return answer, err
	}
	parsed, err := bindings.Multicall3MetaData.ParseABI()
	if err != nil {
		return nil, err
	}
	in, err := parsed.Methods["aggregate3"].Inputs.Unpack(call.Data[4:])
	if err != nil {
		return nil, err
	}
	results, err := bindings.NewMulticall3().UnpackAggregate3(answer)
	if err != nil {
		return nil, err
	}
	for i, asked := range in[0].([]struct {
		Target       common.Address `json:"target"`
		AllowFailure bool           `json:"allowFailure"`
		CallData     []byte         `json:"callData"`
	}) {
		results[i].ReturnData = l.lie(asked.Target, asked.CallData, results[i].ReturnData)
	}
	return parsed.Methods["aggregate3"].Outputs.Pack(results)
}

// TestANodeThatLiesCostsNothingButGas: whatever the node says, no ETH leaves
// the wallet for a swap, and nothing stays allowed.
func TestANodeThatLiesCostsNothingButGas(t *testing.T) {
	c := agent.BaseContracts()
	is := func(n int64) func(*big.Int) *big.Int { return func(*big.Int) *big.Int { return big.NewInt(n) } }
	tenVVV := func(*big.Int) *big.Int { return tokens("10") }
	for name, test := range map[string]struct {
		lie   lyingChain
		words string
		steps []string
	}{
		"another token is staked": {lyingChain{at: c.Staking, selector: "0x8f1f8d0c", word: is(0xbad)}, "does not answer like Venice's staking contract", nil},
		"another token is minted": {lyingChain{at: c.Staking, selector: "0xad66f182", word: is(0xbad)}, "does not answer like Venice's staking contract", nil},
		"USDC has 18 decimals":    {lyingChain{at: c.USDC, selector: "0x313ce567", word: is(18)}, "does not answer like USDC", nil},
		"another exchange":        {lyingChain{at: c.Aerodrome.Router, selector: "0xd4b6846d", word: is(0xbad)}, "does not answer like Aerodrome's router", nil},
		"Uniswap quotes thrice":   {lyingChain{at: c.UniswapV3.Quoter, selector: "0xc6a5026a", word: func(n *big.Int) *big.Int { return n.Mul(n, big.NewInt(3)) }}, "cannot be true", nil},
		"reserves that are not":   {lyingChain{at: c.Aerodrome.Factory, selector: "0xcc56b2c5", word: is(100)}, "cannot be true", nil},
		"VVV that are not there":  {lyingChain{at: c.VVV, selector: "0x70a08231", word: tenVVV}, "would fail and was not sent", []string{"approve", "revoke"}},
		"a feed that is far off":  {lyingChain{at: c.PriceFeeds.VVVUSD, selector: "0x313ce567", word: is(17)}, "off the price feeds'", nil},
		"an exchange is paused":   {lyingChain{at: c.Aerodrome.Factory, selector: "0xb187bd26", word: is(1)}, "", []string{"buy", "approve", "stake"}}, // paused: it goes around
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chain, o := ownWorld(t)
			give(t, chain, o, "0.5", "0", 0)
			test.lie.Chain = chain.Client()
			o.Chain = test.lie
			result, err := agent.Up(t.Context(), o, nil)
			if test.words == "" {
				if err != nil || !slices.Equal(stepsOf(result), test.steps) {
					t.Errorf("got %v, %v", stepsOf(result), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.words) || !slices.Equal(stepsOf(result), test.steps) || result.Key != nil {
				t.Errorf("got %v, %v, want %q after %v", err, stepsOf(result), test.words, test.steps)
			}
			o.Chain, o.Target = chain.Client(), agent.Target{}
			after, err := agent.Observe(t.Context(), o)
			if err != nil || after.ETH.Cmp(agent.MustAmount("0.499")) < 0 || !after.Allowance.IsZero() || !after.VVV.IsZero() {
				t.Errorf("the wallet has %s ETH, %s VVV, allowance %s, %v", after.ETH, after.VVV, after.Allowance, err)
			}
		})
	}
}

func TestOtherCodeBehindTheStakingProxyIsNotTrusted(t *testing.T) {
	chain, err := devworld.StartChain(t.Context(), devworld.Config{ChainID: agent.BaseChainID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { chain.Close() })
	o := newOptions(t, chain, newFakeAPI(t, chain))
	o.Target.Stake = agent.MustAmount("1")
	mustUp(t, o) // the code is the known one
	deployer := newDeployer(t, chain)
	code, err := contracts.InitCode("StakingV2")
	if err != nil {
		t.Fatal(err)
	}
	other, err := contracts.DeployCode(t.Context(), chain.Client(), deployer.auth, code)
	if err != nil {
		t.Fatal(err)
	}
	sendAs(t, chain, faucetSigner(t, chain), o.Network.Contracts.Staking, bindings.NewStakingV2().PackUpgradeToAndCall(other, nil))
	o.Target.Stake = agent.MustAmount("2")
	result, err := agent.Up(t.Context(), o, nil)
	var changed *agent.CodeError
	if !errors.As(err, &changed) || changed.Found != other || len(result.Transactions) != 0 {
		t.Errorf("upgraded: got %v, %v", err, stepsOf(result))
	}
	o.Network.StakingCode = other // the user has looked at it
	if got := stepsOf(mustUp(t, o)); len(got) != 3 {
		t.Errorf("accepted: got %v", got)
	}
}

var _ dex.Caller = agent.Chain(nil)

// TestANodeThatAnswersWithoutEndIsCutOff: it could fill the machine's memory.
func TestANodeThatAnswersWithoutEndIsCutOff(t *testing.T) {
	sent := 0
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		page := bytes.Repeat([]byte{' '}, 1<<20)
		for sent < 256 {
			if _, err := w.Write(page); err != nil {
				return
			}
			sent++
		}
	}))
	defer node.Close()
	chain, err := agent.Dial(t.Context(), node.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer chain.Close()
	_, err = chain.ChainID(t.Context())
	node.Close() // waits for the handler
	if err == nil || sent > 64 {
		t.Errorf("%d MiB were sent, %v", sent, err)
	}
}
