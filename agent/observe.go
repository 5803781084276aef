package agent

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/agent/dex"
	"stakegate/agent/wallet"
	"stakegate/contracts/bindings"
)

// Observation is everything that a plan is decided from: what is wanted, and
// what one block of the chain and the server say about it.
type Observation struct {
	Target Target
	Limits Limits

	Network   string // its name, for people
	APIBase   string
	Address   common.Address
	ChainID   uint64
	Contracts Contracts
	Block     uint64
	BlockTime time.Time

	// Payer sends the transactions: the wallet itself or, if the wallet is a
	// contract account, its owner's key. Overhead is the gas that going through
	// the account adds to each.
	Payer    common.Address
	Overhead uint64

	ETH        Amount // of the payer
	AccountETH Amount // of the contract account, if the wallet is one
	VVV        Amount
	Allowance  Amount // of VVV, to the staking contract
	Staked     Amount // sVVV, locked ones included
	Unlocked   Amount // sVVV that can be locked for DIEM
	DIEM       Amount // in the wallet; staked DIEM is not in it
	StakedDIEM Amount

	// GasPrice is the most that would be offered for a unit of gas; L1Fee is the
	// most that a rollup adds to each transaction, its operator's fee included.
	GasPrice Amount
	L1Fee    Amount
	// Nonce is the number of the payer's next transaction; Pending says that one
	// of this number is waiting in the node.
	Nonce   uint64
	Pending bool
	// Leftovers are allowances that runs of this program have given, and that are
	// still there.
	Leftovers []Allowance
	// Spent and SpentUSDC are what this run has spent already, and those before
	// it that did not reach their target.
	Spent, SpentUSDC Amount

	// USDC is what the wallet has of it, Spenders what exchanges may take.
	USDC     Amount
	Spenders []Spender
	// Pay is what is paid with, DIEMBy how DIEM is got: as the target says or,
	// in auto mode, what is cheaper and can be paid.
	Pay, DIEMBy string
	// Offer is the best price for the VVV that is missing, DIEMOffer for DIEM
	// that is bought; when there is none, NoOffer says why.
	Offer, DIEMOffer *dex.Offer
	NoOffer          string
	// Lock is the sVVV that has to be locked for the DIEM that is missing;
	// when that cannot be, NoMint says why.
	Lock   Amount
	NoMint string

	// Key is the stored key for this server, wallet and type, if there is one;
	// KeyRejected says that the server refuses it.
	Key         *StoredKey
	KeyRejected bool
}

// gasOracle is the fee contract of OP-stack chains; elsewhere there is no code
// at this address.
var gasOracle = common.HexToAddress("0x420000000000000000000000000000000000000F")

// l1FeeCall is getL1FeeUpperBound(uint256) for 1,000 bytes, more than any of
// our transactions has.
var l1FeeCall = append(common.FromHex("0xf1c7a58b"), common.BigToHash(big.NewInt(1000)).Bytes()...)

// operatorFeeCall is getOperatorFee(uint256), of chains since Isthmus.
func operatorFeeCall(gas uint64) []byte {
	return append(common.FromHex("0x275aedd2"), common.BigToHash(new(big.Int).SetUint64(gas)).Bytes()...)
}

// observeChain reads the wallet at one block, which is not older than minBlock.
func (r *runner) observeChain(ctx context.Context, minBlock uint64) (Observation, error) {
	o := Observation{Target: r.Target, Limits: r.Limits, Network: r.Network.Name, APIBase: r.client.Base(), Address: r.Signer.Address(), Payer: r.payer().Address(),
		ChainID: r.Network.ChainID, Contracts: r.Network.Contracts}
	o.Spent, o.SpentUSDC = r.spent()
	if account, is := r.Signer.(wallet.Account); is {
		o.Overhead = account.Overhead()
	}
	if err := checkChainID(ctx, r.chain, r.Network.ChainID); err != nil {
		return o, err
	}
	head, err := r.headFrom(ctx, minBlock)
	if err != nil {
		return o, err
	}
	o.Block, o.BlockTime = head.Number.Uint64(), time.Unix(int64(head.Time), 0)
	if err := r.checkCode(ctx, head.Number); err != nil {
		return o, err
	}
	if err := r.readWallet(ctx, head.Number, &o); err != nil {
		return o, err
	}
	if err := r.readFees(ctx, head, &o); err != nil {
		return o, err
	}
	if err := r.readDIEMPrice(ctx, head.Number, &o); err != nil {
		return o, err
	}
	return o, r.readOffers(ctx, head.Number, &o)
}

