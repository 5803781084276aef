// Prints the transactions that the agent sends on Base, as viem encodes them
// from the contracts' published signatures. Nothing here is shared with
// stakegate: addresses, signatures and amounts are written out anew.
import { concatHex, encodeFunctionData, getAddress, numberToHex, parseAbi, parseEther, parseUnits } from 'viem'

const VVV = getAddress('0xacfE6019Ed1A7Dc6f7B508C02d1b04ec88cC21bf')
const STAKING = getAddress('0x321b7ff75154472B18EDb199033fF4D116F340Ff')
const DIEM = getAddress('0xF4d97F2da56e8c3098f3a8D538DB630A2606a024')
const WETH = getAddress('0x4200000000000000000000000000000000000006')
const USDC = getAddress('0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913')
const AERODROME = getAddress('0xcF77a3Ba9A5CA399B7c97c74d54e5b1Beb874E43')
const AERODROME_FACTORY = getAddress('0x420DD381b31aEf6683db6B902084cB0FFECe40Da')
const UNISWAP = getAddress('0x2626664c2603336E57B271c5C0b26F421741e481')
const SLIPSTREAM = [
  getAddress('0xBE6D8f0d05cC4be24d5167a3eF062215bE6D18a5'),
  getAddress('0xcbBb8035cAc7D4B3Ca7aBb74cF7BdF900215Ce0D'),
  getAddress('0x698Cb2b6dd822994581fEa6eA4Fc755d1363A92F'),
]
const ME = getAddress('0x1111111111111111111111111111111111111111')
const DEADLINE = 1795000120n
const ETH_IN = parseEther('0.067211')
const USDC_IN = parseUnits('201.25', 6)
const VVV_OUT = parseEther('10')
const DIEM_OUT = parseEther('0.1')

const tokens = parseAbi(['function approve(address spender, uint256 amount) returns (bool)'])
const staking = parseAbi([
  'function stake(address recipient, uint256 amount)',
  'function mintDiem(uint256 sVVVAmountToLock, uint256 minDiemAmountOut)',
  'function initiateUnstake(uint256 amount)',
  'function finalizeUnstake()',
  'function claim()',
  'function claimAndStake()',
])
const diem = parseAbi([
  'function stake(uint256 amount)',
  'function initiateUnstake(uint256 amount)',
  'function unstake()',
])
const aerodrome = parseAbi([
  'struct Route { address from; address to; bool stable; address factory; }',
  'function swapExactETHForTokens(uint256 amountOutMin, Route[] routes, address to, uint256 deadline) payable returns (uint256[])',
  'function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, Route[] routes, address to, uint256 deadline) returns (uint256[])',
])
const uniswap = parseAbi([
  'struct Single { address tokenIn; address tokenOut; uint24 fee; address recipient; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96; }',
  'struct Path { bytes path; address recipient; uint256 amountIn; uint256 amountOutMinimum; }',
  'function exactInputSingle(Single params) payable returns (uint256)',
  'function exactInput(Path params) payable returns (uint256)',
  'function multicall(uint256 deadline, bytes[] data) payable returns (bytes[])',
])
const slipstream = parseAbi([
  'struct Single { address tokenIn; address tokenOut; int24 tickSpacing; address recipient; uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96; }',
  'struct Path { bytes path; address recipient; uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; }',
  'function exactInputSingle(Single params) payable returns (uint256)',
  'function exactInput(Path params) payable returns (uint256)',
])

const all = {}
function call(name, to, abi, functionName, args, value = 0n) {
  all[name] = { to, value: value.toString(), data: encodeFunctionData({ abi, functionName, args }).toLowerCase() }
}
const path = (...parts) => concatHex(parts.map((part) => (typeof part === 'number' ? numberToHex(part, { size: 3 }) : part)))
const hop = (from, to) => ({ from, to, stable: false, factory: AERODROME_FACTORY })

