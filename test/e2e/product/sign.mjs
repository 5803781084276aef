// Signs TEXT with PRIVATE_KEY, as wallets do (personal_sign).
import { Wallet } from "ethers";

console.log(JSON.stringify(await new Wallet(process.env.PRIVATE_KEY).signMessage(process.env.TEXT)));
