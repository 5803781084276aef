// Package api holds what the server says about itself: the OpenAPI description
// of its routes and the one-page guide for agents. Both are served as they
// are, and package api/apitest holds the server's answers against the first.
package api

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

// OpenAPI is the description of every route, OpenAPI 3.0.3 in YAML.
//
//go:embed openapi.yaml
var OpenAPI []byte

// LLMs is the guide for agents, a text/template over Guide.
//
//go:embed llms.txt
var LLMs string

// Skill is the page for agents that have the stakegate program, a text/template
// over Guide in the form of an agent skill: Markdown with a name and a
// description in front.
//
//go:embed skill.md
var Skill string

// Guide fills in LLMs and Skill. Only APIBase is needed; lines about what is empty are
// left out. Addresses are 0x-prefixed with their checksum (EIP-55).
type Guide struct {
	APIBase     string // with its path, as https://host/api/v1
	ChainID     uint64
	ChainName   string
	RPC         string // only if anybody may use it
	StakeSymbol string // of the token that is staked; "VVV" if empty

	VVV     string
	Staking string // the staking contract, whose balance gives the right to a key
	DIEM    string
	WETH    string

	AerodromeRouter  string
	AerodromeFactory string
	UniswapRouter    string // SwapRouter02
	UniswapQuoter    string // QuoterV2
	UniswapFactory   string
}

// Origin is the server's own, which its pages stand under.
func (g Guide) Origin() string { return strings.TrimSuffix(g.APIBase, "/api/v1") }

var (
	guide = template.Must(template.New("llms.txt").Option("missingkey=error").Parse(LLMs))
	skill = template.Must(template.New("skill.md").Option("missingkey=error").Parse(Skill))
)

// Render returns the guide with its addresses filled in.
func (g Guide) Render() (string, error) { return g.render(guide) }

// RenderSkill returns the skill with its addresses filled in.
func (g Guide) RenderSkill() (string, error) { return g.render(skill) }

func (g Guide) render(page *template.Template) (string, error) {
	if g.APIBase == "" {
		return "", fmt.Errorf("guide for agents: the API's base URL is missing: set the public URL")
	}
	g.APIBase = strings.TrimRight(g.APIBase, "/")
	if g.StakeSymbol == "" {
		g.StakeSymbol = "VVV"
	}
	var text strings.Builder
	if err := page.Execute(&text, g); err != nil {
		return "", fmt.Errorf("guide for agents: %w", err)
	}
	return text.String(), nil
}
