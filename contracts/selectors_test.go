package contracts_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/contracts"
)

// The selectors of the live contracts, from their verified sources, by the
// contract here that answers to them.
var liveSelectors = map[string]map[string]string{
	"StakingV2": {
		"balanceOf(address)": "0x70a08231", "balanceOfUnlocked(address)": "0xceddd07d",
		"stakes(address)": "0x16934fc4", "lockedStakes(address)": "0x92417dc7",
		"pendingRewards(address)": "0x31d7a262", "cooldownDuration()": "0x35269315",
		"totalSupply()": "0x18160ddd", "totalLockedStakedVVV()": "0x25bef746",
		"getDiemAmountOut(uint256)": "0x87716cbf", "diemSupply(uint256)": "0xb4f70f72",
		"diemMintRates(uint256)": "0xe3a68402", "emissionRatePerSecond()": "0xa80152d6",
		"veniceEmissionsPercentage()": "0x5dea41bb", "veniceEmissionsPercentageWhenLocked()": "0x45af37b2",
		"venice()": "0x8f1f8d0c", "diem()": "0xad66f182", "treasury()": "0x61d027b3",
		"oracle()": "0x7dc0d1d0", "owner()": "0x8da5cb5b",
		"proxiableUUID()": "0x52d1902d", "UPGRADE_INTERFACE_VERSION()": "0xad3cb1cc",
		"stake(address,uint256)": "0xadc9772e", "initiateUnstake(uint256)": "0xae5ac921",
		"finalizeUnstake()": "0x0ea94341", "claim()": "0x4e71d92d", "claimAndStake()": "0xcb1a4fc0",
		"mintDiem(uint256,uint256)": "0x2006efcb", "burnDiem(uint256)": "0x4d44f110",
		"upgradeToAndCall(address,bytes)": "0x4f1ef286",
	},
	"DIEM": {
		"stake(uint256)": "0xa694fc3a", "initiateUnstake(uint256)": "0xae5ac921", "unstake()": "0x2def6620",
		"stakedInfos(address)": "0x9503b15c", "cooldownDuration()": "0x35269315",
		"totalStaked()": "0x817b1cd2", "totalSupply()": "0x18160ddd",
	},
	"USDC": {
		"transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)": "0xe3ee160e",
		"transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)":                 "0xcf092995",
	},
	"AerodromeRouter": {
		"swapExactETHForTokens(uint256,(address,address,bool,address)[],address,uint256)":            "0x903638a4",
		"swapExactTokensForTokens(uint256,uint256,(address,address,bool,address)[],address,uint256)": "0xcac88ea9",
		"getAmountsOut(uint256,(address,address,bool,address)[])":                                    "0x5509a1ac",
		"poolFor(address,address,bool,address)":                                                      "0x874029d9",
		"getReserves(address,address,bool,address)":                                                  "0x8c0037dc",
	},
	"AerodromePoolFactory": {
		"getPool(address,address,bool)": "0x79bc57d5", "getPool(address,address,uint24)": "0x1698ee82",
		"getFee(address,bool)": "0xcc56b2c5", "isPaused()": "0xb187bd26",
	},
	"AerodromePool": {
		"getReserves()": "0x0902f1ac", "getAmountOut(uint256,address)": "0xf140a35a",
		"quote(address,uint256,uint256)": "0x9e8cc04b",
	},
	"UniswapV3Factory": {"getPool(address,address,uint24)": "0x1698ee82"},
	"SwapRouter02": {
		"exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))": "0x04e45aaf",
		"exactInput((bytes,address,uint256,uint256))":                                "0xb858183f",
		"multicall(uint256,bytes[])":                                                 "0x5ae401dc",
		"multicall(bytes[])":                                                         "0xac9650d8",
		"unwrapWETH9(uint256,address)":                                               "0x49404b7c",
		"refundETH()":                                                                "0x12210e8a",
	},
	"QuoterV2": {
		"quoteExactInputSingle((address,address,uint256,uint24,uint160))": "0xc6a5026a",
		"quoteExactInput(bytes,uint256)":                                  "0xcdca1753",
	},
	"UniswapV3Pool": {
		"slot0()": "0x3850c7bd", "liquidity()": "0x1a686502", "observe(uint32[])": "0x883bdbfd",
		"observations(uint256)": "0x252c09d7", "increaseObservationCardinalityNext(uint16)": "0x32148f67",
	},
	"SlipstreamFactory": {
		"getPool(address,address,int24)": "0x28af8d0b", "getSwapFee(address)": "0x35458dcc",
	},
	"SlipstreamPool": {"slot0()": "0x3850c7bd", "observe(uint32[])": "0x883bdbfd"},
	"SlipstreamRouter": {
		"exactInputSingle((address,address,int24,address,uint256,uint256,uint256,uint160))": "0xa026383e",
		"exactInput((bytes,address,uint256,uint256,uint256))":                               "0xc04b8d59",
	},
	"SlipstreamQuoter": {
		"quoteExactInputSingle((address,address,uint256,int24,uint160))": "0x9e7defe6",
		"quoteExactInput(bytes,uint256)":                                 "0xcdca1753",
	},
	"DevWorldPriceFeed": {"latestRoundData()": "0xfeaf968c", "decimals()": "0x313ce567"},
	"Multicall3": {
		"aggregate((address,bytes)[])": "0x252dba42", "aggregate3((address,bool,bytes)[])": "0x82ad56cb",
		"aggregate3Value((address,bool,uint256,bytes)[])": "0x174dea71",
		"tryAggregate(bool,(address,bytes)[])":            "0xbce38bd7",
		"getEthBalance(address)":                          "0x4d2301cc", "getBlockNumber()": "0x42cbb15c",
	},
}

