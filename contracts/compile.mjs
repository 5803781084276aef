// Compiles src/*.sol to artifacts.json. The same sources give the same bytes on
// every machine: solc is pinned by the lock file, and neither paths nor comments
// reach the bytecode.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import solc from 'solc';

const here = dirname(fileURLToPath(import.meta.url));
const src = join(here, 'src');

const settings = {
  evmVersion: 'cancun',
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
};

// interfaces that Go code wants, beside all contracts that can be deployed
const boundInterfaces = ['IERC20', 'IERC1271'];

const sources = {};
for (const name of readdirSync(src).filter((n) => n.endsWith('.sol')).sort()) {
  sources[name] = { content: readFileSync(join(src, name), 'utf8') };
}

const output = JSON.parse(solc.compile(JSON.stringify({
  language: 'Solidity',
  sources,
  settings: { ...settings, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
})));

const problems = output.errors ?? [];
for (const p of problems) console.error(p.formattedMessage);
if (problems.length > 0) process.exit(1); // warnings too

const contracts = {};
for (const file of Object.keys(output.contracts)) {
  for (const [name, c] of Object.entries(output.contracts[file])) {
    const isBound = boundInterfaces.includes(name);
    if (c.evm.bytecode.object === '' && !isBound) continue; // abstract, or only for the compiler
    if (c.abi.length === 0) continue; // a library, which is compiled into its users
    if (contracts[name]) throw new Error(`two contracts are called ${name}`);
    const bytecode = c.evm.bytecode.object;
    if (bytecode.length / 2 > 49152) throw new Error(`${name} is larger than EIP-3860 allows`);
    contracts[name] = { abi: c.abi, bytecode };
  }
}

// sorted by name, one contract a line, so that a difference is easy to read
const lines = Object.keys(contracts).sort().map((n) => `    ${JSON.stringify(n)}: ${JSON.stringify(contracts[n])}`);
writeFileSync(join(here, 'artifacts.json'), `{
  "compiler": ${JSON.stringify(solc.version())},
  "settings": ${JSON.stringify(settings)},
  "contracts": {
${lines.join(',\n')}
  }
}
`);
console.error(`compiled ${lines.length} contracts with solc ${solc.version()}`);
