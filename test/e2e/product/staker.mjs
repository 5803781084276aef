// Funds a wallet, stakes STAKE whole VVV with it and mints an ADMIN key.
import { fundedWallet, mint, print, provider, stake } from "./world.mjs";

const amount = process.env.STAKE;
const wallet = await fundedWallet(amount);
await stake(wallet, amount);
const { apiKey } = await mint(wallet);
print({ address: wallet.address, privateKey: wallet.privateKey, adminKey: apiKey });
provider.destroy();
