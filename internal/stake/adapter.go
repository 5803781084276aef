package stake

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
	"stakegate/internal/money"
)

// The adapters there are.
const (
	// VeniceVVV reads sVVV.balanceOf. It gives the mint right.
	VeniceVVV = "venice-vvv"
	// Pool reads the same, and gives a share of a pool: pool × stake / total.
	Pool = "pool"
	// VeniceDIEM reads DIEM.stakedInfos: one staked DIEM is one DIEM a day.
	VeniceDIEM = "venice-diem"
	// ERC20 reads a token's balanceOf, and gives balance × rate.
	ERC20 = "erc20"
	// ERC4626 reads what a vault's shares are worth, convertToAssets(balanceOf),
	// and gives that × rate, for whole tokens of the vault's asset.
	ERC4626 = "erc4626"
)

// AdapterConfig configures one adapter.
type AdapterConfig struct {
	// Adapter is one of the constants above.
	Adapter string
	// Name tells the grants of two adapters of a kind apart; "" means Adapter.
	Name     string
	Contract common.Address
	// Min is the least stake that counts, in 10^-18 of a token whatever the
	// token's decimals are. The default, nil, is all above 0, and 0.1 DIEM for
	// VeniceDIEM, as Venice has it.
	Min *big.Int
	// Pool is what all wallets share in an epoch, for Pool only.
	Pool money.Nano
	// Rate is the DIEM that a whole token gives in an epoch, for ERC20 and
	// ERC4626 as an allocation.
	Rate money.Nano
	// Implementation, if set, is the only code that the contract, a proxy after
	// EIP-1967, is trusted with. Without it that is the first one seen.
	Implementation common.Address
}

// The contracts' calls, parsed once.
var (
	stakingV2 = sync.OnceValue(bindings.NewStakingV2)
	diem      = sync.OnceValue(bindings.NewDIEM)
	erc20     = sync.OnceValue(bindings.NewIERC20)
)

// Selectors of EIP-4626.
var (
	selectAsset           = []byte{0x38, 0xd5, 0x2e, 0x0f} // asset()
	selectConvertToAssets = []byte{0x07, 0xa2, 0xd1, 0x3a} // convertToAssets(uint256)
)

// tokenDecimals is what VVV, sVVV and DIEM all have; a nano has nine of them.
const tokenDecimals = 18

// maxDecimals is the most that is believed of a token; 10^77 is the largest
// power of ten that fits into a word.
const maxDecimals = 77

var minStakeDIEM = big.NewInt(100_000_000_000_000_000) // 0.1

const wordLength = 32 // of the EVM and its ABI, in bytes

// adapter is a checked configuration: Name and Min are set.
type adapter struct{ AdapterConfig }

func newAdapter(c AdapterConfig) (adapter, error) {
	switch c.Adapter {
	case VeniceVVV, VeniceDIEM, ERC20, ERC4626:
		if c.Pool != 0 {
			return adapter{}, fmt.Errorf("adapter %s has no pool; remove it or use adapter %s", c.Adapter, Pool)
		}
	case Pool:
		if c.Pool <= 0 {
			return adapter{}, errors.New("pool must be a positive amount of DIEM for an epoch")
		}
	default:
		return adapter{}, fmt.Errorf("adapter must be %s, %s, %s, %s or %s", VeniceVVV, Pool, VeniceDIEM, ERC20, ERC4626)
	}
	switch {
	case c.Contract == (common.Address{}):
		return adapter{}, errors.New("contract is not set")
	case c.Rate < 0:
		return adapter{}, errors.New("rate must be above 0")
	case c.Rate != 0 && !c.rated():
		return adapter{}, fmt.Errorf("adapter %s has no rate; remove it or use adapter %s or %s", c.Adapter, ERC20, ERC4626)
	}
	if c.Name == "" {
		c.Name = c.Adapter
	}
	switch {
	case c.Min == nil && c.Adapter == VeniceDIEM:
		c.Min = minStakeDIEM
	case c.Min == nil:
		c.Min = big.NewInt(1)
	case c.Min.Sign() <= 0:
		// 0 would let wallets without any stake mint.
		return adapter{}, errors.New("min must be above 0")
	}
	return adapter{c}, nil
}

// rated reports whether the operator says what a token is worth.
func (c AdapterConfig) rated() bool { return c.Adapter == ERC20 || c.Adapter == ERC4626 }

func (a adapter) pooled() bool { return a.Adapter == Pool }

// hasReceipt reports whether a stake is the balance of a token, which could be
// transferred.
func (a adapter) hasReceipt() bool { return a.Adapter != VeniceDIEM }

func (a adapter) stakeCall(address common.Address) Call {
	switch a.Adapter {
	case VeniceDIEM:
		return Call{To: a.Contract, Data: diem().PackStakedInfos(address)}
	default:
		return Call{To: a.Contract, Data: erc20().PackBalanceOf(address)}
	}
}

