package agent

import (
	"github.com/ethereum/go-ethereum/common"
)

// View is told what a run does, as it happens. Event is called from the
// goroutine that called Up, and holds it up while it runs.
type View interface {
	Event(Event)
}

// ViewFunc makes a View of a function.
type ViewFunc func(Event)

// Event calls the function.
func (f ViewFunc) Event(e Event) { f(e) }

// EventKind names a kind of event.
type EventKind string

// The events of a run, in their usual order. EventPlan comes once, before
// anything is done; the others once for each step, as often as they happen.
const (
	EventPlan    EventKind = "plan"    // Plan is what will be done
	EventStart   EventKind = "start"   // Step begins
	EventWait    EventKind = "wait"    // Message says for what
	EventSent    EventKind = "sent"    // Tx was taken by a node
	EventMined   EventKind = "mined"   // Tx is in Block
	EventSigned  EventKind = "signed"  // the validation token was checked and signed
	EventKey     EventKind = "key"     // Key was minted and stored
	EventWarning EventKind = "warning" // Message says what went wrong and was got over
	EventDone    EventKind = "done"    // Step is done; Balances as they are now
	EventAnswer  EventKind = "answer"  // Proof is the model's answer
)

// Event is one thing that happened. Only the fields that its kind names are
// set, and Message always: one line for people, lower case, without secrets.
type Event struct {
	Kind     EventKind
	Message  string
	Step     Step
	Plan     *Plan
	Tx       common.Hash
	Block    uint64
	Balances *Balances
	Key      *KeyResult
	Proof    *Proof
}

// Balances is what a wallet holds at a block.
type Balances struct {
	Block      uint64 `json:"block"`
	ETH        Amount `json:"eth"`        // the payer's
	AccountETH Amount `json:"accountEth"` // a contract account's own
	VVV        Amount `json:"vvv"`
	Staked     Amount `json:"stakedVvv"` // sVVV
	DIEM       Amount `json:"diem"`
	StakedDIEM Amount `json:"stakedDiem"`
	USDC       Amount `json:"usdc"`
}

// Balances is the observation's part about the wallet.
func (o Observation) Balances() *Balances {
	return &Balances{Block: o.Block, ETH: o.ETH, AccountETH: o.AccountETH, VVV: o.VVV, Staked: o.Staked, DIEM: o.DIEM, StakedDIEM: o.StakedDIEM, USDC: o.USDC}
}

// Balances is what the facts say of the wallet.
func (f Facts) Balances() *Balances {
	return &Balances{Block: f.Block, ETH: f.ETH, AccountETH: f.AccountETH, VVV: f.VVV, Staked: f.Staked, DIEM: f.DIEM, StakedDIEM: f.StakedDIEM, USDC: f.USDC}
}

// KeyResult is the API key that a run ends with.
type KeyResult struct {
	Secret  Secret  `json:"-"`
	ID      string  `json:"id"`
	Type    KeyType `json:"type"`
	Last6   string  `json:"last6"`
	Created bool    `json:"created"` // false: it was in the store already
	File    string  `json:"file"`    // where it is stored
}

// Proof is the answer that a key was proved with.
type Proof struct {
	Model            string  `json:"model"`
	Answer           string  `json:"answer"`
	PromptTokens     int64   `json:"promptTokens"`
	CompletionTokens int64   `json:"completionTokens"`
	CostDIEM         Decimal `json:"costDiem"` // null where the server does not say
	CostUSD          Decimal `json:"costUsd"`
}

// Transaction is one that a run has sent and seen mined.
type Transaction struct {
	Step  StepKind    `json:"step"`
	Hash  common.Hash `json:"hash"`
	Block uint64      `json:"block"`
	Fee   Amount      `json:"fee"` // wei as a decimal of ETH; a rollup's own fee comes on top
}

// Result is what a run has reached, also when it ended with an error.
type Result struct {
	Network      string         `json:"network"`
	APIBase      string         `json:"apiBase"`
	ChainID      uint64         `json:"chainId"`
	Address      common.Address `json:"address,omitzero"`
	Payer        common.Address `json:"payer,omitzero"` // sends the transactions and pays their gas; mostly the address itself
	Plan         *Plan          `json:"plan"`           // as it was before anything was done
	Transactions []Transaction  `json:"transactions"`
	Balances     *Balances      `json:"balances"`
	Key          *KeyResult     `json:"key"`
	Proof        *Proof         `json:"proof"`   // null: nothing was left to prove
	Account      *Balance       `json:"account"` // what can be spent; null where the key may not ask
	Warnings     []string       `json:"warnings"`
}