func get(t *testing.T, name string) contracts.Artifact {
	t.Helper()
	a, err := contracts.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestContractsAnswerToTheLiveSelectors(t *testing.T) {
	for name, methods := range liveSelectors {
		found := map[string]string{}
		for _, m := range get(t, name).ABI.Methods {
			found[m.Sig] = hexutil.Encode(m.ID)
		}
		for signature, selector := range methods {
			if found[signature] != selector {
				t.Errorf("%s of %s: selector %q, the live one is %s", signature, name, found[signature], selector)
			}
		}
	}
}

func TestContractsLogTheLiveTopics(t *testing.T) {
	topics := map[string]string{
		"Transfer":            "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
		"Staked":              "0x9e71bc8eea02a63969f509818f2dafb9254532904319f9dbda79b67bd34a5f3d",
		"UnstakeInitiated":    "0xc606a9f55fc42cd3159fcfc8ddcd749dd21c4574cca0b68a5a65d5f984b6c42c",
		"UnstakeFinalized":    "0xc819022d26707b1e41f61d9adc9481024e27272d949e34a1dfec4d7abf168a33",
		"Claimed":             "0xd8138f8a3f377c5259ca548e70e4c2de94f129f5a11036a15b69513cba2b426a",
		"DiemMinted":          "0xd081a649ef2f9530490e16b4ff4d6e1f46460e01107d1ecf7c576cca3cf9d357",
		"DiemBurned":          "0x77e8c1608e07b1a4395fc907407d6244a50b86eead919f3ee61d8ce99e204bd6",
		"EmissionRateUpdated": "0xffcc630bf88a67ba7c8b27440787c31777ae923aee1e9bbd0127feea56da2cd0",
		"Upgraded":            "0xbc7cd75a20ee27fd9adebab32041f755214dbc6bffa90cc0225b39da2e5c2d3b",
	}
	events := get(t, "StakingV2").ABI.Events
	for name, topic := range topics {
		if got := events[name].ID; got != common.HexToHash(topic) {
			t.Errorf("%s has topic %s, the live one is %s", name, got, topic)
		}
	}
}

func TestRoutersKeepTheLiveErrors(t *testing.T) {
	errors := get(t, "AerodromeRouter").ABI.Errors
	for _, name := range []string{"Expired", "InsufficientOutputAmount", "InsufficientLiquidity", "InvalidPath",
		"PoolDoesNotExist", "PoolFactoryDoesNotExist", "ETHTransferFailed"} {
		want := crypto.Keccak256Hash([]byte(name + "()"))
		if got := errors[name].ID; got != want {
			t.Errorf("error %s() has id %s, want %s", name, got, want)
		}
	}
	// exact-output calls do not exist on the live router; agents that try must fail here too
	for _, m := range get(t, "AerodromeRouter").ABI.Methods {
		if m.RawName == "getAmountsIn" || m.RawName == "swapTokensForExactTokens" {
			t.Errorf("%s does not exist on the live router", m.Sig)
		}
	}
}
