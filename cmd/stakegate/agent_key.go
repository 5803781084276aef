package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"stakegate/agent"
)

func agentKeyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "List, make, change, rotate and revoke API keys",
		Long: `Manage the account's API keys. What needs an ADMIN key uses the one that is
stored for this wallet and server ("stakegate agent up --type ADMIN" makes one); a
new key can also be had by the wallet's signature alone.

New secrets go to keys.json (0600) in the state directory, or to the program of
--secret-sink on its standard input. They are printed with --reveal only.`,
	}
	cmd.AddCommand(keyListCommand(), keyCreateCommand(), keyUpdateCommand(), keyRotateCommand(), keyRevokeCommand(), keySinkCommand())
	return cmd
}

// keyOutput is what the commands about keys write with --json; the help of each
// describes it.
type keyOutput struct {
	Version int                `json:"version"`
	OK      bool               `json:"ok"`
	APIBase string             `json:"apiBase"`
	Wallet  *walletOutput      `json:"wallet"`
	Keys    []keyLine          `json:"keys"`
	Revoked []agent.RevokedKey `json:"revoked,omitempty"`
	// APIKey is the new secret, with --reveal.
	APIKey string       `json:"apiKey,omitempty"`
	Error  *failedState `json:"error,omitempty"`
}

// keyLine is a key as the server has it, and what is stored of it here.
type keyLine struct {
	agent.KeyInfo
	Stored             bool   `json:"stored"`
	Name               string `json:"name,omitempty"`
	InSink             bool   `json:"inSink,omitempty"`
	PreviousValidUntil string `json:"previousValidUntil,omitempty"`
	localOnly          bool   // the server was not asked: its limits are not known
}

// keySession is what a command about keys works with.
type keySession struct {
	session
	client *agent.Client
	stored []agent.StoredKey
}

// keyRun runs a command about keys: do fills in the output.
func (f *agentFlags) keyRun(cmd *cobra.Command, do func(s *keySession, out *keyOutput) error) error {
	out := keyOutput{Version: 1, Keys: []keyLine{}}
	err := agentError(cmd.Context(), f.keyOpen(cmd, &out, do))
	if f.json {
		out.OK, out.Error = err == nil, errorOutput(err)
		if writeErr := writeJSON(cmd.OutOrStdout(), out); writeErr != nil {
			return writeErr
		}
	}
	return err
}

func (f *agentFlags) keyOpen(cmd *cobra.Command, out *keyOutput, do func(s *keySession, out *keyOutput) error) error {
	f.existing, f.noChain = true, f.account == ""
	s := keySession{}
	var err error
	if s.session, err = f.open(cmd); err != nil {
		return err
	}
	out.Wallet = s.walletOutput()
	client, err := agent.NewClient(s.network.APIBase, nil)
	if err != nil {
		return err
	}
	s.client, out.APIBase = client.WithRetry(agent.DefaultRetry), client.Base()
	if !f.looks { // a look need not wait for a run that takes its time
		unlock, err := s.store.Lock()
		if err != nil {
			return err
		}
		defer unlock()
	}
	if s.stored, err = s.store.Of(client.Base(), s.signer.Address()); err != nil {
		return err
	}
	return do(&s, out)
}

// errNoAdmin says how to get what a command needs.
var errNoAdmin = errors.New("this needs an ADMIN key of the account, and none is stored here")

// admin is the client with the stored ADMIN key.
func (s *keySession) admin() (*agent.Client, error) {
	for _, key := range s.stored {
		if key.Type == agent.Admin && !key.Secret.IsZero() {
			return s.client.WithKey(key.Secret), nil
		}
	}
	return nil, hintedError{errNoAdmin, "stakegate agent key create --type ADMIN makes one with the wallet's signature"}
}

