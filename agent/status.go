package agent

import (
	"context"
	"errors"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Report is what a wallet has here: on the chain, in the store, on the server.
type Report struct {
	Network  string         `json:"network"`
	APIBase  string         `json:"apiBase"`
	ChainID  uint64         `json:"chainId"`
	Address  common.Address `json:"address,omitzero"`
	Balances *Balances      `json:"balances"`
	// CoolDowns are unstaked tokens that cannot be had yet, or wait to be taken.
	CoolDowns []CoolDown `json:"coolDowns"`
	// Keys are the wallet's stored keys for this server, without secrets.
	Keys []KeyReport `json:"keys"`
	// Account is what the first working key says can be spent, or null.
	Account *Balance `json:"account"`
	// Epoch is the running epoch, as far as a working key tells, or null.
	Epoch *EpochReport `json:"epoch"`
}

// CoolDown is a withdrawal that was begun. A further one of VVV waits until it
// has ended and was taken; a further one of DIEM begins its time anew.
type CoolDown struct {
	Token  string    `json:"token"`
	Amount Amount    `json:"amount"`
	EndsAt time.Time `json:"endsAt"`
	Over   bool      `json:"over"` // it can be taken
}

// EpochReport is an account's DIEM of the running epoch; members that the
// server does not tell are null.
type EpochReport struct {
	EndsAt    string  `json:"endsAt"`
	Allocated Decimal `json:"allocated"`
	Spent     Decimal `json:"spent"`
	Held      Decimal `json:"held"`
}

// KeyReport is a stored key and whether the server accepts it.
type KeyReport struct {
	StoredKey
	Works bool `json:"works"`
	// Problem says why Works could not be found out; "" if it could.
	Problem string `json:"problem,omitempty"`
	// Info is the key as the server has it, where it shows that to the key.
	Info *KeyInfo `json:"info,omitempty"`
}

// Status looks at the wallet's balances and keys. It changes nothing; Target
// and Limits are not used. A server that does not answer is a Problem of the
// keys, not an error.
func Status(ctx context.Context, o Options) (Report, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.Target = Target{}
	r, err := newRunner(ctx, o, nil)
	if err != nil {
		return Report{}, err
	}
	return r.status(ctx)
}

func (r *runner) status(ctx context.Context) (Report, error) {
	report := Report{Network: r.result.Network, APIBase: r.result.APIBase, ChainID: r.result.ChainID, Address: r.result.Address,
		CoolDowns: []CoolDown{}, Keys: []KeyReport{}}
	observed, err := r.observeChain(ctx, 0)
	if err != nil {
		return report, err
	}
	report.Balances = observed.Balances()
	if report.CoolDowns, err = r.coolDowns(ctx, observed); err != nil {
		return report, err
	}
	stored, err := r.Keys.Of(report.APIBase, report.Address)
	for _, key := range stored {
		report.Keys = append(report.Keys, r.keyReport(ctx, key, &report))
	}
	return report, err
}

// coolDowns reads both withdrawals at the observation's block.
func (r *runner) coolDowns(ctx context.Context, o Observation) ([]CoolDown, error) {
	var vvv, diem cooling
	if err := readAll(ctx, r.chain, r.Network.Contracts.Multicall3, new(big.Int).SetUint64(o.Block), coolingOf(r.Network.Contracts, o.Address, &vvv, &diem)); err != nil {
		return nil, err
	}
	found := []CoolDown{}
	for _, one := range []struct {
		token string
		cooling
	}{{"VVV", vvv}, {"DIEM", diem}} {
		if !one.endsAt.IsZero() {
			found = append(found, CoolDown{Token: one.token, Amount: one.amount, EndsAt: one.endsAt, Over: !o.BlockTime.Before(one.endsAt)})
		}
	}
	return found, nil
}

// keyReport asks the server about a key. What the first working key tells of
// the account goes into the report.
func (r *runner) keyReport(ctx context.Context, key StoredKey, report *Report) KeyReport {
	entry := KeyReport{StoredKey: key}
	if key.Secret.IsZero() {
		entry.Problem = "its secret is kept by a program of yours: it cannot be asked about from here"
		return entry
	}
	client := r.client.WithKey(key.Secret)
	limits, err := client.RateLimits(ctx)
	var answered *APIError
	switch {
	case err == nil:
		entry.Works = true
	case errors.Is(err, ErrKeyRejected):
		return entry
	case errors.As(err, &answered) && !answered.Retryable():
		entry.Works = true // the key is known, or the route is not
	default:
		entry.Problem = err.Error()
		return entry
	}
	if info, err := client.Key(ctx, key.ID); err == nil {
		entry.Info = &info
	}
	// Some servers show the balance to some keys only.
	balance, err := client.Balance(ctx)
	if err != nil || report.Account != nil {
		return entry
	}
	report.Account = &balance
	report.Epoch = &EpochReport{EndsAt: limits.NextEpochBegins, Allocated: balance.EpochAllocation}
	if limits.Epoch != nil {
		report.Epoch.Spent, report.Epoch.Held = limits.Epoch.Spent, limits.Epoch.Held
	}
	return entry
}
