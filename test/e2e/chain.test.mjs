// What ethers and viem, as they come from npm, do on a chain. The Go test beside
// this file runs it on stakegate's dev chain and on anvil, with the same world
// in the first block. Its list of what bites clients stands in the package
// comment of internal/devworld; the settings below answer it:
// NonceManager or cacheTimeout -1 for quick sends, a short pollingInterval, and
// one more block by hand where the node seals none after a transaction.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  Contract, JsonRpcProvider, NonceManager, Wallet, WebSocketProvider, ZeroAddress, hexlify, isError, parseEther, parseUnits, randomBytes,
  verifyMessage,
} from "ethers";
import {
  createPublicClient, createTestClient, createWalletClient, defineChain, getContract, http, parseAbi, parseEther as viemEther, webSocket,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

const { RPC_URL, WS_URL, PRIVATE_KEY, TRAILING_BLOCK, TEST_MODE } = process.env;
const world = JSON.parse(process.env.CONTRACTS);
const chainId = Number(process.env.CHAIN_ID);

const erc20 = [
  "function name() view returns (string)",
  "function balanceOf(address) view returns (uint256)",
  "function approve(address,uint256) returns (bool)",
  "function transfer(address,uint256) returns (bool)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
];
const stakingAbi = [
  "function balanceOf(address) view returns (uint256)",
  "function stakes(address) view returns (uint256 rewardDebt, uint256 cooldownEnd, uint256 cooldownAmount)",
  "function stake(address recipient, uint256 amount)",
  "function initiateUnstake(uint256)",
  "function finalizeUnstake()",
  "function transfer(address,uint256) returns (bool)",
];
const usdcAbi = [
  "function balanceOf(address) view returns (uint256)",
  "function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
];
const aerodromeAbi = [
  "function getAmountsOut(uint256, (address from, address to, bool stable, address factory)[]) view returns (uint256[])",
  "function swapExactETHForTokens(uint256, (address from, address to, bool stable, address factory)[], address, uint256) payable returns (uint256[])",
];
const quoterAbi = [
  "function quoteExactInputSingle((address tokenIn, address tokenOut, uint256 amountIn, uint24 fee, uint160 sqrtPriceLimitX96)) returns (uint256 amountOut, uint160, uint32, uint256)",
];
const routerAbi = [
  "function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96)) payable returns (uint256)",
];

const provider = new JsonRpcProvider(RPC_URL, undefined, { cacheTimeout: -1 });
provider.pollingInterval = 50;
const faucet = new Wallet(PRIVATE_KEY, provider);

const chain = defineChain({
  id: chainId,
  name: "dev",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [RPC_URL], webSocket: [WS_URL] } },
  contracts: { multicall3: { address: world.multicall3 } },
});
const reader = createPublicClient({ chain, transport: http(), pollingInterval: 50 });
const socket = createPublicClient({ chain, transport: webSocket() });
const tester = createTestClient({ chain, mode: TEST_MODE, transport: http() });

// anotherBlock stands in for time: on a live chain the next block, with a later
// time, comes anyway. anvil seals none, and may give two blocks one time.
const anotherBlock = async () => {
  if (TRAILING_BLOCK === "1") return;
  await provider.send("evm_increaseTime", [1]);
  await provider.send("evm_mine", []);
};

// done waits for a transaction, and until an estimate of gas for the next one can
// be right: estimates see the newest block's time, and contracts that were
// touched at that very time write less.
const done = async (sending) => {
  const receipt = await (await sending).wait();
  await anotherBlock();
  return receipt;
};

// person is a new wallet with money: ETH, and VVV if asked for.
async function person(eth, vvv) {
  const wallet = new Wallet(Wallet.createRandom().privateKey, provider);
  await (await faucet.sendTransaction({ to: wallet.address, value: parseEther(eth) })).wait();
  if (vvv) await (await new Contract(world.vvv, erc20, faucet).transfer(wallet.address, parseEther(vvv))).wait();
  return wallet;
}

async function viemPerson(eth) {
  const account = privateKeyToAccount(generatePrivateKey());
  await (await faucet.sendTransaction({ to: account.address, value: parseEther(eth) })).wait();
  return createWalletClient({ account, chain, transport: http() });
}

const inTime = (promise, what) =>
  Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error(`never happened: ${what}`)), 20_000).unref())]);

