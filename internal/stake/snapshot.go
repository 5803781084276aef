package stake

import (
	"context"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// maxSnapshots bounds how many stakes of an epoch's first block are remembered.
const maxSnapshots = 200_000

// snapshots remembers what wallets had at the epoch's first block. A node needs
// the state of that block only until everybody was read once; for who comes
// late in the day it must keep a day of states.
type snapshots struct {
	mu    sync.Mutex
	epoch time.Time
	block Block
	of    map[string]*past // by the adapter's name
	count int
}

// past is what an adapter's contract had at that block.
type past struct {
	stakes map[common.Address]*big.Int
	total  *big.Int // nil if it is not pooled
}

// snapshot is a part of it: at least the wallets that were asked for.
type snapshot struct {
	block Block
	of    map[string]past
}

// read returns the wallets' stakes at the first block of the epoch that began at
// start; block is a later one. The first block must still be a part of the chain.
func (s *snapshots) read(ctx context.Context, p *Policy, start time.Time, block Block, adapters []adapter, addresses []common.Address) (snapshot, error) {
	if len(adapters) == 0 {
		return snapshot{}, nil
	}
	first, err := s.firstBlock(ctx, p.chain, start, block)
	if err != nil {
		return snapshot{}, err
	}
	result := snapshot{block: first, of: map[string]past{}}
	for _, a := range adapters {
		of, missing := s.remembered(first, a, addresses)
		if len(missing) > 0 || of.total == nil && a.pooled() {
			if err := s.add(ctx, p, first, a, missing, &of); err != nil {
				return snapshot{}, err
			}
		}
		result.of[a.Name] = of
	}
	return result, nil
}

// firstBlock finds the epoch's first block, and again if it was taken back.
func (s *snapshots) firstBlock(ctx context.Context, chain Chain, start time.Time, block Block) (Block, error) {
	s.mu.Lock()
	epoch, first := s.epoch, s.block
	s.mu.Unlock()
	if epoch.Equal(start) {
		canonical, err := chain.Canonical(ctx, first)
		if err != nil {
			return Block{}, chainError(err)
		}
		if canonical {
			return first, nil
		}
	}
	first, err := chain.FirstSince(ctx, start, block)
	if err != nil {
		return Block{}, chainError(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch, s.block, s.of, s.count = start, first, map[string]*past{}, 0
	return first, nil
}

func (s *snapshots) remembered(first Block, a adapter, addresses []common.Address) (of past, missing []common.Address) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of.stakes = make(map[common.Address]*big.Int, len(addresses))
	known := s.of[a.Name]
	if known == nil || s.block != first {
		return of, addresses
	}
	of.total = known.total
	for _, address := range addresses {
		if stake, ok := known.stakes[address]; ok {
			of.stakes[address] = stake
		} else {
			missing = append(missing, address)
		}
	}
	return of, missing
}

// add reads what is missing. Where the contract did not exist yet, nobody had
// anything.
func (s *snapshots) add(ctx context.Context, p *Policy, first Block, a adapter, missing []common.Address, of *past) error {
	code, err := p.chain.Call(ctx, first, []Call{a.stakeCall(prober)})
	if err != nil {
		return chainError(err)
	}
	read := amounts{stakes: [][]*big.Int{make([]*big.Int, len(missing))}, totals: []*big.Int{new(big.Int)}}
	for i := range missing {
		read.stakes[0][i] = new(big.Int)
	}
	if len(code) == 1 && len(code[0]) > 0 {
		if read, err = p.amounts(ctx, first, []adapter{a}, missing); err != nil {
			return err
		}
	}
	of.total = read.totals[0]
	for i, address := range missing {
		of.stakes[address] = read.stakes[0][i]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.block != first || s.count+len(missing) > maxSnapshots {
		return nil // read again when it is wanted
	}
	known := s.of[a.Name]
	if known == nil {
		known = &past{stakes: map[common.Address]*big.Int{}}
		s.of[a.Name] = known
	}
	known.total = of.total
	s.count += len(missing)
	for _, address := range missing {
		known.stakes[address] = of.stakes[address]
	}
	return nil
}
