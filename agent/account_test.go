package agent_test

import (
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/agent"
	"stakegate/agent/wallet"
	"stakegate/contracts"
	"stakegate/contracts/conformance"
	"stakegate/internal/devworld"
)

// deployer puts contracts on the dev chain; the faucet pays.
type deployer struct {
	t     *testing.T
	chain *devworld.Chain
	auth  *bind.TransactOpts
}

func newDeployer(t *testing.T, chain *devworld.Chain) deployer {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := chain.Fund(t.Context(), crypto.PubkeyToAddress(key.PublicKey), tokens("1"), nil, nil); err != nil {
		t.Fatal(err)
	}
	auth := bind.NewKeyedTransactor(key, new(big.Int).SetUint64(chain.ChainID()))
	auth.GasLimit = 8_000_000
	return deployer{t, chain, auth}
}

func (d deployer) ours(name string, args ...any) common.Address {
	d.t.Helper()
	at, err := contracts.Deploy(d.t.Context(), d.chain.Client(), d.auth, name, args...)
	if err != nil {
		d.t.Fatal(err)
	}
	return at
}

// real deploys a contract of others, as its authors compiled it.
func (d deployer) real(name string) common.Address {
	d.t.Helper()
	code, err := conformance.InitCode(name)
	if err != nil {
		d.t.Fatal(err)
	}
	at, err := contracts.DeployCode(d.t.Context(), d.chain.Client(), d.auth, code)
	if err != nil {
		d.t.Fatal(err)
	}
	return at
}

// safe makes a real Safe 1.4.1 with one owner.
func (d deployer) safe(owner common.Address) common.Address {
	d.t.Helper()
	parts := conformance.Safe{Singleton: d.real("Safe"), Factory: d.real("SafeProxyFactory"), Handler: d.real("CompatibilityFallbackHandler")}
	create, err := parts.Create(owner, 1)
	if err != nil {
		d.t.Fatal(err)
	}
	tx, err := bind.Transact(bind.NewBoundContract(parts.Factory, abi.ABI{}, d.chain.Client(), d.chain.Client(), d.chain.Client()), d.auth, create)
	if err != nil {
		d.t.Fatal(err)
	}
	receipt, err := bind.WaitMined(d.t.Context(), d.chain.Client(), tx.Hash())
	if err != nil || receipt.Status != types.ReceiptStatusSuccessful {
		d.t.Fatalf("creating the Safe: %v, %v", receipt, err)
	}
	// ProxyCreation(address indexed proxy, address singleton)
	return common.BytesToAddress(receipt.Logs[len(receipt.Logs)-1].Topics[1].Bytes())
}

// accounts are the kinds of contract account that are known, for one owner.
var accounts = map[string]func(deployer, common.Address) common.Address{
	"owned by a key": func(d deployer, owner common.Address) common.Address { return d.ours("OwnerWallet", owner) },
	"Safe 1.4.1":     deployer.safe,
}

// accountOptions is a run of a new contract account, whose owner has 1 ETH.
func accountOptions(t *testing.T, make func(deployer, common.Address) common.Address) (o agent.Options, key wallet.Signer) {
	t.Helper()
	chain := devChain(t)
	o = newOptions(t, chain, newFakeAPI(t, chain))
	key = o.Signer
	account, err := agent.OpenAccount(t.Context(), o.Network, make(newDeployer(t, chain), key.Address()), key)
	if err != nil {
		t.Fatal(err)
	}
	o.Signer = account
	return o, key
}

func TestUpStakesAndMintsForAContractAccount(t *testing.T) {
	for name, kind := range accounts {
		o, key := accountOptions(t, kind)
		o.Target.DIEM = agent.MustAmount("0.1")
		result := mustUp(t, o)
		if got, want := stepsOf(result), []string{"buy", "approve", "stake", "mint-diem", "stake-diem"}; !slices.Equal(got, want) {
			t.Errorf("%s: transactions: got %v, want %v", name, got, want)
		}
		if result.Address != o.Signer.Address() || result.Payer != key.Address() || result.Key == nil || result.Proof == nil {
			t.Errorf("%s: got %+v", name, result)
		}
		if result.Balances.StakedDIEM.String() != "0.1" || result.Balances.Staked.Cmp(agent.MustAmount("10")) < 0 {
			t.Errorf("%s: the account has %+v", name, result.Balances)
		}
		if again := mustUp(t, o); len(again.Transactions) != 0 || again.Key.Created {
			t.Errorf("%s: the second run did %v", name, stepsOf(again))
		}
		o.Signer, o.Target = key, agent.Target{}
		own, err := agent.Observe(t.Context(), o)
		if err != nil || !own.Staked.IsZero() || !own.VVV.IsZero() {
			t.Errorf("%s: the key itself got %s VVV and %s staked: %v", name, own.VVV, own.Staked, err)
		}
	}
}

func TestAnAccountsOwnEtherIsSpentBeforeItsOwners(t *testing.T) {
	for name, kind := range accounts {
		o, key := accountOptions(t, kind)
		if err := devChain(t).Fund(t.Context(), o.Signer.Address(), tokens("0.01"), nil, nil); err != nil {
			t.Fatal(err)
		}
		result := mustUp(t, o)
		spent := agent.MustAmount("1").Sub(result.Balances.ETH)
		if !result.Balances.AccountETH.IsZero() || result.Plan.ETH.Cmp(agent.MustAmount("0.01")) <= 0 {
			t.Fatalf("%s: the account still has %s ETH, the plan was %s", name, result.Balances.AccountETH, result.Plan.ETH)
		}
		var fees agent.Amount
		for _, tx := range result.Transactions {
			fees = fees.Add(tx.Fee)
		}
		if want := result.Plan.ETH.Sub(agent.MustAmount("0.01")).Add(fees); spent.Cmp(want) > 0 {
			t.Errorf("%s: the owner %s paid %s ETH, want at most %s", name, key.Address(), spent, want)
		}
	}
}

func TestAContractThatIsNoAccountOfTheKeyIsRefused(t *testing.T) {
	chain := devChain(t)
	o := newOptions(t, chain, newFakeAPI(t, chain))
	d := newDeployer(t, chain)
	stranger := common.HexToAddress("0x00000000000000000000000000000000DeaDBeef")
	for name, test := range map[string]struct {
		at   common.Address
		says string
	}{
		"no code":              {common.HexToAddress("0x1234567890123456789012345678901234567890"), "no contract"},
		"the key itself":       {o.Signer.Address(), "own address"},
		"somebody else's":      {d.ours("OwnerWallet", stranger), "the owner of"},
		"somebody else's Safe": {d.safe(stranger), "is no owner of the Safe"},
		"a token":              {o.Network.Contracts.WETH, "no contract with owner"},
		"the staking contract": {o.Network.Contracts.Staking, "the owner of"},
	} {
		account, err := agent.OpenAccount(t.Context(), o.Network, test.at, o.Signer)
		if !errors.Is(err, wallet.ErrAccount) || !strings.Contains(err.Error(), test.says) || account != nil {
			t.Errorf("%s: got %v, %v", name, account, err)
		}
	}
	o.Network.ChainID = 1
	if _, err := agent.OpenAccount(t.Context(), o.Network, stranger, o.Signer); err == nil || !strings.Contains(err.Error(), "not 1") {
		t.Errorf("another chain: got %v", err)
	}
}
