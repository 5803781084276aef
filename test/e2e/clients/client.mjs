// What the suites of this folder share: where the server is, and what a model
// that repeats is expected to say.
import assert from "node:assert/strict";

export const origin = process.env.ORIGIN; // http://host:port
export const apiKey = process.env.API_KEY;
// The echo model itself has no money, no /responses and no names but its own.
export const gateway = process.env.GATEWAY === "1";

export const repeats = (text, model = "echo-1") => `${model} is not a language model; it repeats: ${text}`;

export const weather = {
  name: "weather",
  description: "The weather of a city",
  schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
};
export const question = 'Please call weather {"city": "Bern"} for me.';

// Checks a usage in OpenAI's words, and that what the gateway adds to it is money.
export function checkUsage(answer) {
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = answer.usage;
  assert.ok(prompt > 0 && completion > 0, JSON.stringify(answer.usage));
  assert.equal(total, prompt + completion);
  if (gateway) assert.ok(answer.cost.diem > 0 && answer.cost.usd === 0, JSON.stringify(answer.cost));
}

// A PNG file of a size.
export function checkPNG(file, width, height) {
  assert.equal(file.subarray(1, 4).toString(), "PNG");
  assert.deepEqual([file.readUInt32BE(16), file.readUInt32BE(20)], [width, height]);
}
