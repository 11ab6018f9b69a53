# `make run` opens the shell, or runs the script it is given on standard input; `make test` tests.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

# The first Python on the path that is new enough.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

.PHONY: run test lint fuzz derivatives bench bench-peers docs snapshots torch-functions clean

run: $(READY)
	@$(BIN)/tcalc

test: $(READY)
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 $(ARGS)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# Programs made by breaking the project's own, 100,000 of them or as many as ARGS says: `make fuzz ARGS='1000 --seed 7'`.
fuzz: $(READY)
	@$(BIN)/python tests/mutants.py $(ARGS)

# Derivatives against finite differences, DRAWS calls of each function (100), other ones for another SEED.
derivatives: export DRAWS ?= 100
derivatives: export SEED ?= 1
derivatives: $(READY)
	@$(BIN)/python -m pytest tests/library/test_finite_differences.py tests/library/test_derivatives_of_syntax.py $(ARGS)

bench: $(READY)
	@$(BIN)/python benchmarks/bench.py $(ARGS)

# How others do with the expressions of linear algebra, as far as they are installed.
bench-peers: $(READY)
	@$(BIN)/python benchmarks/inside/algebra_peers.py $(ARGS)

# The reference and the derivatives from the library, the error codes from their table, the files for shells and man from
# the parser, and what the commands on the pages print.
docs: $(READY)
	@$(BIN)/python tools/reference.py
	@$(BIN)/python tools/errors.py
	@$(BIN)/python tools/derivatives.py
	@$(BIN)/python tools/compiler.py
	@$(BIN)/python tools/shell_files.py
	@$(BIN)/python tools/shell_page.py
	@$(BIN)/python tools/refresh.py

# What the programs of the error corpus say: to be read before it is committed.
snapshots: $(READY)
	@$(BIN)/python tests/error_corpus.py

# The list of torch's functions that work without a row.
torch-functions: $(READY)
	@$(BIN)/python tools/torch_functions.py

# What is set up speaks on standard error and reads nothing: standard output and input are the program's.
$(READY): pyproject.toml constraints.txt hatch_build.py
	@test -n "$(PYTHON)" || { echo "tcalc needs Python 3.11 or newer" >&2; exit 1; }
	@{ test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); } >&2 </dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt >&2 </dev/null
	@touch $@

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis grammar/tables.json
	find tcalc tests benchmarks docs tools -name __pycache__ -type d -prune -exec rm -rf {} +
