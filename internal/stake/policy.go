package stake

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/money"
)

// Policy turns chain state into rights. It is safe for concurrent use.
type Policy struct {
	chain      Chain
	mint       adapter
	allocation []adapter
	alarm      func(Alarm)
	probes     probes
	snapshots  snapshots
}

// PolicyConfig says which stake counts for what.
type PolicyConfig struct {
	// Mint is read for the right to mint keys.
	Mint AdapterConfig
	// Allocation is summed: each adapter gives a grant of its own.
	Allocation []AdapterConfig
	// Alarm is told, once an epoch each, what makes the rule Immediate unsafe
	// for a contract that is supposed to have it; nil: nobody is.
	Alarm func(Alarm)
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
		return nil, fmt.Errorf("stake.mint: adapter must be %s, %s, %s or %s", VeniceVVV, VeniceDIEM, ERC20, ERC4626)
	}
	p := &Policy{chain: chain, mint: mint, alarm: config.Alarm, probes: probes{
		known: map[string]facts{}, implementations: map[common.Address]common.Hash{}, alarmed: map[Alarm]time.Time{},
	}}
	for i, c := range config.Allocation {
		a, err := newAdapter(c)
		if err != nil {
			return nil, fmt.Errorf("stake.allocation[%d]: %w", i, err)
		}
		switch {
		case a.Adapter == VeniceVVV:
			return nil, fmt.Errorf("stake.allocation[%d]: adapter must be %s, %s, %s or %s", i, Pool, VeniceDIEM, ERC20, ERC4626)
		case a.rated() && a.Rate == 0:
			return nil, fmt.Errorf("stake.allocation[%d]: rate is not set: give the DIEM that a whole token earns in an epoch", i)
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
func (p *Policy) Read(ctx context.Context, addresses []common.Address, epoch Epoch) ([]Reading, error) {
	block, err := p.chain.Sealed(ctx)
	if err != nil {
		return nil, chainError(err)
	}
	return p.ReadAt(ctx, block, addresses, epoch)
}

// MintAt reads the mint right of all wallets at one block, in the order of the
// addresses: all of them, or none and an error.
func (p *Policy) MintAt(ctx context.Context, block Block, addresses []common.Address) ([]Mint, error) {
	read, err := p.amounts(ctx, block, []adapter{p.mint}, addresses)
	if err != nil {
		return nil, err
	}
	return p.mints(ctx, block, read.stakes[0])
}

func (p *Policy) mints(ctx context.Context, block Block, stakes []*big.Int) ([]Mint, error) {
	decimals := uint8(tokenDecimals)
	if p.mint.rated() {
		named := p.mint
		named.Name = "mint/" + named.Name // an allocation may have the same name
		found, err := p.factsOf(ctx, block, named, nil)
		if err != nil {
			return nil, err
		}
		decimals = found.decimals
	}
	mints := make([]Mint, len(stakes))
	for i, stake := range stakes {
		mints[i] = Mint{OK: p.mint.enough(stake, decimals), Stake: stake, Block: block}
	}
	return mints, nil
}

// ReadAt reads all wallets at one block, in the order of the addresses: all of
// them, or none and an error.
func (p *Policy) ReadAt(ctx context.Context, block Block, addresses []common.Address, epoch Epoch) ([]Reading, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	epoch = epoch.of(block)
	if block.Time.Before(epoch.Start) {
		return nil, fmt.Errorf("%w: its newest block is of before this epoch", ErrChain)
	}
	now, err := p.amounts(ctx, block, append([]adapter{p.mint}, p.allocation...), addresses)
	if err != nil {
		return nil, err
	}
	mints, err := p.mints(ctx, block, now.stakes[0])
	if err != nil {
		return nil, err
	}
	now.stakes, now.totals = now.stakes[1:], now.totals[1:]
	known, bySnapshot, err := p.rules(ctx, block, addresses, now)
	if err != nil {
		return nil, err
	}
	then, err := p.snapshots.read(ctx, p, epoch.Start, block, bySnapshot, addresses)
	if err != nil {
		return nil, err
	}
	readings := make([]Reading, len(addresses))
	for i, address := range addresses {
		readings[i] = Reading{Address: address, Block: block, Mint: mints[i].Stake, MintOK: mints[i].OK}
		for j, a := range p.allocation {
			g := Grant{Stake: now.stakes[j][i], Total: now.totals[j], Rule: known[j].rule, Why: known[j].why, Decimals: known[j].decimals}
			total := larger(epoch.First[a.Name], g.Total)
			g.Counted = g.Stake
			if g.Rule == Snapshot {
				past := then.of[a.Name]
				g.Snapshot, g.SnapshotBlock = past.stakes[address], then.block
				g.Counted, total = smaller(g.Stake, g.Snapshot), larger(total, past.total)
			}
			readings[i].Grants = append(readings[i].Grants, a.grant(g, total))
		}
	}
	return readings, nil
}

// rules finds what holds for each allocation adapter, and which of them count by
// the snapshot.
func (p *Policy) rules(ctx context.Context, block Block, addresses []common.Address, now amounts) (known []facts, bySnapshot []adapter, err error) {
	known = make([]facts, len(p.allocation))
	for i, a := range p.allocation {
		if known[i], err = p.factsOf(ctx, block, a, holderOf(addresses, now.stakes[i])); err != nil {
			return nil, nil, err
		}
		if known[i].rule == Snapshot {
			bySnapshot = append(bySnapshot, a)
		}
	}
	return known, bySnapshot, nil
}

// grant fills in what follows from the amounts.
func (a adapter) grant(g Grant, total *big.Int) Grant {
	g.Source, g.Pool, g.Rate, g.Min = a.Name, a.Pool, a.rate(), a.min(g.Decimals)
	g.Cap = a.allowance(g.Counted, total, g.Decimals)
	g.Next = a.allowance(g.Stake, g.Total, g.Decimals)
	return g
}

func holderOf(addresses []common.Address, stakes []*big.Int) *common.Address {
	for i, stake := range stakes {
		if stake.Sign() > 0 {
			return &addresses[i]
		}
	}
	return nil
}

// amounts are what wallets had at one block: by adapter and wallet, and by
// adapter in total, nil if it is not pooled.
type amounts struct {
	stakes [][]*big.Int
	totals []*big.Int
}

// amounts reads all wallets' stakes with all adapters at one block. What must
// be asked is asked once: adapters often ask the same.
func (p *Policy) amounts(ctx context.Context, block Block, adapters []adapter, addresses []common.Address) (amounts, error) {
	calls := &callSet{index: map[string]int{}}
	for _, a := range adapters {
		if a.pooled() {
			calls.add(a.totalCall())
		}
		for _, address := range addresses {
			calls.add(a.stakeCall(address))
		}
	}
	if err := p.ask(ctx, block, calls); err != nil {
		return amounts{}, err
	}
	read := amounts{stakes: make([][]*big.Int, len(adapters)), totals: make([]*big.Int, len(adapters))}
	for i, a := range adapters {
		var err error
		if a.pooled() {
			if read.totals[i], err = a.number("totalSupply", calls.answer(a.totalCall())); err != nil {
				return amounts{}, err
			}
		}
		read.stakes[i] = make([]*big.Int, len(addresses))
		for j, address := range addresses {
			if read.stakes[i][j], err = a.stake(calls.answer(a.stakeCall(address))); err != nil {
				return amounts{}, err
			}
		}
		if a.Adapter == ERC4626 {
			if err := p.assets(ctx, block, a, read.stakes[i]); err != nil {
				return amounts{}, err
			}
		}
	}
	return read, nil
}

// assets replaces shares of a vault by what they are worth.
func (p *Policy) assets(ctx context.Context, block Block, a adapter, shares []*big.Int) error {
	calls := &callSet{index: map[string]int{}}
	for _, amount := range shares {
		if amount.Sign() > 0 {
			calls.add(a.assetsCall(amount))
		}
	}
	if err := p.ask(ctx, block, calls); err != nil {
		return err
	}
	for i, amount := range shares {
		if amount.Sign() == 0 {
			continue
		}
		worth, err := a.number("convertToAssets", calls.answer(a.assetsCall(amount)))
		if err != nil {
			return err
		}
		shares[i] = worth
	}
	return nil
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

// callSet is a list of distinct calls, and then their answers.
type callSet struct {
	list    []Call
	index   map[string]int
	answers [][]byte
}

func (s *callSet) add(call Call) {
	key := call.key()
	if _, ok := s.index[key]; !ok {
		s.index[key] = len(s.list)
		s.list = append(s.list, call)
	}
}

func (s *callSet) answer(call Call) []byte { return s.answers[s.index[call.key()]] }

func (c Call) key() string { return string(c.To[:]) + string(c.Data) }

func (p *Policy) ask(ctx context.Context, block Block, calls *callSet) error {
	if len(calls.list) == 0 {
		return nil
	}
	answers, err := p.chain.Call(ctx, block, calls.list)
	if err != nil {
		return chainError(err)
	}
	if len(answers) != len(calls.list) {
		return fmt.Errorf("%w: %d answers to %d calls", ErrChain, len(answers), len(calls.list))
	}
	calls.answers = answers
	return nil
}

// chainError makes sure that a failure to read is recognised as one. That the
// caller gave up is the caller's own affair.
func chainError(err error) error {
	if errors.Is(err, ErrChain) || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrChain, err)
}
