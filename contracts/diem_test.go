package contracts_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

var diem = bindings.NewDIEM()

func (w *world) stakedInfos(account common.Address) bindings.DIEMStakedInfosOutput {
	w.Helper()
	return read(w, diemAt, diem.PackStakedInfos(account), diem.UnpackStakedInfos)
}

// withDiem gives alice some DIEM, minted from stake.
func withDiem(t *testing.T) (*world, *big.Int) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(1_000))
	w.send(alice, stakingAt, staking.PackMintDiem(vvv(1_000), zero))
	return w, w.balance(diemAt, alice)
}

func TestStakingDiemNeedsNoApprovalAndEmptiesTheBalance(t *testing.T) {
	w, all := withDiem(t)
	if answer := w.send(alice, diemAt, diem.PackStake(all)); len(answer) != 0 {
		t.Errorf("stake returned %x, and the live one returns nothing", answer)
	}
	w.equal("balanceOf after staking", w.balance(diemAt, alice), zero)
	w.equal("amountStaked", w.stakedInfos(alice).AmountStaked, all)
	w.equal("DIEM held by the token", w.balance(diemAt, diemAt), all)
	w.equal("totalStaked", read(w, diemAt, diem.PackTotalStaked(), diem.UnpackTotalStaked), all)
	w.refused("STAKE_ZERO", alice, diemAt, diem.PackStake(zero))
	w.refused("ERC20InsufficientBalance("+alice.Hex()+" 0 1)", alice, diemAt, diem.PackStake(big.NewInt(1)))
}

func TestEveryUnstakeOfDiemAddsAndStartsTheDayAnew(t *testing.T) {
	w, all := withDiem(t)
	w.send(alice, diemAt, diem.PackStake(all))
	third := div(all, big.NewInt(3))
	w.refused("UNSTAKE_ZERO", alice, diemAt, diem.PackInitiateUnstake(zero))
	w.refused("INSUFFICIENT_BALANCE", alice, diemAt, diem.PackInitiateUnstake(add(all, big.NewInt(1))))
	w.refused("NOTHING_TO_UNSTAKE", alice, diemAt, diem.PackUnstake())

	w.send(alice, diemAt, diem.PackInitiateUnstake(third))
	w.equal("amountStaked falls at once", w.stakedInfos(alice).AmountStaked, sub(all, third))
	w.sleep(day - 1)
	w.send(alice, diemAt, diem.PackInitiateUnstake(third))
	info := w.stakedInfos(alice)
	w.equal("coolDownAmount", info.CoolDownAmount, mul(third, big.NewInt(2)))
	w.equal("coolDownEnd", info.CoolDownEnd, new(big.Int).SetUint64(w.now+day))
	w.sleep(day - 1) // the first day is long over
	w.refused("COOLDOWN_NOT_OVER", alice, diemAt, diem.PackUnstake())
	w.sleep(1)
	w.send(alice, diemAt, diem.PackUnstake())
	w.equal("paid", w.balance(diemAt, alice), mul(third, big.NewInt(2)))
	w.equal("cooling after unstake", w.stakedInfos(alice).CoolDownAmount, zero)
	w.refused("NOTHING_TO_UNSTAKE", alice, diemAt, diem.PackUnstake())
}

func TestOnlyStakingMintsAndBurnsDiem(t *testing.T) {
	w, all := withDiem(t)
	w.refused("ONLY_MINTER", owner, diemAt, diem.PackMint(owner, big.NewInt(1)))
	w.refused("ONLY_MINTER", owner, diemAt, diem.PackBurn(alice, all))
	w.refused("OwnableUnauthorizedAccount("+owner.Hex()+")", owner, vvvAt, bindings.NewVVV().PackMint(owner, big.NewInt(1)))
}

func TestStakedDiemCannotBeBurntForTheLockedStake(t *testing.T) {
	w, all := withDiem(t)
	w.send(alice, diemAt, diem.PackStake(all))
	w.refused("ERC20InsufficientBalance("+alice.Hex()+" 0 "+all.String()+")", alice, stakingAt, staking.PackBurnDiem(all))
}

func TestDiemHasNoStakingForOthers(t *testing.T) {
	w, _ := withDiem(t)
	for _, signature := range []string{"stakeFor(address,uint256)", "initiateUnstakeFor(address,uint256)",
		"unstakeFor(address)", "stake(address,uint256)"} {
		w.refused("", alice, diemAt, append(selectorOf(signature), make([]byte, 64)...))
	}
}

func TestWETHWrapsAndUnwraps(t *testing.T) {
	w := newWorld(t)
	weth := bindings.NewWETH9()
	w.pay(alice, wethAt, vvv(2), weth.PackDeposit())
	w.pay(alice, wethAt, vvv(1), nil)
	w.equal("WETH", w.balance(wethAt, alice), vvv(3))
	w.equal("totalSupply", read(w, wethAt, weth.PackTotalSupply(), weth.UnpackTotalSupply), vvv(3))
	w.refused("", alice, wethAt, weth.PackWithdraw(vvv(4)))
	w.refused("", bob, wethAt, weth.PackTransferFrom(alice, bob, vvv(1)))
	w.approve(alice, wethAt, bob, vvv(1))
	w.send(bob, wethAt, weth.PackTransferFrom(alice, bob, vvv(1)))
	w.refused("", bob, wethAt, weth.PackTransferFrom(alice, bob, big.NewInt(1)))
	before := w.ether(alice)
	w.send(alice, wethAt, weth.PackWithdraw(vvv(2)))
	w.equal("ether back", sub(w.ether(alice), before), vvv(2))
}

func TestAnAllowanceIsSpentUnlessItIsWithoutLimit(t *testing.T) {
	w := newWorld(t)
	token := bindings.NewIERC20()
	w.give(vvvAt, alice, vvv(10))
	w.approve(alice, vvvAt, bob, vvv(3))
	w.send(bob, vvvAt, token.PackTransferFrom(alice, bob, vvv(2)))
	w.equal("allowance left", read(w, vvvAt, token.PackAllowance(alice, bob), token.UnpackAllowance), vvv(1))
	w.refused("ERC20InsufficientAllowance("+bob.Hex()+" 1000000000000000000 2000000000000000000)",
		bob, vvvAt, token.PackTransferFrom(alice, bob, vvv(2)))
	most := sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	w.approve(alice, vvvAt, bob, most)
	w.send(bob, vvvAt, token.PackTransferFrom(alice, bob, vvv(2)))
	w.equal("allowance without limit", read(w, vvvAt, token.PackAllowance(alice, bob), token.UnpackAllowance), most)
}

func TestVVVToTheZeroAddressLeavesTheSupply(t *testing.T) {
	w := newWorld(t)
	token := bindings.NewIERC20()
	before := read(w, vvvAt, token.PackTotalSupply(), token.UnpackTotalSupply)
	w.give(vvvAt, common.Address{}, vvv(5))
	w.equal("balance of zero", w.balance(vvvAt, common.Address{}), vvv(5))
	w.equal("totalSupply", read(w, vvvAt, token.PackTotalSupply(), token.UnpackTotalSupply), before)
}
