package ledger

import "context"

// Alone decides one operation in a transaction of its own, as a ledger without
// group commit would: the mark that the engine is measured against.
func Alone(ctx context.Context, store Store, sources []Source, op Op) (Verdict, error) {
	var verdict Verdict
	err := store.Update(ctx, func(ctx context.Context, tx Tx) error {
		state, err := load(ctx, tx, sources, newOwners(), []Op{op})
		if err != nil {
			return err
		}
		verdicts, changes := Decide(state, []Op{op})
		verdict = verdicts[0]
		return tx.Write(ctx, changes)
	})
	return verdict, err
}