before(async () => assert.equal(Number((await provider.getNetwork()).chainId), chainId));
after(async () => {
  provider.destroy();
  (await socket.transport.getRpcClient()).close();
});

test("ethers: tags, fees and an idle chain's answers", async () => {
  const latest = await provider.getBlock("latest");
  for (const tag of ["safe", "finalized", "pending", "earliest"]) {
    const block = await provider.getBlock(tag);
    assert.ok(block, tag);
    if (tag !== "pending") assert.ok(block.number <= latest.number, tag);
  }
  const fees = await provider.getFeeData();
  assert.ok(fees.maxFeePerGas > 0n && fees.maxPriorityFeePerGas >= 0n);
  assert.equal(await provider.send("eth_syncing", []), false);
  assert.equal(await provider.send("net_version", []), String(chainId));
  const history = await provider.send("eth_feeHistory", ["0x1", "latest", [50]]);
  assert.equal(history.baseFeePerGas.length, 2);
});

test("ethers: send, receipt, two confirmations, signature", async () => {
  const alice = await person("1");
  const to = Wallet.createRandom().address;
  const sent = await alice.sendTransaction({ to, value: 5n });
  const receipt = await sent.wait();
  assert.equal(receipt.status, 1);
  assert.equal(receipt.gasUsed, 21000n);
  const twice = sent.wait(2, 20_000);
  await anotherBlock();
  assert.equal((await twice).hash, sent.hash);
  assert.equal(await provider.getBalance(to), 5n);
  const signature = await alice.signMessage("who am I?");
  assert.equal(verifyMessage("who am I?", signature), alice.address);
  const legacy = await (await alice.sendTransaction({ to, value: 1n, type: 0 })).wait();
  assert.equal(legacy.type, 0);
});

test("ethers: ten quick sends through a NonceManager, and ten without a cache", async () => {
  const alice = new NonceManager(await person("1"));
  const to = Wallet.createRandom().address;
  for (let i = 0; i < 10; i++) await (await alice.sendTransaction({ to, value: 1n })).wait();
  const bob = await person("1");
  for (let i = 0; i < 10; i++) await (await bob.sendTransaction({ to, value: 1n })).wait();
  const all = [];
  for (let i = 0; i < 10; i++) all.push(await alice.sendTransaction({ to, value: 1n }));
  await Promise.all(all.map((tx) => tx.wait()));
  assert.equal(await provider.getBalance(to), 30n);
});

test("ethers: exact estimates of gas suffice for one swap after another on both exchanges", async () => {
  const alice = await person("3");
  const aerodrome = new Contract(world.aerodrome.router, aerodromeAbi, alice);
  const route = [{ from: world.weth, to: world.vvv, stable: false, factory: world.aerodrome.factory }];
  const v3 = new Contract(world.uniswapV3.router, routerAbi, alice);
  const quoter = new Contract(world.uniswapV3.quoter, quoterAbi, alice);
  const vvv = new Contract(world.vvv, erc20, alice);
  const value = parseEther("0.1");
  for (let i = 0; i < 3; i++) {
    const before = await vvv.balanceOf(alice.address);
    const [, quoted] = await aerodrome.getAmountsOut(value, route);
    await done(aerodrome.swapExactETHForTokens(quoted, route, alice.address, 2n ** 40n, { value }));
    assert.equal((await vvv.balanceOf(alice.address)) - before, quoted);

    const single = { tokenIn: world.weth, tokenOut: world.vvv, amountIn: value, fee: 10000n, sqrtPriceLimitX96: 0n };
    const [amountOut] = await quoter.quoteExactInputSingle.staticCall(single);
    await done(v3.exactInputSingle({ ...single, recipient: alice.address, amountOutMinimum: amountOut }, { value }));
    assert.equal((await vvv.balanceOf(alice.address)) - before, quoted + amountOut);
  }
});

