package app

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/chain"
	"stakegate/internal/money"
	"stakegate/internal/signature"
	"stakegate/internal/stake"
)

// ChainConfig says how to reach the chain.
type ChainConfig struct {
	// ID is checked against every RPC. Default 8453 (Base).
	ID uint64 `yaml:"id"`
	// Name is what messages call the chain. Default Base.
	Name string `yaml:"name"`
	// RPC lists JSON-RPC URLs; later ones are used when earlier ones fail.
	RPC []string `yaml:"rpc"`
	// Confirmations is how many blocks behind the newest one a stake is read.
	// Default 2.
	Confirmations *uint64 `yaml:"confirmations"`
	// MaxHeadAge is how old the newest block may be before an RPC counts as
	// unhealthy. Default 30s.
	MaxHeadAge Duration `yaml:"max_head_age"`
	// Timeout bounds one request to one RPC. A mint waits for RPCs that do not
	// answer for two of these and two seconds. Default 3s.
	Timeout Duration `yaml:"timeout"`
	// PollInterval is how often to look for changed stakes. Default 1s.
	PollInterval Duration `yaml:"poll_interval"`
	// Required is how many RPCs must give the same answer, 1 or 2. Default 1.
	Required int `yaml:"required"`
	// Multicall is the address of a Multicall3, which reads many stakes at once;
	// none for JSON-RPC batches, which also serve where it has no code. Default
	// 0xcA11bde05977b3631167028862bE2a173976CA11.
	Multicall string `yaml:"multicall"`
	// ReadsPerSecond bounds how many accounts are read again in a second when
	// many may have changed. Default 2000.
	ReadsPerSecond int `yaml:"reads_per_second"`
}

// StakeConfig says which stake counts for what.
type StakeConfig struct {
	// Mint is the stake that allows to make keys.
	Mint AdapterConfig `yaml:"mint"`
	// Allocation lists what is summed up to an account's day.
	Allocation []AdapterConfig `yaml:"allocation"`
}

// AdapterConfig is one way to read a stake.
type AdapterConfig struct {
	// Adapter is venice-vvv, venice-diem, pool, erc20 or erc4626.
	Adapter string `yaml:"adapter"`
	// Name tells two allocations with the same adapter apart. Default: the
	// adapter's.
	Name string `yaml:"name"`
	// Contract is the staking contract's address.
	Contract string `yaml:"contract"`
	// Symbol is what messages call the token. Default VVV.
	Symbol string `yaml:"symbol"`
	// Min is the least stake that counts, in whole tokens.
	Min string `yaml:"min"`
	// Pool is what all wallets share in an epoch, in DIEM; for pool only.
	Pool string `yaml:"pool"`
	// Rate is the DIEM that a whole token earns in an epoch; for erc20 and
	// erc4626 only.
	Rate string `yaml:"rate"`
	// Implementation is the code that the contract, an upgradable proxy
	// (EIP-1967), is trusted with. Default: the one it has at the start.
	Implementation string `yaml:"implementation"`
}

// policy turns the stake section into stake's own configuration.
func (c StakeConfig) policy() (stake.PolicyConfig, error) {
	mint, err := c.Mint.adapter()
	if err != nil {
		return stake.PolicyConfig{}, fmt.Errorf("stake.mint: %w", err)
	}
	policy := stake.PolicyConfig{Mint: mint}
	for i, allocation := range c.Allocation {
		adapter, err := allocation.adapter()
		if err != nil {
			return stake.PolicyConfig{}, fmt.Errorf("stake.allocation[%d]: %w", i, err)
		}
		policy.Allocation = append(policy.Allocation, adapter)
	}
	return policy, nil
}

func (c AdapterConfig) adapter() (stake.AdapterConfig, error) {
	contract, err := signature.ParseAddress(c.Contract)
	if err != nil {
		return stake.AdapterConfig{}, fmt.Errorf("contract %q is not an address: give 0x and 40 hexadecimal digits", c.Contract)
	}
	adapter := stake.AdapterConfig{Adapter: c.Adapter, Name: c.Name, Contract: contract}
	if strings.Contains(c.Name, "/") { // it is a part of a budget's id
		return stake.AdapterConfig{}, errors.New("name must not have a slash")
	}
	if c.Implementation != "" {
		if adapter.Implementation, err = signature.ParseAddress(c.Implementation); err != nil {
			return stake.AdapterConfig{}, fmt.Errorf("implementation %q is not an address", c.Implementation)
		}
	}
	if c.Rate != "" {
		if adapter.Rate, err = money.Parse(c.Rate); err != nil {
			return stake.AdapterConfig{}, fmt.Errorf("rate: %w", err)
		}
	}
	if c.Min != "" {
		if adapter.Min, err = tokens(c.Min); err != nil {
			return stake.AdapterConfig{}, fmt.Errorf("min: %w", err)
		}
	}
	if c.Pool != "" {
		if adapter.Pool, err = money.Parse(c.Pool); err != nil {
			return stake.AdapterConfig{}, fmt.Errorf("pool: %w", err)
		}
	}
	return adapter, nil
}

// multicall is the address that calls are joined at; zero for none.
func (c ChainConfig) multicall() (common.Address, error) {
	if c.Multicall == "none" {
		return common.Address{}, nil
	}
	if c.Multicall == "" {
		return chain.CanonicalMulticall3, nil
	}
	address, err := signature.ParseAddress(c.Multicall)
	if err != nil {
		return common.Address{}, fmt.Errorf("chain.multicall %q is not an address: give 0x and 40 hexadecimal digits, or none", c.Multicall)
	}
	return address, nil
}

const tokenDecimals = 18

// tokens reads an amount of whole tokens with up to 18 decimals into wei.
func tokens(text string) (*big.Int, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > tokenDecimals || len(whole) == 0 || len(whole) > 30 || strings.Trim(whole+fraction, "0123456789") != "" {
		return nil, fmt.Errorf("%q is not a decimal with at most %d places", text, tokenDecimals)
	}
	wei, _ := new(big.Int).SetString(whole+fraction+strings.Repeat("0", tokenDecimals-len(fraction)), 10)
	return wei, nil
}
