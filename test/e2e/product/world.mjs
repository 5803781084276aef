// What the programs of this folder share: the world that WORLD names, wallets
// with a stake, and exact amounts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Contract, JsonRpcProvider, NonceManager, Wallet, parseEther } from "ethers";

export const world = JSON.parse(readFileSync(process.env.WORLD, "utf8"));

export const provider = new JsonRpcProvider(world.rpcUrl, world.chainId, { staticNetwork: true, cacheTimeout: -1 });
provider.pollingInterval = 20;

const erc20Abi = [
  "function approve(address,uint256) returns (bool)",
  "function transfer(address,uint256) returns (bool)",
  "function balanceOf(address) view returns (uint256)",
  "function totalSupply() view returns (uint256)",
];
const stakingAbi = [...erc20Abi, "function stake(address,uint256)", "function initiateUnstake(uint256)"];

export const vvv = new Contract(world.contracts.vvv, erc20Abi, provider);
export const staking = new Contract(world.contracts.staking, stakingAbi, provider);

export const mined = async (sent) => (await sent).wait();

const faucet = new NonceManager(new Wallet(world.faucet.privateKey, provider));

// A new wallet with one ETH and so many VVV from the faucet.
export async function fundedWallet(amount) {
  const wallet = new Wallet(Wallet.createRandom().privateKey, provider);
  await mined(faucet.sendTransaction({ to: wallet.address, value: parseEther("1") }));
  await mined(vvv.connect(faucet).transfer(wallet.address, parseEther(amount)));
  return wallet;
}

// approve and stake, as the seed's second step says.
export async function stake(wallet, amount) {
  await mined(vvv.connect(wallet).approve(world.contracts.staking, parseEther(amount)));
  return mined(staking.connect(wallet).stake(wallet.address, parseEther(amount)));
}

// A JSON call of the API; the key may be left out.
export async function api(method, path, { key, body } = {}) {
  const headers = { ...(key && { Authorization: `Bearer ${key}` }), ...(body && { "Content-Type": "application/json" }) };
  const response = await fetch(world.apiBase + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

export async function ok(method, path, options) {
  const { status, body } = await api(method, path, options);
  assert.equal(status, 200, `${method} ${path}: ${JSON.stringify(body)}`);
  return body;
}

// Token, signature, key: the seed's last three steps.
export async function mint(wallet, apiKeyType = "ADMIN") {
  const { data } = await ok("GET", "/api_keys/generate_web3_key");
  const signature = await wallet.signMessage(data.token);
  const minted = await ok("POST", "/api_keys/generate_web3_key", {
    body: { address: wallet.address, signature, token: data.token, apiKeyType },
  });
  return minted.data;
}

// Amounts are compared in nanos (10^-9), where the API's decimals are exact.
export const nano = (amount) => BigInt(Math.round(Number(amount) * 1e9));

export async function balance(key) {
  const { balances, canConsume, diemEpochAllocation } = await ok("GET", "/billing/balance", { key });
  return { diem: nano(balances.diem ?? 0), allocation: nano(diemEpochAllocation), canConsume };
}

// What a usage costs by the prices that /models shows: per million tokens,
// rounded up to a nano.
export async function prices() {
  const table = new Map();
  for (const model of (await ok("GET", "/models?type=all")).data) {
    const { input, output } = model.model_spec.pricing;
    table.set(model.id, { input: nano(input?.diem ?? 0), output: nano(output?.diem ?? 0) }); // images and audio have other prices
  }
  return (model, { prompt_tokens: prompt, completion_tokens: completion = 0 }) => {
    const price = table.get(model);
    return (BigInt(prompt) * price.input + BigInt(completion) * price.output + 999_999n) / 1_000_000n;
  };
}

// The whole usage history of the account, by request id.
export async function history(adminKey) {
  const requests = new Map();
  let cursor = "";
  do {
    const page = await ok("GET", `/billing/usage-history${cursor && `?cursor=${cursor}`}`, { key: adminKey });
    for (const entry of page.data) {
      const { requestId, promptTokens, completionTokens } = entry.inferenceDetails;
      const request = requests.get(requestId) ?? { charged: 0n, promptTokens, completionTokens };
      request.charged -= nano(entry.amount);
      requests.set(requestId, request);
    }
    cursor = page.nextCursor;
  } while (cursor);
  return requests;
}

export const sum = (amounts) => [...amounts].reduce((total, amount) => total + amount, 0n);

// The result that the Go test reads.
export const print = (value) => console.log(JSON.stringify(value));

export const within = async (milliseconds, check) => {
  const begun = performance.now();
  for (;;) {
    const reached = await check();
    const took = performance.now() - begun;
    assert.ok(took <= milliseconds, `not within ${milliseconds} ms`);
    if (reached) return took;
  }
};
