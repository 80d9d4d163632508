# Everything this project needs, from a clean clone: `make serve` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& command -v $$name && break; done)
BIN := .venv/bin

# Settings given on the command line (make serve PORT=8765 PACK_DIR=...) reach the programs through the environment.
SETTINGS := PACK_DIR DATA_DIR HOST PORT WORKERS OPENAI_API_KEY OPENAI_BASE_URL CHAT_MODEL EMBEDDING_MODEL \
	DATABASE_URL CHROMA_URL ASK_LIMIT LOG_LEVEL
export $(foreach name,$(SETTINGS),$(if $(filter undefined,$(origin $(name))),,$(name)))

# Sass and esbuild make the style and the script of the pages; without them plainer ones are served, as they stand.
BUILT := assistant/web/static/built
NODE_MISSING = $(shell command -v npm >/dev/null && node -e \
	'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
	|| echo "Node 20.19 or newer with npm is missing")

.DELETE_ON_ERROR:
.PHONY: help serve page page-if-possible node tools ingest test lint evals gate bench audit screenshots

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/make \1\t\2/' | expand -t 16

serve: .venv/installed page-if-possible ## Ingest the pack if it changed, and run the web service
	@$(BIN)/python ingest.py
	@exec $(BIN)/python server.py

ingest: .venv/installed ## Build or refresh the index from the pack
	@$(BIN)/python ingest.py

page: $(BUILT)/site.css $(BUILT)/role-assistant.js ## Build the style and the script of the pages

tools: node_modules/.tools ## Install what the tests look for barriers with

test: lint page-if-possible ## Lint, format check, types and tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/installed ## Lint, format check and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

evals: .venv/installed ## Ask the cases of evals/cases and report
	$(BIN)/python -m evals

gate: .venv/installed ## Ask the cases and stop a change that makes answers worse; the report goes to data/evals
	$(BIN)/python -m evals --gate --report data/evals
	@$(BIN)/python -m evals evals/cases/heritage-rivers-board/table.jsonl --mode model \
		--replay evals/cassettes/scripted.jsonl --out data/evals/replayed.jsonl > data/evals/replayed.txt \
		&& echo "replayed, advisory: $$(head -n 1 data/evals/replayed.txt)" || echo "the replay of a model's replies failed (advisory)"

bench: .venv/installed ## Measure speed as ratios; the results of one run are in docs/benchmarks.md
	$(BIN)/python -m benchmarks

audit: .venv/installed page node_modules/.tools ## What Lighthouse, pa11y and html-validate say of the pages, and what a visit loads
	@$(BIN)/python -m scripts.audit

screenshots: .venv/installed page ## Pictures of every state of the pages, into data/screenshots
	@$(BIN)/python -m scripts.screenshots

page-if-possible:
	@if [ -n "$(NODE_MISSING)" ]; then echo "The style and the script of the pages are not built: $(NODE_MISSING)"; \
	else $(MAKE) --no-print-directory page 2>/dev/null \
		|| echo "The style and the script of the pages are not built: make page says why"; fi

$(BUILT)/site.css: assistant/web/styles/site.scss node_modules/.installed | node
	@mkdir -p $(@D)
	@node_modules/.bin/sass --pkg-importer=node --style=compressed --no-source-map --no-charset --no-error-css $< $@

$(BUILT)/role-assistant.js: assistant/web/element/role-assistant.js node_modules/.installed | node
	@node_modules/.bin/esbuild $< --minify --format=esm --target=es2022 --log-level=warning --outfile=$@

node:
	@if [ -n "$(NODE_MISSING)" ]; then echo "$(NODE_MISSING)"; exit 1; fi

node_modules/.installed: package.json package-lock.json .npmrc | node
	@echo "Installing what builds the pages (once, seconds) ..."
	@npm ci --omit=dev --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000 >/dev/null
	@touch $@

# All of it: what builds the pages too.
node_modules/.tools: package.json package-lock.json .npmrc | node
	@echo "Installing the tools of the tests (once, a minute) ..."
	@npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch node_modules/.installed $@

.venv/installed: requirements.lock
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11, 3.12 or 3.13 with venv is missing: install it, or name it with make PYTHON=/path/to/python3"; exit 1; fi
	@echo "Installing into .venv (once, a few minutes) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@
