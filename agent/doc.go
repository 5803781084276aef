// Package agent takes a wallet to a working API key: it looks at the chain and
// the server, plans what is missing, and does that, one checked step at a time.
//
//	result, err := agent.Up(ctx, agent.Options{
//		Network: agent.Venice("https://rpc.example.org"),
//		Signer:  key, // a wallet.Signer
//		Target:  agent.Target{Stake: agent.MustAmount("10")},
//		Keys:    store,
//	}, nil)
//
// [Observe] reads, [NewPlan] decides without any I/O, [Up] repeats both and
// takes the first step that is not done, until none is left. So running it
// again does nothing twice, and a run that was interrupted anywhere goes on.
//
// The package trusts neither the server nor the RPC: it signs only validation
// tokens that [CheckToken] can prove to be for the server it dialled, sends
// only to addresses of its own table or of the caller's, simulates every
// transaction first, spends within the caller's [Limits], and compares balances
// afterwards. It imports nothing of the server.
package agent
