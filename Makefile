# What a fresh machine needs: git, make, python3 >= 3.11 (with venv and pip) and a package registry.

PYTHON ?= python3
UV := .uv/bin/uv
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never

.PHONY: demo test bench lint venv
.SILENT:

demo: venv  ## start a gateway in a scratch folder, send it the sample files, show the receipts
	$(BIN)/python examples/demo.py

test: lint  ## the whole suite
	$(BIN)/pytest

bench: GROUPS := --group bench
bench: venv  ## every claim of speed, as ratios
	$(BIN)/python -m bench

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# uv installs what uv.lock names. Where only pip has been told of the registry, pip installs the same,
# checked against the same hashes.
venv: $(UV)
	$(UV) sync --locked --quiet $(GROUPS) || $(MAKE) --no-print-directory venv-by-pip

.PHONY: venv-by-pip
venv-by-pip:
	echo "uv did not reach its registry; pip installs the locked packages instead"
	test -x $(BIN)/python || $(PYTHON) -m venv --without-pip .venv
	$(UV) export --frozen --quiet $(GROUPS) --no-emit-project --output-file .uv/locked.txt
	.uv/bin/pip --quiet --python $(BIN)/python install --require-hashes --requirement .uv/locked.txt
	.uv/bin/pip --quiet --python $(BIN)/python install --no-deps --editable .

$(UV):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Douane needs Python 3.11 or newer")'
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check "uv>=0.9"
