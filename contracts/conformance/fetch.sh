#!/bin/sh
# Fetches the compiled contracts of others that tests deploy (Uniswap v3, Safe,
# ERC-4337's EntryPoint and its EIP-7702 account) from their npm packages at
# pinned versions and hashes into artifacts/, which git ignores: their licences
# differ from ours and nothing of them is kept here. Does nothing when they are
# there already.
set -eu
cd "$(dirname "$0")"
target=artifacts

# fetch PACKAGE VERSION SHA512 FILE...: the files, by their path in the package
fetch() {
	package=$1 version=$2 want=$3
	shift 3
	missing=
	for file in "$@"; do
		[ -s "$target/$(basename "$file")" ] || missing=yes
	done
	[ -n "$missing" ] || return 0
	echo "conformance: fetching $package $version" >&2
	tarball=$work/$(cd "$work" && npm pack --silent --ignore-scripts "$package@$version")
	got=$(node -p 'require("crypto").createHash("sha512").update(require("fs").readFileSync(process.argv[1])).digest("base64")' "$tarball")
	if [ "$got" != "$want" ]; then
		echo "conformance: $package $version has SHA-512 $got, not $want: refusing to use it" >&2
		exit 1
	fi
	for file in "$@"; do
		name=$(basename "$file")
		tar -xzOf "$tarball" "package/$file" >"$work/$name"
		mv "$work/$name" "$target/$name"
	done
}

mkdir -p "$target"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch @uniswap/v3-core 1.0.1 \
	7pVk4hEm00j9tc71Y9+ssYpO6ytkeI0y7WE9P6UcmNzhxPePwyAxImuhVsTqWK9YFvzgtvzJHi64pBl4jUzKMQ== \
	artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json
fetch @uniswap/v3-periphery 1.4.4 \
	S4+m+wh8HbWSO3DKk4LwUCPZJTpCugIsHrWR86m/OrUyvSqGDTXKFfc2sMuGXCZrD1ZqO3rhQsKgdWg3Hbb2Kw== \
	artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json
fetch @uniswap/swap-router-contracts 1.3.1 \
	mh/YNbwKb7Mut96VuEtL+Z5bRe0xVIbjjiryn+iMMrK2sFKhR4duk/86mEz0UO5gSx4pQIw9G5276P5heY/7Rg== \
	artifacts/contracts/SwapRouter02.sol/SwapRouter02.json \
	artifacts/contracts/lens/QuoterV2.sol/QuoterV2.json
fetch @safe-global/safe-contracts 1.4.1 \
	fP1jewywSwsIniM04NsqPyVRFKPMAuirC3ftA/TA4X3Zc5EnwQp/UCJUU2PL/37/z/jMo8UUaJ+pnFNWmMU7dQ== \
	build/artifacts/contracts/Safe.sol/Safe.json \
	build/artifacts/contracts/proxies/SafeProxyFactory.sol/SafeProxyFactory.json \
	build/artifacts/contracts/handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json
fetch @account-abstraction/contracts 0.8.0 \
	8krPx/gpnoT+5xAroagVCbeA7FbUigMZWXFKKPm+oghyr29Dksssdx5sI7xGv9212i4JPaDDUGFk58dpuwVgHA== \
	artifacts/EntryPoint.json artifacts/Simple7702Account.json
