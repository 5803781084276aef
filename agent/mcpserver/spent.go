package mcpserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"stakegate/agent"
	"stakegate/agent/internal/secretfile"
)

const (
	spentFile     = "mcp-spent.json"
	spentVersion  = 1
	maxSpentFile  = 4 << 10
	lockFile      = "mcp-lock"
	dayFormat     = time.DateOnly
	spentFileHelp = "move it away only if you know what was spent today"
)

// Money is what an apply can spend.
type Money struct {
	ETH  agent.Amount `json:"eth"`
	USDC agent.Amount `json:"usdc"`
}

// costOf is the most that a plan spends, gas included.
func costOf(plan agent.Plan) Money { return Money{plan.ETH.Add(plan.Gas), plan.USDC} }

func (m Money) add(n Money) Money { return Money{m.ETH.Add(n.ETH), m.USDC.Add(n.USDC)} }

// gone is what was there before and is not now.
func gone(before, now Money) Money { return Money{before.ETH.Sub(now.ETH), before.USDC.Sub(now.USDC)} }

func (m Money) within(most Money) bool {
	return m.ETH.Cmp(most.ETH) <= 0 && m.USDC.Cmp(most.USDC) <= 0
}

// String leaves out USDC where there is none.
func (m Money) String() string {
	if m.USDC.IsZero() {
		return m.ETH.String() + " ETH"
	}
	return m.ETH.String() + " ETH and " + m.USDC.String() + " USDC"
}

// spent is what all applies of a UTC day have spent, on disk.
type spent struct {
	Version int    `json:"version"`
	Day     string `json:"day"`
	Money
}

// errBusy says that another process works with the same state.
var errBusy = errors.New("another stakegate agent is at work with this wallet: try again when it has ended")

// readSpent is what was spent on the day; a day without an entry spent nothing.
func (s *Server) readSpent() (spent, error) {
	today := s.Now().UTC().Format(dayFormat)
	path := filepath.Join(s.Dir, spentFile)
	data, err := secretfile.Read(path, maxSpentFile)
	if errors.Is(err, fs.ErrNotExist) {
		return spent{Version: spentVersion, Day: today}, nil
	}
	if err != nil {
		return spent{}, err
	}
	var entry spent
	if json.Unmarshal(data, &entry) != nil || entry.Version != spentVersion {
		return spent{}, fmt.Errorf("%s is not readable, nothing is spent until it is: %s", path, spentFileHelp)
	}
	// A day in the future (a clock that was wrong) keeps counting: else setting
	// the clock back and forth would open the purse again.
	if entry.Day < today {
		return spent{Version: spentVersion, Day: today}, nil
	}
	return entry, nil
}

func (s *Server) writeSpent(entry spent) error {
	data, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	return secretfile.Replace(filepath.Join(s.Dir, spentFile), append(data, '\n'))
}

// withinDay says why a plan's cost does not fit into what is left of the day.
func (s *Server) withinDay(today spent, cost Money) error {
	if today.Money.add(cost).within(s.Caps.PerDay) {
		return nil
	}
	return fmt.Errorf("this plan may spend up to %s, and %s are spent today of the %s that this server may spend a day: set by whoever started it",
		cost, today.Money, s.Caps.PerDay)
}

// reserve counts the most that an apply may spend before it begins, so that a
// crash in between counts too. settle puts what it really spent in its place.
func (s *Server) reserve(cost Money) (settle func(really Money) error, err error) {
	unlock, err := secretfile.Lock(filepath.Join(s.Dir, lockFile))
	if errors.Is(err, secretfile.ErrLocked) {
		return nil, errBusy
	}
	if err != nil {
		return nil, err
	}
	entry, err := s.readSpent()
	if err == nil {
		err = s.withinDay(entry, cost)
	}
	before := entry.Money
	if err == nil {
		entry.Money = before.add(cost)
		err = s.writeSpent(entry)
	}
	if err != nil {
		unlock()
		return nil, err
	}
	return func(really Money) error {
		defer unlock()
		entry.Money = before.add(really)
		return s.writeSpent(entry)
	}, nil
}
