// The openai package from npm, unmodified but for its base URL and key.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { APIError, APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError, toFile } from "openai";
import { apiKey, checkPNG, checkUsage, gateway, origin, question, repeats, weather } from "./client.mjs";

const baseURL = origin + "/v1";
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const model = "echo-1";
const messages = [{ role: "system", content: "be kind" }, { role: "user", content: "hello there" }];
const tools = [{ type: "function", function: { name: weather.name, description: weather.description, parameters: weather.schema } }];
const models = gateway ? [model, "echo-1-anthropic"] : [model];

for (const model of models) {
  test(`chat: ${model}`, async () => {
    const answer = await client.chat.completions.create({ model, messages, temperature: 0.5, user: "somebody" });
    assert.equal(answer.choices[0].message.content, repeats("hello there"));
    assert.equal(answer.choices[0].finish_reason, "stop");
    checkUsage(answer);
  });

  test(`chat that is cut, and with a stop: ${model}`, async () => {
    const cut = await client.chat.completions.create({ model, messages, max_completion_tokens: 3 });
    assert.equal(cut.choices[0].finish_reason, "length");
    assert.equal(cut.usage.completion_tokens, 3);
    const stopped = await client.chat.completions.create({ model, messages, stop: [" model"] });
    assert.equal(stopped.choices[0].message.content, "echo-1 is not a language");
  });

  test(`chat, streamed: ${model}`, async () => {
    const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
    let pieces = 0;
    for await (const chunk of stream) pieces += chunk.choices.length;
    const answer = await stream.finalChatCompletion();
    assert.ok(pieces > 3);
    assert.equal(answer.choices[0].message.content, repeats("hello there"));
    const whole = await client.chat.completions.create({ model, messages });
    assert.equal(answer.usage.total_tokens, whole.usage.total_tokens);
  });

  test(`chat with tools: ${model}`, async () => {
    const asked = [{ role: "user", content: question }];
    const answer = await client.chat.completions.create({ model, messages: asked, tools });
    const [call] = answer.choices[0].message.tool_calls;
    assert.equal(answer.choices[0].finish_reason, "tool_calls");
    assert.equal(call.function.name, "weather");
    assert.deepEqual(JSON.parse(call.function.arguments), { city: "Bern" });
    const result = await client.chat.completions.create({
      model, tools, messages: [...asked, answer.choices[0].message, { role: "tool", tool_call_id: call.id, content: "sunny" }],
    });
    assert.equal(result.choices[0].message.content, repeats("sunny"));
  });

  test(`chat with tools that the client runs, streamed: ${model}`, async () => {
    const cities = [];
    const runner = client.chat.completions.runTools({
      model, messages: [{ role: "user", content: question }], stream: true,
      tools: [{
        type: "function",
        function: {
          ...tools[0].function, parse: JSON.parse,
          function: ({ city }) => { cities.push(city); return `sunny in ${city}`; },
        },
      }],
    });
    assert.equal(await runner.finalContent(), repeats("sunny in Bern"));
    assert.deepEqual(cities, ["Bern"]);
  });
}

test("chat that answers with JSON of a schema", async () => {
  const answer = await client.chat.completions.parse({
    model, messages: [{ role: "user", content: 'Say {"city": "Bern"} please.' }],
    response_format: { type: "json_schema", json_schema: { name: "place", schema: weather.schema, strict: true } },
  });
  assert.equal(answer.choices[0].message.content, '{"city": "Bern"}');
  const object = await client.chat.completions.create({ model, messages, response_format: { type: "json_object" } });
  assert.deepEqual(JSON.parse(object.choices[0].message.content), { echo: "hello there" });
});

test("chat with several choices", async () => {
  const answer = await client.chat.completions.create({ model, messages, n: 2 });
  assert.deepEqual(answer.choices.map(({ index }) => index), [0, 1]);
  checkUsage(answer);
});

