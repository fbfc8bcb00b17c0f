# `make help` lists what there is.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
export PORT

.DEFAULT_GOAL := help
.PHONY: help setup run test check fix bench faults lock shots clean

help:  ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

# The stamp changes with the lock, so that a second start installs nothing.
$(VENV)/.installed: requirements.lock pyproject.toml
	@./tools/setup $(PYTHON) requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml
	@./tools/setup $(PYTHON) requirements-dev.lock
	@touch $@ $(VENV)/.installed

setup: $(VENV)/.installed-dev  ## Set up .venv with everything that tests and checks need

run: $(VENV)/.installed  ## Serve the product with demo posts at http://127.0.0.1:$(PORT)
	@exec $(BIN)/triage up --demo --port $(PORT)

test: $(VENV)/.installed-dev  ## Run the whole suite, on real servers
	@./tools/test

check: $(VENV)/.installed-dev  ## Static checks: format, lint, types, imports, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; \
	TRIAGE_HOME=$$home $(BIN)/python manage.py makemigrations --check --dry-run

fix: $(VENV)/.installed-dev  ## Format, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev  ## Measure; prints tables
	$(BIN)/python -m bench.pipeline
	$(BIN)/python -m bench.classify
	$(BIN)/python -m bench.channels
	$(BIN)/python -m bench.web --items 10000 100000

faults: $(VENV)/.installed-dev  ## Only the fault suite: kills, restarts, crash points
	$(BIN)/python -m pytest tests/faults

lock:  ## Resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --extra bluesky --extra reddit --extra youtube --extra linkedin --extra feed --generate-hashes --universal --python-version 3.11 --no-header -q -o requirements-channels.lock
	uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 --no-header -q -o requirements-dev.lock

shots: $(VENV)/.installed-dev  ## Take the pictures of the docs from the running product
	$(BIN)/python tools/shots

clean:  ## Remove what was built; posts and models in var/ stay
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
