package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

const (
	documentPath = "/.well-known/stakegate.json"
	maxDocument  = 64 << 10 // bytes
	// lowAddresses are the zero address and those of precompiled contracts, now
	// and later: no contract of anybody's is there.
	lowAddresses = 0xffff
)

// ErrDocument is matched by every refusal of a server's document.
var ErrDocument = errors.New("refusing the server's description of its network")

// Document is what a stakegate server says of itself at
// /.well-known/stakegate.json. Nothing proves that it is true: its addresses
// are used only when the user has allowed them, or when they are those that this
// package knows.
type Document struct {
	Version int    `json:"version"`
	APIBase string `json:"apiBase"`
	Chain   struct {
		ID            uint64 `json:"id"`
		Name          string `json:"name"`
		Confirmations uint64 `json:"confirmations"`
	} `json:"chain"`
	Contracts  DocumentContracts `json:"contracts"`
	Mint       DocumentStake     `json:"mint"`
	Allocation []DocumentStake   `json:"allocation"`
	Limits     struct {
		Keys           int `json:"keys"`
		KeysPerMinute  int `json:"keysPerMinute"`
		SubKeys        int `json:"subKeys"`
		SubKeyDepth    int `json:"subKeyDepth"`
		BodyBytes      int `json:"bodyBytes"`
		FailedAttempts int `json:"failedAttempts"`
	} `json:"limits"`
}

// DocumentContracts are the contracts that a server works with.
type DocumentContracts struct {
	Staking    documentAddress `json:"staking"`
	DIEM       documentAddress `json:"diem"`
	Multicall3 documentAddress `json:"multicall3"`
}

// DocumentStake is a stake that counts: for making keys, or for an allocation.
type DocumentStake struct {
	Source    string          `json:"source"`
	Adapter   string          `json:"adapter"`
	Contract  documentAddress `json:"contract"`
	Symbol    string          `json:"symbol"`
	Minimum   string          `json:"minimum"`
	Pool      string          `json:"pool"`
	Rate      string          `json:"rate"`
	TokenKeys string          `json:"tokenKeys"`
}

// documentAddress is an address as a stranger writes it: 0x, 40 digits, and in
// mixed case the checksum of EIP-55.
type documentAddress struct{ common.Address }

func (a *documentAddress) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "" || text == "null" {
		return nil
	}
	if len(text) != 42 || !strings.HasPrefix(text, "0x") || !common.IsHexAddress(text) {
		return errors.New("not an address")
	}
	a.Address = common.HexToAddress(text)
	if text != a.Hex() && text != strings.ToLower(text) {
		return errors.New("an address with a wrong checksum")
	}
	if a.Big().BitLen() <= 64 && a.Big().Uint64() <= lowAddresses {
		return errors.New("an address that no contract can have")
	}
	return nil
}

func refusedDocument(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDocument, fmt.Sprintf(format, args...))
}

// FetchDocument reads the document of the server at an address, with or without
// a path. It follows no redirect, takes at most 64 KiB, and refuses
// (ErrDocument) one whose API is of another origin. A nil transport is as in
// NewClient.
func FetchDocument(ctx context.Context, address string, transport http.RoundTripper) (Document, error) {
	base, err := checkBase(address)
	if err != nil {
		return Document{}, err
	}
	dialled, err := url.Parse(base)
	if err != nil {
		return Document{}, err
	}
	client, err := NewClient(origin(dialled), transport)
	if err != nil {
		return Document{}, err
	}
	var document Document
	fetch := exchange{method: http.MethodGet, path: documentPath, answer: &document, limit: maxDocument}
	if err := client.WithRetry(Retry{Tries: 3}).call(ctx, fetch); err != nil {
		return Document{}, fmt.Errorf("asking %s what network it works with: %w", origin(dialled), err)
	}
	return document, document.check(dialled)
}

