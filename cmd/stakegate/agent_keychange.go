package main

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"stakegate/agent"
)

func keyUpdateCommand() *cobra.Command {
	var f agentFlags
	var spec keySpecFlags
	cmd := &cobra.Command{
		Use:   "update KEY",
		Short: "Change a key's limits, expiry, description or rules",
		Long: `Change what the flags name of a key (a name, an id or the last six characters)
and leave the rest. "none" takes a limit or the expiry away, "all" a list of models
or networks, --in-flight 0 the bound of calls at once. It needs a stored ADMIN key.

With --json, stdout is one object as in "agent key list", with the key alone in keys.`,
		Example: `  stakegate agent key update worker --limit-diem 0.25 --expires 2027-01-01`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.keyRun(cmd, func(s *keySession, out *keyOutput) error {
				update, err := spec.update(cmd.Flags())
				if err != nil {
					return err
				}
				if update.IsZero() {
					return usageError("say what to change: see --help")
				}
				admin, err := s.admin()
				if err != nil {
					return err
				}
				info, err := admin.UpdateKey(cmd.Context(), s.id(args[0]), update)
				if err != nil {
					return err
				}
				if stored := s.find(args[0]); stored != nil {
					stored.Description, stored.ExpiresAt = info.Description, info.ExpiresAt
					if err := s.store.Put(*stored); err != nil {
						return err
					}
				}
				out.Keys = []keyLine{s.line(info)}
				if f.json {
					return nil
				}
				return printKeys(cmd, out.Keys)
			})
		},
	}
	f.register(cmd.Flags())
	spec.registerSettings(cmd.Flags())
	return cmd
}

func keyRevokeCommand() *cobra.Command {
	var f agentFlags
	var confirm string
	var all bool
	cmd := &cobra.Command{
		Use:   "revoke [KEY]",
		Short: "End a key, or with --all every key of the wallet",
		Long: `End a key (a name, an id or the last six characters) and the sub-keys below it,
at once and for good. It needs a stored ADMIN key, and --confirm with the key's id.

With --all the wallet's signature ends every key of its account, whoever has it;
that needs no key, a stakegate server, and --confirm with the wallet's address.

With --json, stdout is one object: version 1, ok, apiBase, wallet, keys, revoked
[{id, last6Chars}] and error as in "agent up".`,
		Example: `  stakegate agent key revoke worker --confirm e28e82dc-9df2-4b47-b726-d0a222ef2ab5
  stakegate agent key revoke --all --confirm 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.keyRun(cmd, func(s *keySession, out *keyOutput) (err error) {
				switch {
				case all == (len(args) == 1):
					return usageError("name one key, or give --all")
				case all:
					out.Revoked, err = s.revokeAll(cmd, confirm)
				default:
					out.Revoked, err = s.revoke(cmd, args[0], confirm)
				}
				if err != nil || f.json {
					return err
				}
				for _, key := range out.Revoked {
					fmt.Fprintf(cmd.OutOrStdout(), "revoked ...%s (id %s)\n", printable(key.Last6), printable(key.ID))
				}
				if len(out.Revoked) == 0 {
					fmt.Fprintln(cmd.OutOrStdout(), "there was no key to revoke")
				}
				return nil
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&confirm, "confirm", "", "the id of the key that ends, or with --all the wallet's address")
	cmd.Flags().BoolVar(&all, "all", false, "end every key of the wallet's account by its signature")
	return cmd
}

func (s *keySession) revoke(cmd *cobra.Command, ref, confirm string) ([]agent.RevokedKey, error) {
	id := s.id(ref)
	if confirm != id {
		return nil, usageError("revoking cannot be undone: to end the key %s, give --confirm %s", id, id)
	}
	admin, err := s.admin()
	if err != nil {
		return nil, err
	}
	last6 := ""
	if key, err := admin.Key(cmd.Context(), id); err == nil {
		last6 = key.Last6
	} else if errors.Is(err, agent.ErrNotFound) {
		return nil, err
	}
	if err := admin.DeleteKey(cmd.Context(), id); err != nil {
		return nil, err
	}
	return []agent.RevokedKey{{ID: id, Last6: last6}}, s.store.Remove(s.client.Base(), id)
}

func (s *keySession) revokeAll(cmd *cobra.Command, confirm string) ([]agent.RevokedKey, error) {
	address := s.signer.Address()
	if !common.IsHexAddress(confirm) || common.HexToAddress(confirm) != address {
		return nil, usageError("revoking cannot be undone: to end every key of this wallet, give --confirm %s", address)
	}
	revoked, err := agent.RevokeAllKeys(cmd.Context(), agent.Options{Network: s.network, Signer: s.signer})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, key := range s.stored {
		ids = append(ids, key.ID)
	}
	return revoked, s.store.Remove(s.client.Base(), ids...)
}
