package chain_test

import (
	"crypto/ecdsa"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/contracts/bindings"
	"stakegate/internal/money"
	"stakegate/internal/stake"
)

// One stake goes through ten wallets within an epoch on the real contracts:
// never is more counted than one stake, whoever is read at which time.
func TestOneStakeThroughTenRealWalletsCountsOnce(t *testing.T) {
	w := newWorld(t)
	var alarms []string
	policy, err := stake.NewPolicy(w.client, stake.PolicyConfig{
		Mint: stake.AdapterConfig{Adapter: stake.ERC20, Contract: addresses.VVV},
		Allocation: []stake.AdapterConfig{
			{Adapter: stake.ERC20, Contract: addresses.VVV, Rate: money.Unit / 10},
			// Said to be bound, and it is an ordinary token.
			{Adapter: stake.Pool, Name: "no-pool", Contract: addresses.VVV, Pool: 1000 * money.Unit},
			{Adapter: stake.Pool, Contract: addresses.Staking, Pool: 1000 * money.Unit},
		},
		Alarm: func(a stake.Alarm) { alarms = append(alarms, a.Source) },
	})
	if err != nil {
		t.Fatal(err)
	}
	keys := []*ecdsa.PrivateKey{w.key}
	wallets := []common.Address{w.wallet}
	for range 9 {
		key, err := crypto.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		keys, wallets = append(keys, key), append(wallets, crypto.PubkeyToAddress(key.PublicKey))
		if err := w.dev.Fund(t.Context(), wallets[len(wallets)-1], tokens(1), nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	w.stakeVVV(tokens(4000)) // and 6,000 stay a transferable token
	if err := w.dev.IncreaseTime(24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := w.dev.Mine(1); err != nil {
		t.Fatal(err)
	}
	most := map[string]map[common.Address]money.Nano{"erc20": {}, "no-pool": {}, "pool": {}}
	observe := func() []stake.Reading {
		t.Helper()
		readings, err := policy.Read(t.Context(), wallets, stake.Epoch{})
		if err != nil {
			t.Fatal(err)
		}
		for _, reading := range readings {
			for _, g := range reading.Grants {
				most[g.Source][reading.Address] = max(most[g.Source][reading.Address], g.Cap)
			}
		}
		return readings
	}
	before := observe()[0]
	if before.Grants[0].Cap != 600*money.Unit || before.Grants[1].Cap == 0 || before.Grants[2].Cap == 0 ||
		before.Grants[0].Rule != stake.Snapshot || before.Grants[1].Rule != stake.Snapshot || before.Grants[2].Rule != stake.Immediate {
		t.Fatalf("before: %+v", before)
	}
	w.send(addresses.Staking, bindings.NewStakingV2().PackInitiateUnstake(tokens(4000)))
	for i := range wallets[1:] {
		w.key = keys[i]
		w.send(addresses.VVV, bindings.NewVVV().PackTransfer(wallets[i+1], tokens(6000)))
		readings := observe()
		if got := readings[i+1].Grants[0]; got.Cap != 0 || got.Next != 600*money.Unit {
			t.Errorf("wallet %d: %+v", i+1, got)
		}
		// Unstaking has paid out a reward of less than a token.
		if first := readings[0].Grants; first[0].Cap > money.Unit/10 || first[2].Cap != 0 {
			t.Errorf("what left still counts: %v and %v", first[0].Cap, first[2].Cap)
		}
	}
	for source, of := range most {
		var sum money.Nano
		for _, amount := range of {
			sum += amount
		}
		if want := grantNamed(before, source).Cap; sum != want {
			t.Errorf("%s: %v were granted of a stake that is worth %v", source, sum, want)
		}
	}
	if len(alarms) != 1 || alarms[0] != "no-pool" {
		t.Errorf("alarms: %v", alarms)
	}
}

func grantNamed(reading stake.Reading, source string) stake.Grant {
	for _, g := range reading.Grants {
		if g.Source == source {
			return g
		}
	}
	return stake.Grant{}
}