call('approve', VVV, tokens, 'approve', [STAKING, VVV_OUT])
call('revoke', VVV, tokens, 'approve', [STAKING, 0n])
call('allow', USDC, tokens, 'approve', [UNISWAP, USDC_IN])
call('stake', STAKING, staking, 'stake', [ME, VVV_OUT])
call('mint-diem', STAKING, staking, 'mintDiem', [parseEther('9.01'), DIEM_OUT])
call('stake-diem', DIEM, diem, 'stake', [DIEM_OUT])
call('unstake', STAKING, staking, 'initiateUnstake', [VVV_OUT])
call('finish', STAKING, staking, 'finalizeUnstake', [])
call('claim', STAKING, staking, 'claim', [])
call('claim-stake', STAKING, staking, 'claimAndStake', [])
call('unstake-diem', DIEM, diem, 'initiateUnstake', [DIEM_OUT])
call('finish-diem', DIEM, diem, 'unstake', [])

call('Aerodrome, ETH', AERODROME, aerodrome, 'swapExactETHForTokens', [VVV_OUT, [hop(WETH, VVV)], ME, DEADLINE], ETH_IN)
call('Aerodrome, ETH over VVV', AERODROME, aerodrome, 'swapExactETHForTokens', [DIEM_OUT, [hop(WETH, VVV), hop(VVV, DIEM)], ME, DEADLINE], ETH_IN)
call('Aerodrome, USDC over WETH', AERODROME, aerodrome, 'swapExactTokensForTokens', [USDC_IN, VVV_OUT, [hop(USDC, WETH), hop(WETH, VVV)], ME, DEADLINE])

function uniswapCall(name, functionName, params, value = 0n) {
  const data = encodeFunctionData({ abi: uniswap, functionName, args: [params] })
  call(name, UNISWAP, uniswap, 'multicall', [DEADLINE, [data]], value)
}
uniswapCall('Uniswap v3, ETH', 'exactInputSingle', {
  tokenIn: WETH, tokenOut: VVV, fee: 10000, recipient: ME, amountIn: ETH_IN, amountOutMinimum: VVV_OUT, sqrtPriceLimitX96: 0n }, ETH_IN)
uniswapCall('Uniswap v3, ETH over USDC', 'exactInput', {
  path: path(WETH, 500, USDC, 3000, VVV), recipient: ME, amountIn: ETH_IN, amountOutMinimum: VVV_OUT }, ETH_IN)
uniswapCall('Uniswap v3, USDC', 'exactInputSingle', {
  tokenIn: USDC, tokenOut: VVV, fee: 3000, recipient: ME, amountIn: USDC_IN, amountOutMinimum: VVV_OUT, sqrtPriceLimitX96: 0n })
uniswapCall('Uniswap v3, USDC over WETH for DIEM', 'exactInput', {
  path: path(USDC, 500, WETH, 10000, DIEM), recipient: ME, amountIn: USDC_IN, amountOutMinimum: DIEM_OUT })

SLIPSTREAM.forEach((router, i) => {
  call(`Slipstream ${i + 1}, ETH`, router, slipstream, 'exactInputSingle', [{
    tokenIn: WETH, tokenOut: VVV, tickSpacing: 200, recipient: ME, deadline: DEADLINE, amountIn: ETH_IN, amountOutMinimum: VVV_OUT, sqrtPriceLimitX96: 0n }], ETH_IN)
})
call('Slipstream 1, USDC for DIEM', SLIPSTREAM[0], slipstream, 'exactInputSingle', [{
  tokenIn: USDC, tokenOut: DIEM, tickSpacing: 2000, recipient: ME, deadline: DEADLINE, amountIn: USDC_IN, amountOutMinimum: DIEM_OUT, sqrtPriceLimitX96: 0n }])
call('Slipstream 1, ETH over USDC for DIEM', SLIPSTREAM[0], slipstream, 'exactInput', [{
  path: path(WETH, 100, USDC, 2000, DIEM), recipient: ME, deadline: DEADLINE, amountIn: ETH_IN, amountOutMinimum: DIEM_OUT }], ETH_IN)

process.stdout.write(JSON.stringify(all, null, 2) + '\n')
