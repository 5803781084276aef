#!/bin/sh
# Runs every fuzz target for FUZZTIME (a duration, or a number of executions
# such as 1000000x; default 20s), twelve at a time. Only what the
# package imports of this repository, and the JSON library, are instrumented:
# that is what the inputs are to explore, and the engine reads all counters
# after each execution, those of what the tests use beyond (a whole server, an
# Ethereum node) as well. One thread each: the engine takes turns with the
# target. An input that is made smaller may otherwise take a minute, which is
# all of a target's time.
set -eu
cd "$(dirname "$0")/.."
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
cache=$(go env GOCACHE)/fuzz/stakegate
FUZZTIME=${FUZZTIME:-20s}
export bin cache FUZZTIME

# one PACKAGE TARGET
cat >"$bin/one" <<'EOF'
# Go's engine at times takes the end of its own time for a failure: there is no
# failing input then, and nothing else in the output.
timeup() { grep -qx '    context deadline exceeded' "$1" && ! grep -qE 'Failing input|panic|_test\.go:' "$1"; }
cd "$1"
out=$bin/$(echo "$1.$2" | tr / _).out
if ! GOMAXPROCS=1 "$bin/$(echo "$1" | tr / _)" -test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "$FUZZTIME" -test.fuzzminimizetime 100x -test.parallel 1 \
	-test.fuzzcachedir "$cache/$1" -test.timeout 0 >"$out" 2>&1 && ! timeup "$out"; then
	echo "$2 in $1 failed:" >&2
	cat "$out" >&2
	exit 1
fi
echo "$2 in $1: $(grep -o 'execs: [0-9]*' "$out" | tail -n 1)"
EOF

git grep -lE '^func Fuzz[A-Z]' -- '*_test.go' | while read -r file; do
	sed -nE "s|^func (Fuzz[A-Za-z0-9_]+)\(.*|$(dirname "$file") \1|p" "$file"
done >"$bin/targets"
cut -d ' ' -f 1 "$bin/targets" | sort -u | while read -r package; do
	# shellcheck disable=SC2046 # one flag each
	go test -c $(go list -deps "./$package" | sed -nE 's!^(stakegate|github\.com/go-json-experiment)/.*!-gcflags=&=-d=libfuzzer!p') \
		-o "$bin/$(echo "$package" | tr / _)" "./$package"
done
xargs -P 12 -L 1 sh "$bin/one" <"$bin/targets"
