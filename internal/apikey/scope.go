package apikey

import (
	"errors"
	"iter"
	"net/netip"
	"slices"
	"time"
)

// Scope narrows a key beside its limits. The zero value narrows nothing.
type Scope struct {
	// Models are the ids of the models that may be called; nil: all.
	Models []string
	// Networks are where calls may come from; nil: everywhere.
	Networks []netip.Prefix
	// MaxInFlight is how many calls may run at once, those of sub-keys too; 0:
	// any number.
	MaxInFlight int64
}

// Bounds of a scope.
const (
	MaxModels   = 64
	MaxNetworks = 32
	// MostInFlight is the largest cap on calls in flight.
	MostInFlight = 1_000_000
)

// Errors of the parsers of a scope, of the same kind as those of the limits.
var (
	ErrNetwork = errors.New("must be IPv4 or IPv6 networks such as 192.0.2.0/24 or 2001:db8::/32, or single addresses, with no bits set behind the prefix")
	ErrFlight  = errors.New("must be a whole number from 1 to 1000000")
)

// ParseNetwork reads a network in CIDR notation (RFC 4632, RFC 4291 section
// 2.3), or an address, which is a network of one.
func ParseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		if address.Zone() != "" || address.Is4In6() {
			return netip.Prefix{}, ErrNetwork
		}
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil || network.Addr().Is4In6() || network.Masked() != network {
		return netip.Prefix{}, ErrNetwork
	}
	return network, nil
}

// Line goes through the key and those that it was made under, upwards.
func (k *Key) Line() iter.Seq[*Key] {
	return func(yield func(*Key) bool) {
		if !yield(k) {
			return
		}
		for _, parent := range k.Parents {
			if !yield(parent) {
				return
			}
		}
	}
}

// Below fills in the key's Parents from keys by id, if they are all there and
// of the same account.
func (k *Key) Below(keys map[string]*Key) {
	parents := make([]*Key, len(k.ParentIDs))
	for i, id := range k.ParentIDs {
		parent := keys[id]
		if parent == nil || parent.AccountID != k.AccountID {
			return
		}
		parents[i] = parent
	}
	k.Parents = parents
}

// Active reports whether the key may be used at the given instant by the secret
// that it was found by: neither it nor a key that it was made under is revoked or
// has expired, nor has the secret ended. A key whose Parents were not filled in
// is not active.
func (k *Key) Active(now time.Time) bool {
	if len(k.Parents) != len(k.ParentIDs) || k.SecretUntil != nil && !now.Before(*k.SecretUntil) {
		return false
	}
	for one := range k.Line() {
		if one.RevokedAt != nil || one.ExpiresAt != nil && !now.Before(*one.ExpiresAt) {
			return false
		}
	}
	return true
}

// AdmitsClient reports whether the key, and all that it was made under, may be
// used from an address. Only keys without networks admit the zero address.
func (k *Key) AdmitsClient(client netip.Addr) bool {
	for one := range k.Line() {
		if one.Scope.Networks != nil && !contains(one.Scope.Networks, client.Unmap().WithZone("")) {
			return false
		}
	}
	return true
}

// AdmitsModel reports whether the key, and all that it was made under, may call
// the model with this id.
func (k *Key) AdmitsModel(id string) bool {
	for one := range k.Line() {
		if one.Scope.Models != nil && !slices.Contains(one.Scope.Models, id) {
			return false
		}
	}
	return true
}

// AdmitsPrivacy reports whether the key, and all that it was made under, may
// call a model of the given type, private or not.
func (k *Key) AdmitsPrivacy(modelType string, private bool) bool {
	for one := range k.Line() {
		if !one.Privacy.Admits(modelType, private) {
			return false
		}
	}
	return true
}

// WiderError says in which member a sub-key would be wider than a key that it
// is to be made under.
type WiderError struct{ Member, Problem string }

func (e *WiderError) Error() string { return e.Member + " " + e.Problem }

// CheckChild returns a *WiderError unless a key that is made under this one as
// the spec says is narrower in everything, or as narrow. What the spec leaves
// open is bounded by the keys above all the same: each call is held against all
// of them.
func (k *Key) CheckChild(spec *Spec) error {
	if spec.Type != Inference {
		return &WiderError{"apiKeyType", "must be INFERENCE for a sub-key"}
	}
	for above := range k.Line() {
		if member, problem := spec.widerThan(&above.Spec); member != "" {
			return &WiderError{member, problem}
		}
	}
	return nil
}

func (s *Spec) widerThan(above *Spec) (member, problem string) {
	covers := periodRank(above.Period) >= periodRank(s.Period) // the window above lasts as long at least
	wide := func(own, limit *Limit) bool { return covers && own != nil && limit != nil && own.Cap > limit.Cap }
	switch {
	case wide(s.Limits.USD, above.Limits.USD):
		return "consumptionLimit.usd", "must not be above the limit of a key above"
	case wide(s.Limits.DIEM, above.Limits.DIEM):
		return "consumptionLimit.diem", "must not be above the limit of a key above"
	case privacyRank(s.Privacy) < privacyRank(above.Privacy):
		return "modelPrivacy", "must not admit more than a key above does"
	case s.ExpiresAt != nil && above.ExpiresAt != nil && s.ExpiresAt.After(*above.ExpiresAt):
		return "expiresAt", "must not be after a key above expires"
	case above.Scope.MaxInFlight > 0 && s.Scope.MaxInFlight > above.Scope.MaxInFlight:
		return "maxInFlight", "must not be above that of a key above"
	case above.Scope.Models != nil && slices.ContainsFunc(s.Scope.Models, func(id string) bool { return !slices.Contains(above.Scope.Models, id) }):
		return "allowedModels", "must be among those of the keys above"
	case above.Scope.Networks != nil && slices.ContainsFunc(s.Scope.Networks, func(n netip.Prefix) bool { return !within(n, above.Scope.Networks) }):
		return "allowedNetworks", "must be within those of the keys above"
	}
	return "", ""
}

func contains(networks []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(networks, func(network netip.Prefix) bool { return network.Contains(address) })
}

// within reports whether one of the networks contains the whole of another.
func within(inner netip.Prefix, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(outer netip.Prefix) bool {
		return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
	})
}

func periodRank(p Period) int { return slices.Index([]Period{Epoch, Month, Lifetime}, p) }

func privacyRank(p Privacy) int {
	return slices.Index([]Privacy{PrivacyAll, PrivacyPrivateText, PrivacyPrivateOnly}, p)
}
