package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
)

// ErrStakeTooLow: the server does not see enough stake to give a key. It is
// wrapped with the server's own words.
var ErrStakeTooLow = errors.New("the server does not accept this wallet's stake")

// ProofKind is what a wallet signs to get a key.
type ProofKind string

// ProofAuto takes the message where the server has one, else the token.
const (
	ProofAuto    ProofKind = ""
	ProofMessage ProofKind = "message" // EIP-4361, nothing else
	ProofToken   ProofKind = "token"   // Venice's validation token, nothing else
)

const (
	maxMintTries  = 12
	stakeLag      = 60 * time.Second // until a server must have seen our stake
	allocationLag = 30 * time.Second // until a stake must be spendable
	maxSignature  = 4096             // bytes; contract wallets sign longer than keys
	greeting      = "Say hello to the agent that has just earned its own API key."
	proofTokens   = 64
)

// observeServer finds out, before anything is spent, whether a stored key still
// works, and if a new one is needed, that the server is there and sends
// validation tokens that may be signed.
func (r *runner) observeServer(ctx context.Context, o *Observation) error {
	key, err := r.Keys.Find(r.client.Base(), o.Address, r.Target.Key.Type)
	if err != nil {
		return err
	}
	if key != nil {
		if o.Key = key; key.InSink {
			return nil // it cannot be asked for
		}
		if o.KeyRejected, err = r.rejected(ctx, key.Secret); err != nil {
			return fmt.Errorf("asking whether the stored key works: %w", err)
		}
		if !o.KeyRejected {
			return nil
		}
	}
	return apiBackoff.do(ctx, retryable, func() error {
		_, err := r.challenge(ctx)
		return err
	})
}

// rejected reports whether the server refuses the key. Only a clear refusal
// counts: a server that does not answer has not revoked anything.
func (r *runner) rejected(ctx context.Context, key Secret) (bool, error) {
	err := apiBackoff.do(ctx, retryable, func() error {
		_, err := r.client.WithKey(key).RateLimits(ctx)
		return err
	})
	var answered *APIError
	if errors.As(err, &answered) {
		switch answered.Status {
		case http.StatusUnauthorized:
			return true, nil
		case http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound:
			return false, nil // the key is known, or the route is not
		}
	}
	return false, err
}

// challenge fetches what the wallet is to sign, and proves that it may: the
// sign-in message where the server has one, because it tells a wallet and its
// rules what it is for, else the validation token. The other part is left out.
func (r *runner) challenge(ctx context.Context) (Challenge, error) {
	fetch := func() (Challenge, error) { return r.client.ChallengeFor(ctx, r.Signer.Address()) }
	if r.Proof == ProofToken || r.Proof == ProofAuto && isVenice(r.client.Base()) {
		fetch = func() (Challenge, error) {
			token, err := r.client.Challenge(ctx)
			return Challenge{Token: token}, err
		}
	}
	challenge, err := fetch()
	if err != nil {
		return Challenge{}, fmt.Errorf("asking the server for a validation token: %w", err)
	}
	dialled := r.dialled()
	switch {
	case challenge.Message != "":
		return Challenge{Message: challenge.Message}, CheckMessage(challenge.Message, dialled)
	case r.Proof == ProofMessage:
		return Challenge{}, foreign("the server has no sign-in message, and only such a one may be signed here")
	}
	return challenge, CheckToken(challenge.Token, dialled)
}

// text is what is signed.
func (c Challenge) text() string { return cmp.Or(c.Message, c.Token) }

// applyKey mints a key and stores it before anything else can go wrong.
func (r *runner) applyKey(ctx context.Context, o Observation) (Observation, error) {
	minted, err := r.mint(ctx, o)
	if err != nil {
		return o, err
	}
	if minted.Type != r.Target.Key.Type {
		r.warn("an %s key was asked for, the server says that it made an %q one", r.Target.Key.Type, remoteText(string(minted.Type)))
	}
	text := minted.Secret.Reveal()
	key := StoredKey{APIBase: r.client.Base(), Address: o.Address, Type: r.Target.Key.Type, ID: minted.ID, Last6: text[len(text)-6:],
		Description: minted.Description, ExpiresAt: minted.ExpiresAt, CreatedAt: r.Now().UTC().Truncate(time.Second), Secret: minted.Secret}
	if err := r.Keys.Put(key); err != nil {
		return o, fmt.Errorf("storing the new key (id %s): %w", key.ID, err)
	}
	if err := r.noteMinted(key); err != nil {
		return o, err
	}
	o.Key, o.KeyRejected = &key, false
	r.result.Key = r.keyResult(key, true)
	r.view.Event(Event{Kind: EventKey, Key: r.result.Key, Message: fmt.Sprintf("key %s is stored in %s", key.ID, r.Keys.Path())})
	return o, nil
}

