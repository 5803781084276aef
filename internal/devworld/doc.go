// Package devworld is everything around stakegate that a laptop lacks: a chain
// with a real JSON-RPC listener, Venice's contracts and two exchanges at the
// addresses they have on Base, a faucet, and (in package echo) a model.
//
// The chain is go-ethereum in this process, without a consensus layer: the
// package seals blocks itself, which gives it instant mining, time travel and
// real reorganisations. It is a development tool. Its newest blocks may be lost
// when the process is killed, its keys are worth nothing, and its default chain
// id (31337) makes sure that nothing signed here is valid on a real chain.
//
// What bites the clients of any instantly mining node:
//
//   - ethers caches the account's nonce for 250 ms, so the second of two quick
//     sends fails with "nonce has already been used". Use a NonceManager, or
//     new JsonRpcProvider(url, undefined, {cacheTimeout: -1}).
//   - ethers polls every 4 s; with --block-time 1s every wait() takes that long.
//     Set provider.pollingInterval.
//   - Estimates of gas run at the time of the newest block. A contract that was
//     touched at that very time writes less than one second later, so an exact
//     estimate can run out of gas. The empty block that follows every block with
//     transactions prevents it here; anvil has none, and may give two blocks one
//     time. Clients should add a quarter anyway.
//   - Two confirmations need a second block; the same empty block provides it.
//   - Block timestamps rise by at least one second a block: a burst of a hundred
//     blocks runs the chain's clock a hundred seconds ahead of the wall's.
//   - viem's multicall needs Multicall3, which is in genesis at its usual place.
//   - ethers leaves custom errors of a failed estimate undecoded (e.data); only
//     staticCall decodes them. Its contract.on with a filter hands the listener
//     one event object, not the arguments.
//   - evm_increaseTime counts from the newest block when a burst has run ahead of
//     the wall's clock, so that a wait is always over after it.
//   - The base fee decays to a few wei on empty blocks: never assert on fees.
//   - eth_accounts is empty: there are no unlocked accounts, clients sign.
package devworld
