package dialect

import (
	"strconv"

	"stakegate/internal/strictjson"
)

// Conversation collects the messages of a chat request. Every message
// remembers where it stood in the client's own request.
type Conversation struct {
	messages []message
	// media are parts of tools' results that a tool's message cannot hold;
	// they follow as a message of the user.
	media   []byte
	mediaAt string
}

type message struct {
	at, role string
	content  []byte // JSON, or nil
	calls    []byte // elements of tool_calls, after '['
	answers  string // the call that a tool's message answers
}

// Say adds a message. content is JSON, a string or an array of parts.
func (c *Conversation) Say(at, role string, content []byte) {
	c.flush()
	c.messages = append(c.messages, message{at: at, role: role, content: content})
}

// After returns the conversation with a message before all others.
func (c *Conversation) After(at, role string, content []byte) *Conversation {
	c.flush()
	return &Conversation{messages: append([]message{{at: at, role: role, content: content}}, c.messages...)}
}

// Call adds a model's call of a function, to its message if that comes last:
// calls made at once stand in one message.
func (c *Conversation) Call(at, id, name, arguments string) {
	c.flush()
	last := len(c.messages) - 1
	if last < 0 || c.messages[last].role != "assistant" {
		c.messages = append(c.messages, message{at: at, role: "assistant"})
		last++
	}
	m := &c.messages[last]
	if m.calls == nil {
		m.calls = []byte{'['}
	}
	function := TextField([]byte{'{'}, "name", name)
	function = append(TextField(function, "arguments", arguments), '}')
	call := TextField([]byte{'{'}, "id", id)
	call = TextField(call, "type", "function")
	m.calls = Item(m.calls, append(Field(call, "function", function), '}'))
}

// Result adds the result of a call. content is JSON; media are further parts,
// images, after '[', or nil.
func (c *Conversation) Result(at, id string, content, media []byte) {
	c.messages = append(c.messages, message{at: at, role: "tool", content: content, answers: id})
	if len(media) <= 1 {
		return
	}
	if c.media == nil {
		c.media, c.mediaAt = []byte{'['}, at
	}
	c.media = Item(c.media, media[1:])
}

// flush lets what waited for the end of the results follow them.
func (c *Conversation) flush() {
	if c.media == nil {
		return
	}
	content := append(c.media, ']')
	at := c.mediaAt
	c.media = nil
	c.messages = append(c.messages, message{at: at, role: "user", content: content})
}

// Empty reports whether there is no message.
func (c *Conversation) Empty() bool { return len(c.messages) == 0 && c.media == nil }

// JSON is the array of messages.
func (c *Conversation) JSON() []byte {
	c.flush()
	out := []byte{'['}
	for i := range c.messages {
		m := &c.messages[i]
		if i > 0 {
			out = append(out, ',')
		}
		out = TextField(append(out, '{'), "role", m.role)
		if m.content != nil {
			out = Field(out, "content", m.content)
		}
		if m.calls != nil {
			out = Field(out, "tool_calls", append(m.calls, ']'))
		}
		if m.role == "tool" {
			out = TextField(out, "tool_call_id", m.answers)
		}
		out = append(out, '}')
	}
	return append(out, ']')
}

// At returns where the message of an index, in digits, stood; "" if there is
// no such message.
func (c *Conversation) At(index string) string {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(c.messages) {
		return ""
	}
	return c.messages[i].at
}

// Parts builds a message's content.
type Parts struct {
	texts  []string
	parts  []byte // after '['
	count  int
	marked bool // a part has a cache hint
}

// Text adds a text part.
func (p *Parts) Text(text string) {
	p.texts = append(p.texts, text)
	part := TextField([]byte{'{'}, "type", "text")
	p.add(append(TextField(part, "text", text), '}'))
}

// Image adds an image by its URL; detail may be "".
func (p *Parts) Image(url, detail string) {
	image := TextField([]byte{'{'}, "url", url)
	if detail != "" {
		image = TextField(image, "detail", detail)
	}
	part := TextField([]byte{'{'}, "type", "image_url")
	p.add(append(Field(part, "image_url", append(image, '}')), '}'))
}

// Mark gives the last part the cache hint of the block that it was made of, if
// that has one.
func (p *Parts) Mark(block strictjson.Value) {
	if p.count == 0 {
		return
	}
	before := len(p.parts)
	p.parts = Marked(block, p.parts)
	p.marked = p.marked || len(p.parts) > before
}

func (p *Parts) add(part []byte) {
	if p.parts == nil {
		p.parts = []byte{'['}
	}
	p.parts = Item(p.parts, part)
	p.count++
}

// Empty reports whether there is no part.
func (p *Parts) Empty() bool { return p.count == 0 }

// Open is the parts after '[', nil if there is none.
func (p *Parts) Open() []byte { return p.parts }

// JSON is the content: a string if it is one text without a hint, or nothing,
// which every server understands, else an array.
func (p *Parts) JSON() []byte {
	switch {
	case p.count == 0:
		return []byte(`""`)
	case p.count == 1 && len(p.texts) == 1 && !p.marked:
		return Quote(nil, p.texts[0])
	default:
		return append(p.parts, ']')
	}
}