// MintKey has the wallet sign for one more key, and neither looks at the chain
// nor stores anything. Of the options it needs Network's APIBase and ChainID,
// Signer and Target.Key. A wallet without enough stake gives ErrStakeTooLow.
func MintKey(ctx context.Context, o Options) (NewKey, error) {
	r, err := newMinter(o, nil)
	if err != nil {
		return NewKey{}, err
	}
	return r.mint(ctx, Observation{})
}

// RevokeAllKeys has the wallet end every key of its account, whoever has it,
// and returns those that ended. Of the options it needs Network's APIBase and
// ChainID, and Signer. Stakegate only.
func RevokeAllKeys(ctx context.Context, o Options) ([]RevokedKey, error) {
	r, err := newMinter(o, nil)
	if err != nil {
		return nil, err
	}
	var revoked []RevokedKey
	err = apiBackoff.do(ctx, retryable, func() error {
		message, err := r.client.RevocationMessage(ctx, r.Signer.Address())
		if err != nil {
			return err
		}
		if err := CheckRevocation(message, r.dialled()); err != nil {
			return err
		}
		signature, err := r.Signer.SignMessage(ctx, message)
		if err != nil {
			return err
		}
		revoked, err = r.client.RevokeAll(ctx, r.Signer.Address().Hex(), message, hexutil.Encode(signature))
		return err
	})
	return revoked, err
}

// dialled is what a challenge is checked against.
func (r *runner) dialled() TokenContext {
	return TokenContext{APIBase: r.client.Base(), ChainID: r.Network.ChainID, Address: r.Signer.Address(), Now: r.Now()}
}

// mint tries until there is a key or no hope. Each try takes a fresh token: an
// answer may have been lost after the server had spent the last one.
func (r *runner) mint(ctx context.Context, o Observation) (NewKey, error) {
	var waited time.Duration
	wait := 250 * time.Millisecond
	for try := 1; ; try++ {
		key, err := r.mintOnce(ctx)
		if err == nil {
			return key, nil
		}
		pause, again := r.mintAgain(err, o, wait, waited)
		if !again || try >= maxMintTries || ctx.Err() != nil {
			return NewKey{}, mintError(err)
		}
		r.view.Event(Event{Kind: EventWait, Message: fmt.Sprintf("trying again in %s: %v", pause, err)})
		if sleep(ctx, pause) != nil {
			return NewKey{}, err
		}
		waited, wait = waited+pause, min(wait*2, 8*time.Second)
	}
}

// mintOnce walks the three steps of the seed: token, signature, key.
func (r *runner) mintOnce(ctx context.Context) (NewKey, error) {
	challenge, err := r.challenge(ctx)
	if err != nil {
		return NewKey{}, err
	}
	signature, err := r.Signer.SignMessage(ctx, challenge.text())
	if err != nil {
		return NewKey{}, err
	}
	if len(signature) > maxSignature {
		return NewKey{}, fmt.Errorf("the wallet's signature has %d bytes, at most %d are sent", len(signature), maxSignature)
	}
	r.view.Event(Event{Kind: EventSigned, Message: fmt.Sprintf("the challenge is from %s and was signed as text", r.client.Base())})
	return r.exchange(ctx, challenge, hexutil.Encode(signature))
}

// exchange asks for the key. When an answer is lost it asks again with the same
// challenge, which is good for one key: the answer then either is the key, or
// says that the lost one was.
func (r *runner) exchange(ctx context.Context, challenge Challenge, signature string) (NewKey, error) {
	if err := ctx.Err(); err != nil {
		return NewKey{}, err // nothing was asked for
	}
	if r.Keys != nil {
		if err := r.Keys.Ready(); err != nil {
			return NewKey{}, err
		}
	}
	line, err := r.noteMint()
	if err != nil {
		return NewKey{}, err
	}
	lost := false
	for wait := 250 * time.Millisecond; ; wait *= 2 {
		key, err := r.client.MintWith(ctx, r.Signer.Address().Hex(), challenge, signature, r.Target.Key)
		pause, unknown := outcomeUnknown(err, wait)
		switch {
		case unknown && wait < 4*time.Second && ctx.Err() == nil:
			lost = true
			r.view.Event(Event{Kind: EventWait, Message: fmt.Sprintf("asking again in %s: %v", pause, err)})
			if sleep(ctx, pause) != nil {
				return key, err
			}
			continue
		case answeredNo(err) && lost && challengeSpent(err):
			if err := r.noteOrphan(line); err != nil {
				return key, err
			}
			if r.orphans++; r.orphans >= maxOrphans {
				return key, ErrOrphan
			}
		case answeredNo(err):
			if noteErr := r.noteNoKey(line); noteErr != nil {
				return key, noteErr
			}
		}
		return key, err
	}
}

