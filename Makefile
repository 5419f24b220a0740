# One command runs everything: each target first makes the environment that it needs in .venv, from the hash-locked list.
# PYTHON=python3.12 chooses an interpreter, JOBS=4 the number of test processes.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

JOBS ?= 2
PYTHON ?=
UV ?= uv
UPGRADE ?=
PYTEST_OPTIONS ?=

RUN := .venv/bin/python -m
PIP := $(RUN) pip --disable-pip-version-check --no-input
LOCKING := $(UV) pip compile pyproject.toml --group build --generate-hashes --no-emit-index-url --universal \
	--python-version 3.11 --no-header --quiet $(UPGRADE)

.PHONY: help demo test bench check lock clean

help: ## Say what each command does.
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done

demo: .venv/installed ## Tell the whole story on real files in a fresh book and leave its proof in build/demo.
	.venv/bin/monnaielocale demo --output build/demo

test: check ## Check the code, then run every test.
	$(RUN) pytest -n $(JOBS) $(PYTEST_OPTIONS)

bench: .venv/installed ## Measure the books under load and write build/bench.json.
	mkdir -p build
	.venv/bin/monnaielocale bench --output build/bench.json

check: .venv/installed ## Check style, layout and types.
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

lock: ## Choose versions and write both lock files; UPGRADE=--upgrade looks for newer ones. Needs uv.
	@command -v '$(UV)' >/dev/null 2>&1 || { echo 'make lock needs uv: see https://docs.astral.sh/uv/' >&2; exit 1; }
	$(LOCKING) --extra test --output-file requirements.lock
	$(LOCKING) --constraint requirements.lock --no-annotate --output-file requirements-run.lock

clean: ## Remove the environment, what was built and every cache.
	rm -rf .venv build dist src/*.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache .coverage
	find src tests migrations conventions -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last: an interrupted installation is begun again.
.venv/installed: requirements.lock pyproject.toml
	@set -e; chosen=; \
	for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then chosen=$$candidate; break; fi; \
	done; \
	if [ -z "$$chosen" ]; then echo 'Python 3.11 or later is needed and was not found; PYTHON=/path/to/python names one.' >&2; exit 1; fi; \
	if ! "$$chosen" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$$chosen cannot make an environment: it lacks venv or ensurepip (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; \
	fi; \
	echo "Installing into .venv with $$chosen"; \
	"$$chosen" -m venv --clear .venv
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/installed
