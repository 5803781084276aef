// Posts the same token and signature a hundred times at once, each on a
// connection of its own.
import { Agent, request } from "node:http";
import { fundedWallet, ok, print, provider, stake, world } from "./world.mjs";

const wallet = await fundedWallet("1");
await stake(wallet, "1");
const { data } = await ok("GET", "/api_keys/generate_web3_key");
const signature = await wallet.signMessage(data.token);
const body = JSON.stringify({ address: wallet.address, signature, token: data.token, apiKeyType: "ADMIN" });

const agent = new Agent({ maxSockets: Infinity });
const post = () => new Promise((resolve, reject) => {
  const sent = request(`${world.apiBase}/api_keys/generate_web3_key`, { method: "POST", agent }, (response) => {
    let text = "";
    response.on("data", (part) => (text += part));
    response.on("end", () => resolve({ status: response.statusCode, ...JSON.parse(text) }));
  });
  sent.on("error", reject);
  sent.end(body);
});
const results = await Promise.all(Array.from({ length: 100 }, post));

const answers = {};
for (const { status, code } of results) {
  const name = code ? `${status} ${code}` : `${status}`;
  answers[name] = (answers[name] ?? 0) + 1;
}
const minted = results.find(({ status }) => status === 200);
const keys = minted ? (await ok("GET", "/api_keys", { key: minted.data.apiKey })).data.length : 0;
print({ answers, keys });
agent.destroy();
provider.destroy();
