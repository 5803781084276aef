// Anthropic's package from npm, unmodified but for its base URL and key.
import assert from "node:assert/strict";
import { test } from "node:test";
import Anthropic, { AuthenticationError, BadRequestError, NotFoundError } from "@anthropic-ai/sdk";
import { apiKey, gateway, origin, question, repeats, weather } from "./client.mjs";

const baseURL = origin; // it adds /v1/messages itself
const client = new Anthropic({ baseURL, apiKey, maxRetries: 0 });
const ask = (content, options) => ({ model: "echo-1", max_tokens: 200, messages: [{ role: "user", content }], ...options });
const tools = [{ name: weather.name, description: weather.description, input_schema: weather.schema }];
const textOf = ({ content }) => content.filter(({ type }) => type === "text").map(({ text }) => text).join("");

for (const model of gateway ? ["echo-1", "echo-1-anthropic"] : ["echo-1"]) {
  test(`a message: ${model}`, async () => {
    const message = await client.messages.create(ask("hello there", { model, system: "be kind", temperature: 0.3 }));
    assert.equal(message.type, "message");
    assert.equal(message.role, "assistant");
    assert.equal(textOf(message), repeats("hello there"));
    assert.equal(message.stop_reason, "end_turn");
    assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
    if (gateway) assert.ok(message._request_id);
  });

  test(`a message that is cut, and one with a stop sequence: ${model}`, async () => {
    const cut = await client.messages.create(ask("hello there", { model, max_tokens: 3 }));
    assert.equal(cut.stop_reason, "max_tokens");
    assert.equal(cut.usage.output_tokens, 3);
    const stopped = await client.messages.create(ask("hello there", { model, stop_sequences: [" model"] }));
    assert.equal(textOf(stopped), "echo-1 is not a language");
  });

  test(`a message, streamed: ${model}`, async () => {
    const stream = client.messages.stream(ask([{ type: "text", text: "hello there" }], { model }));
    let text = "";
    stream.on("text", (piece) => { text += piece; });
    const message = await stream.finalMessage();
    assert.equal(text, repeats("hello there"));
    assert.equal(textOf(message), text);
    assert.equal(message.stop_reason, "end_turn");
    const whole = await client.messages.create(ask("hello there", { model }));
    assert.equal(message.usage.output_tokens, whole.usage.output_tokens);
    assert.equal(message.usage.input_tokens, whole.usage.input_tokens);
  });

  test(`a message with tools: ${model}`, async () => {
    const asked = await client.messages.create(ask(question, { model, tools }));
    assert.equal(asked.stop_reason, "tool_use");
    const call = asked.content.find(({ type }) => type === "tool_use");
    assert.equal(call.name, "weather");
    assert.deepEqual(call.input, { city: "Bern" });
    const answer = await client.messages.create({
      model, max_tokens: 200, tools,
      messages: [
        { role: "user", content: question }, { role: "assistant", content: asked.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: "sunny" }] },
      ],
    });
    assert.equal(textOf(answer), repeats("sunny"));
  });

  test(`a message with tools, streamed: ${model}`, async () => {
    const message = await client.messages.stream(ask(question, { model, tools, tool_choice: { type: "any" } })).finalMessage();
    assert.equal(message.stop_reason, "tool_use");
    assert.deepEqual(message.content.at(-1).input, { city: "Bern" });
  });

  test(`errors are of the client's classes: ${model}`, async () => {
    await assert.rejects(client.messages.create(ask("a", { model: "claude-9" })), (e) => e instanceof NotFoundError && e.error.type === "error" && e.error.error.type === "not_found_error" && (!gateway || e.requestID && e.requestID === e.error.request_id));
    await assert.rejects(client.messages.create(ask("a", { model, messages: [] })), (e) => e instanceof BadRequestError && e.error.error.type === "invalid_request_error");
    const stranger = new Anthropic({ baseURL, apiKey: "nonsense", maxRetries: 0 });
    await assert.rejects(stranger.messages.create(ask("a", { model })), (e) => e instanceof AuthenticationError && e.error.error.type === "authentication_error");
  });
}

if (gateway) test("what is not served is not found, in the client's words", async () => {
  await assert.rejects(client.messages.batches.list(), (e) => e instanceof NotFoundError && e.error.error.type === "not_found_error");
});

if (gateway) test("the API's own base does as well", async () => {
  const other = new Anthropic({ baseURL: origin + "/api", apiKey, maxRetries: 0 });
  assert.equal(textOf(await other.messages.create(ask("hello"))), repeats("hello"));
});

test("a bearer token does as well as x-api-key", async () => {
  const bearer = new Anthropic({ baseURL, apiKey: null, authToken: apiKey, maxRetries: 0 });
  assert.equal(textOf(await bearer.messages.create(ask("hello"))), repeats("hello"));
});