test("chat with an image", async () => {
  const url = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const answer = await client.chat.completions.create({
    model, messages: [{ role: "user", content: [{ type: "text", text: "what is this?" }, { type: "image_url", image_url: { url } }] }],
  });
  assert.equal(answer.usage.prompt_tokens, 88);
});

test("reasoning is told apart", async () => {
  const answer = await client.chat.completions.create({ model: "echo-think-1", messages, reasoning_effort: "low" });
  assert.match(answer.choices[0].message.reasoning_content, /2 tokens to repeat/);
  assert.equal(answer.choices[0].message.content, repeats("hello there", "echo-think-1"));
  assert.ok(answer.usage.completion_tokens_details.reasoning_tokens > 3);
});

test("a stream that the client leaves", async () => {
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(client.chat.completions.create({ model, messages }, { signal: abort.signal }), APIUserAbortError);
});

test("completions of the older kind", async () => {
  const answer = await client.completions.create({ model, prompt: "one two", max_tokens: 50 });
  assert.equal(answer.choices[0].text, repeats("one two"));
  checkUsage(answer);
  let text = "";
  for await (const chunk of await client.completions.create({ model, prompt: "one two", max_tokens: 50, stream: true })) text += chunk.choices[0]?.text ?? "";
  assert.equal(text, answer.choices[0].text);
});

test("embeddings, in both encodings", async () => {
  const make = (encoding_format) => client.embeddings.create({ model: "echo-embed-1", input: ["a cat", "a dog"], dimensions: 8, encoding_format });
  const [plain, floats] = [await make(), await make("float")];
  assert.deepEqual(Array.from(plain.data[1].embedding), floats.data[1].embedding.map(Math.fround));
  assert.equal(plain.usage.prompt_tokens, 4);
});

test("images", async () => {
  const make = async (response_format) => (await client.images.generate({ model: "echo-image-1", prompt: "a cat", size: "256x256", response_format })).data[0];
  const { b64_json } = await make("b64_json");
  checkPNG(Buffer.from(b64_json, "base64"), 256, 256);
  assert.equal((await make("url")).url, "data:image/png;base64," + b64_json);
});

test("speech, and its transcription", async () => {
  const input = "Hello, ünï¢ode world.";
  const speech = await client.audio.speech.create({ model: "echo-tts-1", voice: "alloy", input, response_format: "wav" });
  assert.match(speech.headers.get("content-type"), /^audio\/(x-)?wav/);
  const wav = Buffer.from(await speech.arrayBuffer());
  assert.equal(wav.subarray(0, 4).toString(), "RIFF");
  const hear = async (response_format) =>
    client.audio.transcriptions.create({ model: "echo-asr-1", file: await toFile(wav, "speech.wav", { type: "audio/wav" }), response_format });
  assert.equal((await hear("json")).text, input);
  assert.equal((await hear("text")).trim(), input);
});

test("models are listed", async () => {
  const ids = [];
  for await (const { id } of client.models.list()) ids.push(id);
  for (const id of [...models, "echo-embed-1", "echo-image-1", "echo-tts-1", "echo-asr-1"]) assert.ok(ids.includes(id), `${id} in ${ids}`);
});

test("errors are of the client's classes, and say what is wrong", async () => {
  const call = (options, use = client) => use.chat.completions.create({ model, messages, ...options });
  await assert.rejects(call({ model: "gpt-9" }), (e) => e instanceof NotFoundError && e.status === 404);
  await assert.rejects(call({ messages: [] }), (e) => e instanceof BadRequestError && e.status === 400);
  await assert.rejects(call({}, new OpenAI({ baseURL, apiKey: "nonsense", maxRetries: 0 })), (e) => e instanceof AuthenticationError && e.status === 401);
  await assert.rejects(client.post("/no/such/route", { body: {} }), (e) => e instanceof NotFoundError);
  await assert.rejects(client.embeddings.create({ model, input: "a" }), APIError);
});
