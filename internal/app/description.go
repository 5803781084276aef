package app

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/challenge"
	"stakegate/internal/signature"
)

// networkDocument is /.well-known/stakegate.json: what a client must know to
// deal with this server. A client must not send to its addresses unless its
// user has allowed them. Members are only ever added.
type networkDocument struct {
	Version    int                  `json:"version"`
	APIBase    string               `json:"apiBase"`
	OpenAPI    string               `json:"openapi"`
	Guide      string               `json:"guide"`
	Chain      networkChain         `json:"chain"`
	Contracts  networkContracts     `json:"contracts"`
	Mint       networkMint          `json:"mint"`
	Allocation []networkStakeSource `json:"allocation"`
	Limits     networkLimits        `json:"limits"`
}

type networkChain struct {
	ID            uint64 `json:"id"`
	Name          string `json:"name"`
	Confirmations uint64 `json:"confirmations"`
}

// networkContracts are Venice's, as far as stakes of theirs count here, and the
// Multicall3 that stakes are read with; others are left out.
type networkContracts struct {
	Staking    string `json:"staking,omitempty"`
	DIEM       string `json:"diem,omitempty"`
	Multicall3 string `json:"multicall3,omitempty"`
}

// networkMint is the right to make keys.
type networkMint struct {
	Adapter  string `json:"adapter"`
	Contract string `json:"contract"`
	Symbol   string `json:"symbol"`
	Minimum  string `json:"minimum"`
	// Token says which keys a signed token makes; a message makes all.
	Token            string `json:"tokenKeys"`
	ChallengeSeconds int64  `json:"challengeSeconds"`
}

type networkStakeSource struct {
	Source   string `json:"source"`
	Adapter  string `json:"adapter"`
	Contract string `json:"contract"`
	Minimum  string `json:"minimum"`
	Pool     string `json:"pool,omitempty"`
	Rate     string `json:"rate,omitempty"`
}

type networkLimits struct {
	Keys           int `json:"keys"`
	KeysPerMinute  int `json:"keysPerMinute"`
	SubKeys        int `json:"subKeys"`
	SubKeyDepth    int `json:"subKeyDepth"`
	BodyBytes      int `json:"bodyBytes"`
	FailedAttempts int `json:"failedAttempts"`
}

// describe writes the document of a server whose API is at apiBase.
func (c Config) describe(apiBase string) ([]byte, error) {
	origin := strings.TrimSuffix(apiBase, "/api/v1")
	document := networkDocument{
		Version: 1, APIBase: apiBase, OpenAPI: origin + "/openapi.yaml", Guide: origin + "/llms.txt",
		Chain: networkChain{ID: c.Chain.ID, Name: c.Chain.Name, Confirmations: *c.Chain.Confirmations},
		Limits: networkLimits{Keys: c.Keys.MaxActive, KeysPerMinute: c.Keys.MaxPerMinute, SubKeys: c.Keys.MaxSubKeys,
			SubKeyDepth: *c.Keys.MaxDepth, BodyBytes: c.Limits.BodyBytes, FailedAttempts: *c.Limits.FailedAttempts},
	}
	multicall, err := c.Chain.multicall()
	if err != nil {
		return nil, err
	}
	if multicall != (common.Address{}) {
		document.Contracts.Multicall3 = multicall.Hex()
	}
	for _, adapter := range append([]AdapterConfig{c.Stake.Mint}, c.Stake.Allocation...) {
		address, err := signature.ParseAddress(adapter.Contract)
		if err != nil {
			return nil, fmt.Errorf("contract %q is not an address", adapter.Contract)
		}
		switch adapter.Adapter {
		case "venice-vvv", "pool":
			document.Contracts.Staking = cmp.Or(document.Contracts.Staking, address.Hex())
		case "venice-diem":
			document.Contracts.DIEM = address.Hex()
		}
		document.Allocation = append(document.Allocation, networkStakeSource{
			Source: cmp.Or(adapter.Name, adapter.Adapter), Adapter: adapter.Adapter, Contract: address.Hex(), Minimum: adapter.Min, Pool: adapter.Pool, Rate: adapter.Rate,
		})
	}
	mint := document.Allocation[0]
	document.Allocation = document.Allocation[1:]
	document.Mint = networkMint{Adapter: mint.Adapter, Contract: mint.Contract, Symbol: c.Stake.Mint.Symbol, Minimum: mint.Minimum,
		Token: c.Keys.OpaqueMint, ChallengeSeconds: int64(challenge.Lifetime.Seconds())}
	return json.MarshalIndent(document, "", "  ")
}
