# Everything this project needs, from a clean clone: `make serve` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& command -v $$name && break; done)
BIN := .venv/bin

# Settings given on the command line (make serve PORT=8765 PACK_DIR=...) reach the programs through the environment.
SETTINGS := PACK_DIR DATA_DIR HOST PORT WORKERS OPENAI_API_KEY OPENAI_BASE_URL CHAT_MODEL EMBEDDING_MODEL \
	DATABASE_URL CHROMA_URL INDEX_URL ASK_LIMIT LIMITS_URL FORWARDED_ALLOW_IPS \
	MODEL_TOKENS_A_DAY MODEL_DOLLARS_A_DAY PRICE_IN PRICE_OUT LOG_LEVEL LOG_FORMAT \
	OTEL_EXPORTER_OTLP_ENDPOINT OTEL_SERVICE_NAME
# onnxruntime reports to its makers unless this is set before it is loaded.
export ORT_DISABLE_TELEMETRY := 1
export $(foreach name,$(SETTINGS),$(if $(filter undefined,$(origin $(name))),,$(name)))

# Sass and esbuild make the style and the script of the pages; without them plainer ones are served, as they stand.
BUILT := assistant/web/static/built
NODE_MISSING = $(shell command -v npm >/dev/null && node -e \
	'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
	|| echo "Node 20.19 or newer with npm is missing")

.DELETE_ON_ERROR:
.PHONY: help serve page page-if-possible node tools ingest test lint evals gate bench topology load fuzz harm sbom \
	licences bandit audit screenshots

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

topology: .venv/installed ## Run nginx, two replicas, PostgreSQL and Redis on this machine, and try what docs/deploy.md promises
	@$(BIN)/python -m scripts.loopback

load: .venv/installed ## Measure 200 candidates at once, 500 open streams and a long life; figures in docs/security.md
	@$(BIN)/python -m load

fuzz: .venv/installed .venv-checks/installed ## Send 2,000 cases made from the contract, and every naughty string, to a server
	@$(BIN)/python -m scripts.fuzz .venv-checks/bin/schemathesis 2000

harm: .venv/installed ## Damage the index, kill programs, fail the disk and the model, plant orders (40 minutes); figures in docs/security.md
	@$(BIN)/python -m scripts.damage_index
	@$(BIN)/python -m scripts.kill_ingest 200
	@$(BIN)/python -m scripts.kill_records 300
	@$(BIN)/python -m scripts.kill_server 30
	@$(BIN)/python -m scripts.fail_disk 3000
	@$(BIN)/python -m scripts.fill_disk
	@$(BIN)/python -m scripts.plant_orders
	@$(BIN)/python -m scripts.fault_model

sbom: .venv/installed ## Print what the product is made of, as CycloneDX
	@$(BIN)/python -m scripts.supply sbom

licences: .venv/installed ## Write docs/licences.md from the lock and what is installed
	@$(BIN)/python -m scripts.supply licences

bandit: .venv-checks/installed ## Look for unsafe code
	@.venv-checks/bin/bandit --quiet --configfile pyproject.toml --recursive assistant knowledge ingest.py server.py

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

# What checks need and nothing that runs: in no lock, and in a place of its own.
.venv-checks/installed: pyproject.toml | .venv/installed
	@echo "Installing what checks (once, a minute) ..."
	@$(PYTHON) -m venv --clear .venv-checks
	@$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["checks"], sep="\n")' \
		> .venv-checks/wanted
	@.venv-checks/bin/python -m pip install --quiet --disable-pip-version-check -r .venv-checks/wanted
	@touch $@

.venv/installed: requirements.lock
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11, 3.12 or 3.13 with venv is missing: install it, or name it with make PYTHON=/path/to/python3"; exit 1; fi
	@echo "Installing into .venv (once, a few minutes) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@
