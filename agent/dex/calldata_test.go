package dex

import (
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/devworld"
)

// TestSwapsOnBaseAreByteExact holds the swaps to vectors that viem has encoded
// (test/e2e/calldata.mjs).
func TestSwapsOnBaseAreByteExact(t *testing.T) {
	text, err := os.ReadFile("../testdata/calldata.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors map[string]struct{ To, Value, Data string }
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	c := devworld.BaseContracts() // the agent's own table is tested to be the same
	aero := aerodrome{Exchange{Factory: c.Aerodrome.Factory, Router: c.Aerodrome.Router}, c.WETH}
	uni := uniswapV3{concentrated{"Uniswap", Exchange{Factory: c.UniswapV3.Factory, Router: c.UniswapV3.Router, Quoter: c.UniswapV3.Quoter}, c.WETH}}
	slip := func(i int) venue {
		s := c.Slipstream[i]
		return slipstream{concentrated{"Slipstream", Exchange{Factory: s.Factory, Router: s.Router, Quoter: s.Quoter}, c.WETH}, i + 1}
	}
	over := func(tier int64, in, out common.Address) hop { return hop{&pool{tier: tier}, in, out} }
	var ether common.Address
	weiIn, usdcIn := new(big.Int).Mul(big.NewInt(67_211), big.NewInt(1e12)), big.NewInt(201_250_000)
	ten, tenth := whole(10), big.NewInt(1e17)
	swaps := map[string]struct {
		v       venue
		pay     common.Address
		hops    []hop
		in, out *big.Int
	}{
		"Aerodrome, ETH":                       {aero, ether, []hop{over(0, c.WETH, c.VVV)}, weiIn, ten},
		"Aerodrome, ETH over VVV":              {aero, ether, []hop{over(0, c.WETH, c.VVV), over(0, c.VVV, c.DIEM)}, weiIn, tenth},
		"Aerodrome, USDC over WETH":            {aero, c.USDC, []hop{over(0, c.USDC, c.WETH), over(0, c.WETH, c.VVV)}, usdcIn, ten},
		"Uniswap v3, ETH":                      {uni, ether, []hop{over(10_000, c.WETH, c.VVV)}, weiIn, ten},
		"Uniswap v3, ETH over USDC":            {uni, ether, []hop{over(500, c.WETH, c.USDC), over(3000, c.USDC, c.VVV)}, weiIn, ten},
		"Uniswap v3, USDC":                     {uni, c.USDC, []hop{over(3000, c.USDC, c.VVV)}, usdcIn, ten},
		"Uniswap v3, USDC over WETH for DIEM":  {uni, c.USDC, []hop{over(500, c.USDC, c.WETH), over(10_000, c.WETH, c.DIEM)}, usdcIn, tenth},
		"Slipstream 1, ETH":                    {slip(0), ether, []hop{over(200, c.WETH, c.VVV)}, weiIn, ten},
		"Slipstream 2, ETH":                    {slip(1), ether, []hop{over(200, c.WETH, c.VVV)}, weiIn, ten},
		"Slipstream 3, ETH":                    {slip(2), ether, []hop{over(200, c.WETH, c.VVV)}, weiIn, ten},
		"Slipstream 1, USDC for DIEM":          {slip(0), c.USDC, []hop{over(2000, c.USDC, c.DIEM)}, usdcIn, tenth},
		"Slipstream 1, ETH over USDC for DIEM": {slip(0), ether, []hop{over(100, c.WETH, c.USDC), over(2000, c.USDC, c.DIEM)}, weiIn, tenth},
	}
	found := 0
	for name, want := range vectors {
		swap, is := swaps[name]
		if !is {
			if strings.Contains(name, ",") {
				t.Errorf("%s: no swap of ours is held to it", name)
			}
			continue
		}
		found++
		r := route{market: Market{}, venue: swap.v, hops: swap.hops, pay: swap.pay}
		got := r.Swap(swap.in, Order{MinOut: swap.out, Recipient: common.HexToAddress("0x1111111111111111111111111111111111111111"), Deadline: time.Unix(1_795_000_120, 0)})
		if got.To.Hex() != want.To || got.Value.String() != want.Value || "0x"+hex.EncodeToString(got.Data) != want.Data {
			t.Errorf("%s: got %s %s %x\nwant %s %s %s", name, got.To, got.Value, got.Data, want.To, want.Value, want.Data)
		}
	}
	if found != len(swaps) {
		t.Errorf("%d of %d swaps have a vector", found, len(swaps))
	}
}
