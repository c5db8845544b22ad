# `make demo` and `make test` set up all they need: Python 3.9 or newer, a Rust toolchain and make must be there.
#
#   make setup     the development environment in .venv
#   make check     format, lints, types, generated files, layers, the stub of the native module
#   make test      everything; make test ARGS="tests/integrations -k flask" for a part of the Python tests
#   make demo      the demo; make demo ARGS="--seconds 10 --json"
#   make bench     what vedette costs, beside its peers; what the agent takes, and how quickly its pages answer
#   make matrix    integrations against versions of their libraries; ARGS="--integration flask --python 3.12"
#   make floors    the oldest versions of a few integrations, on Python 3.9
#   make differential   small applications under Datadog's tracer and under vedette: their spans and findings are compared
#   make docs      rewrites the generated files
#   make site      the documentation as a web site in build/site
#   make lock      the newest versions of what the development environment consists of, into requirements/lock.txt
#   make build     a wheel in dist/
#   make clean     takes away what all of these made

PYTHON ?= python3
CARGO ?= cargo
ARGS ?=
BIN := .venv/bin
STAMPS := .cache/setup
WHAT_IS_RUST := $(shell find crates -path '*/src/*' -name '*.rs') $(wildcard crates/*/Cargo.toml) Cargo.toml Cargo.lock
NATIVE := $(STAMPS)/native

export VIRTUAL_ENV := $(CURDIR)/.venv
export PATH := $(CURDIR)/.venv/bin:$(PATH):$(HOME)/.cargo/bin
export PYO3_PYTHON := $(CURDIR)/.venv/bin/python
# uWSGI compiles itself in several threads, of which now and then one fails to start its compiler.
export CPUCOUNT := 1

# Whose oldest versions CI tests, on the oldest CPython: one or two of each family. `make matrix` tests them all.
FLOORS := bottle falcon flask httpx psycopg2 pymysql requests sqlite3 starlette urllib3

.PHONY: setup check test bench matrix floors differential docs site lock demo build clean rust python-tests

setup: $(STAMPS)/dev

# Set-up tells what it does on standard error: the output of `make demo` belongs to the demo.

$(STAMPS)/venv:
	@mkdir -p $(STAMPS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9))' || \
	    { echo "make: Python 3.9 or newer is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "make: creating .venv" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'maturin>=1.9,<2' 'uv>=0.5,<1' >&2
	@touch $@

$(NATIVE): $(STAMPS)/venv pyproject.toml $(WHAT_IS_RUST)
	@command -v $(CARGO) >/dev/null || \
	    { echo "make: cargo is missing; install Rust (1.85 or newer) from https://rustup.rs" >&2; exit 1; }
	@echo "make: building the native module (some minutes the first time)" >&2
	@$(BIN)/python -m uv pip install --quiet --constraint requirements/lock.txt \
	    --reinstall-package vedette --no-build-isolation --editable '.[demo]' >&2
	@touch $@

$(STAMPS)/dev: $(NATIVE) requirements/dev.txt requirements/libraries.txt requirements/lock.txt
	@echo "make: installing what checks and tests need" >&2
	@$(BIN)/python -m uv pip install --quiet --constraint requirements/lock.txt \
	    --requirement requirements/dev.txt --requirement requirements/libraries.txt >&2
	@touch $@

# Libraries without wheels, for which the Debian packages of `tools/services.py install` have the headers.
$(STAMPS)/compiled: $(STAMPS)/dev requirements/compiled.txt
	@if [ "$${CI:-}" = true ]; then $(BIN)/python tools/services.py install; fi
	@$(BIN)/python tools/compiled.py >&2
	@touch $@

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/python tools/generate.py check
	$(BIN)/python tools/lock.py check
	$(BIN)/python tools/layers.py
	$(BIN)/python tools/stubs.py
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --workspace --all-targets -- -D warnings

test: rust python-tests

rust: setup
	$(CARGO) test --quiet --workspace --exclude vedette-python --exclude vedette-send
	# By the clock, against servers that are slow on purpose: a machine that is busy for a moment gets a second try.
	$(CARGO) test --quiet -p vedette-send || $(CARGO) test --quiet -p vedette-send

python-tests: setup $(STAMPS)/compiled
	$(BIN)/python -m pytest $(ARGS)

demo: $(NATIVE)
	@$(BIN)/vedette demo $(ARGS)

bench: setup
	$(BIN)/python benchmarks/run.py $(ARGS)
	$(if $(ARGS),,$(BIN)/python benchmarks/agent.py)
	$(if $(ARGS),,$(BIN)/python benchmarks/pages.py)

matrix: setup
	$(BIN)/python tools/matrix.py $(ARGS)

floors: setup
	@if $(BIN)/python tools/matrix.py --list --python 3.9 >/dev/null 2>&1; then \
	    $(BIN)/python tools/matrix.py --floors --python 3.9 --minutes 8 --jobs 2 --no-record \
	        $(FLOORS:%=--integration %); \
	else echo "make: there is no CPython 3.9 here: the oldest versions are not tested"; fi

differential: setup
	DIFFERENTIAL=1 $(BIN)/python -m pytest tests/differential $(ARGS)

docs: setup
	$(BIN)/python tools/generate.py write

site: $(STAMPS)/venv
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m uv tool run --quiet --from 'mkdocs>=1.6,<2' --with 'mkdocs-material>=9.6' mkdocs build --quiet --site-dir build/site
	@echo "make: build/site/index.html" >&2

lock: $(STAMPS)/venv
	$(BIN)/python tools/lock.py write

build: $(STAMPS)/venv
	$(BIN)/maturin build --release --out dist

clean:
	rm -rf .venv .cache build dist target .mypy_cache .pytest_cache .ruff_cache .hypothesis src/vedette/_native*.so
