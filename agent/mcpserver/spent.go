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

// spent is the ETH that all applies of a UTC day have spent, on disk.
type spent struct {
	Version int          `json:"version"`
	Day     string       `json:"day"`
	ETH     agent.Amount `json:"eth"`
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

// reserve counts the most that an apply may spend before it begins, so that a
// crash in between counts too. settle puts what it really spent in its place.
func (s *Server) reserve(most agent.Amount) (settle func(really agent.Amount) error, err error) {
	unlock, err := secretfile.Lock(filepath.Join(s.Dir, lockFile))
	if errors.Is(err, secretfile.ErrLocked) {
		return nil, errBusy
	}
	if err != nil {
		return nil, err
	}
	entry, err := s.readSpent()
	if err == nil {
		if total := entry.ETH.Add(most); total.Cmp(s.Caps.ETHPerDay) > 0 {
			err = fmt.Errorf("this plan may spend up to %s ETH and today's applies have spent %s: their cap is %s ETH a day, set by whoever started this server",
				most, entry.ETH, s.Caps.ETHPerDay)
		}
	}
	before := entry.ETH
	if err == nil {
		entry.ETH = before.Add(most)
		err = s.writeSpent(entry)
	}
	if err != nil {
		unlock()
		return nil, err
	}
	return func(really agent.Amount) error {
		defer unlock()
		entry.ETH = before.Add(really)
		return s.writeSpent(entry)
	}, nil
}
