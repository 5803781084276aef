package gateway

import (
	"strconv"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

// veniceParameters are Venice's own parameters of a chat completion, of the
// request's venice_parameters and of the suffix of its model's name.
type veniceParameters struct {
	webSearch      string // "off", "on", "auto"
	webScraping    bool
	xSearch        bool
	webCitations   bool
	stripThinking  bool
	noThinking     bool
	endToEnd       bool
	systemPrompt   bool
	resultsInChunk bool
	asDocuments    bool
}

// veniceDefaults are Venice's.
var veniceDefaults = veniceParameters{webSearch: "off", endToEnd: true, systemPrompt: true}

// veniceFlag is one of the parameters that are true or false.
type veniceFlag struct {
	name string
	of   func(p *veniceParameters) *bool
}

var veniceFlags = []veniceFlag{
	{"enable_e2ee", func(p *veniceParameters) *bool { return &p.endToEnd }},
	{"enable_web_citations", func(p *veniceParameters) *bool { return &p.webCitations }},
	{"enable_web_scraping", func(p *veniceParameters) *bool { return &p.webScraping }},
	{"enable_x_search", func(p *veniceParameters) *bool { return &p.xSearch }},
	{"include_venice_system_prompt", func(p *veniceParameters) *bool { return &p.systemPrompt }},
	{"include_search_results_in_stream", func(p *veniceParameters) *bool { return &p.resultsInChunk }},
	{"return_search_results_as_documents", func(p *veniceParameters) *bool { return &p.asDocuments }},
	{"strip_thinking_response", func(p *veniceParameters) *bool { return &p.stripThinking }},
	{"disable_thinking", func(p *veniceParameters) *bool { return &p.noThinking }},
}

// The names of the parameters that are no flags.
const (
	webSearchName = "enable_web_search"
	characterName = "character_slug"
)

var veniceAlike = func() map[string]string {
	alike := map[string]string{fold([]byte(webSearchName)): webSearchName, fold([]byte(characterName)): characterName}
	for _, f := range veniceFlags {
		alike[fold([]byte(f.name))] = f.name
	}
	return alike
}()

// set sets a parameter by the words "true", "false", "on", "off" and "auto".
// known is false for a name that is none; problem completes the sentence
// "<name> ..." if the value is none.
func (p *veniceParameters) set(name, value string) (problem string, known bool) {
	switch name {
	case webSearchName:
		switch value {
		case "on", "true":
			p.webSearch = "on"
		case "off", "false":
			p.webSearch = "off"
		case "auto":
			p.webSearch = "auto"
		default:
			return "must be off, on or auto", true
		}
		return "", true
	case characterName:
		return "is not supported; a character's prompt has no bounded cost here", true
	}
	for _, f := range veniceFlags {
		if f.name != name {
			continue
		}
		if value != "true" && value != "false" {
			return "must be true or false", true
		}
		*f.of(p) = value == "true"
		return "", true
	}
	return "", false
}

// readVenice reads the body's parameters. A name that Venice does not have is
// ignored, as Venice does; none is sent on that was not understood.
func (r *chatRequest) readVenice(m given) *Error {
	if m.value.Kind() != strictjson.Object {
		return m.invalid("must be an object")
	}
	for name, value := range m.value.Members() {
		kind, word := value.Kind(), ""
		switch {
		case kind == strictjson.Null:
			continue
		case kind == strictjson.True || kind == strictjson.False:
			word = string(value.Raw())
		case kind == strictjson.String && name.Is(webSearchName):
			word = string(value.Text()) // others are true or false and no words
		}
		problem, known := r.parameters.set(string(name.Text()), word)
		if !known {
			if alike := lookAlike(veniceAlike, name); alike != nil {
				return alike
			}
		}
		if problem != "" {
			return invalidAt(value, problem)
		}
	}
	r.venice = true
	return nil
}

// searches is what can be added to a request, at a price for each use and with
// results that fill the prompt.
func (p *veniceParameters) searches() []string {
	var extras []string
	if p.webSearch != "off" {
		extras = append(extras, "web_search")
	}
	if p.webScraping {
		extras = append(extras, "web_scraping")
	}
	if p.xSearch {
		extras = append(extras, "x_search")
	}
	return extras
}

// surchargeMembers are the parameters that cause the surcharges.
var surchargeMembers = map[string]string{
	"web_search": webSearchName, "web_scraping": "enable_web_scraping", "x_search": "enable_x_search",
}

// fitVenice admits what the model's servers can do and the catalogue prices.
func (r *chatRequest) fitVenice(model *catalog.Model, allVenice bool) *Error {
	r.surcharges = r.parameters.searches()
	for _, extra := range r.surcharges {
		if _, priced := model.Price.Surcharges[extra]; !priced || !allVenice {
			return invalid("venice_parameters."+surchargeMembers[extra], "must be off; this model has no price for it")
		}
	}
	if len(r.surcharges) > 0 {
		// Nobody knows how much is found: it may fill the model's window.
		r.prompt.TextBytes += model.Context
	}
	// Only Venice leaves its prompt out, and only when it is told.
	r.prompt.NoHidden = allVenice && !r.parameters.systemPrompt
	return nil
}

// appendRequest appends the parameters for an upstream of Venice's kind.
func (p *veniceParameters) appendRequest(dst []byte) []byte { return append(p.appendMembers(dst), '}') }

func (p *veniceParameters) appendMembers(dst []byte) []byte {
	dst = append(dst, '{')
	dst = append(append(append(appendName(dst, webSearchName), '"'), p.webSearch...), '"')
	for _, f := range veniceFlags {
		dst = strconv.AppendBool(appendName(dst, f.name), *f.of(p))
	}
	return dst
}

// appendEcho appends what an answer says about the parameters: what held for
// it. For an upstream of another kind than Venice's, nothing of them did.
// citations is the array of the answer's web_search_citations, or nil.
func (p veniceParameters) appendEcho(dst []byte, kind string, citations []byte) []byte {
	if kind != catalog.KindVenice {
		p = veniceParameters{webSearch: "off"}
	}
	dst = p.appendMembers(dst)
	if citations == nil {
		citations = []byte("[]")
	}
	return append(append(appendName(dst, "web_search_citations"), citations...), '}')
}
