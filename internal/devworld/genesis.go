package devworld

import (
	"maps"
	"math/big"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// genesisBlock is the first block: the world's contracts and the faucet's money.
func genesisBlock(chainID uint64, data *dataDir) (*core.Genesis, error) {
	alloc := core.SystemContractAllocs()
	maps.Copy(alloc, types.GenesisAlloc{
		crypto.PubkeyToAddress(data.faucetKey.PublicKey): {Balance: new(big.Int).Mul(big.NewInt(1_000_000), big.NewInt(1e18))},
	})
	return &core.Genesis{
		Config:    chainConfig(chainID),
		Timestamp: uint64(data.genesis.Unix()),
		GasLimit:  gasLimit,
		BaseFee:   big.NewInt(1_000_000_000),
		Alloc:     alloc,
	}, nil
}
