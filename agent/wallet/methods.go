package wallet

import (
	"sync"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"

	"stakegate/contracts/bindings"
)

// methods are those that an agent's transactions call: selector -> signature,
// such as approve(address,uint256).
var methods = sync.OnceValue(func() map[[4]byte]string {
	known := map[[4]byte]string{}
	add := func(contract abi.ABI) {
		for _, method := range contract.Methods {
			if !method.IsConstant() {
				known[[4]byte(method.ID)] = method.Sig
			}
		}
	}
	for _, meta := range []*bind.MetaData{&bindings.VVVMetaData, &bindings.StakingV2MetaData, &bindings.DIEMMetaData, &bindings.USDCMetaData,
		&bindings.WETH9MetaData, &bindings.AerodromeRouterMetaData, &bindings.SwapRouter02MetaData, &bindings.SlipstreamRouterMetaData} {
		if contract, err := meta.ParseABI(); err == nil { // they are generated, and tested
			add(*contract)
		}
	}
	add(ownedABI)
	add(safeABI)
	return known
})

// methodOf names the method that a transaction's data calls; "" if it is not
// known, or there is none.
func methodOf(data []byte) string {
	if len(data) < 4 {
		return ""
	}
	return methods()[[4]byte(data)]
}
