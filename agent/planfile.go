package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/agent/internal/secretfile"
	"stakegate/internal/strictjson"
)

// PlanVersion is the version of the plan's form that this package writes, and
// the only one that it reads.
const PlanVersion = 1

const (
	digestPrefix = "sha256:"
	maxPlanFile  = 1 << 20
	maxPlanSteps = 100
	maxChainID   = 1 << 53 // canonical JSON (RFC 8785) knows no larger integers
)

// Facts are what a plan was decided from: the wallet at one block, the prices
// and the key. Amounts that do not count for the plan are in it too: whoever
// reads it sees what the wallet had.
type Facts struct {
	Block     uint64    `json:"block"`
	BlockTime time.Time `json:"blockTime"`

	ETH        Amount `json:"eth"`        // the payer's
	AccountETH Amount `json:"accountEth"` // a contract account's own
	VVV        Amount `json:"vvv"`
	Allowance  Amount `json:"allowance"` // of VVV, to the staking contract
	Staked     Amount `json:"stakedVvv"`
	Unlocked   Amount `json:"unlockedVvv"`
	DIEM       Amount `json:"diem"`
	StakedDIEM Amount `json:"stakedDiem"`
	USDC       Amount `json:"usdc"`

	GasPrice Amount `json:"gasPrice"` // the most that is offered for a unit of gas
	L1Fee    Amount `json:"l1Fee"`
	// Key is the stored key's id, "" without one; Refused says that the server
	// does not take it.
	Key     string `json:"key"`
	Refused bool   `json:"keyRefused"`
}

// facts are the observation's part of a plan.
func (o Observation) facts() Facts {
	f := Facts{Block: o.Block, BlockTime: o.BlockTime.UTC(), ETH: o.ETH, AccountETH: o.AccountETH, VVV: o.VVV, Allowance: o.Allowance, Staked: o.Staked,
		Unlocked: o.Unlocked, DIEM: o.DIEM, StakedDIEM: o.StakedDIEM, USDC: o.USDC, GasPrice: o.GasPrice, L1Fee: o.L1Fee, Refused: o.KeyRejected}
	if o.Key != nil {
		f.Key = o.Key.ID
	}
	return f
}

// sealed fills in what the plan rests on, and its digest.
func (p Plan) sealed(by planner) Plan {
	o := by.Observation
	p.Version, p.Network, p.APIBase, p.ChainID = PlanVersion, o.Network, o.APIBase, o.ChainID
	p.Address, p.Payer, p.Contracts = o.Address, o.Payer, o.Contracts
	p.Target, p.Limits, p.Facts = o.Target, by.limits, o.facts()
	p.Target.Key.Type = p.Target.Key.keyType()
	p.Target.Pay, p.Target.DIEMBy = o.Pay, o.DIEMBy // applying it chooses no other way
	p.Digest = p.digest()
	return p
}

// digest is the SHA-256 of the plan without its digest, in the canonical form
// of RFC 8785: members sorted, no space.
func (p Plan) digest() string {
	p.Digest = ""
	text, err := json.Marshal(p)
	canonical := jsontext.Value(text)
	if err == nil {
		err = canonical.Canonicalize()
	}
	if err != nil {
		return "" // no plan that NewPlan makes or ParsePlan takes fails to encode
	}
	sum := sha256.Sum256(canonical)
	return digestPrefix + hex.EncodeToString(sum[:])
}

// Errors of plans that are not applied. Both are matched with errors.Is.
var (
	// ErrPlanFile: the text is no plan of this version, or was changed after it
	// was made.
	ErrPlanFile = errors.New("not a plan that can be applied")
	// ErrOtherPlan: the plan is for another wallet, chain, server or contracts
	// than the run's, or asks for more than the run's limits.
	ErrOtherPlan = errors.New("the plan does not fit this run")
)

// ParsePlan reads a plan as WritePlan wrote it, or the member "plan" of what a
// command printed with --json. Unknown and repeated members, another version
// and a digest that does not match are refused: errors match ErrPlanFile.
func ParsePlan(text []byte) (Plan, error) {
	if len(text) > maxPlanFile {
		return Plan{}, fmt.Errorf("%w: it is longer than %d bytes", ErrPlanFile, maxPlanFile)
	}
	if members, err := strictjson.Members(text); err == nil {
		if at := slices.IndexFunc(members, func(m strictjson.Member) bool { return m.Name == "plan" }); at >= 0 {
			text = members[at].Value
		}
	}
	var plan Plan
	if err := strictjson.Decode(text, &plan); err != nil {
		return Plan{}, fmt.Errorf("%w: %w", ErrPlanFile, err)
	}
	switch {
	case plan.Version != PlanVersion:
		return Plan{}, fmt.Errorf("%w: it has version %d, this program makes version %d: plan again", ErrPlanFile, plan.Version, PlanVersion)
	case len(plan.Steps) > maxPlanSteps || plan.ChainID >= maxChainID:
		return Plan{}, fmt.Errorf("%w: it is larger than any plan", ErrPlanFile)
	case plan.Digest == "" || plan.digest() != plan.Digest:
		return Plan{}, fmt.Errorf("%w: its digest does not match: it was changed after it was made, plan again", ErrPlanFile)
	}
	return plan, nil
}

// ReadPlan reads a plan file.
func ReadPlan(path string) (Plan, error) {
	file, err := os.Open(path)
	if err != nil {
		return Plan{}, fmt.Errorf("reading the plan: %w", err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxPlanFile+1))
	if err != nil {
		return Plan{}, fmt.Errorf("reading the plan: %w", err)
	}
	plan, err := ParsePlan(text)
	if err != nil {
		return Plan{}, fmt.Errorf("%s: %w", path, err)
	}
	return plan, nil
}

// WritePlan writes a plan file (0600) in the place of an older one. It holds
// no secret, but says what a wallet has and is about to do.
func WritePlan(path string, plan Plan) error {
	text, err := json.MarshalIndent(plan, "", "  ")
	if err != nil {
		return fmt.Errorf("the plan does not encode: %w", err)
	}
	return secretfile.Replace(path, append(text, '\n'))
}
