# Every task has one entry here. `make` alone lists them.

GO   ?= go
ARGS ?=
export CGO_ENABLED ?= 0

.PHONY: help dev build test test-setup unit race sim formal fuzz chaos agent-chaos bench bench-ledger screenshots generate fmt lint clean

help: ## List the tasks
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

dev: ## Run a whole world on this machine and watch an agent get its key: make dev ARGS="--help"
	@scripts/dev.sh $(ARGS)

build: ## Build both binaries into bin/
	@scripts/step.sh "building bin/stakegate" $(GO) build -o bin/stakegate ./cmd/stakegate
	@scripts/step.sh "building bin/stakegate-dev (the first build compiles an Ethereum node: 3 to 8 minutes on two cores)" \
		$(GO) build -o bin/stakegate-dev ./cmd/stakegate-dev

test: ## Set up what tests need and run every check that a change must pass
	@scripts/test.sh

test-setup: ## Install what tests need: Debian packages, npm packages, Uniswap's artifacts
	@scripts/test-setup.sh

unit: ## Run the Go tests of the product, without the chain and foreign clients
	@$(GO) test $$(scripts/packages.sh light)

race: ## The same under the race detector, whole servers and databases included (needs gcc)
	@CGO_ENABLED=1 $(GO) test -race $$(scripts/packages.sh light) ./internal/app ./internal/store

sim: ## Simulate replicas, crashes and lost answers under fake time: make sim SEEDS=5000
	@$(GO) test ./internal/sim -count=1 -run 'TestSimulation$$' -seeds $(or $(SEEDS),5000) -timeout 0 -v

formal: ## Check the model of the hold protocol, and that its mutants fail (needs spin and gcc)
	@formal/run.sh

fuzz: ## Fuzz every parser, FUZZTIME each: make fuzz FUZZTIME=30s
	@scripts/fuzz.sh

KILLS   ?= 300
REPEATS ?= 20
CUTS    ?= 1000
chaos: ## Kill, crash, cut and fill everything for long; print what was lost: make chaos KILLS=300 REPEATS=20 CUTS=1000
	@CHAOS_KILLS=$(KILLS) CHAOS_REPEATS=$(REPEATS) CHAOS_CUTS=$(CUTS) $(GO) test ./test/chaos -count=1 -v -timeout 3h

agent-chaos: ## Kill the agent at every point of its way, REPEATS times each, before a node that fails; print what became of it
	@AGENT_CHAOS_REPEATS=$(REPEATS) $(GO) test ./cmd/stakegate -run '^TestAgentSurvivesKill' -count=1 -v -timeout 2h

bench: ## Measure calls through stakegate, a bare proxy, nginx and Portkey, side by side: make bench ARGS="-rounds 3 -only plain", -streams, -keys, -mint
	@scripts/bench.sh $(ARGS)

bench-ledger: ## Measure the ledger, grouped beside one transaction each: make bench-ledger HISTORY=10000000 on a long past
	@HISTORY=$(HISTORY) ROUNDS=$(ROUNDS) scripts/bench-ledger.sh

screenshots: ## Take the pictures of the account page in docs/screenshots
	@mkdir -p docs/screenshots
	@$(GO) test ./test/browser -count=1 -run 'EveryPage' -screenshots $(CURDIR)/docs/screenshots

generate: ## Rebuild contracts/artifacts.json, contracts/bindings, docs/configuration.md and docs/api.md from their sources
	@scripts/generate.sh

fmt: ## Format the Go code
	@gofmt -w $$(git ls-files '*.go')

lint: ## Run golangci-lint (built on first use: about 5 minutes)
	@scripts/step.sh "golangci-lint" $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

clean: ## Remove what was built and the dev world's data
	@rm -rf bin .stakegate-dev
