#!/bin/sh
# Runs every fuzz target for FUZZTIME (default 20s).
set -eu
cd "$(dirname "$0")/.."
git grep -lE '^func Fuzz[A-Z]' -- '*_test.go' | while read -r file; do
	sed -nE 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/p' "$file" | while read -r target; do
		scripts/step.sh "fuzzing $target in $(dirname "$file") for ${FUZZTIME:-20s}" \
			go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-20s}"
	done
done
