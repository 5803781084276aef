package devworld

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/contracts"
)

// The code behind the live proxies stands at its live addresses, too.
var (
	stakingCode = common.HexToAddress("0xe37A7920dbc11253ac6d031C29f592f71B348DCA")
	aeroPool    = common.HexToAddress("0xA4e46b4f701c62e14DF11B48dCe76A7d793CD6d7")
)

// The people of the world who have no key: what they hold is never moved.
var (
	// LargeStaker holds GenesisStake sVVV, most of it locked against the DIEM
	// that it staked.
	LargeStaker = nobody("the large staker")
	marketMaker = nobody("the market maker")
	treasury    = nobody("the treasury")
)

// nobody is an address whose key nobody can know.
func nobody(name string) common.Address {
	return common.BytesToAddress(crypto.Keccak256([]byte("stakegate dev world: " + name))[12:])
}

// tokens is n whole tokens in base units.
func tokens(n, decimals int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil))
}

func ether(n int64) *big.Int { return tokens(n, 18) }

// GenesisStake is all sVVV of the first block, in wei: beside it, a stake of 10
// VVV has a ten-thousandth part of a daily pool, so 0.1 DIEM of 1,000.
func GenesisStake() *big.Int { return ether(100_000) }

// What the first block holds. VVV is about 20 dollars, ETH 3,000 and DIEM 2,000
// in all pools; the depths of VVV's are those of the live ones late in 2026.
// DIEM is a little cheaper minted than bought.
var (
	vvvSupply      = ether(114_886_000)
	usdcSupply     = tokens(2_000_000_000, 6)
	makerETH       = ether(20_000)
	faucetETH      = ether(1_000_000)
	faucetVVV      = ether(10_000_000)
	faucetUSDC     = tokens(1_000_000_000, 6)
	lockedStake    = ether(90_002)                   // for about 1,000 DIEM
	emissionRate   = big.NewInt(221_968_543_887_000) // wei of VVV a second: 7,000 a year, 7 % of the stake
	aeroWETH       = ether(1_600)
	aeroVVV        = ether(240_000)
	v3ThinWETH     = ether(24)
	v3ThinVVV      = ether(3_600)
	v3DollarUSDC   = tokens(340_000, 6)
	v3DollarVVV    = ether(17_000)
	v3EtherWETH    = ether(8_000)
	v3EtherUSDC    = tokens(24_000_000, 6)
	aeroEtherWETH  = ether(2_000)
	aeroEtherUSDC  = tokens(6_000_000, 6)
	aeroDIEM       = ether(100)
	aeroDIEMVVV    = ether(10_000)
	v3DIEM         = ether(100)
	v3DIEMWETH     = tokens(66_667, 15)
	slipWETH       = ether(30)
	slipVVV        = ether(4_500)
	slipDIEM       = ether(150)
	slipDIEMUSDC   = tokens(300_000, 6)
	diemSupply     = ether(400)                  // of the pools; it was nobody's to mint
	etherPrice     = big.NewInt(300_000_000_000) // dollars, 8 decimals
	noWei          = new(big.Int)
	thinFee        = big.NewInt(10_000) // hundredths of a basis point
	dollarFee      = big.NewInt(3_000)
	etherFee       = big.NewInt(500)
	slipSpacing    = big.NewInt(200)   // ticks, for 0.3 %
	slipThin       = big.NewInt(2_000) // for 1 %: no better than Aerodrome
	approvalForAll = new(big.Int).Lsh(big.NewInt(1), 255)
)

// furnish puts the whole world into the first block.
func (b *builder) furnish(faucet common.Address) {
	c := BaseContracts()
	b.give(faucet, faucetETH)
	b.give(marketMaker, makerETH)
	b.placeTokens(c, faucet)
	b.placeExchanges(c, faucet)
	b.fillPools(c)
	b.placeFeeds(c, faucet)
	b.stakeLargely(c)
	b.call(marketMaker, noWei, c.VVV, "VVV", "transfer", faucet, faucetVVV)
	b.call(marketMaker, noWei, c.USDC, "USDC", "transfer", faucet, faucetUSDC)
}

// placeTokens makes the faucet the owner of the staking contract, so that a
// developer can change its parameters.
func (b *builder) placeTokens(c Contracts, faucet common.Address) {
	b.place(c.Multicall3, "Multicall3")
	b.place(c.WETH, "WETH9")
	b.place(c.VVV, "VVV", c.Staking, marketMaker, vvvSupply)
	b.place(c.USDC, "USDC", faucet, marketMaker, usdcSupply)
	b.place(c.DIEM, "DIEM", c.Staking, marketMaker, diemSupply)
	b.place(stakingCode, "StakingV2")
	args, err := contracts.StakingProxyArgs(stakingCode, contracts.StakingConfig{
		VVV: c.VVV, DIEM: c.DIEM, Owner: faucet, Treasury: treasury, Oracle: treasury, EmissionRate: emissionRate,
	})
	if err != nil {
		b.err = err
		return
	}
	b.place(c.Staking, "ERC1967Proxy", args...)
}

