package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"stakegate/agent"
)

// newKeyFlags are the flags of commands that come by a new secret.
type newKeyFlags struct {
	agentFlags
	reveal bool
	sink   string
}

func (f *newKeyFlags) register(cmd *cobra.Command) {
	f.agentFlags.register(cmd.Flags())
	cmd.Flags().BoolVar(&f.reveal, "reveal", false, "print the API key itself")
	registerSink(cmd.Flags(), &f.sink)
}

// keep stores a key, hands it to the sink if there is one, and shows it.
func (f *newKeyFlags) keep(cmd *cobra.Command, s *keySession, out *keyOutput, key agent.StoredKey) error {
	if err := s.store.Put(key); err != nil {
		return fmt.Errorf("storing the key (id %s): %w", key.ID, err)
	}
	secret := key.Secret
	if f.reveal {
		out.APIKey = secret.Reveal()
	}
	if f.sink != "" {
		if err := sinkKey(cmd.Context(), s.store, f.sink, &key); err != nil {
			return err
		}
	}
	out.Keys[0].Stored, out.Keys[0].InSink, out.Keys[0].Name = !key.Secret.IsZero(), key.InSink, key.Name
	if f.json {
		return nil
	}
	where := "is stored in " + s.store.Path()
	if key.InSink {
		where = "was given to the secret sink"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s key ...%s (id %s) %s\n", key.Type, key.Last6, key.ID, where)
	if f.reveal {
		fmt.Fprintln(cmd.OutOrStdout(), secret.Reveal())
	}
	return nil
}

func keyCreateCommand() *cobra.Command {
	var f newKeyFlags
	var spec keySpecFlags
	var by, parent, name string
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make a key: with the wallet's signature, or with a stored key",
		Long: `Make one more key. By default the stored ADMIN key makes it, and the wallet's
signature if there is none; --by says which. With --parent it is a sub-key, which
is never wider than the key above it and ends with it; the key above, or an ADMIN
key, makes it (stakegate servers).

With --json, stdout is one object as in "agent key list", with the new key alone
in keys, and apiKey with --reveal.`,
		Example: `  stakegate agent key create --name worker --limit-diem 0.5 --models llama-small
  stakegate agent key create --parent worker --in-flight 2 --secret-sink 'vault kv put secret/agent key=-'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.keyRun(cmd, func(s *keySession, out *keyOutput) error {
				wanted, err := spec.spec()
				if err != nil {
					return err
				}
				if name != "" && slices.ContainsFunc(s.stored, func(k agent.StoredKey) bool { return k.Name == name }) {
					return usageError("a key of the name %q is stored already: choose another", name)
				}
				if err := s.store.Ready(); err != nil {
					return err
				}
				made, err := f.create(cmd, s, wanted, by, parent)
				if err != nil {
					return err
				}
				key := storedKey(s, made)
				key.Name = cmp.Or(name, made.ID)
				out.Keys = []keyLine{{KeyInfo: agent.KeyInfo{ID: made.ID, Type: made.Type, Description: made.Description, Last6: key.Last6,
					Period: made.Period, Privacy: made.Privacy, ExpiresAt: made.ExpiresAt, Limits: made.Limits, KeyRules: made.KeyRules}}}
				return f.keep(cmd, s, out, key)
			})
		},
	}
	f.register(cmd)
	spec.register(cmd.Flags())
	cmd.Flags().StringVar(&by, "by", "", "what makes the key: wallet or admin (default: admin if such a key is stored)")
	cmd.Flags().StringVar(&parent, "parent", "", "make a sub-key of this key: a name, an id or the last six characters")
	cmd.Flags().StringVar(&name, "name", "", "what the key is called in the store (default: its id)")
	return cmd
}

// create has the key made by whoever is to make it.
func (f *newKeyFlags) create(cmd *cobra.Command, s *keySession, spec agent.KeySpec, by, parent string) (agent.NewKey, error) {
	admin, err := s.admin()
	switch {
	case by != "" && by != "wallet" && by != "admin":
		return agent.NewKey{}, usageError("--by must be wallet or admin")
	case parent != "" && by == "wallet":
		return agent.NewKey{}, usageError("a sub-key is made by the key above it or an ADMIN key: leave --by out")
	case parent != "":
		client := admin
		if above := s.find(parent); above != nil && !above.Secret.IsZero() {
			client = s.client.WithKey(above.Secret)
		}
		if client == nil {
			return agent.NewKey{}, err
		}
		return client.CreateSubKey(cmd.Context(), s.id(parent), spec)
	case by == "wallet" || by == "" && err != nil:
		return agent.MintKey(cmd.Context(), agent.Options{Network: s.network, Signer: s.signer, Target: agent.Target{Key: spec}})
	case err != nil:
		return agent.NewKey{}, err
	}
	if spec.Description == "" {
		spec.Description = "stakegate agent"
	}
	return admin.CreateKey(cmd.Context(), spec)
}

func storedKey(s *keySession, made agent.NewKey) agent.StoredKey {
	text := made.Secret.Reveal()
	return agent.StoredKey{APIBase: s.client.Base(), Address: s.signer.Address(), Type: made.Type, ID: made.ID, Last6: text[len(text)-6:],
		Description: made.Description, ExpiresAt: made.ExpiresAt, CreatedAt: time.Now().UTC().Truncate(time.Second), Secret: made.Secret}
}

func keyRotateCommand() *cobra.Command {
	var f newKeyFlags
	var overlap time.Duration
	cmd := &cobra.Command{
		Use:   "rotate KEY",
		Short: "Give a key another secret; the one before stays good for a while",
		Long: `Give a key (a name, an id or the last six characters) another secret. Its id,
its settings and its budgets stay; the secret of before is good for --overlap
more. It needs a stored ADMIN key, and a stakegate server. It is never tried
twice: after an error whose end is not known, look at "agent key list" first.

With --json, stdout is one object as in "agent key list", with the key alone in
keys, which has previousValidUntil, and apiKey with --reveal.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.keyRun(cmd, func(s *keySession, out *keyOutput) error {
				admin, err := s.admin()
				if err != nil {
					return err
				}
				if overlap < 0 || overlap > 7*24*time.Hour {
					return usageError("--overlap must be 0 to 168h, a week")
				}
				if err := s.store.Ready(); err != nil {
					return err
				}
				rotated, err := admin.RotateKey(cmd.Context(), s.id(args[0]), overlap)
				if err != nil {
					return err
				}
				key := agent.StoredKey{APIBase: s.client.Base(), Address: s.signer.Address(), Type: rotated.Type, ID: rotated.ID,
					Name: rotated.ID, CreatedAt: time.Now().UTC().Truncate(time.Second)}
				if stored := s.find(args[0]); stored != nil {
					key = *stored
				}
				key.Secret, key.InSink = rotated.Secret, false
				text := rotated.Secret.Reveal()
				key.Last6 = text[len(text)-6:]
				out.Keys = []keyLine{{KeyInfo: agent.KeyInfo{ID: key.ID, Type: key.Type, Description: key.Description, Last6: key.Last6}, PreviousValidUntil: rotated.PreviousValidUntil}}
				return f.keep(cmd, s, out, key)
			})
		},
	}
	f.register(cmd)
	cmd.Flags().DurationVar(&overlap, "overlap", 24*time.Hour, "how long the secret of before stays good; 0 ends it at once")
	return cmd
}

var errNotStored = errors.New("no such key is stored here")

func keySinkCommand() *cobra.Command {
	var f newKeyFlags
	cmd := &cobra.Command{
		Use:   "sink KEY",
		Short: "Give the secret of a stored key to a program, and forget it here",
		Long: `Give the secret of a stored key (a name, an id or the last six characters) to
the program of --secret-sink on its standard input. When it ends well, the secret
is taken out of keys.json; what is not secret stays, so that "agent up" knows that
there is a key.

With --json, stdout is one object as in "agent key list", with the key alone in keys.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.keyRun(cmd, func(s *keySession, out *keyOutput) error {
				key := s.find(args[0])
				switch {
				case f.sink == "":
					return usageError("give the program with --secret-sink")
				case key == nil || key.Secret.IsZero():
					return errNotStored
				}
				out.Keys = []keyLine{{KeyInfo: agent.KeyInfo{ID: key.ID, Type: key.Type, Description: key.Description, Last6: key.Last6}}}
				return f.keep(cmd, s, out, *key)
			})
		},
	}
	f.register(cmd)
	return cmd
}