// check refuses what cannot be meant well.
func (d *Document) check(dialled *url.URL) error {
	if d.Version != 1 {
		return refusedDocument("it has version %d, this program knows 1", d.Version)
	}
	base, err := checkBase(d.APIBase)
	if err != nil {
		return refusedDocument("its API: %v", err)
	}
	if api, err := url.Parse(base); err != nil || origin(api) != origin(dialled) {
		return refusedDocument("its API is at %s, but %s was dialled", remoteText(base), origin(dialled))
	}
	d.APIBase = base
	if d.Chain.ID == 0 || d.Chain.ID >= 1<<53 {
		return refusedDocument("it names no chain")
	}
	c := d.Contracts
	for _, pair := range [][2]common.Address{{c.Staking.Address, c.DIEM.Address}, {c.Staking.Address, c.Multicall3.Address}, {c.DIEM.Address, c.Multicall3.Address}} {
		if pair[0] == pair[1] && pair[0] != (common.Address{}) {
			return refusedDocument("two of its contracts have the address %s", pair[0])
		}
	}
	d.Chain.Name = remoteText(d.Chain.Name)
	for _, stake := range append([]*DocumentStake{&d.Mint}, pointers(d.Allocation)...) {
		for _, text := range []*string{&stake.Source, &stake.Adapter, &stake.Symbol, &stake.Minimum, &stake.Pool, &stake.Rate, &stake.TokenKeys} {
			*text = remoteText(*text)
		}
	}
	return nil
}

func pointers[T any](list []T) []*T {
	all := make([]*T, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}

// KnownContracts are the addresses that this package has for a chain; false if
// it has none.
func KnownContracts(chainID uint64) (Contracts, bool) {
	return BaseContracts(), chainID == BaseChainID
}

// Known reports whether the document names no contract but those that this
// package knows on its chain: then it asks for no trust.
func (d Document) Known() bool {
	known, has := KnownContracts(d.Chain.ID)
	c := d.Contracts
	return has && c.Staking.Address == known.Staking &&
		(c.DIEM.Address == known.DIEM || c.DIEM.Address == common.Address{}) &&
		(c.Multicall3.Address == known.Multicall3 || c.Multicall3.Address == common.Address{})
}

// Resolve completes the user's addresses (exchanges, above all, which a server
// has no say in) with the document's staking contract, and with the tokens that
// this contract names on the chain. A document that contradicts either of them
// is refused.
func (d Document) Resolve(ctx context.Context, chain Chain, own Contracts) (Contracts, error) {
	id, err := chain.ChainID(ctx)
	if err != nil {
		return own, chainError("asking the node for its chain id", err)
	}
	if !id.IsUint64() || id.Uint64() != d.Chain.ID {
		return own, refusedDocument("it names chain %d, the node is on %s", d.Chain.ID, id)
	}
	if d.Contracts.Staking.Address == (common.Address{}) {
		return own, refusedDocument("it counts no stake of Venice's kind: this program can neither stake for it nor buy")
	}
	staking := d.Contracts.Staking.Address
	named := func(call []byte, what string) (common.Address, error) {
		answer, err := chain.CallContract(ctx, ethereum.CallMsg{To: &staking, Data: call}, nil)
		if err != nil {
			return common.Address{}, chainError("asking the staking contract for "+what, err)
		}
		if len(answer) != 32 || common.BytesToAddress(answer) == (common.Address{}) {
			return common.Address{}, refusedDocument("%s is no staking contract of Venice's kind", staking)
		}
		return common.BytesToAddress(answer), nil
	}
	vvv, err := named(bindings.NewStakingV2().PackVenice(), "its token")
	if err != nil {
		return own, err
	}
	diem, err := named(bindings.NewStakingV2().PackDiem(), "DIEM")
	if err != nil {
		return own, err
	}
	for _, c := range []struct {
		name string
		into *common.Address
		is   common.Address
	}{{"staking", &own.Staking, staking}, {"vvv", &own.VVV, vvv}, {"diem", &own.DIEM, diem},
		{"diem", &own.DIEM, d.Contracts.DIEM.Address}, {"multicall3", &own.Multicall3, d.Contracts.Multicall3.Address}} {
		switch {
		case c.is == (common.Address{}):
		case *c.into == (common.Address{}):
			*c.into = c.is
		case *c.into != c.is:
			return own, refusedDocument("its %s is %s, yours is %s", c.name, c.is, *c.into)
		}
	}
	return own, nil
}
