#!/bin/sh
# Measures proxied calls side by side and prints a table; see
# docs/performance.md. Arguments go to the measuring program:
#   scripts/bench.sh                          everything, 5 rounds: about 10 minutes
#   scripts/bench.sh -rounds 3 -only plain,rate -servers sqlite
#   scripts/bench.sh -streams | -keys | -mint | -profile FILE
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}

if ! command -v nginx >/dev/null && ! [ -x /usr/sbin/nginx ] && command -v apt-get >/dev/null; then
	root=
	[ "$(id -u)" = 0 ] || root=sudo
	scripts/step.sh "installing nginx-light, to compare with" \
		sh -c "$root apt-get update -qq && $root apt-get install -y -qq --no-install-recommends nginx-light >/dev/null" || true
fi
if ! [ -d test/bench/portkey/node_modules ] && command -v npm >/dev/null; then
	scripts/step.sh "installing Portkey's gateway, to compare with" \
		npm ci --ignore-scripts --no-fund --no-audit --loglevel=error --prefix test/bench/portkey || true
fi
program=$(mktemp)
trap 'rm -f "$program"' EXIT
scripts/step.sh "building the benchmark" "$go" test -c -o "$program" ./test/bench
cd test/bench
"$program" -bench.run -test.timeout 3h "$@"
