package contracts_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient/simulated"

	"stakegate/contracts"
	"stakegate/contracts/bindings"
)

// miner is go-ethereum's simulated backend, mining every transaction at once.
type miner struct {
	simulated.Client
	sim *simulated.Backend
}

func (m miner) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	err := m.Client.SendTransaction(ctx, tx)
	m.sim.Commit()
	return err
}

func newMiner(t *testing.T) (miner, *bind.TransactOpts) {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	from := crypto.PubkeyToAddress(key.PublicKey)
	sim := simulated.NewBackend(types.GenesisAlloc{from: {Balance: vvv(100)}})
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	id, err := sim.Client().ChainID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return miner{sim.Client(), sim}, bind.NewKeyedTransactor(key, id)
}

func TestDeployPutsAContractOnAChain(t *testing.T) {
	chain, auth := newMiner(t)
	token, err := contracts.Deploy(t.Context(), chain, auth, "VVV", auth.From, auth.From, vvv(7))
	if err != nil {
		t.Fatal(err)
	}
	impl, err := contracts.Deploy(t.Context(), chain, auth, "StakingV2")
	if err != nil {
		t.Fatal(err)
	}
	code, err := contracts.StakingProxyInitCode(impl, contracts.StakingConfig{VVV: token, DIEM: token, Owner: auth.From, EmissionRate: emissionRate})
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := contracts.DeployCode(t.Context(), chain, auth, code)
	if err != nil {
		t.Fatal(err)
	}
	got, err := bind.Call(staking.Instance(chain, proxy), nil, staking.PackVenice(), staking.UnpackVenice)
	if err != nil || got != token {
		t.Errorf("venice() of the proxy is %s, %v; want %s", got, err, token)
	}
	erc20 := bindings.NewIERC20()
	balance, err := bind.Call(erc20.Instance(chain, token), nil, erc20.PackBalanceOf(auth.From), erc20.UnpackBalanceOf)
	if err != nil || balance.Cmp(vvv(7)) != 0 {
		t.Errorf("balance is %s, %v", balance, err)
	}
}

func TestDeployTellsWhatIsWrong(t *testing.T) {
	chain, auth := newMiner(t)
	noCode := []any{auth.From, []byte{}}
	for _, c := range []struct {
		name, want string
		args       []any
	}{
		{"Nothing", `no contract called "Nothing"`, nil},
		{"IERC20", "IERC20 is an interface", nil},
		{"VVV", "constructor arguments of VVV", nil},
		{"ERC1967Proxy", "NO_IMPLEMENTATION", noCode},
	} {
		_, err := contracts.Deploy(t.Context(), chain, auth, c.name, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
	fixed := *auth
	fixed.GasLimit = 200_000 // no estimate, so that it is mined and reverts
	_, err := contracts.Deploy(t.Context(), chain, &fixed, "ERC1967Proxy", noCode...)
	if err == nil || !strings.Contains(err.Error(), "mined and reverted") {
		t.Errorf("a constructor that reverts on chain: %v", err)
	}
}

// The largest contract fits the limits of EIP-170 and EIP-3860, and the gas
// that one transaction may use.
func TestEveryContractCanBeDeployed(t *testing.T) {
	names, err := contracts.Names()
	if err != nil {
		t.Fatal(err)
	}
	deployable := 0
	for _, name := range names {
		if n := len(get(t, name).Bytecode); n > 49_152 {
			t.Errorf("%s has %d bytes of creation code", name, n)
		} else if n > 0 {
			deployable++
		}
	}
	if deployable != 25 {
		t.Errorf("%d contracts have bytecode, want 25: %v", deployable, names)
	}
}

func TestBindingsMatchTheArtifactsAndCarryBytecodeOnlyWhereItIsSent(t *testing.T) {
	bound := map[string]*bind.MetaData{
		"AerodromePool": &bindings.AerodromePoolMetaData, "AerodromePoolFactory": &bindings.AerodromePoolFactoryMetaData,
		"AerodromeRouter": &bindings.AerodromeRouterMetaData, "DIEM": &bindings.DIEMMetaData,
		"ERC1967Proxy": &bindings.ERC1967ProxyMetaData, "IERC1271": &bindings.IERC1271MetaData,
		"IERC20": &bindings.IERC20MetaData, "Multicall3": &bindings.Multicall3MetaData,
		"QuoterV2": &bindings.QuoterV2MetaData, "StakingV2": &bindings.StakingV2MetaData,
		"SwapRouter02": &bindings.SwapRouter02MetaData, "USDC": &bindings.USDCMetaData,
		"UniswapV3Factory":   &bindings.UniswapV3FactoryMetaData,
		"UniswapV3Liquidity": &bindings.UniswapV3LiquidityMetaData, "UniswapV3Pool": &bindings.UniswapV3PoolMetaData,
		"VVV": &bindings.VVVMetaData, "WETH9": &bindings.WETH9MetaData,
		"HostileWallet": &bindings.HostileWalletMetaData, "OwnerWallet": &bindings.OwnerWalletMetaData,
		"DevWorldPriceFeed": &bindings.DevWorldPriceFeedMetaData, "SlipstreamFactory": &bindings.SlipstreamFactoryMetaData,
		"SlipstreamLiquidity": &bindings.SlipstreamLiquidityMetaData, "SlipstreamPool": &bindings.SlipstreamPoolMetaData,
		"SlipstreamQuoter": &bindings.SlipstreamQuoterMetaData, "SlipstreamRouter": &bindings.SlipstreamRouterMetaData,
		"OwnerWalletFactory": &bindings.OwnerWalletFactoryMetaData, "SignatureValidator": &bindings.SignatureValidatorMetaData,
	}
	names, err := contracts.Names()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(bound) {
		t.Errorf("%d contracts and %d bindings: run make generate", len(names), len(bound))
	}
	for _, name := range names {
		meta, ok := bound[name]
		if !ok {
			t.Errorf("%s is not bound: run make generate", name)
			continue
		}
		if (meta.Bin != "") != (name == "SignatureValidator") { // which is sent with every call to it
			t.Errorf("the binding of %s carries bytecode", name)
		}
		parsed, err := meta.ParseABI()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := shape(*parsed), shape(get(t, name).ABI); !slices.Equal(got, want) {
			t.Errorf("the binding of %s is not of its artifact: run make generate; it has\n%v, not\n%v", name, got, want)
		}
	}
}

// shape lists all that an ABI declares.
func shape(contract abi.ABI) []string {
	lines := []string{contract.Constructor.String()}
	for _, m := range contract.Methods {
		lines = append(lines, m.String())
	}
	for _, e := range contract.Events {
		lines = append(lines, e.String())
	}
	for _, e := range contract.Errors {
		lines = append(lines, e.String())
	}
	slices.Sort(lines)
	return lines
}
