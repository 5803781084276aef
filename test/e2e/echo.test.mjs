// The openai package from npm against the echo model itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: "unused", maxRetries: 0 });
const messages = [{ role: "user", content: "hello there" }];

test("chat repeats, and says how much it used", async () => {
  const answer = await client.chat.completions.create({ model: "echo-1", messages });
  assert.match(answer.choices[0].message.content, /is not a language model; it repeats: hello there$/);
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
});

test("a stream is the same text with the same usage", async () => {
  const whole = await client.chat.completions.create({ model: "echo-1", messages });
  const stream = await client.chat.completions.create({ model: "echo-1", messages, stream: true, stream_options: { include_usage: true } });
  let text = "", usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? "";
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.deepEqual(usage, whole.usage);
});

test("embeddings arrive as numbers, though the client asks for base64", async () => {
  const answer = await client.embeddings.create({ model: "echo-embed-1", input: ["a cat", "a dog"], dimensions: 8 });
  assert.equal(answer.data.length, 2);
  assert.equal(answer.data[0].embedding.length, 8);
  const length = answer.data[0].embedding.reduce((sum, x) => sum + x * x, 0);
  assert.ok(Math.abs(length - 1) < 1e-5);
  const floats = await client.embeddings.create({ model: "echo-embed-1", input: "a cat", dimensions: 8, encoding_format: "float" });
  assert.deepEqual(floats.data[0].embedding.map(Math.fround), Array.from(answer.data[0].embedding));
});

test("models are listed, and an unknown one is a 404 that names it", async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.deepEqual(ids, ["echo-1", "echo-think-1", "echo-embed-1", "echo-image-1", "echo-tts-1", "echo-asr-1"]);
  await assert.rejects(client.chat.completions.create({ model: "gpt-9", messages }), (e) => e.status === 404 && e.code === "model_not_found");
});
