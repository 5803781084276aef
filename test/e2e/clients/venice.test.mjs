// Vercel's AI SDK with Venice's provider, unmodified but for its base URL and key.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Output, embed, generateImage, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import { createVenice } from "venice-ai-sdk-provider";
import { apiKey, checkPNG, gateway, origin, question, repeats, weather } from "./client.mjs";

const baseURL = origin + (gateway ? "/api/v1" : "/v1");
const venice = createVenice({ baseURL, apiKey });
const model = venice("echo-1");
const maxRetries = 0;
const cities = [];
const tools = {
  weather: tool({
    description: weather.description, inputSchema: jsonSchema(weather.schema),
    execute: async ({ city }) => { cities.push(city); return `sunny in ${city}`; },
  }),
};

test("generateText", async () => {
  const answer = await generateText({ model, maxRetries, system: "be kind", prompt: "hello there", temperature: 0.2 });
  assert.equal(answer.text, repeats("hello there"));
  assert.equal(answer.finishReason, "stop");
  assert.ok(answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
});

test("generateText that is cut", async () => {
  const answer = await generateText({ model, maxRetries, prompt: "hello there", maxOutputTokens: 3 });
  assert.equal(answer.finishReason, "length");
  assert.equal(answer.usage.outputTokens, 3);
});

test("streamText", async () => {
  const stream = streamText({ model, maxRetries, prompt: "hello there", onError: ({ error }) => { throw error; } });
  let text = "", pieces = 0;
  for await (const piece of stream.textStream) { text += piece; pieces++; }
  assert.equal(text, repeats("hello there"));
  assert.ok(pieces > 3);
});

// The provider's own way to ask for the usage of a stream misspells the member.
test("streamText with the provider's includeUsage", async () => {
  const asking = createVenice({ baseURL, apiKey, includeUsage: true });
  const stream = streamText({ model: asking("echo-1"), maxRetries, prompt: "hello there", onError: ({ error }) => { throw error; } });
  assert.equal(await stream.text, repeats("hello there"));
  if (gateway) assert.ok((await stream.usage).outputTokens > 0);
});

test("reasoning", async () => {
  const answer = await generateText({ model: venice("echo-think-1"), maxRetries, prompt: "hello there" });
  assert.match(answer.reasoningText, /2 tokens to repeat/);
});

test("tools, in two steps", async () => {
  const answer = await generateText({ model, maxRetries, tools, prompt: question, stopWhen: stepCountIs(3) });
  assert.deepEqual(cities.splice(0), ["Bern"]);
  assert.equal(answer.steps.length, 2);
  assert.equal(answer.text, repeats("sunny in Bern"));
});

test("tools, streamed", async () => {
  const stream = streamText({ model, maxRetries, tools, prompt: question, stopWhen: stepCountIs(3), onError: ({ error }) => { throw error; } });
  await stream.consumeStream();
  assert.deepEqual(cities.splice(0), ["Bern"]);
  assert.equal(await stream.text, repeats("sunny in Bern"));
});

test("an object", async () => {
  const asking = createVenice({ baseURL, apiKey, supportsStructuredOutputs: true });
  const { output } = await generateText({
    model: asking("echo-1"), maxRetries, prompt: 'Say {"city": "Bern"} please.', output: Output.object({ schema: jsonSchema(weather.schema) }),
  });
  assert.deepEqual(output, { city: "Bern" });
});

test("Venice's own parameters", async () => {
  const answer = await generateText({
    model, maxRetries, prompt: "hello there",
    providerOptions: { venice: { veniceParameters: { stripThinkingResponse: true, includeVeniceSystemPrompt: false } } },
  });
  assert.equal(answer.text, repeats("hello there"));
});

test("embeddings", async () => {
  const { embedding, usage } = await embed({ model: venice.embeddingModel("echo-embed-1"), value: "a cat", maxRetries });
  assert.equal(embedding.length, 256);
  assert.equal(usage.tokens, 2);
});

test("images", async () => {
  const { image } = await generateImage({ model: venice.imageModel("echo-image-1"), prompt: "a cat", size: "256x256", maxRetries });
  checkPNG(Buffer.from(image.uint8Array), 256, 256);
});

test("errors say what is wrong", async () => {
  await assert.rejects(generateText({ model: venice("gpt-9"), maxRetries, prompt: "a" }), (e) => e.statusCode === 404);
  const stranger = createVenice({ baseURL, apiKey: "nonsense" });
  await assert.rejects(generateText({ model: stranger("echo-1"), maxRetries, prompt: "a" }), (e) => e.statusCode === 401);
});
