package stake

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/money"
)

// Policy turns chain state into rights. It is safe for concurrent use.
type Policy struct {
	chain      Chain
	mint       adapter
	allocation []adapter
}

// PolicyConfig says which stake counts for what.
type PolicyConfig struct {
	// Mint is read for the right to mint keys.
	Mint AdapterConfig
	// Allocation is summed: each adapter gives a grant of its own.
	Allocation []AdapterConfig
}

// Source is the name of an allocation adapter, and whether its wallets share
// one pool.
type Source struct {
	Name   string
	Pooled bool
	Pool   money.Nano // of an epoch
}

// NewPolicy checks the configuration. It asks the chain nothing.
func NewPolicy(chain Chain, config PolicyConfig) (*Policy, error) {
	mint, err := newAdapter(config.Mint)
	if err != nil {
		return nil, fmt.Errorf("stake.mint: %w", err)
	}
	if mint.pooled() {
		return nil, fmt.Errorf("stake.mint: adapter must be %s or %s", VeniceVVV, VeniceDIEM)
	}
	p := &Policy{chain: chain, mint: mint}
	for i, c := range config.Allocation {
		a, err := newAdapter(c)
		if err != nil {
			return nil, fmt.Errorf("stake.allocation[%d]: %w", i, err)
		}
		if a.Adapter == VeniceVVV {
			return nil, fmt.Errorf("stake.allocation[%d]: adapter must be %s or %s", i, Pool, VeniceDIEM)
		}
		if slices.ContainsFunc(p.allocation, func(other adapter) bool { return other.Name == a.Name }) {
			return nil, fmt.Errorf("stake.allocation[%d]: a source is called %q already; set another name", i, a.Name)
		}
		p.allocation = append(p.allocation, a)
	}
	return p, nil
}

// Sources lists the allocation adapters in their order.
func (p *Policy) Sources() []Source {
	sources := make([]Source, len(p.allocation))
	for i, a := range p.allocation {
		sources[i] = Source{Name: a.Name, Pooled: a.pooled(), Pool: a.Pool}
	}
	return sources
}

// Read reads all wallets at the newest sealed block.
func (p *Policy) Read(ctx context.Context, addresses []common.Address, first Totals) ([]Reading, error) {
	block, err := p.chain.Sealed(ctx)
	if err != nil {
		return nil, chainError(err)
	}
	return p.ReadAt(ctx, block, addresses, first)
}

// ReadAt reads all wallets at one block, in the order of the addresses: all of
// them, or none and an error.
func (p *Policy) ReadAt(ctx context.Context, block Block, addresses []common.Address, first Totals) ([]Reading, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	calls := p.calls(addresses)
	answers, err := p.chain.Call(ctx, block, calls.list)
	if err != nil {
		return nil, chainError(err)
	}
	if len(answers) != len(calls.list) {
		return nil, fmt.Errorf("%w: %d answers to %d calls", ErrChain, len(answers), len(calls.list))
	}
	readings := make([]Reading, len(addresses))
	for i, address := range addresses {
		reading, err := p.reading(calls, answers, address, first)
		if err != nil {
			return nil, err
		}
		reading.Address, reading.Block = address, block
		readings[i] = reading
	}
	return readings, nil
}

// calls collects what must be asked, each question once: adapters often ask
// the same.
func (p *Policy) calls(addresses []common.Address) *callSet {
	calls := &callSet{index: map[string]int{}}
	for _, a := range p.allocation {
		if a.pooled() {
			calls.add(a.totalCall())
		}
	}
	for _, address := range addresses {
		calls.add(p.mint.stakeCall(address))
		for _, a := range p.allocation {
			calls.add(a.stakeCall(address))
		}
	}
	return calls
}

// reading builds one wallet's reading from the answers.
func (p *Policy) reading(calls *callSet, answers [][]byte, address common.Address, first Totals) (Reading, error) {
	var r Reading
	var err error
	if r.Mint, err = p.mint.stake(calls.answer(answers, p.mint.stakeCall(address))); err != nil {
		return Reading{}, err
	}
	r.MintOK = r.Mint.Cmp(p.mint.Min) >= 0
	for _, a := range p.allocation {
		grant := Grant{Source: a.Name, Pool: a.Pool}
		if grant.Stake, err = a.stake(calls.answer(answers, a.stakeCall(address))); err != nil {
			return Reading{}, err
		}
		if a.pooled() {
			if grant.Total, err = a.total(calls.answer(answers, a.totalCall())); err != nil {
				return Reading{}, err
			}
		}
		grant.Cap = a.allowance(grant.Stake, grant.Total, first[a.Name])
		r.Grants = append(r.Grants, grant)
	}
	return r, nil
}

// contracts lists all contracts that are read, and those whose every event can
// change everybody's grant, because it can change a total.
func (p *Policy) contracts() (all, shared []common.Address) {
	for _, a := range append([]adapter{p.mint}, p.allocation...) {
		if !slices.Contains(all, a.Contract) {
			all = append(all, a.Contract)
		}
		if a.pooled() && !slices.Contains(shared, a.Contract) {
			shared = append(shared, a.Contract)
		}
	}
	return all, shared
}

// callSet is a list of distinct calls.
type callSet struct {
	list  []Call
	index map[string]int
}

func (s *callSet) add(call Call) {
	key := call.key()
	if _, ok := s.index[key]; !ok {
		s.index[key] = len(s.list)
		s.list = append(s.list, call)
	}
}

func (s *callSet) answer(answers [][]byte, call Call) []byte { return answers[s.index[call.key()]] }

func (c Call) key() string { return string(c.To[:]) + string(c.Data) }

// chainError makes sure that a failure to read is recognised as one. That the
// caller gave up is the caller's own affair.
func chainError(err error) error {
	if errors.Is(err, ErrChain) || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrChain, err)
}
