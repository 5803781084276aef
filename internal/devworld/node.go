package devworld

import (
	"fmt"
	"math/big"
	"net"
	"strconv"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

const gasLimit = 60_000_000

// openNode assembles go-ethereum's parts into c.stack and c.eth. No consensus
// client is attached and no peer can be: this package decides on every block.
func (c *Chain) openNode() error {
	nodeConfig, err := nodeConfig(c.cfg, c.data.chainDir())
	if err != nil {
		return err
	}
	ethConfig := ethConfig()
	if !c.data.ready() { // otherwise the database knows its own first block
		if ethConfig.Genesis, err = Genesis(c.cfg.ChainID, crypto.PubkeyToAddress(c.data.faucetKey.PublicKey), c.data.genesis); err != nil {
			return err
		}
	}
	if c.stack, err = node.New(nodeConfig); err != nil {
		return fmt.Errorf("open the chain's data directory: %w", err)
	}
	if c.eth, err = eth.New(c.stack, ethConfig); err != nil {
		return fmt.Errorf("open the chain: %w", err)
	}
	filterSystem := filters.NewFilterSystem(c.eth.APIBackend, filters.Config{LogCacheSize: 32})
	pool, err := newPoolAPI(c, c.eth.APIs())
	if err != nil {
		return err
	}
	c.stack.RegisterAPIs([]rpc.API{
		{Namespace: "eth", Service: filters.NewFilterAPI(filterSystem)},
		{Namespace: "eth", Service: pool},
		{Namespace: "evm", Service: &evmAPI{chain: c}},
	})
	return nil
}

// nodeConfig opens JSON-RPC to this machine's programs and to pages that this
// machine serves. The debug namespace is left out: it can write files.
func nodeConfig(cfg Config, dir string) (*node.Config, error) {
	host, portText, err := net.SplitHostPort(cfg.RPCListen)
	if err != nil {
		return nil, fmt.Errorf("rpc listen address %q: write host:port, as in 127.0.0.1:8545", cfg.RPCListen)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("rpc listen address %q: the port must be a number from 0 to 65535", cfg.RPCListen)
	}
	modules := []string{"eth", "net", "web3", "txpool", "evm"}
	conf := node.DefaultConfig
	conf.Name = "chain"
	conf.DataDir = dir
	conf.HTTPHost, conf.HTTPPort, conf.HTTPModules = host, int(port), modules
	conf.WSHost, conf.WSPort, conf.WSModules = host, int(port), modules
	conf.HTTPVirtualHosts = []string{"localhost"} // plain IP addresses are always let in
	conf.HTTPCors = []string{"http://localhost", "http://localhost:*", "http://127.0.0.1", "http://127.0.0.1:*"}
	conf.WSOrigins = []string{"http://localhost", "http://127.0.0.1"} // any port
	conf.UseLightweightKDF = true
	conf.P2P = p2p.Config{NoDiscovery: true, NoDial: true}
	conf.Logger = gethLogger{}
	return &conf, nil
}

// ethConfig keeps every block's state ("hash" scheme without pruning), so that
// any block can be read or built upon; snapshots and log indexes are left out,
// they only serve chains that are larger by orders of magnitude.
func ethConfig() *ethconfig.Config {
	conf := ethconfig.Defaults
	conf.SyncMode = ethconfig.FullSync
	conf.StateScheme = "hash"
	conf.NoPruning = true
	conf.NoPrefetch = true
	conf.DatabaseCache, conf.DatabaseHandles = 16, 64
	conf.TrieCleanCache, conf.TrieDirtyCache, conf.SnapshotCache = 16, 16, 0
	conf.LogNoHistory = true
	conf.TxPool.NoLocals = true
	conf.TxPool.Journal = ""
	conf.TxPool.PriceLimit = 1
	conf.BlobPool.Datadir = ""
	conf.Miner.GasPrice = big.NewInt(1)
	conf.Miner.GasCeil = gasLimit
	return &conf
}

// chainConfig has every fork up to Prague, what Base ran when VVV was staked
// there first, from block 0.
func chainConfig(chainID uint64) *params.ChainConfig {
	conf := *params.AllDevChainProtocolChanges
	conf.ChainID = new(big.Int).SetUint64(chainID)
	conf.OsakaTime, conf.BogotaTime = nil, nil
	return &conf
}