// assetsCall asks what shares of a vault are worth.
func (a adapter) assetsCall(shares *big.Int) Call {
	return Call{To: a.Contract, Data: append(append([]byte{}, selectConvertToAssets...), shares.FillBytes(make([]byte, wordLength))...)}
}

func (a adapter) totalCall() Call {
	return Call{To: a.Contract, Data: stakingV2().PackTotalSupply()}
}

// stake reads the answer to stakeCall. The length is checked first, because
// an address without code answers nothing, which must not be read as 0.
func (a adapter) stake(answer []byte) (*big.Int, error) {
	if a.Adapter == VeniceDIEM {
		if len(answer) != 3*wordLength {
			return nil, a.badAnswer("stakedInfos", answer)
		}
		infos, err := diem().UnpackStakedInfos(answer)
		if err != nil {
			return nil, a.badAnswer("stakedInfos", answer)
		}
		return infos.AmountStaked, nil
	}
	return a.number("balanceOf", answer)
}

func (a adapter) number(method string, answer []byte) (*big.Int, error) {
	if len(answer) != wordLength {
		return nil, a.badAnswer(method, answer)
	}
	return new(big.Int).SetBytes(answer), nil
}

func (a adapter) badAnswer(method string, answer []byte) error {
	return fmt.Errorf("%w: %s of %s answered %d bytes; check the contract's address and chain",
		ErrChain, method, a.Contract, len(answer))
}

// enough reports whether a stake counts.
func (a adapter) enough(stake *big.Int, decimals uint8) bool {
	return stake.Cmp(a.min(decimals)) >= 0
}

// min is the least stake that counts in the token's smallest unit, rounded up.
func (a adapter) min(decimals uint8) *big.Int {
	scaled := new(big.Int).Mul(a.Min, powerOfTen(decimals))
	one := powerOfTen(tokenDecimals)
	scaled.Add(scaled, new(big.Int).Sub(one, big.NewInt(1)))
	return scaled.Quo(scaled, one)
}

// rate is what a whole token gives in an epoch.
func (a adapter) rate() money.Nano {
	if a.Adapter == VeniceDIEM {
		return money.Unit
	}
	return a.Rate
}

// allowance is what a stake gives in an epoch, rounded down. The total is of a
// pooled adapter.
func (a adapter) allowance(stake, total *big.Int, decimals uint8) money.Nano {
	if !a.enough(stake, decimals) {
		return 0
	}
	if a.pooled() {
		if stake.Cmp(total) >= 0 { // also a total of 0, which cannot be divided by
			return a.Pool
		}
		share := new(big.Int).Mul(big.NewInt(int64(a.Pool)), stake)
		return saturate(share.Quo(share, total))
	}
	worth := new(big.Int).Mul(big.NewInt(int64(a.rate())), stake)
	return saturate(worth.Quo(worth, powerOfTen(decimals)))
}

func powerOfTen(decimals uint8) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
}

// larger returns the larger amount; nil is none.
func larger(a, b *big.Int) *big.Int {
	if a == nil || b != nil && b.Cmp(a) > 0 {
		return b
	}
	return a
}

func smaller(a, b *big.Int) *big.Int {
	if b.Cmp(a) < 0 {
		return b
	}
	return a
}

// saturate returns the amount, or money.Max if it does not fit.
func saturate(nanos *big.Int) money.Nano {
	if !nanos.IsInt64() {
		return money.Max
	}
	return money.Nano(nanos.Int64())
}

// ParseWei reads a plain decimal amount of a token with 18 decimals, like
// "0.1", exactly: more decimals than that are an error.
func ParseWei(text string) (*big.Int, error) {
	whole, fraction, hasPoint := strings.Cut(text, ".")
	digits := whole + fraction
	notDigit := func(r rune) bool { return r < '0' || r > '9' }
	if whole == "" || hasPoint && fraction == "" || len(fraction) > tokenDecimals || len(digits) > 60 ||
		strings.ContainsFunc(digits, notDigit) {
		return nil, fmt.Errorf("amount must be a plain decimal with at most %d decimals, like 0.1", tokenDecimals)
	}
	wei, ok := new(big.Int).SetString(digits+strings.Repeat("0", tokenDecimals-len(fraction)), 10)
	if !ok {
		return nil, errors.New("amount is not a number")
	}
	return wei, nil
}

// FormatUnits writes an amount of a token's smallest unit in whole tokens,
// exactly, without zeros at its end.
func FormatUnits(amount *big.Int, decimals uint8) string {
	digits := amount.String()
	if decimals == 0 {
		return digits
	}
	if missing := int(decimals) + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - int(decimals)
	return strings.TrimRight(strings.TrimRight(digits[:point]+"."+digits[point:], "0"), ".")
}