// find returns the stored key that a name, an id or the last six characters
// stand for; nil if there is none.
func (s *keySession) find(ref string) *agent.StoredKey {
	for _, is := range []func(k agent.StoredKey) bool{
		func(k agent.StoredKey) bool { return k.Name == ref && ref != "" },
		func(k agent.StoredKey) bool { return k.ID == ref },
		func(k agent.StoredKey) bool { return k.Last6 == ref },
	} {
		if i := slices.IndexFunc(s.stored, is); i >= 0 {
			return &s.stored[i]
		}
	}
	return nil
}

// id is the id that a reference stands for; one that is not stored is taken as
// it is.
func (s *keySession) id(ref string) string {
	if key := s.find(ref); key != nil {
		return key.ID
	}
	return ref
}

// line is a key with what is stored of it.
func (s *keySession) line(info agent.KeyInfo) keyLine {
	line := keyLine{KeyInfo: info}
	for _, key := range s.stored {
		if key.ID == info.ID {
			line.Stored, line.Name, line.InSink = !key.Secret.IsZero(), key.Name, key.InSink
			line.Last6 = cmp.Or(line.Last6, key.Last6)
		}
	}
	return line
}

func keyListCommand() *cobra.Command {
	f := agentFlags{looks: true}
	var local bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the account's keys, without their secrets",
		Long: `List the account's active keys as the server has them, with what they may spend
and have spent; that needs a stored ADMIN key. Without one, and with --local, the
keys that are stored here are listed; their limits are not known then.

With --json, stdout is one object: version 1, ok, apiBase, wallet, keys [{id,
apiKeyType, description, last6Chars, limitPeriod, modelPrivacy, createdAt,
expiresAt, lastUsedAt, consumptionLimits, parentId, allowedModels,
allowedNetworks, maxInFlight, currentPeriodUsage, usage, stored, name, inSink}]
and error as in "agent up". Members are only ever added.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.keyRun(cmd, func(s *keySession, out *keyOutput) error {
				if err := s.list(cmd, out, local); err != nil || f.json {
					return err
				}
				return printKeys(cmd, out.Keys)
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().BoolVar(&local, "local", false, "list what is stored here, and do not ask the server")
	return cmd
}

func (s *keySession) list(cmd *cobra.Command, out *keyOutput, local bool) error {
	client, err := s.admin()
	if local || err != nil {
		for _, key := range s.stored {
			line := s.line(agent.KeyInfo{ID: key.ID, Type: key.Type, Description: key.Description, Last6: key.Last6,
				CreatedAt: key.CreatedAt.Format(time.RFC3339), ExpiresAt: key.ExpiresAt})
			line.localOnly = true
			out.Keys = append(out.Keys, line)
		}
		return nil
	}
	keys, err := client.Keys(cmd.Context())
	for _, key := range keys {
		out.Keys = append(out.Keys, s.line(key))
	}
	return err
}

func printKeys(cmd *cobra.Command, keys []keyLine) error {
	if len(keys) == 0 {
		fmt.Fprintln(cmd.OutOrStdout(), "no keys")
		return nil
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tTYPE\tLAST 6\tNAME\tSTORED\tEXPIRES\tLIMIT\tDESCRIPTION")
	for _, key := range keys {
		stored := "no"
		switch {
		case key.Stored:
			stored = "yes"
		case key.InSink:
			stored = "in the sink"
		}
		limit := limitWords(key.KeyInfo)
		if key.localOnly {
			limit = "?"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", cell(key.ID), cell(string(key.Type)), cell(key.Last6), cmp.Or(cell(key.Name), "-"), stored,
			cmp.Or(cell(key.ExpiresAt), "never"), limit, cell(key.Description))
	}
	return w.Flush()
}

// cell is a server's word in a table: it begins no line or column of its own.
func cell(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }

// limitWords is what a key may spend.
func limitWords(key agent.KeyInfo) string {
	var parts []string
	if limit := key.Limits.DIEM; limit != nil && *limit != "" {
		parts = append(parts, string(*limit)+" DIEM")
	}
	if limit := key.Limits.USD; limit != nil && *limit != "" {
		parts = append(parts, string(*limit)+" USD")
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ") + " per " + printable(key.Period)
}
