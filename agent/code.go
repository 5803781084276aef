package agent

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// baseStakingCode is the code behind Venice's staking proxy on Base since
// 2025-08-20: StakingV2.
var baseStakingCode = common.HexToAddress("0xe37A7920dbc11253ac6d031C29f592f71B348DCA")

// implementationSlot is where a proxy keeps the address of its code (ERC-1967).
var implementationSlot = common.HexToHash("0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc")

// stakingCode is the code that the staking proxy must have; the zero address
// where none is known.
func (n Network) stakingCode() common.Address {
	switch {
	case n.StakingCode != common.Address{}:
		return n.StakingCode
	case n.ChainID == BaseChainID && n.Contracts.Staking == BaseContracts().Staking:
		return baseStakingCode
	}
	return common.Address{}
}

// CodeError says that the staking contract runs other code than this program
// knows. Its owners may upgrade it: then a later release knows the new code, or
// the user accepts it (Network.StakingCode).
type CodeError struct{ Proxy, Known, Found common.Address }

func (e *CodeError) Error() string {
	return fmt.Sprintf("the staking contract %s runs the code at %s, this program knows %s: it was upgraded, or the node lies; nothing is sent to it",
		e.Proxy, e.Found, e.Known)
}

// checkCode looks at the staking proxy's code once in a run.
func (r *runner) checkCode(ctx context.Context, block *big.Int) error {
	known, proxy := r.Network.stakingCode(), r.Network.Contracts.Staking
	if r.codeChecked || known == (common.Address{}) {
		return nil
	}
	word, err := r.chain.StorageAt(ctx, proxy, implementationSlot, block)
	if err != nil {
		return chainError("reading which code the staking contract runs", err)
	}
	if found := common.BytesToAddress(word); len(word) != 32 || found != known {
		return &CodeError{Proxy: proxy, Known: known, Found: found}
	}
	r.codeChecked = true
	return nil
}
