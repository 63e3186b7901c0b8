# Two commands: `make app` opens the app, `make test` checks everything; both make what they need, and are quick the
# second time. While you change something, `make check` runs in a minute what the change most likely touches.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
HOST ?= localhost
BASE ?= main
UV := uv==0.13.9
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# How many that is, what stays together, and what starts first, is said in tests/workers.py.
WORKERS ?= auto
# Compiled files are kept whatever the environment says: each worker and each process that a test starts reads them.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

.PHONY: app test check lint lock bench clean

app: .venv/.app
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(HOST)

test: .venv/.test lint
	tests/ensure-chromium
	tests/ensure-postgres
	$(PYTEST) --durations=25

check: .venv/.test lint
	@tests=$$($(BIN)/python tests/choose_tests.py $(BASE)) || exit 1; \
		if [ -n "$$tests" ]; then $(PYTEST) $$tests; else echo "Nothing changed that a test would see."; fi

lint: .venv/.test
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/oxlint --deny-warnings assets
	$(BIN)/mypy
	$(BIN)/mypy --config-file tests/mypy.ini

bench: .venv/.test
	@missed=0; for file in tests/benchmarks/bench_*.py; do \
		echo "== $$file"; PYTHONPATH=. $(BIN)/python $$file || missed=1; done; exit $$missed

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Twinshelf needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Try: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

# All but torch comes as it was locked, to the byte. torch is pinned by its version alone, so that each machine takes
# the build made for it; what it asks for is in the lock, but for the GPU packages of builds for GPUs.
.venv/.app: requirements.lock requirements.txt .venv/bin/python
	$(INSTALL) --no-deps --require-hashes -r requirements.lock
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/.test: tests/requirements.lock .venv/.app
	$(INSTALL) --no-deps --require-hashes -r tests/requirements.lock
	@touch $@

lock: .venv/bin/python
	$(INSTALL) $(UV)
	$(LOCK) --no-emit-package torch --output-file requirements.lock requirements.txt
	$(LOCK) --constraint requirements.lock --output-file tests/requirements.lock tests/requirements.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
