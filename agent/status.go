package agent

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
)

// Report is what a wallet has here: on the chain, in the store, on the server.
type Report struct {
	Network  string         `json:"network"`
	APIBase  string         `json:"apiBase"`
	ChainID  uint64         `json:"chainId"`
	Address  common.Address `json:"address"`
	Balances *Balances      `json:"balances"`
	// Keys are the wallet's stored keys for this server, without secrets.
	Keys []KeyReport `json:"keys"`
	// Account is what the first working key says can be spent, or null.
	Account *Balance `json:"account"`
}

// KeyReport is a stored key and whether the server accepts it.
type KeyReport struct {
	StoredKey
	Works bool `json:"works"`
	// Problem says why Works could not be found out; "" if it could.
	Problem string `json:"problem,omitempty"`
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
	report := Report{Network: r.result.Network, APIBase: r.result.APIBase, ChainID: r.result.ChainID, Address: r.result.Address, Keys: []KeyReport{}}
	observed, err := r.observeChain(ctx, 0)
	if err != nil {
		return report, err
	}
	report.Balances = observed.Balances()
	stored, err := o.Keys.Keys()
	if err != nil {
		return report, err
	}
	for _, key := range stored {
		if key.Address != report.Address || key.APIBase != report.APIBase {
			continue
		}
		entry, balance := r.keyReport(ctx, key)
		if report.Account == nil {
			report.Account = balance
		}
		report.Keys = append(report.Keys, entry)
	}
	return report, nil
}

// keyReport asks the server about a key; the balance is nil if it does not say.
func (r *runner) keyReport(ctx context.Context, key StoredKey) (KeyReport, *Balance) {
	entry := KeyReport{StoredKey: key}
	balance, err := r.client.WithKey(key.Secret).Balance(ctx)
	if err == nil {
		entry.Works = true
		return entry, &balance
	}
	// Some servers show the balance to some keys only: ask for the key itself.
	var answered *APIError
	if errors.As(err, &answered) && !answered.Retryable() {
		rejected, askErr := r.rejected(ctx, key.Secret)
		entry.Works, err = askErr == nil && !rejected, askErr
	}
	if err != nil {
		entry.Problem = err.Error()
	}
	return entry, nil
}
