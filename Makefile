# Quarry. Type `make` to see what there is; nothing else has to be installed or prepared by hand.
SHELL := bash
.DEFAULT_GOAL := help
SOURCES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources/Measure

.PHONY: help
help: ## Show these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Set up, build and serve on port 8080
	@exec .build/release/quarry serve

.PHONY: demo
demo: build ## Set up, build, read the example documents, clean the example table, answer questions about both
	@.build/release/quarry demo --examples examples

.PHONY: test
test: setup-test lint ## Set up, lint, build and run every test, on SQLite and PostgreSQL
	swift build --build-tests
	scripts/test.sh

.PHONY: build
build: setup ## Set up and build .build/release/quarry
	swift build --configuration release --product quarry

.PHONY: bench
bench: setup ## Measure speed, memory and quality (ONLY=encoder,vectors,… picks; PEERS=1 fetches what is compared with)
	@python3 Benchmarks/run.py $(if $(ONLY),--only $(ONLY)) $(if $(PEERS),--peers $(PEERS)) $(if $(ROWS),--rows $(ROWS))

.PHONY: format
format: ## Write every source file in the house's format
	swift format --in-place --parallel --recursive $(SOURCES)

.PHONY: lint
lint: ## Check the format of every source file
	swift format lint --strict --parallel --recursive $(SOURCES)

.PHONY: setup setup-test
setup:
	@scripts/setup.sh build
	@scripts/fetch-encoder.sh
	@scripts/fetch-duckdb.sh
setup-test:
	@scripts/setup.sh test
	@scripts/fetch-encoder.sh
	@scripts/fetch-duckdb.sh required
