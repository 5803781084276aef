package agent_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"stakegate/agent"
)

// From a wallet with ETH to a key that has answered.
func ExampleUp() {
	options := exampleAgent() // a network, a wallet, a store
	result, err := agent.Up(context.Background(), options, nil)
	if err != nil {
		panic(err) // run it again: it goes on where it ended
	}
	fmt.Println(result.Balances.Staked, "VVV staked,", result.Key.Type, "key, works:", result.Proof != nil)
	// Output: 10 VVV staked, INFERENCE key, works: true
}

// An ADMIN key makes narrower ones, and revokes them.
func ExampleClient_CreateKey() {
	ctx, options := context.Background(), exampleAgent()
	options.Target.Key.Type = agent.Admin
	result, err := agent.Up(ctx, options, nil)
	if err != nil {
		panic(err)
	}
	client, err := agent.NewClient(result.APIBase, nil)
	if err != nil {
		panic(err)
	}
	client = client.WithKey(result.Key.Secret).WithRetry(agent.DefaultRetry)

	half := agent.Decimal("0.5")
	worker, err := client.CreateKey(ctx, agent.KeySpec{Type: agent.Inference, Description: "worker", Limits: &agent.KeyLimits{DIEM: &half}, MaxInFlight: 2})
	if err != nil {
		panic(err)
	}
	helper, err := client.WithKey(worker.Secret).CreateSubKey(ctx, worker.ID, agent.KeySpec{Description: "helper"})
	if err != nil {
		panic(err)
	}
	fmt.Println(worker.Secret, helper.ParentID == worker.ID)
	if err := client.DeleteKey(ctx, worker.ID); err != nil {
		panic(err)
	}
	_, err = client.WithKey(helper.Secret).RateLimits(ctx)
	fmt.Println(errors.Is(err, agent.ErrKeyRejected), agent.Retryable(err))
	// Output:
	// [redacted] true
	// true false
}

// Everything that was charged, page by page.
func ExampleClient_Usage() {
	ctx, options := context.Background(), exampleAgent()
	options.Target.Key.Type = agent.Admin
	result, err := agent.Up(ctx, options, nil) // one chat call
	if err != nil {
		panic(err)
	}
	client, err := agent.NewClient(result.APIBase, nil)
	if err != nil {
		panic(err)
	}
	for entry, err := range client.WithKey(result.Key.Secret).Usage(ctx, agent.UsageQuery{Currency: "DIEM"}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(entry.SKU, entry.Currency)
	}
	// Output:
	// echo-1-llm-input-mtoken DIEM
	// echo-1-llm-output-mtoken DIEM
}

// An openai-go client that has the key for this server alone.
func ExampleClient_OpenAI() {
	ctx := context.Background()
	result, err := agent.Up(ctx, exampleAgent(), nil)
	if err != nil {
		panic(err)
	}
	client, err := agent.NewClient(result.APIBase, nil)
	if err != nil {
		panic(err)
	}
	models := client.WithKey(result.Key.Secret).OpenAI()
	chat := openai.NewClient(option.WithBaseURL(models.BaseURL), option.WithHTTPClient(models.HTTPClient), option.WithAPIKey(""))
	answer, err := chat.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{
		Model: "echo-1", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Hello!")},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(answer.Choices) == 1 && answer.Usage.PromptTokens > 0)
	// Output: true
}