func checkChainID(ctx context.Context, chain Chain, want uint64) error {
	id, err := chain.ChainID(ctx)
	if err != nil {
		return chainError("asking the node for its chain id", err)
	}
	if !id.IsUint64() || id.Uint64() != want {
		return fmt.Errorf("the node is on chain %s, not %d: check the RPC URL", id, want)
	}
	return nil
}

// headFrom returns the latest sealed block. A node behind the one that mined
// our transaction would show the past: it is waited for.
func (r *runner) headFrom(ctx context.Context, minBlock uint64) (*types.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, minedTimeout)
	defer cancel()
	for wait := 20 * time.Millisecond; ; wait = min(wait*2, time.Second) {
		head, err := r.chain.HeaderByNumber(ctx, nil)
		if err != nil {
			return nil, chainError("reading the latest block", err)
		}
		if head.Number.Uint64() >= minBlock {
			return head, nil
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("the node stays at block %d, behind block %d of our transaction: %w", head.Number, minBlock, err)
		}
	}
}

// readWallet reads all balances at one block and, on the way, that the
// contracts are who they should be.
func (r *runner) readWallet(ctx context.Context, block *big.Int, o *Observation) error {
	c, me := r.Network.Contracts, o.Address
	token, staking, diem := bindings.NewVVV(), bindings.NewStakingV2(), bindings.NewDIEM()
	batch := bindings.NewMulticall3()
	if me != o.Payer {
		own := amountOf("Multicall3", c.Multicall3, batch.PackGetEthBalance(me), &o.AccountETH)
		if err := readAll(ctx, r.chain, c.Multicall3, block, []read{own}); err != nil {
			return err
		}
	}
	return readAll(ctx, r.chain, c.Multicall3, block, append(r.usdcReads(o),
		amountOf("Multicall3", c.Multicall3, batch.PackGetEthBalance(o.Payer), &o.ETH),
		amountOf("VVV", c.VVV, token.PackBalanceOf(me), &o.VVV),
		amountOf("VVV", c.VVV, token.PackAllowance(me, c.Staking), &o.Allowance),
		amountOf("sVVV", c.Staking, staking.PackBalanceOf(me), &o.Staked),
		amountOf("sVVV", c.Staking, staking.PackBalanceOfUnlocked(me), &o.Unlocked),
		amountOf("DIEM", c.DIEM, diem.PackBalanceOf(me), &o.DIEM),
		// DIEM's balanceOf is 0 once it is staked; the stake is in field 0.
		read{c.DIEM, diem.PackStakedInfos(me), func(answer []byte) error {
			info, err := diem.UnpackStakedInfos(answer)
			o.StakedDIEM = Units(info.AmountStaked)
			return err
		}, "DIEM"},
		addressOf("Venice's staking contract", c.Staking, staking.PackVenice(), c.VVV),
		addressOf("Venice's staking contract", c.Staking, staking.PackDiem(), c.DIEM),
	))
}

// readFees reads what gas costs and whether the wallet has transactions under
// way.
func (r *runner) readFees(ctx context.Context, head *types.Header, o *Observation) error {
	fees, err := r.sender(entry{}).fees(ctx, head)
	if err != nil {
		return err
	}
	o.GasPrice = Units(fees.max)
	if o.L1Fee, err = r.rollupFee(ctx, head.Number, o.Overhead); err != nil {
		return err
	}
	// At the block of the balances: else a transaction that is mined in between
	// would be in the nonce, but not in the balances.
	mined, err := r.chain.NonceAt(ctx, o.Payer, head.Number)
	if err != nil {
		return chainError("reading the wallet's nonce", err)
	}
	pending, err := r.chain.PendingNonceAt(ctx, o.Payer)
	if err != nil {
		return chainError("reading the wallet's nonce", err)
	}
	o.Nonce, o.Pending = mined, pending > mined
	return nil
}

