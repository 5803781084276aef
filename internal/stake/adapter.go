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
)

// AdapterConfig configures one adapter.
type AdapterConfig struct {
	// Adapter is VeniceVVV, Pool or VeniceDIEM.
	Adapter string
	// Name tells the grants of two adapters of a kind apart; "" means Adapter.
	Name     string
	Contract common.Address
	// Min is the least stake that counts, in wei. The default, nil, is 1 wei,
	// and 0.1 DIEM for VeniceDIEM, as Venice has it.
	Min *big.Int
	// Pool is what all wallets share in an epoch, for Pool only.
	Pool money.Nano
}

// The contracts' calls, parsed once.
var (
	stakingV2 = sync.OnceValue(bindings.NewStakingV2)
	diem      = sync.OnceValue(bindings.NewDIEM)
)

// tokenDecimals is what VVV, sVVV and DIEM all have; a nano has nine of them.
const tokenDecimals = 18

var (
	weiPerNano   = big.NewInt(1_000_000_000)
	minStakeDIEM = big.NewInt(100_000_000_000_000_000) // 0.1
)

const wordLength = 32 // of the EVM and its ABI, in bytes

// adapter is a checked configuration: Name and Min are set.
type adapter struct{ AdapterConfig }

func newAdapter(c AdapterConfig) (adapter, error) {
	switch c.Adapter {
	case VeniceVVV, VeniceDIEM:
		if c.Pool != 0 {
			return adapter{}, fmt.Errorf("adapter %s has no pool; remove it or use adapter %s", c.Adapter, Pool)
		}
	case Pool:
		if c.Pool <= 0 {
			return adapter{}, errors.New("pool must be a positive amount of DIEM for an epoch")
		}
	default:
		return adapter{}, fmt.Errorf("adapter must be %s, %s or %s", VeniceVVV, Pool, VeniceDIEM)
	}
	if c.Contract == (common.Address{}) {
		return adapter{}, errors.New("contract is not set")
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

func (a adapter) pooled() bool { return a.Adapter == Pool }

func (a adapter) stakeCall(address common.Address) Call {
	if a.Adapter == VeniceDIEM {
		return Call{To: a.Contract, Data: diem().PackStakedInfos(address)}
	}
	return Call{To: a.Contract, Data: stakingV2().PackBalanceOf(address)}
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

// total reads the answer to totalCall.
func (a adapter) total(answer []byte) (*big.Int, error) { return a.number("totalSupply", answer) }

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

// allowance is what a stake gives in an epoch, rounded down. total and first
// are the total stake now and at the epoch's first reading, or nil.
func (a adapter) allowance(stake, total, first *big.Int) money.Nano {
	if stake.Cmp(a.Min) < 0 {
		return 0
	}
	switch {
	case a.Adapter == VeniceDIEM:
		return saturate(new(big.Int).Quo(stake, weiPerNano))
	case a.pooled():
		if first != nil && first.Cmp(total) > 0 {
			total = first
		}
		if stake.Cmp(total) >= 0 { // also a total of 0, which cannot be divided by
			return a.Pool
		}
		share := new(big.Int).Mul(big.NewInt(int64(a.Pool)), stake)
		return saturate(share.Quo(share, total))
	default:
		return 0 // the mint right alone
	}
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
