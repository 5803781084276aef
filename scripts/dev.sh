#!/bin/sh
# Builds and runs the dev world with the given arguments.
set -eu
cd "$(dirname "$0")/.."
for tool in go; do
	command -v $tool >/dev/null || { echo "make dev needs Go 1.26 or newer: https://go.dev/doc/install" >&2; exit 1; }
done
scripts/step.sh "building the dev world (the first build compiles an Ethereum node: 3 to 8 minutes on two cores; later ones take seconds)" \
	go build -o bin/stakegate-dev ./cmd/stakegate-dev
exec bin/stakegate-dev "$@"
