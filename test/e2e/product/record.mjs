// Preloaded in front of a program: writes what fetch sends and gets to the file
// RECORD, one JSON object a line, and changes nothing.
import { appendFileSync } from "node:fs";

const original = globalThis.fetch;
globalThis.fetch = async (url, options) => {
  const response = await original(url, options);
  const body = await response.clone().text();
  appendFileSync(process.env.RECORD, JSON.stringify({ method: options?.method ?? "GET", url, status: response.status, body }) + "\n");
  return response;
};