// outcomeUnknown reports whether the server may have made a key although it
// did not say so, and how long to wait before asking again.
func outcomeUnknown(err error, wait time.Duration) (time.Duration, bool) {
	var unanswered *TransportError
	if errors.As(err, &unanswered) {
		return wait, true
	}
	var answered *APIError
	if errors.As(err, &answered) && answered.Status >= 500 && answered.Retryable() {
		return max(wait, answered.RetryAfter), answered.RetryAfter <= 8*time.Second
	}
	return 0, false
}

// challengeSpent reports whether the server does not take the challenge, which
// it has sent a moment ago.
func challengeSpent(err error) bool {
	var answered *APIError
	return errors.As(err, &answered) && answered.Status == http.StatusBadRequest &&
		(strings.HasPrefix(answered.Text, "JWT ") || strings.HasPrefix(answered.Text, "Authorization challenge "))
}

// mintAgain decides whether and when a failed mint is tried again.
func (r *runner) mintAgain(err error, o Observation, wait, waited time.Duration) (time.Duration, bool) {
	var answered *APIError
	if !errors.As(err, &answered) {
		return wait, retryable(err)
	}
	pause := max(wait, answered.RetryAfter)
	switch {
	case noStake(answered):
		// Servers read the stake some blocks deep; the chain has shown it to us.
		return max(wait, time.Second), !o.Staked.IsZero() && waited < stakeLag
	case challengeSpent(err):
		return wait, true // spent by a try whose answer was lost, or too old
	case answered.Status == http.StatusBadRequest && strings.HasPrefix(answered.Text, "Could not verify"):
		return wait, true // Venice's words for a chain that did not answer it
	}
	return pause, answered.Retryable() && waited+pause <= apiBackoff.total
}

func noStake(e *APIError) bool {
	return e.Status == http.StatusBadRequest && strings.HasPrefix(e.Text, "Wallet has no staked")
}

func mintError(err error) error {
	var answered *APIError
	if errors.As(err, &answered) && noStake(answered) {
		return fmt.Errorf("%w: %w", ErrStakeTooLow, err)
	}
	return err
}

// applyProve calls a model with the key and remembers that it answered.
func (r *runner) applyProve(ctx context.Context, o Observation) (Observation, error) {
	client := r.client.WithKey(o.Key.Secret)
	model, err := r.chooseModel(ctx, client)
	if err != nil {
		return o, err
	}
	prompt := r.Prompt
	if prompt == "" {
		prompt = greeting
	}
	request := ChatRequest{Model: model, Messages: []ChatMessage{{Role: "user", Content: prompt}}, MaxTokens: proofTokens}
	answer, err := r.chat(ctx, client, request)
	if err != nil {
		return o, err
	}
	r.result.Proof = &Proof{Model: model, Answer: answer.Text(), PromptTokens: answer.Usage.PromptTokens,
		CompletionTokens: answer.Usage.CompletionTokens, CostDIEM: answer.Cost.DIEM, CostUSD: answer.Cost.USD}
	r.view.Event(Event{Kind: EventAnswer, Proof: r.result.Proof, Message: fmt.Sprintf("%s answers: %s", model, remoteText(answer.Text()))})
	now := r.Now().UTC().Truncate(time.Second)
	proved := *o.Key
	proved.ProvedAt = &now
	if err := r.Keys.Put(proved); err != nil {
		return o, err
	}
	if err := r.journal.write(entry{Kind: entryProved, Plan: r.digest()}); err != nil {
		return o, err
	}
	o.Key, r.Target.Prove = &proved, false
	o.Target.Prove = false
	return o, nil
}

// chat repeats what may pass: a fresh stake that is not spendable yet, and
// failures that say so themselves.
func (r *runner) chat(ctx context.Context, client *Client, request ChatRequest) (answer ChatAnswer, err error) {
	again := func(err error) bool {
		var answered *APIError
		fresh := errors.As(err, &answered) && answered.Status == http.StatusPaymentRequired && r.moved
		return fresh || retryable(err)
	}
	patience := backoff{first: 250 * time.Millisecond, ceiling: 4 * time.Second, tries: 10, total: allocationLag}
	err = patience.do(ctx, again, func() error {
		answer, err = client.Chat(ctx, request)
		return err
	})
	var answered *APIError
	if errors.As(err, &answered) && answered.Status == http.StatusPaymentRequired {
		return answer, fmt.Errorf("%w: %w", ErrBudget, err)
	}
	return answer, err
}

// chooseModel returns the model that was asked for, or the server's first text
// model that is there.
func (r *runner) chooseModel(ctx context.Context, client *Client) (string, error) {
	if r.Model != "" {
		return r.Model, nil
	}
	var models []Model
	err := apiBackoff.do(ctx, retryable, func() (err error) {
		models, err = client.Models(ctx, "text")
		return err
	})
	if err != nil {
		return "", err
	}
	for _, model := range models {
		if model.Type == "text" && !model.Spec.Offline && model.ID != "" {
			return model.ID, nil
		}
	}
	return "", errors.New("the server lists no text model: name one")
}
