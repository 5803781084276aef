package dialect

import "strconv"

// Kind is what a block of an answer holds.
type Kind int

// The kinds of blocks.
const (
	KindReasoning Kind = iota
	KindText
	KindRefusal
	KindCall
)

// Block is one piece of an answer: what the model thought, said, or wants
// called.
type Block struct {
	Index    int // in the answer
	Kind     Kind
	ID, Name string // of a call
	// Text is what was said so far, or a call's arguments.
	Text []byte
}

// BlockWriter writes blocks as events of a dialect.
type BlockWriter interface {
	OpenBlock(dst []byte, b *Block) []byte
	AddToBlock(dst []byte, b *Block, delta string) []byte
	CloseBlock(dst []byte, b *Block) []byte
}

// Sequence cuts an answer that comes in pieces of any size into blocks, one
// after another: a block is closed when one of another kind, or another call,
// begins.
type Sequence struct {
	w       BlockWriter
	blocks  []*Block
	open    *Block
	call    int64 // index of the open call in the chat completion
	answer  string
	waiting Call // a call whose name has not come yet
	closed  map[int64]bool
	mixed   bool
}

// NewSequence returns a Sequence that writes to w.
func NewSequence(w BlockWriter) *Sequence {
	return &Sequence{w: w, closed: map[int64]bool{}, waiting: Call{Index: -1}}
}

// Blocks are those that were begun.
func (s *Sequence) Blocks() []*Block { return s.blocks }

// Mixed reports whether a call went on after the next one had begun, which
// cannot be told in this order; the answer is not whole then.
func (s *Sequence) Mixed() bool { return s.mixed }

// Take appends the events of what a says.
func (s *Sequence) Take(dst []byte, a Answer) []byte {
	if s.answer == "" {
		s.answer = a.ID
	}
	dst = s.say(dst, KindReasoning, a.Reasoning)
	dst = s.say(dst, KindText, a.Text)
	dst = s.say(dst, KindRefusal, a.Refusal)
	for _, c := range a.Calls {
		dst = s.take(dst, c)
	}
	return dst
}

func (s *Sequence) say(dst []byte, kind Kind, text string) []byte {
	if text == "" {
		return dst
	}
	if s.open == nil || s.open.Kind != kind {
		dst = s.begin(dst, &Block{Kind: kind})
	}
	return s.add(dst, text)
}

// take appends the events of a piece of a call. Servers that give every call
// the index 0 are understood by their ids.
func (s *Sequence) take(dst []byte, c Call) []byte {
	running := s.open != nil && s.open.Kind == KindCall && s.call == c.Index
	if running && (c.ID == "" || c.Name == "" || c.ID == s.open.ID) {
		return s.add(dst, c.Arguments)
	}
	if s.closed[c.Index] && !running && c.Name == "" {
		s.mixed = true
		return dst
	}
	if s.waiting.Index != c.Index {
		s.waiting = Call{Index: c.Index}
	}
	s.waiting.Arguments += c.Arguments
	if c.ID != "" {
		s.waiting.ID = c.ID
	}
	if c.Name == "" {
		return dst
	}
	if s.waiting.ID == "" {
		s.waiting.ID = "call_" + s.answer + "_" + strconv.Itoa(len(s.blocks))
	}
	dst = s.begin(dst, &Block{Kind: KindCall, ID: s.waiting.ID, Name: c.Name})
	s.call = c.Index
	arguments := s.waiting.Arguments
	s.waiting = Call{Index: -1}
	return s.add(dst, arguments)
}

func (s *Sequence) begin(dst []byte, b *Block) []byte {
	dst = s.Close(dst)
	b.Index = len(s.blocks)
	s.blocks = append(s.blocks, b)
	s.open = b
	return s.w.OpenBlock(dst, b)
}

func (s *Sequence) add(dst []byte, text string) []byte {
	if text == "" {
		return dst
	}
	s.open.Text = append(s.open.Text, text...)
	return s.w.AddToBlock(dst, s.open, text)
}

// Close ends the open block, if there is one.
func (s *Sequence) Close(dst []byte) []byte {
	if s.open == nil {
		return dst
	}
	if s.open.Kind == KindCall {
		s.closed[s.call] = true
	}
	dst = s.w.CloseBlock(dst, s.open)
	s.open = nil
	return dst
}

// Blocks cuts a whole answer as a Sequence would.
func Blocks(a Answer) []*Block {
	s := NewSequence(silent{})
	s.Take(nil, a)
	s.Close(nil)
	return s.blocks
}

// silent writes nothing.
type silent struct{}

func (silent) OpenBlock(dst []byte, _ *Block) []byte            { return dst }
func (silent) AddToBlock(dst []byte, _ *Block, _ string) []byte { return dst }
func (silent) CloseBlock(dst []byte, _ *Block) []byte           { return dst }
