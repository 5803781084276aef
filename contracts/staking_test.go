package contracts_test

import (
	"bytes"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"pgregory.net/rapid"

	"stakegate/contracts/bindings"
)

var staking = bindings.NewStakingV2()

// stakeFor gives payer VVV and has it stake for recipient.
func (w *world) stakeFor(payer, recipient common.Address, amount *big.Int) {
	w.Helper()
	w.give(vvvAt, payer, amount)
	w.approve(payer, vvvAt, stakingAt, amount)
	w.send(payer, stakingAt, staking.PackStake(recipient, amount))
}

func (w *world) unlocked(account common.Address) *big.Int {
	w.Helper()
	return read(w, stakingAt, staking.PackBalanceOfUnlocked(account), staking.UnpackBalanceOfUnlocked)
}

func (w *world) pending(account common.Address) *big.Int {
	w.Helper()
	return read(w, stakingAt, staking.PackPendingRewards(account), staking.UnpackPendingRewards)
}

func (w *world) stakes(account common.Address) bindings.StakingV2StakesOutput {
	w.Helper()
	return read(w, stakingAt, staking.PackStakes(account), staking.UnpackStakes)
}

func (w *world) locked(account common.Address) bindings.StakingV2LockedStakesOutput {
	w.Helper()
	return read(w, stakingAt, staking.PackLockedStakes(account), staking.UnpackLockedStakes)
}

func (w *world) diemOut(amount *big.Int) *big.Int {
	w.Helper()
	return read(w, stakingAt, staking.PackGetDiemAmountOut(amount), staking.UnpackGetDiemAmountOut)
}

func selectorOf(signature string) []byte { return crypto.Keccak256([]byte(signature))[:4] }

func TestStakeForAnotherCreditsTheRecipient(t *testing.T) {
	w := newWorld(t)
	w.give(vvvAt, alice, vvv(10))
	w.approve(alice, vvvAt, stakingAt, vvv(10))
	if answer := w.send(alice, stakingAt, staking.PackStake(bob, vvv(4))); len(answer) != 0 {
		t.Errorf("stake returned %x, and the live one returns nothing", answer)
	}
	w.equal("bob's sVVV", w.balance(stakingAt, bob), vvv(4))
	w.equal("alice's sVVV", w.balance(stakingAt, alice), zero)
	w.equal("alice's VVV", w.balance(vvvAt, alice), vvv(6))
	w.equal("totalSupply", read(w, stakingAt, staking.PackTotalSupply(), staking.UnpackTotalSupply), vvv(4))
	logs := w.logs(stakingAt, "Transfer(address,address,uint256)")
	last := logs[len(logs)-1]
	if last.Topics[1] != (common.Hash{}) || last.Topics[2] != common.BytesToHash(bob[:]) {
		t.Errorf("stake must log Transfer from zero to the recipient, not %v", last.Topics)
	}
}

func TestStakeRefusals(t *testing.T) {
	w := newWorld(t)
	w.give(vvvAt, alice, vvv(10))
	w.refused("STAKE_ZERO", alice, stakingAt, staking.PackStake(alice, zero))
	w.refused("ERC20InsufficientAllowance("+stakingAt.Hex()+" 0 1)", alice, stakingAt, staking.PackStake(alice, big.NewInt(1)))
	w.approve(alice, vvvAt, stakingAt, vvv(20))
	w.refused("ERC20InsufficientBalance("+alice.Hex()+" 10000000000000000000 11000000000000000000)",
		alice, stakingAt, staking.PackStake(alice, vvv(11)))
	w.refused("ERC20InvalidReceiver("+common.Address{}.Hex()+")", alice, stakingAt, staking.PackStake(common.Address{}, vvv(1)))
	w.send(alice, stakingAt, staking.PackStake(common.HexToAddress("0x04"), vvv(1)))
}

func TestWhatTheDocumentsInventIsNotThere(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(10))
	for _, signature := range []string{"stake(uint256)", "unstake()", "stakedBalance()", "claimRewards()",
		"stakeFor(address,uint256)", "mintDiem(address,uint256,uint256)"} {
		call := append(selectorOf(signature), make([]byte, 96)...)
		w.refused("", alice, stakingAt, call)
	}
}

