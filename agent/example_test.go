package agent_test

import (
	"context"
	"fmt"

	"stakegate/agent"
	"stakegate/agent/wallet"
)

// From a directory for state and a node's URL to a client that can call models.
func Example() {
	ctx, state := context.Background(), "/home/me/.local/state/my-agent"
	keys, err := agent.OpenStore(state)
	if err != nil {
		panic(err)
	}
	signer, _, err := wallet.OpenOrCreate(wallet.Files{Keystore: state + "/wallet.json"})
	if err != nil {
		panic(err)
	}
	result, err := agent.Up(ctx, agent.Options{
		Network: agent.Venice("https://mainnet.base.org"),
		Signer:  signer, Keys: keys,
		Target: agent.Target{Stake: agent.MustAmount("10"), DIEM: agent.MustAmount("0.1")},
		Limits: agent.Limits{MaxETH: agent.MustAmount("0.15")},
	}, agent.ViewFunc(func(e agent.Event) { fmt.Println(e.Message) }))
	if err != nil {
		panic(err) // run it again: it goes on where it ended
	}
	client, err := agent.NewClient(result.APIBase, nil)
	if err != nil {
		panic(err)
	}
	answer, err := client.WithKey(result.Key.Secret).Chat(ctx, agent.ChatRequest{
		Model: "llama-small", Messages: []agent.ChatMessage{{Role: "user", Content: "Hello!"}}})
	fmt.Println(answer.Text(), err)
}

func ExampleParseAmount() {
	amount, err := agent.ParseAmount("0.25")
	fmt.Println(amount, amount.Int(), err)
	// Output: 0.25 250000000000000000 <nil>
}