test("ethers: reverts are decoded, as custom errors and as text", async () => {
  const alice = await person("1");
  const vvv = new Contract(world.vvv, erc20, alice);
  await assert.rejects(vvv.transfer.staticCall(faucet.address, 7n), (e) => isError(e, "CALL_EXCEPTION") && e.revert.name === "ERC20InsufficientBalance" && e.revert.args[2] === 7n);
  // a send fails in its estimate, where ethers keeps the data and leaves the decoding to us
  await assert.rejects(vvv.transfer(faucet.address, 7n), (e) => isError(e, "CALL_EXCEPTION") && vvv.interface.parseError(e.data).name === "ERC20InsufficientBalance");
  const staking = new Contract(world.staking, stakingAbi, alice);
  await assert.rejects(staking.transfer(faucet.address, 1n), (e) => isError(e, "CALL_EXCEPTION") && e.reason === "NOT_TRANSFERRABLE");
  await assert.rejects(alice.sendTransaction({ to: faucet.address, value: parseEther("9") }), (e) => isError(e, "INSUFFICIENT_FUNDS"));
  await assert.rejects(new Contract(ZeroAddress, erc20, provider).balanceOf(alice.address), (e) => isError(e, "BAD_DATA"));
});

test("ethers: logs by range, by filter and over a web socket", async () => {
  const alice = await person("1", "10");
  const ws = new WebSocketProvider(WS_URL);
  try {
    const live = new Contract(world.vvv, erc20, ws);
    let hear, head;
    const heard = new Promise((resolve) => (hear = resolve));
    const headed = new Promise((resolve) => (head = resolve));
    await live.on(live.filters.Transfer(alice.address), (event) => hear({ value: event.args.value, hash: event.log.transactionHash }));
    await ws.on("block", head);
    await ws.send("eth_blockNumber", []); // both subscriptions were asked for before this
    const vvv = new Contract(world.vvv, erc20, alice);
    const to = Wallet.createRandom().address;
    const receipt = await (await vvv.transfer(to, 3n)).wait();
    assert.deepEqual(await inTime(heard, "a log"), { value: 3n, hash: receipt.hash });
    assert.ok((await inTime(headed, "a head")) > 0);
    const found = await vvv.queryFilter(vvv.filters.Transfer(null, to), receipt.blockNumber);
    assert.equal(found.length, 1);
    assert.equal(found[0].args.value, 3n);
    const raw = await provider.getLogs({ address: world.vvv, blockHash: receipt.blockHash });
    assert.equal(raw.length, 1);
    assert.equal(raw[0].removed, false);
  } finally {
    await ws.destroy();
  }
});

test("ethers: EIP-3009, a signed transfer that somebody else sends", async () => {
  const holder = Wallet.createRandom();
  const usdc = new Contract(world.usdc, [...usdcAbi, "function transfer(address,uint256) returns (bool)"], faucet);
  await (await usdc.transfer(holder.address, parseUnits("5", 6))).wait();
  const to = Wallet.createRandom().address;
  const message = { from: holder.address, to, value: parseUnits("2", 6), validAfter: 0n, validBefore: 2n ** 40n, nonce: hexlify(randomBytes(32)) };
  const signature = await holder.signTypedData(
    { name: "USD Coin", version: "2", chainId, verifyingContract: world.usdc },
    { TransferWithAuthorization: [
      { name: "from", type: "address" }, { name: "to", type: "address" }, { name: "value", type: "uint256" },
      { name: "validAfter", type: "uint256" }, { name: "validBefore", type: "uint256" }, { name: "nonce", type: "bytes32" },
    ] },
    message,
  );
  await (await usdc.transferWithAuthorization(...Object.values(message), signature)).wait();
  assert.equal(await usdc.balanceOf(to), parseUnits("2", 6));
});

test("ethers: a week passes and the stake comes back", async () => {
  const alice = await person("1", "10");
  const vvv = new Contract(world.vvv, erc20, alice);
  const staking = new Contract(world.staking, stakingAbi, alice);
  const amount = parseEther("10");
  await done(vvv.approve(world.staking, amount));
  await done(staking.stake(alice.address, amount));
  assert.equal(await staking.balanceOf(alice.address), amount);
  await done(staking.initiateUnstake(amount));
  assert.equal(await staking.balanceOf(alice.address), 0n);
  assert.equal((await staking.stakes(alice.address)).cooldownAmount, amount);
  await assert.rejects(staking.finalizeUnstake(), (e) => e.reason === "COOLDOWN_NOT_OVER");
  await provider.send("evm_increaseTime", [7 * 86400]);
  await provider.send("evm_mine", []);
  await done(staking.finalizeUnstake());
  assert.ok((await vvv.balanceOf(alice.address)) >= amount);
});

