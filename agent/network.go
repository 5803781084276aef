package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/wallet"
)

// Contracts are the addresses that an agent sends to. They come from this
// package or from the user, never from a server's answer.
type Contracts struct {
	VVV        common.Address `json:"vvv"`
	Staking    common.Address `json:"staking"` // StakingV2, which is the sVVV token
	DIEM       common.Address `json:"diem"`
	WETH       common.Address `json:"weth"`
	USDC       common.Address `json:"usdc"`
	Multicall3 common.Address `json:"multicall3"`
	Aerodrome  struct {
		Router  common.Address `json:"router"`
		Factory common.Address `json:"factory"`
	} `json:"aerodrome"`
	UniswapV3 struct {
		Factory common.Address `json:"factory"`
		Router  common.Address `json:"router"` // SwapRouter02
		Quoter  common.Address `json:"quoter"` // QuoterV2
	} `json:"uniswapV3"`
	// Slipstream are the generations of Aerodrome's concentrated liquidity:
	// each router and quoter serves one factory only.
	Slipstream [3]struct {
		Factory common.Address `json:"factory"`
		Router  common.Address `json:"router"`
		Quoter  common.Address `json:"quoter"`
	} `json:"slipstream"`
	// PriceFeeds are Chainlink's; those that are left out are not asked.
	PriceFeeds struct {
		ETHUSD common.Address `json:"ethUsd"`
		VVVUSD common.Address `json:"vvvUsd"`
	} `json:"priceFeeds"`
}

// Network is where an agent works: one API and the chain that its stake is on.
type Network struct {
	Name      string // for people
	APIBase   string
	RPCURL    string // may hold an access key: never shown
	ChainID   uint64
	Contracts Contracts
	// StakingCode is the code that the staking proxy must run. The zero address
	// is what this program knows: StakingV2 for Venice's on Base, nothing for
	// others.
	StakingCode common.Address
}

// BaseChainID is the chain that Venice's contracts are on.
const BaseChainID = 8453

// VeniceAPI is Venice's API.
const VeniceAPI = "https://api.venice.ai/api/v1"

