// A stake's life as its owner sees it: VVV alone gives a day's allocation, more
// gives more, and none ends it, each within two seconds of its transaction.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { parseEther } from "ethers";
import { balance, fundedWallet, history, mined, mint, nano, prices, print, provider, stake, staking, sum, within, world } from "./world.mjs";

const limit = 2000; // milliseconds, as promised
const pool = nano(1000);

// What the seed's rule gives: a share of the pool, rounded down.
const share = async (address) => {
  const [mine, total] = await Promise.all([staking.balanceOf(address), staking.totalSupply()]);
  return (pool * mine) / total;
};

const wallet = await fundedWallet("30");
await stake(wallet, "10");
const staked = performance.now();
const { apiKey: admin } = await mint(wallet);
const { apiKey: inference } = await mint(wallet, "INFERENCE");
const first = await within(limit, async () => (await balance(inference)).canConsume) && performance.now() - staked;
assert.ok(first <= limit, `the first allocation took ${first} ms`);
const now = await balance(inference);
assert.equal(now.allocation, await share(wallet.address), "the allocation is the stake's share of the pool");
assert.equal(now.diem, now.allocation);

const client = new OpenAI({ baseURL: world.apiBase, apiKey: inference, maxRetries: 0 });
const chat = () => client.chat.completions.create({ model: "echo-1", messages: [{ role: "user", content: "Who pays?" }] });
const cost = await prices();
const price = cost("echo-1", (await chat()).usage);
assert.equal((await balance(inference)).diem, now.allocation - price, "the stake paid for a call");

await stake(wallet, "20");
const more = await within(limit, async () => (await balance(inference)).allocation > now.allocation);
const grown = await balance(inference);
assert.ok(grown.allocation > 2n * now.allocation && grown.allocation <= 3n * now.allocation, `three times the stake gives ${grown.allocation}`);
assert.equal(grown.diem, grown.allocation - price);

await mined(staking.connect(wallet).initiateUnstake(parseEther("30")));
const less = await within(limit, async () => !(await balance(inference)).canConsume);
const refused = await chat().catch((error) => error);
assert.equal(refused.status, 402, `a call without a stake: ${refused}`);
const end = await balance(inference);
assert.deepEqual([end.allocation, end.diem], [0n, 0n]);
const charged = await history(admin);
assert.equal(charged.size, 1, "what was charged stays in the history");
assert.equal(sum([...charged.values()].map((entry) => entry.charged)), price);

print({ milliseconds: { first, more, less } });
provider.destroy();
