# The project's commands. Another interpreter: make run PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOP := $(VENV)/.installed-dev
JUPYTER := $(VENV)/.installed-notebook
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable

# What needs no extra, and reads, computes and writes by every library
LOWEST := tests/data tests/datasets tests/features tests/graphs tests/evaluation tests/ops \
    tests/losses tests/kedro_fresh/test_locks.py tests/end_to_end/test_sources.py

.DEFAULT_GOAL := help
.PHONY: help run notebook test check test-slow test-lowest bench bench-full results format clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 12

run: $(INSTALLED) ## install, train SIGER and LightGCN on the sample, compare them
	$(BIN)/kedro run
	$(BIN)/kedro run --params model=lightgcn
	@echo
	@$(BIN)/kedro compare
	@echo
	@echo "Three commands to try next:"
	@echo "  $(BIN)/kedro run --params siger.lambda_perturbation=0   # a trial of its own: SIGER without perturbation"
	@echo "  $(BIN)/kedro run --env baby --params model=lightgcn     # real data: see README.md, Data sets"
	@echo "  $(BIN)/kedro run --pipelines ablation                   # a study: SIGER without each of its parts"

notebook: $(JUPYTER) ## open the four notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks/1_data_and_graphs.ipynb

test: check ## the whole gate, from nothing

check: $(DEVELOP) ## format, lint, types, import contracts, tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@# The tests start hundreds of processes, each of which would compile the project where none may.
	$(BIN)/python -m compileall -q --invalidation-mode checked-hash "$(CURDIR)/src"
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-slow: $(DEVELOP) ## train on real data (SIGER_DATA names its folder), for minutes
	$(BIN)/pytest -m slow

test-lowest: ## the tests of data, graphs, evaluation and sources with the oldest libraries, in .venv-lowest
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --constraint tests/lowest.txt --editable . \
	    hypothesis pytest
	.venv-lowest/bin/python -m pytest $(LOWEST) --ignore=tests/features/encoders

bench: $(DEVELOP) ## measure speed and growth (SIGER_DATA names the data's folder), for ten minutes
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.scale

bench-full: $(DEVELOP) ## the same with up to 10⁷ interactions, for hours
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.scale --largest 1e7

results: $(DEVELOP) ## write docs/results; with FROM=<project>/data/08_reporting MACHINE="…" collect its tables first
	$(BIN)/python -m tools.results $(if $(FROM),--from "$(FROM)" --machine "$(MACHINE)" --note "$(NOTE)")

format: $(DEVELOP) ## format the code and mend what ruff can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## remove the installation and the caches; results under data/ stay
	rm -rf $(VENV) .venv-lowest build dist src/*.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("siger-pipeline needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ": name another one, as in make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the tested versions into $(VENV); this takes a few minutes."
	$(INSTALL) .
	@touch $@

$(JUPYTER): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the tested versions into $(VENV); this takes a few minutes."
	$(INSTALL) ".[notebook]"
	@touch $@ $(INSTALLED)

$(DEVELOP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the tested versions into $(VENV); this takes a few minutes."
	$(INSTALL) ".[dev]"
	@touch $@ $(INSTALLED)
