# Every command a person or CI needs. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run stack test test-integration test-servers test-postgres chaos fuzz lint format typecheck build bench bench-baseline bench-guards bench-events conformance docs schema-check health coverage clean

# The newest supported interpreter that works here, or as given: make PYTHON=/path/to/python3
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do $$name -c '' 2>/dev/null && command -v $$name && break; done)
UV_VERSION := 0.13.9
BIN := .venv/bin
STAMP := .venv/.installed
INTEGRATION_STAMP := .venv/.installed-integration
DOCS_STAMP := .venv/.installed-docs

# What `make schema-check` compares with: where this branch left main; on main, the commit before. Without either, the schemas
# are compared with themselves: only drift and composition can fail then.
AGAINST ?= $(shell base=$$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null); \
	{ [ -n "$$base" ] && [ "$$base" != "$$(git rev-parse HEAD)" ] && echo $$base; } \
	|| git rev-parse --quiet --verify HEAD~1 2>/dev/null || echo schema/published)

help: ## list the commands
	@awk '/^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {name = help = $$0; sub(/:.*/, "", name); sub(/.*## /, "", help); printf "  make %-18s %s\n", name, help}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml uv.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or run make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Run make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Installing the locked dependencies into .venv (once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv sync --locked --all-extras --inexact --quiet
	@touch $@

$(INTEGRATION_STAMP): $(STAMP)
	@echo "Installing the servers and tools of the distributed platform (once) ..."
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv sync --locked --all-extras --inexact --quiet --group integration
	@touch $@

$(DOCS_STAMP): $(STAMP)
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv sync --locked --all-extras --inexact --quiet --group docs
	@touch $@

##@ Run

setup: $(STAMP) ## make .venv with the locked dependencies and the command .venv/bin/hanse

run: $(STAMP) ## run the whole platform in one process on http://127.0.0.1:4000
	@$(BIN)/hanse up $(ARGS)

##@ Test

test: $(STAMP) ## run every test that needs no network service
	@$(BIN)/pytest -n auto --dist worksteal --ignore tests/integration -m "not alone" $(ARGS) || [ $$? -eq 5 ] # 5: none is chosen
	@$(BIN)/pytest --ignore tests/integration -m alone $(ARGS) || [ $$? -eq 5 ]

test-integration: test-servers test-postgres ## run the tests on real servers, started by themselves (needs Java 17 for Kafka)

test-servers: $(INTEGRATION_STAMP) ## only those written for real servers
	@$(BIN)/pytest tests/integration -n 2 --dist loadfile $(ARGS)

test-postgres: $(INTEGRATION_STAMP) ## only those of subgraphs and the registry, on PostgreSQL in place of SQLite
	@$(BIN)/pytest tests/hanse/registry tests/kit tests/subgraphs --database postgres -n auto --dist worksteal $(ARGS)

stack: $(INTEGRATION_STAMP) ## run the distributed platform on real servers, without containers (needs Java 17 for Kafka)
	@$(BIN)/python -m deploy.stack $(ARGS)

chaos: $(INTEGRATION_STAMP) ## kill parts of the distributed platform under load, and check that nothing is lost
	@$(BIN)/python -m deploy.chaos $(ARGS)

fuzz: $(STAMP) ## send 300,000 random and damaged requests to the platform (ARGS="--requests N --seed N")
	@$(BIN)/python -m tests.fuzz $(ARGS)

coverage: $(INTEGRATION_STAMP) ## run `make test` and `make test-servers` measured; each package has a floor in pyproject.toml
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(BIN)/coverage run -m pytest -n auto --dist worksteal --ignore tests/integration $(ARGS)
	@$(BIN)/coverage run -m pytest tests/integration -n 2 --dist loadfile $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/python -m tests.coverage_floors

##@ Check

lint: $(STAMP) ## check style, formatting, who imports whom, and the style of the published schemas
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/hanse schema lint --fail-on note

format: $(STAMP) ## format the code
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

typecheck: $(STAMP) ## check the types
	@$(BIN)/mypy

schema-check: $(STAMP) ## fail where schema/published/ has drifted or breaks clients without an approval (AGAINST=COMMIT or FOLDER)
	@$(BIN)/hanse schema export --check
	@$(BIN)/hanse schema check --all --against $(AGAINST) --operations subgraphs/first_query.graphql --operations frontend-example/src $(ARGS)

health: $(STAMP) ## report large modules, complex functions and private attributes in use (ARGS=--json)
	@$(BIN)/python -m tests.health $(ARGS)

##@ Build

build: $(STAMP) ## build the wheel and the source distribution into dist/, and the image where there is a container engine
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv build --quiet --out-dir dist
	@engine=$$(for name in docker podman; do $$name info >/dev/null 2>&1 && echo $$name && break; done || true); \
	if [ -n "$$engine" ]; then $$engine build --tag hanse:local .; else echo "no container engine here: no image built"; fi
	@ls dist

docs: $(DOCS_STAMP) ## build the documentation into build/site; a broken link fails
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "documentation: build/site/index.html"

##@ Measure

bench: $(STAMP) ## measure the router beside other gateways (needs Node; takes minutes)
	@$(BIN)/python -m benchmarks $(ARGS)

bench-baseline: $(STAMP) ## compare the router with another checkout's (make bench-baseline BASELINE=/path/to/.venv/bin/hanse)
	@$(BIN)/python -m benchmarks.baseline $(BASELINE) $(ARGS)

bench-guards: $(STAMP) ## measure what each guard of the router costs: on and off, side by side (takes 6 minutes)
	@$(BIN)/python -m benchmarks.guards $(ARGS)

bench-events: $(INTEGRATION_STAMP) ## measure mutations, relay, consumer and live statistics on PostgreSQL and Kafka (takes 3 minutes)
	@$(BIN)/python -m benchmarks.events $(ARGS)

conformance: $(STAMP) ## compare the composer and the router with reference ones (needs Node; takes minutes)
	@$(BIN)/python -m conformance $(ARGS)

##@ Clean

clean: ## remove what the commands above made (keeps the data folder)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
