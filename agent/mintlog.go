package agent

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// mintWindow is how long before and after a mint's line its key may have been
// made, by the server's clock.
const mintWindow = 3 * time.Minute

// maxOrphans is how many answers with a key's text a run loses before it gives
// up. One can happen, and on a bad network two in a row; more would pile up.
const maxOrphans = 3

// ErrOrphan ends a run whose mints may have made maxOrphans keys that nobody
// knows.
var ErrOrphan = errors.New("the server made a key, and the answers with its text were lost three times: look at the account's keys before the next try")

// noteMint writes down that a key is about to be asked for. What may already be
// out there is settled first.
func (r *runner) noteMint() (line uint64, err error) {
	if r.journal == nil {
		return 0, nil
	}
	line = r.journal.next
	return line, r.journal.write(entry{Kind: entryMint, Plan: r.digest(), Wallet: r.Signer.Address(), APIBase: r.client.Base(), KeyType: r.Target.Key.Type})
}

// noteNoKey writes down that the mint certainly made no key.
func (r *runner) noteNoKey(line uint64) error {
	if r.journal == nil {
		return nil
	}
	return r.journal.write(entry{Kind: entryNoKey, Mint: line})
}

// noteOrphan writes down that the mint made a key that nobody knows.
func (r *runner) noteOrphan(line uint64) error {
	r.warn("the server made a key, and its answer was lost: nobody has that key's text; the next run with an ADMIN key in the store revokes it")
	if r.journal == nil {
		return nil
	}
	return r.journal.write(entry{Kind: entryOrphan, Mint: line})
}

// noteMinted writes down that the key is in the store.
func (r *runner) noteMinted(key StoredKey) error {
	if r.journal == nil {
		return nil
	}
	lines := r.openMints(key.APIBase, key.Type)
	if len(lines) == 0 {
		return nil
	}
	return r.journal.write(entry{Kind: entryMinted, Mint: lines[len(lines)-1], Plan: r.digest(), KeyID: key.ID})
}

// openMints are the mints of this wallet without an outcome, oldest first.
func (r *runner) openMints(apiBase string, keyType KeyType) []uint64 {
	var lines []uint64
	for _, line := range slices.Sorted(maps.Keys(r.journal.state.mints)) {
		if e := r.journal.state.mints[line]; e.Wallet == r.Signer.Address() && strings.EqualFold(e.APIBase, apiBase) && e.KeyType == keyType {
			lines = append(lines, line)
		}
	}
	return lines
}

// digest names the plan that is being done.
func (r *runner) digest() string {
	if r.result.Plan == nil {
		return ""
	}
	return r.result.Plan.Digest
}

// answeredNo reports whether the server's answer says that it made no key.
func answeredNo(err error) bool {
	var answered *APIError
	return errors.As(err, &answered) && answered.Status >= 400 && answered.Status < 500 && answered.Status != http.StatusRequestTimeout
}

// settleMints closes the mints of runs that were cut off. The key of one is in
// the store; or it was never made; or it is an orphan, which an ADMIN key in the
// store can find and revoke. What cannot be told stays open and is told.
func (r *runner) settleMints(ctx context.Context) error {
	if r.journal == nil || len(r.journal.state.mints) == 0 {
		return nil
	}
	stored, err := r.Keys.Keys()
	if err != nil {
		return err
	}
	for _, line := range slices.Sorted(maps.Keys(r.journal.state.mints)) {
		e := r.journal.state.mints[line]
		if e.Wallet != r.Signer.Address() || !strings.EqualFold(e.APIBase, r.client.Base()) {
			continue
		}
		if at := slices.IndexFunc(stored, func(k StoredKey) bool { return k.minted(e) && !r.journal.state.knowsKey(k.ID) }); at >= 0 {
			if err := r.journal.write(entry{Kind: entryMinted, Mint: line, Plan: e.Plan, KeyID: stored[at].ID}); err != nil {
				return err
			}
			continue
		}
		if err := r.settleOrphan(ctx, e, stored); err != nil {
			return err
		}
	}
	return nil
}

// minted reports whether the stored key can be what the mint's line came to.
func (k StoredKey) minted(e entry) bool {
	return k.Address == e.Wallet && strings.EqualFold(k.APIBase, e.APIBase) && k.Type == e.KeyType && !k.CreatedAt.Before(e.At.Truncate(time.Second))
}

func (s *journalState) knowsKey(id string) bool {
	return slices.Contains(slices.Collect(maps.Values(s.keys)), id)
}

// settleOrphan looks for the key of a mint whose end nobody saw, and revokes
// it: a key of the mint's type and time that is not in the store, was never
// used, and is the only such one.
func (r *runner) settleOrphan(ctx context.Context, e entry, stored []StoredKey) error {
	at := slices.IndexFunc(stored, func(k StoredKey) bool {
		return k.Type == Admin && k.Address == e.Wallet && strings.EqualFold(k.APIBase, e.APIBase)
	})
	if at < 0 {
		if r.journal.state.orphan[e.N] {
			return nil // it was said
		}
		r.warn("a run was cut off while it asked for an %s key: there may be one that nobody knows; the next run with an ADMIN key in the store revokes it", e.KeyType)
		return r.journal.write(entry{Kind: entryOrphan, Mint: e.N})
	}
	admin := r.client.WithKey(stored[at].Secret)
	keys, err := admin.Keys(ctx)
	if err != nil {
		r.warn("asking for a key that nobody knows: %v", err)
		return nil
	}
	keys = slices.DeleteFunc(keys, func(k KeyInfo) bool {
		made, err := time.Parse(time.RFC3339, k.CreatedAt)
		known := slices.ContainsFunc(stored, func(s StoredKey) bool { return s.ID == k.ID }) || r.journal.state.knowsKey(k.ID)
		return err != nil || known || k.Type != e.KeyType || k.LastUsedAt != "" || made.Sub(e.At).Abs() > mintWindow
	})
	switch len(keys) {
	case 0:
	case 1:
		if err := admin.DeleteKey(ctx, keys[0].ID); err != nil {
			r.warn("revoking the key that nobody knows (id %s): %v", keys[0].ID, err)
			return nil
		}
		r.warn("revoked the key ...%s (id %s): a run was cut off while it was made, and nobody had its text", remoteText(keys[0].Last6), remoteText(keys[0].ID))
	default:
		r.warn("%d unused keys were made when a run was cut off; which one nobody knows cannot be told: look at them with stakegate agent key list", len(keys))
	}
	return r.noteNoKey(e.N)
}