// rollupFee is the most that a rollup adds to a transaction of ours: the fee of
// the layer below, and what the operator takes for gas, which is not in it.
func (r *runner) rollupFee(ctx context.Context, block *big.Int, overhead uint64) (Amount, error) {
	var sum Amount
	for _, call := range [][]byte{l1FeeCall, operatorFeeCall(maxStepGas + overhead)} {
		answer, err := r.chain.CallContract(ctx, ethereum.CallMsg{To: &gasOracle, Data: call}, block)
		if err != nil && !dex.IsRevert(err) {
			return sum, chainError("asking for the fee of the layer below", err)
		}
		if err == nil && len(answer) == 0 {
			return sum, nil // no code, no answer: this chain has no layer below
		}
		if err == nil && len(answer) == 32 { // older chains know no operator's fee, and revert
			sum = sum.Add(Units(new(big.Int).SetBytes(answer)))
		}
	}
	return sum, nil
}

// The curve may rise before a mint is mined, so that a little more sVVV is
// locked than it asks for now. More than that is staked, so that a small rise
// between staking and minting does not ask for another stake.
const (
	lockMarginBPS  = 10
	stakeMarginBPS = 100
)

// readDIEMPrice finds the sVVV to lock for the DIEM that is missing.
func (r *runner) readDIEMPrice(ctx context.Context, block *big.Int, o *Observation) error {
	want := o.mintAmount()
	if want.IsZero() {
		return nil
	}
	lock, err := r.lockFor(ctx, block, want.Int())
	if errors.Is(err, errNoDIEM) {
		o.NoMint = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	if o.Lock = plusBPS(lock, lockMarginBPS); o.Lock.Cmp(o.Unlocked) > 0 {
		o.Lock = plusBPS(lock, stakeMarginBPS)
	}
	return nil
}

func plusBPS(amount *big.Int, points int64) Amount {
	more := new(big.Int).Mul(amount, big.NewInt(points))
	return Units(more.Quo(more, big.NewInt(10_000)).Add(more, amount))
}

var errNoDIEM = errors.New("the staking contract mints no more DIEM now: try a smaller amount")

// lockFor is the smallest sVVV, to 0.01 %, that mints at least so much DIEM.
func (r *runner) lockFor(ctx context.Context, block, diem *big.Int) (*big.Int, error) {
	staking := bindings.NewStakingV2()
	mints := func(lock *big.Int) (*big.Int, error) {
		answer, err := r.chain.CallContract(ctx, ethereum.CallMsg{To: &r.Network.Contracts.Staking, Data: staking.PackGetDiemAmountOut(lock)}, block)
		if dex.IsRevert(err) {
			return nil, errNoDIEM // the end of the curve
		}
		if err != nil {
			return nil, chainError("asking for the price of DIEM", err)
		}
		return staking.UnpackGetDiemAmountOut(answer)
	}
	unit, err := mints(oneToken)
	if err != nil {
		return nil, err
	}
	if unit.Sign() == 0 {
		return nil, errNoDIEM
	}
	lock := new(big.Int).Mul(diem, oneToken)
	lock.Quo(lock, unit).Add(lock, big.NewInt(1))
	// The curve rises: scaling by what is missing approaches from below.
	for range 32 {
		got, err := mints(lock)
		if err != nil {
			return nil, err
		}
		if got.Sign() == 0 {
			return nil, errNoDIEM
		}
		if got.Cmp(diem) >= 0 {
			return lock, nil
		}
		lock.Mul(lock, diem).Quo(lock, got)
		lock.Add(lock, new(big.Int).Quo(lock, big.NewInt(10_000))).Add(lock, big.NewInt(1))
	}
	return nil, errNoDIEM
}
