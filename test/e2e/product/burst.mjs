// Fifty callers at once, each calling again and again with the openai package,
// half of them streaming, until the server is gone. Every line tells of a call
// whose end the client has seen, or of one that has begun to be answered.
import OpenAI, { APIError } from "openai";
import { print, world } from "./world.mjs";

const client = new OpenAI({ baseURL: world.apiBase, apiKey: process.env.API_KEY, maxRetries: 0, timeout: 20_000 });
const model = "echo-1";

async function whole(messages) {
  const { data, request_id } = await client.chat.completions.create({ model, messages }).withResponse();
  return { id: request_id, usage: data.usage };
}

async function streamed(messages) {
  const { data, request_id } = await client.chat.completions
    .create({ model, messages, stream: true, stream_options: { include_usage: true } }).withResponse();
  let usage, begun = false;
  for await (const chunk of data) {
    if (!begun) print({ begun: (begun = true) });
    usage = chunk.usage ?? usage;
  }
  return { id: request_id, usage };
}

async function caller(number) {
  const make = number % 2 ? streamed : whole;
  for (let i = 0; ; i++) {
    try {
      const { id, usage } = await make([{ role: "user", content: `caller ${number} says for the ${i}th time: ${"word ".repeat(number)}` }]);
      print({ finished: { id, streamed: number % 2 === 1, prompt: usage.prompt_tokens, completion: usage.completion_tokens } });
    } catch (error) {
      if (error instanceof APIError && error.status) print({ refused: { status: error.status, text: error.message } });
      return; // the server is gone
    }
  }
}

await Promise.all(Array.from({ length: 50 }, (_, number) => caller(number)));