test("viem: send, receipt, two confirmations, fees", async () => {
  const alice = await viemPerson("1");
  const fees = await reader.estimateFeesPerGas();
  assert.ok(fees.maxFeePerGas > 0n);
  assert.ok((await reader.estimateGas({ account: alice.account, to: faucet.address, value: 1n })) >= 21000n);
  const hash = await alice.sendTransaction({ to: faucet.address, value: viemEther("0.25") });
  assert.equal((await reader.waitForTransactionReceipt({ hash })).status, "success");
  const twice = reader.waitForTransactionReceipt({ hash, confirmations: 2, timeout: 20_000 });
  await anotherBlock();
  assert.equal((await twice).transactionHash, hash);
  for (const blockTag of ["latest", "safe", "finalized"]) assert.ok(await reader.getBlock({ blockTag }), blockTag);
  for (let i = 0; i < 5; i++) {
    const next = await alice.sendTransaction({ to: faucet.address, value: 1n });
    await reader.waitForTransactionReceipt({ hash: next });
  }
});

test("viem: multicall reads many contracts in one call at the usual address", async () => {
  assert.equal(world.multicall3.toLowerCase(), "0xca11bde05977b3631167028862be2a173976ca11");
  const abi = parseAbi(erc20);
  const answers = await reader.multicall({
    allowFailure: false,
    contracts: [
      { address: world.vvv, abi, functionName: "name" },
      { address: world.vvv, abi, functionName: "balanceOf", args: [faucet.address] },
      { address: world.usdc, abi, functionName: "balanceOf", args: [faucet.address] },
      { address: world.staking, abi, functionName: "balanceOf", args: [faucet.address] },
    ],
  });
  assert.equal(answers[0], "Venice Token");
  assert.ok(answers[1] > 0n && answers[2] > 0n);
  assert.equal(answers[3], 0n);
});

test("viem: simulate, write, and hear logs and heads over a web socket", async () => {
  const alice = await viemPerson("1");
  await (await new Contract(world.vvv, erc20, faucet).transfer(alice.account.address, 100n)).wait();
  const abi = parseAbi(erc20);
  const heads = [];
  let unwatch = [];
  const heard = new Promise((resolve, fail) => {
    unwatch.push(socket.watchContractEvent({ address: world.vvv, abi, eventName: "Transfer", args: { from: alice.account.address }, onLogs: resolve, onError: fail }));
  });
  const headed = new Promise((resolve, fail) => {
    unwatch.push(socket.watchBlocks({ onBlock: (block) => { heads.push(block.number); resolve(); }, onError: fail }));
  });
  await socket.getChainId(); // the subscriptions were asked for before this
  try {
    const { request, result } = await reader.simulateContract({ account: alice.account, address: world.vvv, abi, functionName: "transfer", args: [faucet.address, 40n] });
    assert.equal(result, true);
    const hash = await alice.writeContract(request);
    const receipt = await reader.waitForTransactionReceipt({ hash });
    const logs = await inTime(heard, "a log");
    assert.equal(logs[0].args.value, 40n);
    assert.equal(logs[0].transactionHash, hash);
    await inTime(headed, "a head");
    assert.ok(heads[0] >= 1n);
    const past = await reader.getContractEvents({ address: world.vvv, abi, eventName: "Transfer", args: { from: alice.account.address }, fromBlock: receipt.blockNumber });
    assert.equal(past.length, 1);
    const vvv = getContract({ address: world.vvv, abi, client: reader });
    assert.equal(await vvv.read.balanceOf([alice.account.address]), 60n);
    await assert.rejects(
      reader.simulateContract({ account: alice.account, address: world.vvv, abi, functionName: "transfer", args: [faucet.address, 10n ** 30n] }),
      /ERC20InsufficientBalance/,
    );
  } finally {
    unwatch.forEach((stop) => stop());
  }
});

test("viem: the test client travels in time, and back", async () => {
  const id = await tester.snapshot();
  const start = await reader.getBlock();
  await tester.increaseTime({ seconds: 1000 });
  await tester.mine({ blocks: 3 });
  const then = await reader.getBlock();
  assert.ok(then.number >= start.number + 3n);
  assert.ok(then.timestamp >= start.timestamp + 1000n);
  await tester.setNextBlockTimestamp({ timestamp: then.timestamp + 5000n });
  await tester.mine({ blocks: 1 });
  assert.equal((await reader.getBlock()).timestamp, then.timestamp + 5000n);
  await tester.revert({ id });
  assert.equal(await reader.getBlockNumber({ cacheTime: 0 }), start.number);
});
