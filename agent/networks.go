package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/internal/secretfile"
)

// AllowedNetwork is a server, with the addresses that its user has allowed for
// it.
type AllowedNetwork struct {
	Name      string    `json:"name"`
	APIBase   string    `json:"apiBase"`
	RPCURL    string    `json:"rpcUrl"` // may hold an access key: never shown
	ChainID   uint64    `json:"chainId"`
	Contracts Contracts `json:"contracts"`
	AllowedAt time.Time `json:"allowedAt"`
}

// Network is what a run needs of it.
func (n AllowedNetwork) Network() Network {
	return Network{Name: n.Name, APIBase: n.APIBase, RPCURL: n.RPCURL, ChainID: n.ChainID, Contracts: n.Contracts}
}

type networkFile struct {
	Version  int              `json:"version"`
	Networks []AllowedNetwork `json:"networks"`
}

const (
	networkFileVersion = 1
	maxNetworkFile     = 1 << 20
	maxNetworks        = 100
)

var (
	networkName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

	// ErrNoNetwork says that the user has allowed no network of this name.
	ErrNoNetwork = errors.New("no such network was allowed here")
)

// networksPath is the list of what the user has allowed. It is 0600, like the
// keys: who could write to it could have the wallet's money sent anywhere.
func (s *Store) networksPath() string { return filepath.Join(s.dir, "networks.json") }

// Networks returns the networks that the user has allowed, by name.
func (s *Store) Networks() ([]AllowedNetwork, error) {
	data, err := secretfile.Read(s.networksPath(), maxNetworkFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var file networkFile
	if json.Unmarshal(data, &file) != nil || file.Version != networkFileVersion {
		return nil, fmt.Errorf("%s is not a list of networks of this version: move it away to start a new one", s.networksPath())
	}
	return file.Networks, nil
}

// FindNetwork returns the network of this name, or ErrNoNetwork.
func (s *Store) FindNetwork(name string) (AllowedNetwork, error) {
	networks, err := s.Networks()
	if err != nil {
		return AllowedNetwork{}, err
	}
	for _, network := range networks {
		if network.Name == name {
			return network, nil
		}
	}
	return AllowedNetwork{}, ErrNoNetwork
}

// AllowNetwork adds a network to the list, or replaces the one of its name. The
// caller has asked the user.
func (s *Store) AllowNetwork(network AllowedNetwork) error {
	if !networkName.MatchString(network.Name) || network.Name == "venice" || network.Name == "local" {
		return fmt.Errorf("%q cannot be a network's name: take up to 31 small letters, digits and dashes, not venice or local", remoteText(network.Name))
	}
	if err := network.Network().Validate(); err != nil {
		return err
	}
	networks, err := s.Networks()
	if err != nil {
		return err
	}
	networks = append(slices.DeleteFunc(networks, func(n AllowedNetwork) bool { return n.Name == network.Name }), network)
	if len(networks) > maxNetworks {
		return fmt.Errorf("there are %d networks already: remove one", maxNetworks)
	}
	return s.writeNetworks(networks)
}

// RemoveNetwork takes a network off the list, or gives ErrNoNetwork.
func (s *Store) RemoveNetwork(name string) error {
	networks, err := s.Networks()
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(networks), func(n AllowedNetwork) bool { return n.Name == name })
	if len(left) == len(networks) {
		return ErrNoNetwork
	}
	return s.writeNetworks(left)
}

func (s *Store) writeNetworks(networks []AllowedNetwork) error {
	slices.SortFunc(networks, func(a, b AllowedNetwork) int { return strings.Compare(a.Name, b.Name) })
	data, err := json.MarshalIndent(networkFile{Version: networkFileVersion, Networks: networks}, "", "  ")
	if err != nil {
		return errors.New("the list of networks does not encode")
	}
	return secretfile.Replace(s.networksPath(), append(data, '\n'))
}

// Changed compares what a server says now with what its user has allowed, and
// names the first difference; nil if there is none. Only what a run relies on
// counts: rules and limits may change.
func (n AllowedNetwork) Changed(now Document) error {
	if now.APIBase != n.APIBase {
		return n.changed("its API is at %s now, it was at %s", remoteText(now.APIBase), n.APIBase)
	}
	if now.Chain.ID != n.ChainID {
		return n.changed("it works on chain %d now, it was %d", now.Chain.ID, n.ChainID)
	}
	for _, c := range []struct {
		name     string
		was, now common.Address
	}{
		{"staking contract", n.Contracts.Staking, now.Contracts.Staking.Address},
		{"DIEM", n.Contracts.DIEM, now.Contracts.DIEM.Address},
		{"Multicall3", n.Contracts.Multicall3, now.Contracts.Multicall3.Address},
	} {
		if c.now != c.was && (c.now != common.Address{} || c.name == "staking contract") {
			return n.changed("its %s is %s now, it was %s", c.name, c.now, c.was)
		}
	}
	return nil
}

func (n AllowedNetwork) changed(format string, args ...any) error {
	return fmt.Errorf("%w: %s has changed since you allowed it: %s; find out why, and add it again if that is right",
		ErrDocument, n.Name, fmt.Sprintf(format, args...))
}
