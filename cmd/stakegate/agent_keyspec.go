package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"stakegate/agent"
)

// keySpecFlags are the flags about a key that is asked for.
type keySpecFlags struct {
	keyType, limitDIEM, limitUSD       string
	period, privacy, expires, describe string
	models, networks                   []string
	inFlight                           int
}

func (f *keySpecFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.keyType, "type", "INFERENCE", "INFERENCE, or ADMIN for a key that manages its account")
	f.registerSettings(flags)
}

// registerSettings adds the flags of what can be changed later.
func (f *keySpecFlags) registerSettings(flags *pflag.FlagSet) {
	flags.StringVar(&f.limitDIEM, "limit-diem", "", "the most DIEM that the key may spend in each period")
	flags.StringVar(&f.limitUSD, "limit-usd", "", "the most USD that the key may spend in each period")
	flags.StringVar(&f.period, "period", "", "EPOCH (a UTC day), MONTH or LIFETIME (default: the server's)")
	flags.StringVar(&f.privacy, "privacy", "", "ALL, PRIVATE_TEXT or PRIVATE_ONLY models (default: the server's)")
	flags.StringVar(&f.expires, "expires", "", "when the key ends: YYYY-MM-DD, or a UTC time such as 2027-01-01T00:00:00Z")
	flags.StringVar(&f.describe, "description", "", "the key's description, at most 64 characters")
	flags.StringSliceVar(&f.models, "models", nil, "the only models that the key may call (stakegate servers)")
	flags.StringSliceVar(&f.networks, "networks", nil, "the only addresses or networks that the key may be used from (stakegate servers)")
	flags.IntVar(&f.inFlight, "in-flight", 0, "how many calls of the key may run at once; 0 is any number (stakegate servers)")
}

// spec reads the flags; errors are the user's.
func (f *keySpecFlags) spec() (agent.KeySpec, error) {
	spec := agent.KeySpec{Type: agent.KeyType(strings.ToUpper(f.keyType)), Description: f.describe, ExpiresAt: f.expires,
		Period: strings.ToUpper(f.period), Privacy: strings.ToUpper(f.privacy),
		AllowedModels: f.models, AllowedNetworks: f.networks, MaxInFlight: f.inFlight}
	for _, choice := range []struct {
		flag, value string
		allowed     []string
	}{
		{"type", string(spec.Type), []string{"INFERENCE", "ADMIN"}},
		{"period", spec.Period, []string{"", "EPOCH", "MONTH", "LIFETIME"}},
		{"privacy", spec.Privacy, []string{"", "ALL", "PRIVATE_TEXT", "PRIVATE_ONLY"}},
	} {
		if !slices.Contains(choice.allowed, choice.value) {
			return spec, usageError("--%s must be one of %s", choice.flag, strings.TrimPrefix(strings.Join(choice.allowed, ", "), ", "))
		}
	}
	if len([]rune(f.describe)) > 64 {
		return spec, usageError("--description may have at most 64 characters")
	}
	if f.inFlight < 0 {
		return spec, usageError("--in-flight must not be negative")
	}
	limits, err := f.limits()
	spec.Limits = limits
	return spec, err
}

// limits are those that were given; nil if none was. "none" takes one away.
func (f *keySpecFlags) limits() (*agent.KeyLimits, error) {
	var limits agent.KeyLimits
	for _, limit := range []struct {
		flag, text string
		into       **agent.Decimal
	}{{"limit-diem", f.limitDIEM, &limits.DIEM}, {"limit-usd", f.limitUSD, &limits.USD}} {
		switch limit.text {
		case "":
			continue
		case "none":
			*limit.into = new(agent.Decimal)
			continue
		}
		parsed, err := agent.ParseDecimal(limit.text)
		if err != nil {
			return nil, usageError("--%s: %v", limit.flag, err)
		}
		*limit.into = &parsed
	}
	if limits == (agent.KeyLimits{}) {
		return nil, nil
	}
	return &limits, nil
}

// update is what was said on the command line and nothing else: "none" and
// "all" take a setting away.
func (f *keySpecFlags) update(flags *pflag.FlagSet) (agent.KeyUpdate, error) {
	f.keyType = string(agent.Inference)
	without := *f
	if f.expires == "none" {
		without.expires = ""
	}
	spec, err := without.spec()
	if err != nil {
		return agent.KeyUpdate{}, err
	}
	update := agent.KeyUpdate{Limits: spec.Limits}
	for name, text := range map[string]struct {
		from *string
		into **string
	}{
		"description": {&spec.Description, &update.Description}, "period": {&spec.Period, &update.Period},
		"privacy": {&spec.Privacy, &update.Privacy}, "expires": {&spec.ExpiresAt, &update.ExpiresAt},
	} {
		if flags.Changed(name) {
			*text.into = text.from
		}
	}
	for name, list := range map[string]struct {
		from []string
		into **[]string
	}{"models": {f.models, &update.AllowedModels}, "networks": {f.networks, &update.AllowedNetworks}} {
		if !flags.Changed(name) {
			continue
		}
		if slices.Equal(list.from, []string{"all"}) {
			list.from = nil
		}
		*list.into = &list.from
	}
	if flags.Changed("in-flight") {
		update.MaxInFlight = &spec.MaxInFlight
	}
	return update, nil
}
