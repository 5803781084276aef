#!/bin/sh
# Everything that a change must pass, cheapest first.
set -eu
cd "$(dirname "$0")/.."
step=scripts/step.sh

unformatted=$(gofmt -l $(git ls-files '*.go'))
if [ -n "$unformatted" ]; then
	echo "not formatted (run make fmt):" $unformatted >&2
	exit 1
fi
$step "setting up" scripts/test-setup.sh
$step "go.mod is tidy" go mod tidy -diff
$step "the imports keep to the house's floors" go test .
$step "what is generated is what the sources make" scripts/generate.sh --check
$step "vet (the first build compiles an Ethereum node: 3 to 8 minutes on two cores)" go vet ./...
$step "the model of the hold protocol, and its mutants" formal/run.sh
$step "500 seeds of the simulation" go test ./internal/sim
light=$(scripts/packages.sh light)
world=$(scripts/packages.sh world)
# The simulation's replicas take turns, and make race has it too.
CGO_ENABLED=1 $step "tests of the product, under the race detector" go test -race $(echo "$light" | grep -v '/internal/sim$')
$step "fuzzing every parser, ${FUZZTIME:-20s} each" scripts/fuzz.sh
$step "tests with the chain and with foreign clients" go test $(echo "$world" | grep -v '/test/chaos$')
$step "chaos, the short form of make chaos" go test -count=1 -v ./test/chaos
echo "all checks passed"