func TestStakedVVVCannotBeTransferred(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(10))
	w.send(alice, stakingAt, staking.PackApprove(bob, vvv(10)))
	w.refused("NOT_TRANSFERRABLE", alice, stakingAt, staking.PackTransfer(bob, vvv(1)))
	w.refused("NOT_TRANSFERRABLE", bob, stakingAt, staking.PackTransferFrom(alice, bob, vvv(1)))
}

func TestUnstakingTakesSevenDaysOneAtATime(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(10))
	w.refused("NOTHING_TO_UNSTAKE", alice, stakingAt, staking.PackFinalizeUnstake())
	w.refused("INSUFFICIENT_BALANCE", alice, stakingAt, staking.PackInitiateUnstake(vvv(11)))
	w.refused("UNSTAKE_ZERO", alice, stakingAt, staking.PackInitiateUnstake(zero))

	w.send(alice, stakingAt, staking.PackInitiateUnstake(vvv(4)))
	w.equal("sVVV right after initiateUnstake", w.balance(stakingAt, alice), vvv(6))
	s := w.stakes(alice)
	w.equal("cooldownAmount", s.CooldownAmount, vvv(4))
	w.equal("cooldownEnd", s.CooldownEnd, new(big.Int).SetUint64(w.now+7*day))
	w.refused("COOLDOWN_IN_PROGRESS", alice, stakingAt, staking.PackInitiateUnstake(vvv(1)))

	w.sleep(7*day - 1)
	w.refused("COOLDOWN_NOT_OVER", alice, stakingAt, staking.PackFinalizeUnstake())
	w.sleep(1)
	before := w.balance(vvvAt, alice)
	w.send(alice, stakingAt, staking.PackFinalizeUnstake())
	w.equal("VVV paid", sub(w.balance(vvvAt, alice), before), vvv(4))
	w.refused("NOTHING_TO_UNSTAKE", alice, stakingAt, staking.PackFinalizeUnstake())
	w.send(alice, stakingAt, staking.PackInitiateUnstake(vvv(6)))
	w.equal("sVVV after leaving", w.balance(stakingAt, alice), zero)
}

// near tells whether two amounts differ by at most some wei of rounding.
func near(a, b *big.Int, wei int64) bool {
	d := sub(a, b)
	return d.Abs(d).Cmp(big.NewInt(wei)) <= 0
}

func TestEmissionsAreSharedByStake(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(1_000))
	w.stakeFor(bob, bob, vvv(3_000))
	w.sleep(day)
	emitted := mul(emissionRate, big.NewInt(day))
	if got, want := w.pending(alice), div(emitted, big.NewInt(4)); !near(got, want, 10_000) {
		t.Errorf("alice earned %s, want a quarter: %s", got, want)
	}
	if got, want := w.pending(bob), div(mul(emitted, big.NewInt(3)), big.NewInt(4)); !near(got, want, 10_000) {
		t.Errorf("bob earned %s, want three quarters: %s", got, want)
	}
	due := w.pending(alice)
	before := w.balance(vvvAt, alice)
	w.send(alice, stakingAt, staking.PackClaim())
	w.equal("claimed", sub(w.balance(vvvAt, alice), before), due)
	w.equal("pending after claim", w.pending(alice), zero)
	w.refused("STAKE_ZERO", alice, stakingAt, staking.PackClaimAndStake())

	due = w.pending(bob)
	w.send(bob, stakingAt, staking.PackClaimAndStake())
	w.equal("bob's sVVV after claimAndStake", w.balance(stakingAt, bob), add(vvv(3_000), due))
}

func TestStakingForSomebodyPaysOutItsRewards(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(100))
	w.sleep(1_000)
	due := w.pending(alice)
	before := w.balance(vvvAt, alice)
	w.stakeFor(bob, alice, vvv(1))
	w.equal("paid to alice", sub(w.balance(vvvAt, alice), before), due)
}

func TestLockedStakeEarnsFourFifthsAndTheTreasuryTheRest(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(1_000))
	w.stakeFor(bob, bob, vvv(1_000))
	w.send(alice, stakingAt, staking.PackMintDiem(vvv(1_000), zero))
	before := w.balance(vvvAt, treasury)
	w.sleep(day)
	half := div(mul(emissionRate, big.NewInt(day)), big.NewInt(2))
	if got, want := w.pending(alice), div(mul(half, big.NewInt(4)), big.NewInt(5)); !near(got, want, 10_000) {
		t.Errorf("locked stake earned %s, want %s", got, want)
	}
	if got := w.pending(bob); !near(got, half, 10_000) {
		t.Errorf("free stake earned %s, want %s", got, half)
	}
	w.send(bob, stakingAt, staking.PackClaim())
	if got, want := sub(w.balance(vvvAt, treasury), before), div(half, big.NewInt(5)); !near(got, want, 20_000) {
		t.Errorf("the treasury got %s, want %s", got, want)
	}
}

