package main

import (
	"context"
	"fmt"
	"math/big"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent"
	"stakegate/agent/wallet"
)

// What the demo agent starts with and aims for.
var (
	demoETH   = agent.MustAmount("0.5")
	demoStake = agent.MustAmount("10")
)

const demoPrompt = "What is the answer to life, the universe and everything?"

// demo walks an agent from an empty wallet to an answer, telling each step.
func (w *world) demo(ctx context.Context) (agentFile, error) {
	folder := w.path("agent")
	key, created, err := wallet.OpenOrCreate(wallet.Files{Keystore: filepath.Join(folder, "wallet.json")})
	if err != nil {
		return agentFile{}, fmt.Errorf("the demo agent's wallet: %w", err)
	}
	address := key.Address()
	w.say("\nThe demo: an agent with nothing but a wallet gets a key and an answer.\n")
	if created {
		w.say("An agent is born. Its wallet is %s (encrypted, in %s).", address.Hex(), folder)
	} else {
		w.say("The agent is back. Its wallet is %s.", address.Hex())
	}
	if err := w.fund(ctx, address); err != nil {
		return agentFile{}, err
	}
	keys, err := agent.OpenStore(folder)
	if err != nil {
		return agentFile{}, err
	}
	result, err := agent.Up(ctx, agent.Options{
		Network: agent.Network{
			Name: "dev", APIBase: w.server.APIBase(), RPCURL: w.chain.RPCURL(), ChainID: w.chain.ChainID(),
			Contracts: agent.BaseContracts(),
		},
		Signer: key, Keys: keys, Prompt: demoPrompt,
		Target: agent.Target{
			Stake: demoStake, Prove: true,
			Key: agent.KeySpec{Type: agent.Inference, Description: "demo agent"},
		},
	}, agent.ViewFunc(w.narrate))
	if err != nil {
		return agentFile{}, fmt.Errorf("the demo agent: %w", err)
	}
	w.agent.Store(key)
	w.sayBalance(result)
	return agentFile{Address: address.Hex(), APIKey: result.Key.Secret.Reveal()}, nil
}

// fund gives the agent its ETH, once.
func (w *world) fund(ctx context.Context, address common.Address) error {
	balance, err := w.chain.Client().BalanceAt(ctx, address, nil)
	if err != nil {
		return err
	}
	wanted := demoETH.Int()
	if balance.Cmp(new(big.Int).Div(wanted, big.NewInt(10))) >= 0 {
		return nil
	}
	if err := w.chain.Fund(ctx, address, wanted, nil, nil); err != nil {
		return fmt.Errorf("funding the demo agent: %w", err)
	}
	w.say("Somebody sends it %s ETH (the faucet, %s).", demoETH, w.chain.FaucetAddress().Hex())
	return nil
}

// chapters are the seed's steps.
var chapters = map[agent.StepKind]string{
	agent.StepBuy:     "1. Acquire VVV",
	agent.StepApprove: "2. Stake VVV: approve",
	agent.StepStake:   "2. Stake VVV: stake",
	agent.StepKey:     "3.-5. Obtain the validation token, sign it, generate the API key",
	agent.StepProve:   "6. Use it",
}

func (w *world) narrate(event agent.Event) {
	switch event.Kind {
	case agent.EventPlan:
		w.sayPlan(event.Plan)
	case agent.EventStart:
		title := chapters[event.Step.Kind]
		if title == "" {
			title = string(event.Step.Kind)
		}
		w.say("\n%s", title)
	case agent.EventMined:
		w.say("   %s\n   transaction %s", event.Message, event.Tx.Hex())
	case agent.EventSigned, agent.EventKey, agent.EventWait:
		w.say("   %s", event.Message)
	case agent.EventWarning:
		w.say("   got over: %s", event.Message)
	case agent.EventDone:
		w.sayHoldings(event)
	case agent.EventAnswer:
		w.sayAnswer(event.Proof)
	case agent.EventSent: // its mining follows at once
	}
}

func (w *world) sayPlan(plan *agent.Plan) {
	w.say("It looks at the chain and the server, and plans:")
	for _, step := range plan.Steps {
		w.say("   %s %-10s %s", step.Symbol, step.Kind, step.Reason)
	}
}

func (w *world) sayHoldings(event agent.Event) {
	switch event.Step.Kind {
	case agent.StepBuy, agent.StepStake, agent.StepStakeDIEM:
	default:
		return
	}
	b := event.Balances
	w.say("   it has now: %s ETH, %s VVV, %s sVVV, %s staked DIEM", b.ETH.Short(), b.VVV.Short(), b.Staked.Short(), b.StakedDIEM.Short())
}

func (w *world) sayAnswer(proof *agent.Proof) {
	w.say("   asks %s: %s", proof.Model, demoPrompt)
	w.say("   it says: %s", strings.ReplaceAll(proof.Answer, "\n", "\n            "))
	w.say("   %d prompt and %d completion tokens, charged %s DIEM", proof.PromptTokens, proof.CompletionTokens, proof.CostDIEM)
}

func (w *world) sayBalance(result agent.Result) {
	if result.Account == nil {
		return
	}
	w.say("\nOf its day's allocation of %s DIEM the agent has %s DIEM left, paid for by its stake of %s VVV.",
		result.Account.EpochAllocation, result.Account.Balances.DIEM, result.Balances.Staked)
}
