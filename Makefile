# One command, the same as CI. Every target installs what is missing first, from the lock file.
# Needs Python 3.11 or newer with venv, and make; another interpreter: make setup PYTHON=python3.12

PYTHON ?=
UV_VERSION := 0.13.9
BIN := .venv/bin
INSTALLED := .venv/.installed

.DELETE_ON_ERROR:
.PHONY: setup demo test check prove dev bench

setup: $(INSTALLED)
	@echo "setup: .venv holds what uv.lock names; the command is $(BIN)/recon"

# The stamp is younger than the lock file exactly when what the lock file names is installed.
$(INSTALLED): uv.lock pyproject.toml
	@chosen=; \
	for one in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11 python); do \
	    if "$$one" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	        >/dev/null 2>&1; then chosen=$$one; break; fi; \
	done; \
	if [ -z "$$chosen" ]; then \
	    echo "Python 3.11 or newer with venv was not found$(if $(PYTHON), as $(PYTHON))." \
	        "Install it, or name it: make setup PYTHON=/path/to/python3." >&2; \
	    exit 2; \
	fi; \
	if ! $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' \
	    >/dev/null 2>&1; then \
	    echo "setup: creating .venv with $$("$$chosen" --version)"; \
	    "$$chosen" -m venv --clear .venv; \
	fi
	@if [ "$$($(BIN)/uv --version 2>/dev/null | cut -d' ' -f2)" != "$(UV_VERSION)" ]; then \
	    echo "setup: installing uv $(UV_VERSION) into .venv"; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	        --only-binary :all: "uv==$(UV_VERSION)"; \
	fi
	@echo "setup: installing what uv.lock names, hashes checked"
	@env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT=.venv \
	    $(BIN)/uv sync --quiet --frozen --inexact --compile-bytecode --python $(BIN)/python
	@touch $@

demo: $(INSTALLED)
	@$(BIN)/recon demo

test: $(INSTALLED)
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/house

prove: $(INSTALLED)
	@$(BIN)/python -m pytest -q --full

dev: $(INSTALLED)
	@exec $(BIN)/recon dev

bench: $(INSTALLED)
	@env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT=.venv \
	    $(BIN)/uv sync --quiet --frozen --inexact --group bench --python $(BIN)/python
	@set -e; for script in tests/bench/*.py; do $(BIN)/python "$$script"; done