func TestMintAndBurnDiemLockAndUnlockInProportion(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(1_000))
	out := w.diemOut(vvv(900))
	w.refused("INSUFFICIENT_OUTPUT", alice, stakingAt, staking.PackMintDiem(vvv(900), add(out, big.NewInt(1))))
	w.send(alice, stakingAt, staking.PackMintDiem(vvv(900), out))
	w.equal("DIEM minted", w.balance(diemAt, alice), out)
	w.equal("sVVV with the locked part", w.balance(stakingAt, alice), vvv(1_000))
	w.equal("unlocked sVVV", w.unlocked(alice), vvv(100))
	w.equal("locked sVVV", w.locked(alice).SVVVLockedAmount, vvv(900))
	w.equal("outstanding DIEM", w.locked(alice).OutstandingDiemAmount, out)
	w.refused("INSUFFICIENT_BALANCE", alice, stakingAt, staking.PackMintDiem(vvv(101), zero))
	w.refused("INSUFFICIENT_BALANCE", alice, stakingAt, staking.PackInitiateUnstake(vvv(101)))

	third := div(out, big.NewInt(3))
	w.send(alice, stakingAt, staking.PackBurnDiem(third))
	unlocked := div(mul(vvv(900), third), out)
	w.equal("unlocked after burning a third", w.unlocked(alice), add(vvv(100), unlocked))
	w.equal("DIEM left", w.balance(diemAt, alice), sub(out, third))
	w.refused("INSUFFICIENT_BALANCE", alice, stakingAt, staking.PackBurnDiem(out))
	w.refused("INSUFFICIENT_BALANCE", bob, stakingAt, staking.PackBurnDiem(big.NewInt(1)))
	w.send(alice, stakingAt, staking.PackBurnDiem(sub(out, third)))
	w.equal("unlocked after burning all", w.unlocked(alice), vvv(1_000))
	w.equal("totalLockedStakedVVV",
		read(w, stakingAt, staking.PackTotalLockedStakedVVV(), staking.UnpackTotalLockedStakedVVV), zero)
}

func TestOnlyTheOwnerSetsParameters(t *testing.T) {
	w := newWorld(t)
	var table [256]*big.Int
	for i := range table {
		table[i] = big.NewInt(int64(i + 1))
	}
	for _, call := range [][]byte{
		staking.PackSetCooldownDuration(big.NewInt(1)),
		staking.PackSetEmissionRate(big.NewInt(1)),
		staking.PackSetTreasury(alice),
		staking.PackSetVeniceEmissionsPercentage(big.NewInt(1)),
		staking.PackSetVeniceEmissionsPercentageWhenLocked(big.NewInt(1)),
		staking.PackSetDiemMintCurve(table, table),
		staking.PackTransferOwnership(alice),
		staking.PackUpgradeToAndCall(stakingImpl, nil),
	} {
		w.refused("OwnableUnauthorizedAccount("+alice.Hex()+")", alice, stakingAt, call)
		w.send(owner, stakingAt, call)
		if bytes.Equal(call[:4], selectorOf("transferOwnership(address)")) {
			w.send(alice, stakingAt, staking.PackTransferOwnership(owner))
		}
	}
	w.refused("PERCENTAGE_TOO_HIGH", owner, stakingAt, staking.PackSetVeniceEmissionsPercentage(vvv(2)))
}

