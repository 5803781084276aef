package devworld

import "github.com/ethereum/go-ethereum/common"

// Contracts are the addresses of everything that the dev chain's first block
// holds, in the shape in which world.json shows them.
type Contracts struct {
	VVV        common.Address `json:"vvv"`
	Staking    common.Address `json:"staking"`
	DIEM       common.Address `json:"diem"`
	WETH       common.Address `json:"weth"`
	USDC       common.Address `json:"usdc"`
	Multicall3 common.Address `json:"multicall3"`
	Aerodrome  Aerodrome      `json:"aerodrome"`
	UniswapV3  UniswapV3      `json:"uniswapV3"`
	Slipstream [3]Slipstream  `json:"slipstream"`
	PriceFeeds PriceFeeds     `json:"priceFeeds"`
}

// Aerodrome is the exchange whose VVV pool is the deepest.
type Aerodrome struct {
	Router  common.Address `json:"router"`
	Factory common.Address `json:"factory"`
}

// UniswapV3 is the second exchange; Router is a SwapRouter02, Quoter a QuoterV2.
type UniswapV3 struct {
	Factory common.Address `json:"factory"`
	Router  common.Address `json:"router"`
	Quoter  common.Address `json:"quoter"`
}

// Slipstream is one of three generations of Aerodrome's other exchange, of concentrated
// liquidity: each router and quoter serves one factory only. Here the first has
// pools.
type Slipstream struct {
	Factory common.Address `json:"factory"`
	Router  common.Address `json:"router"`
	Quoter  common.Address `json:"quoter"`
}

// PriceFeeds answer at Chainlink's interface; in this world they are
// DevWorldPriceFeed contracts, which the faucet owns.
type PriceFeeds struct {
	ETHUSD common.Address `json:"ethUsd"`
	VVVUSD common.Address `json:"vvvUsd"`
}

// BaseContracts are the addresses on Base (chain 8453), where the dev chain has
// its own contracts with the same selectors. Sources: the projects' published
// deployments.
func BaseContracts() Contracts {
	return Contracts{
		VVV:        common.HexToAddress("0xacfE6019Ed1A7Dc6f7B508C02d1b04ec88cC21bf"),
		Staking:    common.HexToAddress("0x321b7ff75154472B18EDb199033fF4D116F340Ff"),
		DIEM:       common.HexToAddress("0xF4d97F2da56e8c3098f3a8D538DB630A2606a024"),
		WETH:       common.HexToAddress("0x4200000000000000000000000000000000000006"),
		USDC:       common.HexToAddress("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
		Multicall3: common.HexToAddress("0xcA11bde05977b3631167028862bE2a173976CA11"),
		Aerodrome: Aerodrome{
			Router:  common.HexToAddress("0xcF77a3Ba9A5CA399B7c97c74d54e5b1Beb874E43"),
			Factory: common.HexToAddress("0x420DD381b31aEf6683db6B902084cB0FFECe40Da"),
		},
		UniswapV3: UniswapV3{
			Factory: common.HexToAddress("0x33128a8fC17869897dcE68Ed026d694621f6FDfD"),
			Router:  common.HexToAddress("0x2626664c2603336E57B271c5C0b26F421741e481"),
			Quoter:  common.HexToAddress("0x3d4e44Eb1374240CE5F1B871ab261CD16335B76a"),
		},
		Slipstream: [3]Slipstream{{
			Factory: common.HexToAddress("0x5e7BB104d84c7CB9B682AaC2F3d509f5F406809A"),
			Router:  common.HexToAddress("0xBE6D8f0d05cC4be24d5167a3eF062215bE6D18a5"),
			Quoter:  common.HexToAddress("0x254cF9E1E6e233aa1AC962CB9B05b2cfeAaE15b0"),
		}, {
			Factory: common.HexToAddress("0xaDe65c38CD4849aDBA595a4323a8C7DdfE89716a"),
			Router:  common.HexToAddress("0xcbBb8035cAc7D4B3Ca7aBb74cF7BdF900215Ce0D"),
			Quoter:  common.HexToAddress("0x3d4C22254F86f64B7eC90ab8F7aeC1FBFD271c6C"),
		}, {
			Factory: common.HexToAddress("0xf8f2eB4940CFE7d13603DDDD87f123820Fc061Ef"),
			Router:  common.HexToAddress("0x698Cb2b6dd822994581fEa6eA4Fc755d1363A92F"),
			Quoter:  common.HexToAddress("0x514c8B5f54112481E28028F1166Bd78501089259"),
		}},
		PriceFeeds: PriceFeeds{
			ETHUSD: common.HexToAddress("0x71041dddad3595F9CEd3DcCFBe3D1F4b0a16Bb70"),
			VVVUSD: common.HexToAddress("0xaABc55Ca55D70B034e4daA2551A224239890282F"),
		},
	}
}
