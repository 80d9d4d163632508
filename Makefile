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

.PHONY: help serve ingest test lint evals gate bench

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/make \1\t\2/' | expand -t 16

serve: .venv/installed ## Ingest the pack if it changed, and run the web service
	@$(BIN)/python ingest.py
	@exec $(BIN)/python server.py

ingest: .venv/installed ## Build or refresh the index from the pack
	@$(BIN)/python ingest.py

test: lint ## Lint, format check, types and tests
	$(BIN)/python -m pytest

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

.venv/installed: requirements.lock
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11, 3.12 or 3.13 with venv is missing: install it, or name it with make PYTHON=/path/to/python3"; exit 1; fi
	@echo "Installing into .venv (once, a few minutes) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@