// BaseContracts returns the published addresses on Base (chain 8453). Sources:
// the projects' documentation; the checksums (EIP-55) are tested.
func BaseContracts() Contracts {
	c := Contracts{
		VVV:        common.HexToAddress("0xacfE6019Ed1A7Dc6f7B508C02d1b04ec88cC21bf"),
		Staking:    common.HexToAddress("0x321b7ff75154472B18EDb199033fF4D116F340Ff"),
		DIEM:       common.HexToAddress("0xF4d97F2da56e8c3098f3a8D538DB630A2606a024"),
		WETH:       common.HexToAddress("0x4200000000000000000000000000000000000006"),
		USDC:       common.HexToAddress("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
		Multicall3: common.HexToAddress("0xcA11bde05977b3631167028862bE2a173976CA11"),
	}
	c.Aerodrome.Router = common.HexToAddress("0xcF77a3Ba9A5CA399B7c97c74d54e5b1Beb874E43")
	c.Aerodrome.Factory = common.HexToAddress("0x420DD381b31aEf6683db6B902084cB0FFECe40Da")
	c.UniswapV3.Factory = common.HexToAddress("0x33128a8fC17869897dcE68Ed026d694621f6FDfD")
	c.UniswapV3.Router = common.HexToAddress("0x2626664c2603336E57B271c5C0b26F421741e481")
	c.UniswapV3.Quoter = common.HexToAddress("0x3d4e44Eb1374240CE5F1B871ab261CD16335B76a")
	c.Slipstream[0].Factory = common.HexToAddress("0x5e7BB104d84c7CB9B682AaC2F3d509f5F406809A")
	c.Slipstream[0].Router = common.HexToAddress("0xBE6D8f0d05cC4be24d5167a3eF062215bE6D18a5")
	c.Slipstream[0].Quoter = common.HexToAddress("0x254cF9E1E6e233aa1AC962CB9B05b2cfeAaE15b0")
	c.Slipstream[1].Factory = common.HexToAddress("0xaDe65c38CD4849aDBA595a4323a8C7DdfE89716a")
	c.Slipstream[1].Router = common.HexToAddress("0xcbBb8035cAc7D4B3Ca7aBb74cF7BdF900215Ce0D")
	c.Slipstream[1].Quoter = common.HexToAddress("0x3d4C22254F86f64B7eC90ab8F7aeC1FBFD271c6C")
	c.Slipstream[2].Factory = common.HexToAddress("0xf8f2eB4940CFE7d13603DDDD87f123820Fc061Ef")
	c.Slipstream[2].Router = common.HexToAddress("0x698Cb2b6dd822994581fEa6eA4Fc755d1363A92F")
	c.Slipstream[2].Quoter = common.HexToAddress("0x514c8B5f54112481E28028F1166Bd78501089259")
	c.PriceFeeds.ETHUSD = common.HexToAddress("0x71041dddad3595F9CEd3DcCFBe3D1F4b0a16Bb70")
	c.PriceFeeds.VVVUSD = common.HexToAddress("0xaABc55Ca55D70B034e4daA2551A224239890282F")
	return c
}

// Venice is Venice's API with its contracts on Base, through the given node.
func Venice(rpcURL string) Network {
	return Network{Name: "venice", APIBase: VeniceAPI, RPCURL: rpcURL, ChainID: BaseChainID, Contracts: BaseContracts()}
}

// World is a running dev world: a network, and a faucet that pays for it.
type World struct {
	Network Network
	Faucet  *wallet.Key // nil if the file names none
}

const maxWorldFile = 64 << 10

// LoadWorld reads the world.json that a dev world writes when it is ready.
// Such a file holds the key of a purse of play money, and its world must be on
// this machine: other addresses are refused.
func LoadWorld(path string) (World, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return World{}, fmt.Errorf("reading the world file: %w", err)
	}
	var file struct {
		APIBase   string    `json:"apiBase"`
		RPCURL    string    `json:"rpcUrl"`
		ChainID   uint64    `json:"chainId"`
		Contracts Contracts `json:"contracts"`
		Faucet    struct {
			PrivateKey string `json:"privateKey"`
		} `json:"faucet"`
	}
	if len(data) > maxWorldFile || json.Unmarshal(data, &file) != nil {
		return World{}, fmt.Errorf("%s is not a world file: name the world.json of a running dev world", path)
	}
	world := World{Network: Network{Name: "local", APIBase: file.APIBase, RPCURL: file.RPCURL, ChainID: file.ChainID, Contracts: file.Contracts}}
	if file.Faucet.PrivateKey != "" {
		if world.Faucet, err = wallet.ParseKey([]byte(file.Faucet.PrivateKey)); err != nil {
			return World{}, fmt.Errorf("the faucet in %s: %w", path, err)
		}
	}
	if err := world.Network.Validate(); err != nil {
		return World{}, fmt.Errorf("%s: %w", path, err)
	}
	if !loopbackURL(file.RPCURL) || !loopbackURL(file.APIBase) {
		return World{}, fmt.Errorf("%s names a world that is not on this machine", path)
	}
	return world, nil
}

// LoadContracts reads addresses from a JSON file in the shape of world.json's
// member "contracts".
func LoadContracts(path string) (Contracts, error) {
	var contracts Contracts
	data, err := os.ReadFile(path)
	if err != nil {
		return contracts, fmt.Errorf("reading the contracts' addresses: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&contracts); err != nil {
		return contracts, fmt.Errorf("%s does not hold contract addresses in the shape of world.json: %w", path, err)
	}
	return contracts, nil
}

// Validate names the first thing that is missing or wrong.
func (n Network) Validate() error {
	if _, err := checkBase(n.APIBase); err != nil {
		return err
	}
	switch {
	case n.RPCURL == "":
		return errors.New("the network has no RPC URL: name a node of the chain")
	case n.ChainID == 0:
		return errors.New("the network has no chain id")
	}
	for name, address := range map[string]common.Address{
		"vvv": n.Contracts.VVV, "staking": n.Contracts.Staking, "diem": n.Contracts.DIEM,
		"weth": n.Contracts.WETH, "multicall3": n.Contracts.Multicall3,
	} {
		if address == (common.Address{}) {
			return fmt.Errorf("the network has no address for the contract %q", name)
		}
	}
	return nil
}
