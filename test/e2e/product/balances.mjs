// What the wallet ADDRESS has staked and not staked.
import { formatEther } from "ethers";
import { print, provider, staking, vvv } from "./world.mjs";

const address = process.env.ADDRESS;
print({ staked: formatEther(await staking.balanceOf(address)), vvv: Number(formatEther(await vvv.balanceOf(address))) });
provider.destroy();
