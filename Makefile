# The commands of everyday work. .ci/run has all that a change must pass.

.DEFAULT_GOAL := help
.PHONY: help build run test race lint generate console attack faults soak recipes fuzz suites bench bench-check bench-quick ci clean

help: ## Say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

build: ## Build the command, as one file that needs nothing else, not even libc
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o customer360 .

run: ## Serve the demo company, with the playground, on http://127.0.0.1:8080/
	go run .

test: ## Run the tests
	go test ./...

race: ## Run the tests with the race detector
	go test -race -shuffle=on -count=1 ./...

lint: ## Look for faults and for imports against the arrows of the house
	go tool -modfile=.ci/tools/go.mod golangci-lint run

generate: ## Write generated code, contracts/ and the schema of the benchmark's peers after a change of schema.graphqls or gqlgen.yml
	go generate ./...

console: ## Bundle the playground after a change in console/src
	cd console && npm ci && npm run build

attack: ## Attack a running gateway beside honest callers, and hold what that costs to bounds
	C360_LOAD=1 go test ./internal/attack -count=1 -timeout 20m -v

faults: ## Ask while one live system after the other hangs, and hold how long the others' answers take to bounds
	C360_LOAD=1 go test ./internal/gateway -run 'UnderLoad$$' -count=1 -timeout 20m -v

soak: SOAK ?= 3m
soak: ## Ask vendors that fail in mixed ways, under load, for three minutes (SOAK=3m), and find what leaks
	C360_LOAD=1 go test ./internal/gateway -run 'TestSoak$$' -count=1 -timeout 20m -v -soak $(SOAK)

recipes: ## Follow the recipes of CONTRIBUTING.md in a copy of the tree
	C360_LOAD=1 go test -run 'TestRecipes$$' -count=1 -v .

fuzz: ## Run every fuzz target for a minute
	.ci/fuzz 1m

suites: build ## Run the suites that others wrote
	cd .ci/suites && npm ci && node run.mjs ../../customer360

bench: ## Measure what a request costs, beside other GraphQL servers, and write bench/RESULTS.md
	cd bench && go run .

bench-quick: ## The same in less than five minutes, written to bench/out/
	cd bench && go run . -quick

bench-check: ## Start all servers of the benchmark and hold their answers equal; measure nothing
	cd bench && go run . -check

ci: ## Run all that a change must pass
	.ci/run

clean: ## Remove what was built
	rm -rf customer360 console/node_modules .ci/suites/node_modules bench/out bench/peers/*/node_modules bench/peers/gqlgen/graph
