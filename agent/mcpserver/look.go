package mcpserver

import (
	"context"
	"errors"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"stakegate/agent"
)

type nothing struct{}

// statusOutput is a report and this server's own limits.
type statusOutput struct {
	agent.Report
	Limits limitsOutput `json:"limits" jsonschema:"what this server allows; set by whoever started it"`
}

type limitsOutput struct {
	Apply    bool   `json:"apply" jsonschema:"plans may be applied"`
	Stake    string `json:"stake" jsonschema:"the most VVV that a plan may aim at"`
	DIEM     string `json:"diem" jsonschema:"the most DIEM that a plan may aim at"`
	PerApply Money  `json:"perApply" jsonschema:"the most that one apply may spend"`
	PerDay   Money  `json:"perDay" jsonschema:"the most that all applies of a UTC day may spend"`
	Today    Money  `json:"today" jsonschema:"spent today (UTC)"`
	Keys     int    `json:"keys" jsonschema:"how many keys there may be at a time that were made with key_create"`
}

func (s *Server) status(ctx context.Context, _ *mcp.CallToolRequest, _ nothing) (statusOutput, error) {
	report, err := agent.Status(ctx, s.Options)
	if err != nil {
		return statusOutput{}, err
	}
	today, err := s.readSpent()
	if err != nil {
		return statusOutput{}, err
	}
	return statusOutput{Report: report, Limits: limitsOutput{Apply: s.Caps.Apply, Stake: s.Options.Target.Stake.String(),
		DIEM: s.Options.Target.DIEM.String(), PerApply: s.Caps.PerApply, PerDay: s.Caps.PerDay,
		Today: today.Money, Keys: s.Caps.Keys}}, nil
}

var errNoKey = errors.New("there is no key for this wallet and server in the store here: plan and apply make one")

// stored is the wallet's key for this server, and a client that uses it.
func (s *Server) stored() (*agent.StoredKey, *agent.Client, error) {
	client, err := agent.NewClient(s.Options.Network.APIBase, s.Options.Transport)
	if err != nil {
		return nil, nil, err
	}
	kind := s.Options.Target.Key.Type
	if kind == "" {
		kind = agent.Inference
	}
	key, err := s.Options.Keys.Find(client.Base(), s.Options.Signer.Address(), kind)
	if err != nil {
		return nil, nil, err
	}
	if key == nil || key.Secret.IsZero() { // the text of one in a secret sink is not here
		return nil, nil, errNoKey
	}
	return key, client.WithKey(key.Secret), nil
}

func (s *Server) balance(ctx context.Context, _ *mcp.CallToolRequest, _ nothing) (agent.Balance, error) {
	_, client, err := s.stored()
	if err != nil {
		return agent.Balance{}, err
	}
	return client.Balance(ctx)
}
