# Two commands: `make app` opens the app, `make test` checks everything. Both make what they need, and are quick the second time.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
HOST ?= localhost

.PHONY: app test bench clean

app: .venv/.app
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(HOST)

test: .venv/.test
	tests/ensure-chromium
	tests/ensure-postgres
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: .venv/.test
	@missed=0; for file in tests/benchmarks/bench_*.py; do \
		echo "== $$file"; PYTHONPATH=. $(BIN)/python $$file || missed=1; done; exit $$missed

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Twinshelf needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Try: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/.app: requirements.txt .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.test: tests/requirements.txt .venv/.app
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
