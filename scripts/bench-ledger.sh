#!/bin/sh
# Measures durable hold+settle pairs a second and prints a table.
#   scripts/bench-ledger.sh            grouped commits beside one transaction each
#   HISTORY=10000000 scripts/...       an empty database beside one with as many old entries
# ROUNDS (default 5) is how often each way has its turn of half a second.
set -eu
cd "$(dirname "$0")/.."
bench=Pairs
first=grouped
second=alone
if [ "${HISTORY:-0}" -gt 0 ]; then
	bench=History
	first=empty
	second=full
fi
scripts/step.sh "measuring pairs a second (median of ${ROUNDS:-5} rounds)" \
	"${GO:-go}" test ./internal/ledger -run '^$' -bench "$bench" -benchtime "${ROUNDS:-5}x" -timeout 3h -history "${HISTORY:-100000}" |
	awk -v first="$first" -v second="$second" '
		/^Benchmark/ {
			name = $1; sub(/-[0-9]+$/, "", name)
			split(name, parts, "/")
			for (i in parts) if (split(parts[i], pair, "=") == 2) value[pair[1]] = pair[2]
			for (i = 2; i < NF; i++) metric[$(i + 1)] = $i
			if (!header++) printf "%-9s %8s %8s %12s %12s %7s\n", "engine", "accounts", "callers", first, second, "ratio"
			printf "%-9s %8s %8s %10d/s %10d/s %7.2f\n", value["engine"], value["accounts"], value["callers"], metric[first "/s"], metric[second "/s"], metric["ratio"]
			fflush()
			next
		}
		/^(ok|PASS|goos|goarch|pkg|cpu)/ { next }
		{ print }'
