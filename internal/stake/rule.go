package stake

import (
	"context"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Rule says which stake counts in an epoch, so that no token counts for two
// wallets in one.
type Rule string

const (
	// Immediate counts what is staked now. It holds only where a stake cannot be
	// handed on within an epoch: its receipt cannot be transferred, and who
	// unstakes waits for an epoch at least.
	Immediate Rule = "immediate"
	// Snapshot counts the smaller of what was staked at the epoch's first block
	// and what is staked now. It holds for every token: the balances of one
	// block add up to no more than there is.
	Snapshot Rule = "snapshot"
)

// The kinds of an Alarm.
const (
	// AlarmImplementation: the contract's code is another than it was.
	AlarmImplementation = "implementation_changed"
	// AlarmCooldown: who unstakes waits for less than an epoch.
	AlarmCooldown = "cooldown_short"
	// AlarmTransferable: what is said to be bound can be transferred.
	AlarmTransferable = "transferable"
)

// Alarm tells that a contract does not have a property that the rule Immediate
// needs. Until the next epoch, or until a restart for another implementation,
// the adapter counts by Snapshot.
type Alarm struct {
	Source, Kind, Text string
}

// probeInterval is for how long, in the chain's time, a contract's properties
// are taken as they were.
const probeInterval = 5 * time.Minute

// implementationSlot is EIP-1967's: keccak256("eip1967.proxy.implementation") - 1.
var implementationSlot = common.HexToHash("0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc")

// prober is nobody in particular, without a balance: the last 20 bytes of
// keccak256("stakegate probe").
var prober = common.HexToAddress("0xA763042C074DD1E27DA2A31C8B3902a6d20A7473")

// facts are what is known of an adapter's contract.
type facts struct {
	at       Block
	rule     Rule
	why      string
	decimals uint8
	// tried says that a transfer was simulated for somebody who has a stake.
	tried bool
}

// probes are what the contracts' properties were found to be.
type probes struct {
	mu    sync.Mutex
	known map[string]facts // by the adapter's name
	// implementations are the first that were seen, by contract.
	implementations map[common.Address]common.Hash
	alarmed         map[Alarm]time.Time // when, by the chain's time
}

// factsOf returns what holds for the adapter at the block. A holder is somebody
// who has a stake there, nil if nobody is known. Snapshot, once found in an
// epoch, stays for it: what was unstaked under a short cool-down might already
// be somebody else's.
func (p *Policy) factsOf(ctx context.Context, block Block, a adapter, holder *common.Address) (facts, error) {
	p.probes.mu.Lock()
	defer p.probes.mu.Unlock()
	old, known := p.probes.known[a.Name]
	sameEpoch := known && EpochStart(old.at.Time).Equal(EpochStart(block.Time))
	if sameEpoch && block.Time.Sub(old.at.Time).Abs() < probeInterval && (old.tried || holder == nil || old.rule == Snapshot) {
		return old, nil
	}
	found, alarm, err := p.probe(ctx, block, a, holder)
	if err != nil {
		return facts{}, chainError(err)
	}
	if sameEpoch && old.rule == Snapshot && found.rule == Immediate {
		found.rule, found.why = Snapshot, old.why
	}
	p.probes.known[a.Name] = found
	if alarm != nil {
		p.raise(*alarm, block.Time)
	}
	return found, nil
}

// raise tells an alarm, once an epoch.
func (p *Policy) raise(alarm Alarm, at time.Time) {
	if last, told := p.probes.alarmed[alarm]; told && EpochStart(last).Equal(EpochStart(at)) {
		return
	}
	p.probes.alarmed[alarm] = at
	if p.alarm != nil {
		p.alarm(alarm)
	}
}

// probe asks the contract for all that the rule depends on.
func (p *Policy) probe(ctx context.Context, block Block, a adapter, holder *common.Address) (facts, *Alarm, error) {
	found := facts{at: block, rule: Snapshot, decimals: tokenDecimals}
	if a.rated() {
		var err error
		found.decimals, err = p.decimals(ctx, block, a)
		found.why = "balances of a token count by the snapshot"
		return found, nil, err
	}
	alarm, err := p.implementation(ctx, block, a)
	if err == nil && alarm == nil {
		alarm, err = p.cooldown(ctx, block, a)
	}
	if err == nil && alarm == nil && a.hasReceipt() {
		alarm, err = p.transfer(ctx, block, a, holder)
		found.tried = holder != nil
	}
	switch {
	case err != nil:
		return facts{}, nil, err
	case alarm != nil:
		alarm.Source, found.why = a.Name, alarm.Text
		return found, alarm, nil
	}
	found.tried = found.tried || !a.hasReceipt()
	found.rule, found.why = Immediate, "a stake cannot be transferred, and unstaking takes an epoch at least"
	return found, nil, nil
}

// implementation compares the proxy's code with the one that is trusted.
func (p *Policy) implementation(ctx context.Context, block Block, a adapter) (*Alarm, error) {
	now, err := p.chain.Storage(ctx, block, a.Contract, implementationSlot)
	if err != nil {
		return nil, err
	}
	trusted := common.BytesToHash(a.Implementation[:])
	if a.Implementation == (common.Address{}) {
		first, seen := p.probes.implementations[a.Contract]
		if !seen {
			p.probes.implementations[a.Contract], first = now, now
		}
		trusted = first
	}
	if now == trusted {
		return nil, nil
	}
	return &Alarm{Kind: AlarmImplementation, Text: fmt.Sprintf("the implementation of %s is %s and was %s",
		a.Contract, common.BytesToAddress(now[:]), common.BytesToAddress(trusted[:]))}, nil
}

func (p *Policy) cooldown(ctx context.Context, block Block, a adapter) (*Alarm, error) {
	data := stakingV2().PackCooldownDuration() // DIEM has the same one
	answer, ok, err := p.chain.Try(ctx, block, prober, Call{To: a.Contract, Data: data})
	if err != nil {
		return nil, err
	}
	if !ok || len(answer) != wordLength {
		return &Alarm{Kind: AlarmCooldown, Text: fmt.Sprintf("%s does not tell its cool-down", a.Contract)}, nil
	}
	seconds := new(big.Int).SetBytes(answer)
	if seconds.Cmp(big.NewInt(int64(EpochLength/time.Second))) >= 0 {
		return nil, nil
	}
	return &Alarm{Kind: AlarmCooldown, Text: fmt.Sprintf("the cool-down of %s is %s seconds, less than an epoch", a.Contract, seconds)}, nil
}

// transfer simulates one of nothing, which ordinary tokens allow to everybody,
// and one of the smallest amount by somebody who has it.
func (p *Policy) transfer(ctx context.Context, block Block, a adapter, holder *common.Address) (*Alarm, error) {
	tries := map[common.Address]int64{prober: 0}
	if holder != nil {
		tries[*holder] = 1
	}
	for from, amount := range tries {
		to := common.Address{19: 0x99, 0: 0x57}
		_, ok, err := p.chain.Try(ctx, block, from, Call{To: a.Contract, Data: erc20().PackTransfer(to, big.NewInt(amount))})
		if err != nil {
			return nil, err
		}
		if ok {
			return &Alarm{Kind: AlarmTransferable, Text: fmt.Sprintf("the receipts of %s can be transferred", a.Contract)}, nil
		}
	}
	return nil, nil
}

// decimals asks the token, or the token that a vault is about.
func (p *Policy) decimals(ctx context.Context, block Block, a adapter) (uint8, error) {
	token := a.Contract
	if a.Adapter == ERC4626 {
		answers, err := p.chain.Call(ctx, block, []Call{{To: a.Contract, Data: selectAsset}})
		if err != nil {
			return 0, err
		}
		if len(answers) != 1 || len(answers[0]) != wordLength {
			return 0, fmt.Errorf("%w: asset of %s is no address; check the contract's address and chain", ErrChain, a.Contract)
		}
		token = common.BytesToAddress(answers[0])
	}
	answers, err := p.chain.Call(ctx, block, []Call{{To: token, Data: erc20().PackDecimals()}})
	if err != nil {
		return 0, err
	}
	if len(answers) != 1 || len(answers[0]) != wordLength {
		return 0, fmt.Errorf("%w: %s does not tell its decimals; check the contract's address and chain", ErrChain, token)
	}
	decimals := new(big.Int).SetBytes(answers[0])
	if !decimals.IsUint64() || decimals.Uint64() > maxDecimals {
		return 0, fmt.Errorf("%w: %s has %s decimals, more than %d", ErrChain, token, decimals, maxDecimals)
	}
	return uint8(decimals.Uint64()), nil
}

// Probe looks at the contracts' properties, for an alarm before anybody's stake
// is read.
func (p *Policy) Probe(ctx context.Context, block Block) error {
	for _, a := range p.allocation {
		if _, err := p.factsOf(ctx, block, a, nil); err != nil {
			return err
		}
	}
	return nil
}
