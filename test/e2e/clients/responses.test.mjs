// The openai package's Responses API, which the gateway serves from any model
// of chat completions.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { APIError, NotFoundError } from "openai";
import { apiKey, origin, question, repeats, weather } from "./client.mjs";

const client = new OpenAI({ baseURL: origin + "/v1", apiKey, maxRetries: 0 });
const tools = [{ type: "function", name: weather.name, description: weather.description, parameters: weather.schema, strict: false }];

function checkUsage({ usage }) {
  assert.ok(usage.input_tokens > 0 && usage.output_tokens > 0);
  assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
}

for (const model of ["echo-1", "echo-1-anthropic"]) {
  test(`a response: ${model}`, async () => {
    const answer = await client.responses.create({ model, instructions: "be kind", input: "hello there", store: false });
    assert.equal(answer.status, "completed");
    assert.equal(answer.output_text, repeats("hello there"));
    checkUsage(answer);
  });

  test(`a response that is cut: ${model}`, async () => {
    const answer = await client.responses.create({ model, input: "hello there", max_output_tokens: 16, store: false });
    assert.ok(answer.usage.output_tokens <= 16);
    const long = await client.responses.create({ model, input: "again ".repeat(40), max_output_tokens: 16, store: false });
    assert.equal(long.status, "incomplete");
    assert.equal(long.incomplete_details.reason, "max_output_tokens");
  });

  test(`a response, streamed: ${model}`, async () => {
    const stream = client.responses.stream({ model, input: [{ role: "user", content: "hello there" }], store: false });
    const types = new Set();
    let text = "";
    for await (const event of stream) {
      types.add(event.type);
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    assert.equal(text, repeats("hello there"));
    for (const type of ["response.created", "response.output_item.added", "response.output_text.done", "response.completed"]) {
      assert.ok(types.has(type), `${type} in ${[...types]}`);
    }
    const answer = await stream.finalResponse();
    assert.equal(answer.output_text, text);
    checkUsage(answer);
  });

  test(`a response with tools: ${model}`, async () => {
    const input = [{ role: "user", content: question }];
    const asked = await client.responses.create({ model, input, tools, store: false });
    const call = asked.output.find(({ type }) => type === "function_call");
    assert.equal(call.name, "weather");
    assert.deepEqual(JSON.parse(call.arguments), { city: "Bern" });
    const answer = await client.responses.create({
      model, tools, store: false, input: [...input, ...asked.output, { type: "function_call_output", call_id: call.call_id, output: "sunny" }],
    });
    assert.equal(answer.output_text, repeats("sunny"));
  });

  test(`a response with tools, streamed: ${model}`, async () => {
    const stream = client.responses.stream({ model, input: question, tools, store: false });
    let text = "";
    for await (const event of stream) if (event.type === "response.function_call_arguments.delta") text += event.delta;
    assert.deepEqual(JSON.parse(text), { city: "Bern" });
    assert.equal((await stream.finalResponse()).output.at(-1).type, "function_call");
  });
}

test("reasoning is an item of its own", async () => {
  const answer = await client.responses.create({ model: "echo-think-1", input: "hello there", store: false });
  assert.equal(answer.output[0].type, "reasoning");
  assert.ok(answer.usage.output_tokens_details.reasoning_tokens > 3);
  assert.equal(answer.output_text, repeats("hello there", "echo-think-1"));
});

test("what needs a memory is refused, and errors are of the client's classes", async () => {
  await assert.rejects(client.responses.create({ model: "echo-1", input: "and?", previous_response_id: "resp_1" }), (e) => e instanceof APIError && e.status === 400);
  await assert.rejects(client.responses.create({ model: "gpt-9", input: "a" }), NotFoundError);
});
