# Two commands to begin with: `make demo` and `make test`. Needs Python 3.11 or newer, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
WORKERS ?= 2
ARGS ?=
FUZZ_MINUTES ?= 60
FUZZED := csv json bmecat xls packed xlsx ods cells
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# Tests that start processes of their own come one by one: two at once starve each other on a small machine.
ALONE := (faults or browser) and not screens
SUITE = $(PYTEST) -m "not (faults or browser)" $(ARGS) && $(BIN)/pytest -m "$(ALONE)" $(ARGS)
# What the pages look like is the same on every database, and looking at them all takes minutes: once, beside the others.
WITH_SCREENS = ( seen=$$(mktemp); $(BIN)/pytest -m screens $(ARGS) >$$seen 2>&1 & looking=$$!; \
    trap "kill $$looking 2>/dev/null; rm -f $$seen" EXIT; \
    $(SUITE); suite=$$?; wait $$looking; screens=$$?; cat $$seen; [ $$suite$$screens = 00 ] )
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --retries 10
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help setup demo run test lint bench faults fuzz messages lock

help:
	@echo "make demo    the PIM with a catalogue to try, on this machine (SHOPS=1: and a stand-in Shopify and Google to connect)"
	@echo "make run     the same for development: reloads, shows errors"
	@echo "make test    the suite on SQLite, then on PostgreSQL and Redis where they are installed"
	@echo "make lint    style, types, import rules, migrations, known vulnerabilities"
	@echo "make faults  the long form of the tests that kill processes"
	@echo "make fuzz    looks for files and cells that break the readers (FUZZ_MINUTES=60; on Linux)"
	@echo "make bench   ratios against django-import-export and the stock admin (PIM_BENCH_PRODUCTS=100000,1000000 for more)"
	@echo "make messages  brings new texts into locale/ and compiles it (needs GNU gettext)"
	@echo "make lock    pins every dependency anew"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock | $(BIN)/python
	$(PIP) -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock | $(BIN)/python
	$(PIP) -r requirements-dev.lock
	@touch $@

setup: $(DEV)

demo: $(if $(SHOPS),$(DEV),$(RUNTIME))
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_demo
	@exec $(BIN)/python manage.py demo $(if $(SHOPS),--shops)

run: $(DEV)
	PIM_DEBUG=1 $(BIN)/python manage.py migrate --verbosity 0
	@PIM_DEBUG=1 exec $(BIN)/python manage.py demo --reload

test: $(DEV)
	@if $(BIN)/python -m tests.servers; then \
	    $(WITH_SCREENS) && export PIM_TEST_DATABASE=postgres PIM_TEST_BROKER=redis && $(SUITE); \
	elif [ -n "$$CI" ]; then exit 1; \
	else $(WITH_SCREENS); fi

faults: $(DEV)
	PIM_FAULTS=long $(BIN)/pytest -m faults $(ARGS)

# atheris is no part of the lock file: it has no wheels for every machine.
fuzz: $(DEV)
	$(BIN)/python -m pip install --quiet atheris==3.0.0
	@mkdir -p var/fuzzing
	@for target in $(FUZZED); do \
	    $(BIN)/python -m tests.fuzzing $$target $$(( $(FUZZ_MINUTES) * 60 / $(words $(FUZZED)) )) var/fuzzing || exit 1; \
	done

bench: $(DEV)
	$(BIN)/pytest -m bench -s $(ARGS)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/pip-audit --version >/dev/null && .ci/audit

messages: $(DEV)
	$(BIN)/python manage.py makemessages -l de -l fr --no-location --no-obsolete --no-wrap -i $(VENV) -i tests -i var
	$(BIN)/python manage.py compilemessages --ignore $(VENV)

lock:
	uv pip compile --quiet --universal --generate-hashes --no-header --extra postgres --extra s3 -o requirements.lock pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-header --extra postgres --extra s3 --group dev -o requirements-dev.lock pyproject.toml
