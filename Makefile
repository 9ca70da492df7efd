# Everything a person or CI does, by name. Only Python >= 3.11, git and make are needed beforehand.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
# The 15 minutes of `make test` are for two cores; more cores are used when there are more.
WORKERS ?= auto
.DEFAULT_GOAL := help
.PHONY: help demo test test-all bench lab serve lint clean notebooks lock

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# A stamp holds the hash of its lock file: an environment is made once and again only when the lock changes.
$(VENV)/runtime.stamp: requirements/build.lock requirements/runtime.lock pyproject.toml
	@echo "Setting up the environment in $(VENV) (about a minute, once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/build.lock -r requirements/runtime.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'import pathlib; pathlib.Path("$@").write_text("")'

$(VENV)/dev.stamp: $(VENV)/runtime.stamp requirements/dev.lock
	@echo "Adding the test tools ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	@$(BIN)/python -c 'import pathlib; pathlib.Path("$@").write_text("")'

demo: $(VENV)/runtime.stamp ## sample extracts -> snapshot -> board packs; ends by naming the files to open
	@$(BIN)/workbench demo

test: $(VENV)/dev.stamp lint ## the whole suite but slow sweeps, browser tests included where a browser is found
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

test-all: $(VENV)/dev.stamp lint ## everything, slow sweeps too
	@$(BIN)/python -m pytest -n $(WORKERS)

bench: $(VENV)/dev.stamp ## speed, as ratios taken in one run
	@for script in benchmarks/*_speed.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

lab: $(VENV)/runtime.stamp ## JupyterLab on the notebooks
	@$(BIN)/workbench lab

serve: $(VENV)/runtime.stamp ## the dashboards, on this machine only
	@$(BIN)/workbench serve

lint: $(VENV)/dev.stamp ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

notebooks: $(VENV)/dev.stamp ## make each .ipynb again from its reviewed .py
	@$(BIN)/python -m workbench.packs.twins

lock: ## resolve the pinned versions again (needs uv)
	@uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --upgrade -o requirements/runtime.lock
	@uv pip compile pyproject.toml --extra dev -c requirements/runtime.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --upgrade -o requirements/dev.lock

clean: ## remove the environment, caches and rendered packs; never your data (in data/)
	@$(PYTHON) -c 'import pathlib, shutil; [shutil.rmtree(p, ignore_errors=True) for n in (".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "build", "workforce_workbench.egg-info", "reports/*/") for p in pathlib.Path().glob(n)]'
