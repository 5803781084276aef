package catalog

// What a chat template and a rendered JSON document may add to a prompt, in
// tokens. Generous on purpose: too much is given back at the settlement, too
// little is the operator's loss.
const (
	tokensPerMessage    = 8
	tokensPerChat       = 64
	tokensPerDocument   = 512
	tokensPerJSONByte   = 4
	plainJSONDepth      = 8
	tokensPerEmbedInput = 2
)

// Prompt is the size of what a request sends to a model.
type Prompt struct {
	Texts     int64 // separate pieces of text
	TextBytes int64 // their UTF-8 bytes, as the model receives them
	Messages  int64
	// Documents are whole JSON documents (tools, a response format) that a
	// template renders; JSONBytes are their compact bytes and those of JSON in
	// messages (tool calls), JSONDepth the deepest nesting among them.
	Documents int64
	JSONBytes int64
	JSONDepth int64
	Images    int64
	// NoHidden says that the request turns off what the upstream would add to
	// the prompt by itself (Model.HiddenPromptTokens).
	NoHidden bool
}

// AddText counts one piece of text.
func (p *Prompt) AddText(text string) {
	p.Texts++
	p.TextBytes += int64(len(text))
}

// PromptBound is the most tokens that the prompt can be for the model: never
// less than what a faithful upstream reports, provided that the text is valid
// UTF-8. It is at most the model's context (for each text, if it embeds).
func (m *Model) PromptBound(p Prompt) int64 {
	f := tokenizers[m.Tokenizer]
	if m.Type == Embedding {
		bound := f.perByte*p.TextBytes + max(f.perText, tokensPerEmbedInput)*p.Texts
		return min(bound, m.Context*p.Texts)
	}
	// Templates render JSON with indentation or as types. Four tokens a byte
	// cover usual nesting; beyond it, indentation grows with the depth.
	perJSONByte := max(tokensPerJSONByte, tokensPerJSONByte*p.JSONDepth/plainJSONDepth)
	bound := f.perByte*p.TextBytes + f.perText*p.Texts +
		tokensPerMessage*p.Messages + tokensPerChat + m.TemplateTokens +
		perJSONByte*max(f.perByte, 1)*p.JSONBytes + tokensPerDocument*p.Documents +
		m.MaxImageTokens*p.Images
	if !p.NoHidden {
		bound += m.HiddenPromptTokens
	}
	return min(bound, m.Context)
}
