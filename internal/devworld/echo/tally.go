package echo

import (
	"maps"
	"sync"
)

// Usage is what calls of one model used. Tokens of a prompt that were cached
// or written to a cache are among PromptTokens. Units are images, characters
// of speech, or begun seconds of transcribed audio.
type Usage struct {
	Calls            int64
	PromptTokens     int64
	CachedTokens     int64
	CacheWriteTokens int64
	CompletionTokens int64
	Units            int64
}

// Tally is the server's own account of the truth. A call is booked in full when
// it arrives, before a byte of its answer is sent, whatever then happens to it.
type Tally struct {
	Calls      int64 // billed calls
	Refused    int64 // answered with an error or a redirect, and not billed
	Redirected int64 // calls that followed a redirect
	Models     map[string]Usage
}

type books struct {
	mu    sync.Mutex
	tally Tally
}

func (b *books) copy() Tally {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tally
	t.Models = maps.Clone(t.Models)
	return t
}

func (b *books) refuse() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tally.Refused++
}

func (b *books) follow() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tally.Redirected++
}

// bill books a call. It is called once for each, before its answer begins.
func (s *Server) bill(c *call, model string, u Usage) {
	if s.cfg.Billed != nil {
		s.cfg.Billed(c.body, u.PromptTokens, u.CompletionTokens)
	}
	s.books.mu.Lock()
	defer s.books.mu.Unlock()
	s.books.tally.Calls++
	sum := s.books.tally.Models[model]
	sum.Calls++
	sum.PromptTokens += u.PromptTokens
	sum.CachedTokens += u.CachedTokens
	sum.CacheWriteTokens += u.CacheWriteTokens
	sum.CompletionTokens += u.CompletionTokens
	sum.Units += u.Units
	s.books.tally.Models[model] = sum
}
