// The openai package against the gateway: every way to call, and after each
// call the balance has fallen by exactly what the usage costs.
import assert from "node:assert/strict";
import OpenAI, { APIError } from "openai";
import { balance, fundedWallet, history, mint, nano, ok, prices, print, provider, stake, sum, world } from "./world.mjs";

const wallet = await fundedWallet("100");
await stake(wallet, "100");
const admin = (await mint(wallet, "ADMIN")).apiKey;
const inference = (await mint(wallet, "INFERENCE")).apiKey;
const cost = await prices();
const connect = (apiKey) => new OpenAI({ baseURL: world.apiBase, apiKey, maxRetries: 0 });
const client = connect(inference);
const chatModel = "echo-1", embeddingModel = "echo-embed-1";
const messages = [{ role: "user", content: "What does ünï¢ode cost, and what do 12345678901234567890 digits?" }];
const charged = new Map(); // request id -> nanos

// Makes one call, which returns its request id and usage, and compares.
async function metered(name, model, make) {
  const before = await balance(inference);
  const { id, usage, headers } = await make();
  const after = await balance(inference);
  const price = cost(model, usage);
  assert.ok(price > 0n, `${name}: usage ${JSON.stringify(usage)} costs nothing`);
  assert.equal(before.diem - after.diem, price, `${name}: the balance fell by another amount than ${JSON.stringify(usage)} costs`);
  assert.equal(nano(headers.get("x-venice-balance-diem")), before.diem, `${name}: balance header`);
  charged.set(id, price);
  return usage;
}

const text = (completion) => completion.choices[0].message.content;

async function whole(options) {
  const { data, response, request_id } = await client.chat.completions.create({ model: chatModel, messages, ...options }).withResponse();
  return { completion: data, id: request_id, usage: data.usage, headers: response.headers };
}

let answer;
const chatUsage = await metered("chat", chatModel, async () => {
  const made = await whole();
  answer = text(made.completion);
  assert.ok(answer.includes(messages[0].content));
  assert.equal(made.completion.choices[0].finish_reason, "stop");
  return made;
});

await metered("chat that is cut", chatModel, async () => {
  const made = await whole({ max_tokens: 3 });
  assert.equal(made.completion.choices[0].finish_reason, "length");
  assert.equal(made.usage.completion_tokens, 3);
  return made;
});

async function streamed(options) {
  const { data, response, request_id } = await client.chat.completions
    .create({ model: chatModel, messages, stream: true, ...options }).withResponse();
  const parts = { text: "", usages: [], finish: [], id: request_id, headers: response.headers };
  for await (const chunk of data) {
    const [choice] = chunk.choices;
    parts.text += choice?.delta.content ?? "";
    if (choice?.finish_reason) parts.finish.push(choice.finish_reason);
    if (chunk.usage) parts.usages.push({ usage: chunk.usage, choices: chunk.choices.length });
  }
  assert.equal(parts.text, answer, "the stream's text");
  assert.deepEqual(parts.finish, ["stop"]);
  return parts;
}

await metered("stream with usage", chatModel, async () => {
  const parts = await streamed({ stream_options: { include_usage: true } });
  assert.deepEqual(parts.usages.map(({ choices }) => choices), [0], "one last chunk with the usage and no choices");
  const [{ usage }] = parts.usages;
  assert.equal(usage.completion_tokens, chatUsage.completion_tokens);
  return { ...parts, usage };
});

await metered("stream without usage", chatModel, async () => {
  const parts = await streamed();
  assert.deepEqual(parts.usages, [], "nobody asked for a usage");
  return { ...parts, usage: chatUsage }; // the same answer costs the same
});

const input = ["one text", "another, longer text"];
const vectors = {};
for (const encoding_format of [undefined, "float", "base64"]) {
  await metered(`embeddings as ${encoding_format ?? "default"}`, embeddingModel, async () => {
    const { data, response, request_id } = await client.embeddings.create({ model: embeddingModel, input, encoding_format }).withResponse();
    assert.equal(data.data.length, 2);
    vectors[encoding_format] = data.data.map(({ embedding }) => embedding);
    return { id: request_id, usage: data.usage, headers: response.headers };
  });
}
const close = (a, b) => a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) < 1e-6);
assert.ok(vectors.undefined.every((vector, i) => close(vector, vectors.float[i])), "both encodings carry the same vectors");
assert.ok(typeof vectors.base64[0] === "string", "base64 on request");

const models = [];
for await (const model of client.models.list()) models.push(model.id);
assert.ok(models.includes(chatModel), `models.list(): ${models}`);

const missing = await client.chat.completions.create({ model: "no-such-model", messages }).catch((error) => error);
assert.ok(missing instanceof APIError && missing.status === 404, `unknown model: ${missing}`);

const books = await history(admin);
assert.deepEqual(new Map([...books].map(([id, entry]) => [id, entry.charged])), charged, "the history has exactly these calls at these prices");

// A key that may spend a thousandth of a DIEM: it is used until it is refused.
async function exhaust(name, spend) {
  const limit = "0.001";
  const key = (await ok("POST", "/api_keys", {
    key: admin, body: { apiKeyType: "INFERENCE", description: name, consumptionLimit: { diem: Number(limit) } },
  })).data;
  const spent = new Map(), limited = connect(key.apiKey);
  const attempt = async (options) => {
    try {
      const { data, request_id } = await limited.chat.completions.create({ model: chatModel, messages, ...options }).withResponse();
      spent.set(request_id, cost(chatModel, data.usage));
      return 200;
    } catch (error) {
      assert.ok(error instanceof APIError && error.status, `${name}: ${error}`);
      return error.status;
    }
  };
  const seen = await spend(attempt);
  for (let i = 0; i < 3; i++) assert.equal(await attempt({ max_tokens: 100 }), 402, `${name}: after the limit`);
  const entries = await history(admin);
  const total = sum([...spent.keys()].map((id) => entries.get(id)?.charged ?? 0n));
  assert.equal(total, sum(spent.values()), `${name}: the history charges what the usage costs`);
  assert.ok(total <= nano(limit), `${name}: ${total} nanos were charged with a limit of ${nano(limit)}`);
  assert.ok(total > nano(limit) / 2n, `${name}: only ${total} nanos were charged before the limit`);
  const { currentPeriodUsage } = (await ok("GET", `/api_keys/${key.id}`, { key: admin })).data;
  assert.equal(nano(currentPeriodUsage.diem), total, `${name}: the key's own count`);
  return { calls: spent.size, nanos: Number(total), ...seen };
}

const one = await exhaust("one after the other", async (attempt) => {
  for (const options of [{ max_tokens: 100 }, {}]) { // a cap that must be affordable, then one that is lowered
    let status;
    do status = await attempt(options); while (status === 200);
    assert.equal(status, 402);
  }
});

const many = await exhaust("forty at once", async (attempt) => {
  const counts = {};
  for (const status of await Promise.all(Array.from({ length: 40 }, () => attempt({ max_tokens: 30 })))) {
    assert.ok([200, 402, 429].includes(status), `status ${status}`);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  let status;
  do status = await attempt({}); while (status === 200);
  assert.equal(status, 402);
  return { counts };
});

print({ calls: charged.size, one, many });
provider.destroy();
