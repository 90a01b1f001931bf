# Every command of the house. `make` alone lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help install demo test soak check bench catalogs documents transcripts format lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) ## put Enlace and all it needs into .venv (Python 3.11 or later)

$(INSTALLED): requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Enlace needs Python 3.11 or later. Set PYTHON to it: make install PYTHON=/path/to/python3.11" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install ## serve the demo, with phones in the browser (ARGS="--port 8001" for another port)
	$(BIN)/enlace demo $(ARGS)

test: install ## run every test, on SQLite and PostgreSQL (ARGS="-k words" for some)
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

soak: install ## kill the bot at random for long (ARGS="--kills 100 --seed 7 --database postgresql")
	$(BIN)/python -m tests.crash.soak $(ARGS)

check: install ## lint, types, layers, catalogs and locked versions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m locales check
	$(BIN)/python -m tests.locks

bench: install ## measure, and write benchmarks/results.json
	$(BIN)/python -m benchmarks $(ARGS)

catalogs: install ## collect new texts into the catalogs of both languages
	$(BIN)/python -m locales update

documents: install ## write docs/conversations.md and docs/matching.md anew
	$(BIN)/python -m bot.documents
	$(BIN)/python -m bot.matching

transcripts: install ## write what the bot says now into tests/transcripts, to be reviewed
	$(BIN)/pytest tests/transcripts --rewrite-transcripts -n 2 $(ARGS)

format: install ## lay the code out and fix what can be fixed by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## make requirements*.txt from requirements*.in (needs uv and a package index)
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements.in requirements-dev.in -c requirements.txt -o requirements-dev.txt

clean: ## remove .venv and what the tools left
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
