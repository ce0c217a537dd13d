# What a fresh machine needs: git, make, python3 >= 3.11 (with venv and pip) and a package registry.

PYTHON ?= python3
UV := .uv/bin/uv
BIN := .venv/bin
AZURITE := azurite@3.35.0
export UV_PYTHON_DOWNLOADS := never

.PHONY: demo test bench lint venv azurite
.SILENT:

demo: venv  ## start a gateway in a scratch folder, send it the sample files, show the receipts
	$(BIN)/python examples/demo.py

test: lint azurite  ## the whole suite
	$(BIN)/pytest --numprocesses auto

bench: GROUPS := --group bench
bench: venv  ## every claim of speed, as ratios
	$(BIN)/python -m bench

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Microsoft's emulator of Azure storage, for the tests of deposits in a bucket. Without npm, or without a
# registry that has it, they are skipped and say so.
azurite:
	test -e .azurite/$(AZURITE) \
	|| { command -v npm >/dev/null && npm install --silent --no-audit --no-fund --no-package-lock \
	     --fetch-retries=1 --fetch-timeout=60000 --prefix .azurite $(AZURITE) && touch .azurite/$(AZURITE); } \
	|| echo "Azurite could not be installed: the tests that need it are skipped"

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
