# One word a task; `make help` lists them. Everything is installed into .venv of this checkout.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAY ?= 1
TESTS ?= tests
# Two files at a time, in order: much of a test is waiting. WORKERS=0 runs them one by one.
WORKERS ?= 2
# What Python compiled of the tests and of ourselves is kept for the next run, whatever the shell asks for.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup browser demo up down status test journeys quick faults lint types bench contracts generated \
	screenshots secrets requirements clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is needed into .venv, when that changed
	@PYTHON=$(PYTHON) scripts/bootstrap

browser: ## look for Chromium, install it where we may
	@scripts/browser

demo: setup ## the whole main job on real data; STAY=0 stops when done
	$(BIN)/handrail demo $(if $(filter 0,$(STAY)),--stop)

up: setup ## start everything on this machine
	$(BIN)/handrail up --detach

down: setup ## stop it
	$(BIN)/handrail down

status: setup ## what runs
	$(BIN)/handrail status

test: setup browser ## every test but the journeys, on real Kafka and PostgreSQL; BROWSER=skip leaves the browser out
	$(BIN)/python -m pytest -m "not journey" -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

journeys: setup browser ## whole stories over the running system, most by browser; SHOTS=1 takes the pictures of docs/journeys.md
	$(BIN)/python -m pytest -m journey -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
		$(if $(filter tests,$(TESTS)),tests/journeys,$(TESTS))

quick: setup ## tests of rules, words and the house: no server
	$(BIN)/python -m pytest -p tests.quick $(TESTS)

faults: setup ## the long lane of faults
	HANDRAIL_FAULTS=all $(BIN)/python -m pytest tests/faults tests/code_compliance/test_oracle.py

lint: setup ## style, and the rules that a machine can keep
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## types, of code and tests
	$(BIN)/mypy
	$(BIN)/mypy tests

bench: setup ## side-by-side measurements, each with its count and order check
	$(BIN)/python -m bench

contracts: setup ## write the schemas from the models; refuses what would break somebody
	$(BIN)/python -m contracts.write

generated: setup ## write every generated file anew
	scripts/generate

screenshots: setup browser ## pictures of the running system for the README
	$(BIN)/python -m scripts.screenshots

secrets: setup ## passwords and keys for docker-compose.yml, into .handrail/compose
	$(BIN)/python -m handrail.deployment secrets .handrail/compose/secrets

requirements: setup ## lock what pyproject.toml asks for
	PATH="$(CURDIR)/$(BIN):$$PATH" requirements/compile.sh

clean: ## forget .venv and fetched libraries; the data of running systems stays
	rm -rf .venv .handrail/cache build
