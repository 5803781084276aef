#!/bin/sh
# Rebuilds what is generated: from the Solidity sources, and pages in docs/ from the
# configuration and the API's description. With --check it fails
# if that changes anything that is committed.
set -eu
cd "$(dirname "$0")/.."
digest() {
	find contracts/artifacts.json contracts/bindings docs/configuration.md docs/api.md -type f | LC_ALL=C sort | xargs sha256sum
}
before=$(digest)
if [ ! -d contracts/node_modules ]; then
	npm ci --ignore-scripts --no-fund --no-audit --loglevel=error --prefix contracts
fi
(cd contracts && node compile.mjs)
go run ./contracts/generate
go run ./docs/generate
if [ "${1-}" = --check ] && [ "$before" != "$(digest)" ]; then
	echo "contracts/, docs/configuration.md or docs/api.md is not what its sources make; run make generate and commit the result" >&2
	exit 1
fi