func TestTheProxyCanBeUpgradedAndTellsSo(t *testing.T) {
	w := newWorld(t)
	slot := common.HexToHash("0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc")
	if got := w.db.GetState(stakingAt, slot); got != common.BytesToHash(stakingImpl[:]) {
		t.Fatalf("the EIP-1967 slot holds %s", got)
	}
	next := common.HexToAddress("0x0000000000000000000000000000000000beef00")
	w.place(next, "StakingV2")
	w.refused("", owner, stakingAt, staking.PackUpgradeToAndCall(alice, nil))
	other := common.HexToAddress("0x0000000000000000000000000000000000beef01")
	w.setCode(t, other, "60015f5260205ff3") // its proxiableUUID is 1
	w.refused("UUPSUnsupportedProxiableUUID("+fmt.Sprint(common.BigToHash(big.NewInt(1)).Bytes())+")",
		owner, stakingAt, staking.PackUpgradeToAndCall(other, nil))
	w.send(owner, stakingAt, staking.PackUpgradeToAndCall(next, nil))
	if got := w.db.GetState(stakingAt, slot); got != common.BytesToHash(next[:]) {
		t.Errorf("after the upgrade the slot holds %s", got)
	}
	if logs := w.logs(stakingAt, "Upgraded(address)"); len(logs) != 2 || logs[1].Topics[1] != common.BytesToHash(next[:]) {
		t.Errorf("Upgraded was logged as %v", logs)
	}
	init := staking.PackInitialize(vvvAt, diemAt, alice, alice, alice, zero)
	w.refused("ALREADY_INITIALIZED", alice, stakingAt, init)
	w.refused("ALREADY_INITIALIZED", alice, stakingImpl, init)
	w.refused("UUPSUnauthorizedCallContext()", owner, stakingImpl, staking.PackUpgradeToAndCall(next, nil))
	w.refused("UUPSUnauthorizedCallContext()", owner, stakingAt, staking.PackProxiableUUID())
}

// Whatever stakers do, in whatever order: the books of staking agree with the
// tokens, and no more VVV is made than the emission.
func TestStakingBooksBalance(t *testing.T) {
	people := []common.Address{owner, alice, bob}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		supply := vvv(1_000_000)
		for _, p := range people {
			w.stakeFor(owner, p, vvv(1_000))
			w.give(vvvAt, p, vvv(1_000))
			w.approve(p, vvvAt, stakingAt, vvv(1_000_000))
		}
		t.Repeat(map[string]func(*rapid.T){
			"act": func(t *rapid.T) {
				who := rapid.SampledFrom(people).Draw(t, "who")
				amount := mul(big.NewInt(rapid.Int64Range(0, 1_500).Draw(t, "amount")), big.NewInt(1e18+7))
				call := rapid.SampledFrom([][]byte{
					staking.PackStake(rapid.SampledFrom(people).Draw(t, "recipient"), amount),
					staking.PackInitiateUnstake(amount), staking.PackFinalizeUnstake(),
					staking.PackClaim(), staking.PackClaimAndStake(),
					staking.PackMintDiem(amount, zero), staking.PackBurnDiem(div(amount, big.NewInt(100))),
				}).Draw(t, "call")
				_, _ = w.try(who, stakingAt, nil, call) // a refusal changes nothing
			},
			"sleep": func(t *rapid.T) { w.sleep(rapid.Uint64Range(1, 5*day).Draw(t, "seconds")) },
			"":      func(t *rapid.T) { checkStakingBooks(w, people, supply) },
		})
	})
}

func checkStakingBooks(w *world, people []common.Address, supply *big.Int) {
	staked, cooling, lockedSum, diem, pending := new(big.Int), new(big.Int), new(big.Int), new(big.Int), new(big.Int)
	for _, p := range people {
		staked.Add(staked, w.balance(stakingAt, p))
		cooling.Add(cooling, w.stakes(p).CooldownAmount)
		lockedSum.Add(lockedSum, w.locked(p).SVVVLockedAmount)
		diem.Add(diem, w.locked(p).OutstandingDiemAmount)
		pending.Add(pending, w.pending(p))
	}
	w.equal("totalSupply of sVVV", read(w, stakingAt, staking.PackTotalSupply(), staking.UnpackTotalSupply), staked)
	w.equal("VVV held", w.balance(vvvAt, stakingAt), add(staked, cooling))
	w.equal("totalLockedStakedVVV",
		read(w, stakingAt, staking.PackTotalLockedStakedVVV(), staking.UnpackTotalLockedStakedVVV), lockedSum)
	token := bindings.NewIERC20()
	w.equal("DIEM supply", read(w, diemAt, token.PackTotalSupply(), token.UnpackTotalSupply), diem)
	made := sub(read(w, vvvAt, token.PackTotalSupply(), token.UnpackTotalSupply), supply)
	most := mul(emissionRate, new(big.Int).SetUint64(w.now-startOfTime))
	if add(made, pending).Cmp(most) > 0 {
		w.Fatalf("%s VVV made and %s pending, but only %s were emitted", made, pending, most)
	}
}