func (b *builder) placeExchanges(c Contracts, faucet common.Address) {
	b.place(aeroPool, "AerodromePool")
	b.place(c.Aerodrome.Factory, "AerodromePoolFactory", aeroPool, faucet)
	b.place(c.Aerodrome.Router, "AerodromeRouter", c.Aerodrome.Factory, c.WETH)
	b.place(c.UniswapV3.Factory, "UniswapV3Factory", faucet)
	b.place(c.UniswapV3.Router, "SwapRouter02", c.UniswapV3.Factory, c.WETH)
	b.place(c.UniswapV3.Quoter, "QuoterV2", c.UniswapV3.Factory, c.WETH)
	for _, s := range c.Slipstream {
		b.place(s.Factory, "SlipstreamFactory", faucet)
		b.place(s.Router, "SlipstreamRouter", s.Factory, c.WETH)
		b.place(s.Quoter, "SlipstreamQuoter", s.Factory, c.WETH)
	}
}

// poolAge is how long the pools have been open when the chain begins: their
// oracles know a price of some time already.
const poolAge = 2 * 3600 // seconds

// fillPools lets the market maker, who has no key, deposit for good.
func (b *builder) fillPools(c Contracts) {
	b.env.Time -= poolAge
	defer func() { b.env.Time += poolAge }()
	weth := new(big.Int)
	for _, part := range []*big.Int{v3ThinWETH, v3EtherWETH, v3DIEMWETH, slipWETH} {
		weth.Add(weth, part)
	}
	b.call(marketMaker, weth, c.WETH, "WETH9", "deposit")
	b.fillUniswap(c)
	b.fillSlipstream(c)
	b.fillAerodrome(c)
}

func (b *builder) approveAll(c Contracts, spender common.Address) {
	for _, token := range []common.Address{c.WETH, c.VVV, c.USDC, c.DIEM} {
		b.call(marketMaker, noWei, token, "IERC20", "approve", spender, approvalForAll)
	}
}

func (b *builder) fillUniswap(c Contracts) {
	filler := nobody("the pool filler")
	b.place(filler, "UniswapV3Liquidity", c.UniswapV3.Factory)
	b.approveAll(c, filler)
	add := func(a, z common.Address, fee, amountA, amountZ *big.Int) {
		b.call(marketMaker, noWei, filler, "UniswapV3Liquidity", "add", a, z, fee, amountA, amountZ)
	}
	add(c.VVV, c.WETH, thinFee, v3ThinVVV, v3ThinWETH)
	add(c.USDC, c.VVV, dollarFee, v3DollarUSDC, v3DollarVVV)
	add(c.WETH, c.USDC, etherFee, v3EtherWETH, v3EtherUSDC)
	add(c.DIEM, c.WETH, thinFee, v3DIEM, v3DIEMWETH)
}

func (b *builder) fillSlipstream(c Contracts) {
	filler := nobody("the slipstream filler")
	b.place(filler, "SlipstreamLiquidity", c.Slipstream[0].Factory)
	b.approveAll(c, filler)
	add := func(a, z common.Address, spacing, amountA, amountZ *big.Int) {
		if a.Cmp(z) > 0 {
			a, z, amountA, amountZ = z, a, amountZ, amountA
		}
		b.call(marketMaker, noWei, filler, "SlipstreamLiquidity", "add", a, z, spacing, amountA, amountZ)
	}
	add(c.WETH, c.VVV, slipThin, slipWETH, slipVVV)
	add(c.DIEM, c.USDC, slipSpacing, slipDIEM, slipDIEMUSDC)
}

func (b *builder) fillAerodrome(c Contracts) {
	b.approveAll(c, c.Aerodrome.Router)
	withETH := func(token common.Address, amount, wei *big.Int) {
		b.call(marketMaker, wei, c.Aerodrome.Router, "AerodromeRouter", "addLiquidityETH",
			token, false, amount, amount, wei, marketMaker, approvalForAll)
	}
	withETH(c.VVV, aeroVVV, aeroWETH)
	withETH(c.USDC, aeroEtherUSDC, aeroEtherWETH)
	b.call(marketMaker, noWei, c.Aerodrome.Router, "AerodromeRouter", "addLiquidity",
		c.DIEM, c.VVV, false, aeroDIEM, aeroDIEMVVV, aeroDIEM, aeroDIEMVVV, marketMaker, approvalForAll)
}

// placeFeeds makes prices at Chainlink's interface: ETH's is fixed, VVV's
// follows the deepest pool. The live feed of VVV has 18 decimals, not 8.
func (b *builder) placeFeeds(c Contracts, owner common.Address) {
	pool := b.read(c.Aerodrome.Factory, "AerodromePoolFactory", "getPool", c.VVV, c.WETH, new(big.Int)) // by fee: 0 is volatile
	b.place(c.PriceFeeds.ETHUSD, "DevWorldPriceFeed", "ETH / USD of the dev world", uint8(8), owner, etherPrice,
		common.Address{}, common.Address{}, common.Address{})
	b.place(c.PriceFeeds.VVVUSD, "DevWorldPriceFeed", "VVV / USD of the dev world", uint8(18), owner, new(big.Int),
		pool, c.VVV, c.PriceFeeds.ETHUSD)
}

// stakeLargely gives the pool's share and the DIEM curve something to stand on.
func (b *builder) stakeLargely(c Contracts) {
	stake := GenesisStake()
	b.call(marketMaker, noWei, c.VVV, "VVV", "approve", c.Staking, stake)
	b.call(marketMaker, noWei, c.Staking, "StakingV2", "stake", LargeStaker, stake)
	b.call(LargeStaker, noWei, c.Staking, "StakingV2", "mintDiem", lockedStake, new(big.Int))
	b.call(LargeStaker, noWei, c.DIEM, "DIEM", "stake", ether(999))
}
