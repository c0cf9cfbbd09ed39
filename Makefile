# Two commands do everything on a fresh machine: `make video PROMPT="…"` and `make test`.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PROMPT ?= A lighthouse keeper befriends a stranded whale.
OUT ?= film.mp4
FLAGS ?=
TORCH ?= torch==2.13.0
MODELS := .venv-models

.PHONY: help video test test-models check install dev up requirements clean
help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

video: $(VENV)/.installed  ## make a narrated film: make video PROMPT="…" [OUT=film.mp4] [FLAGS="--seconds 30 --style storybook"]
	@$(BIN)/storyfarm render -o "$$STORYFARM_OUT" $(FLAGS) -- "$$STORYFARM_PROMPT"
# By way of the environment, unexpanded: a prompt may hold quotes and dollar signs.
video: export STORYFARM_PROMPT = $(value PROMPT)
video: export STORYFARM_OUT = $(value OUT)

up: $(VENV)/.installed  ## keep an embedded farm running and print its address and key
	@$(BIN)/storyfarm up $(FLAGS)

test: check  ## install what the tests need, then run the checks and the tests
	@$(BIN)/python -m pytest -n auto $(FLAGS)

test-models: $(MODELS)/.installed  ## test the engines of real models on the CPU with tiny weights (an environment of its own, with torch)
	@$(MODELS)/bin/python -m pytest -n auto tests/diffusion $(FLAGS)

check: $(VENV)/.dev  ## format, lint, types and import rules
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy -p farm -p gateway -p workers -p pipelines -p render -p cli
	@said=$$($(BIN)/lint-imports --no-cache 2>&1) || { echo "$$said"; exit 1; }

install: $(VENV)/.installed  ## make the virtual environment
dev: $(VENV)/.dev  ## the same, with what the tests and checks need

# The stamps are renewed only when the requirements change: on an installed machine nothing is installed again.
$(VENV)/.uv: requirements/uv.txt
	@test -n "$(PYTHON)" || { echo "Storyfarm needs Python 3.11 or newer on the PATH (or: make PYTHON=/path/to/python3.11)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python -m venv failed; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.installed: $(VENV)/.uv requirements/core.txt pyproject.toml
	@echo "Installing Storyfarm into $(VENV) (once) …"
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/core.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements/dev.txt
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

# pip, not uv, and torch by itself first: so the index decides which build of torch (CPU, CUDA) this machine gets, and nothing changes it afterwards.
$(MODELS)/.installed: requirements/core.txt pyproject.toml
	@echo "Installing torch and the model libraries into $(MODELS) (once, some minutes) …"
	@test -x $(MODELS)/bin/python || $(PYTHON) -m venv $(MODELS)
	@$(MODELS)/bin/python -m pip install -q --disable-pip-version-check "$(TORCH)"
	@$(MODELS)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/core.txt
	@sed -n '/^gpu = \[/,/^\]/s/^ *"\([^"]*\)".*/\1/p' pyproject.toml >$(MODELS)/gpu.txt
# torchvision is published for torch's CUDA builds; one that cannot be imported breaks more than one that is not there, and spandrel does without.
	@rm -f $(MODELS)/alone.txt; $(MODELS)/bin/python -c "import torch; raise SystemExit(torch.version.cuda is None)" || \
	{ grep '^spandrel' $(MODELS)/gpu.txt; echo einops; } >$(MODELS)/alone.txt
	@test ! -f $(MODELS)/alone.txt || sed -i '/^torchvision/d;/^spandrel/d' $(MODELS)/gpu.txt
	@$(MODELS)/bin/python -m pip install -q --disable-pip-version-check "$(TORCH)" -r $(MODELS)/gpu.txt "pytest>=9,<10" pytest-timeout pytest-xdist hypothesis
	@test ! -f $(MODELS)/alone.txt || $(MODELS)/bin/python -m pip install -q --disable-pip-version-check --no-deps -r $(MODELS)/alone.txt
	@touch $@

requirements:  ## export the hashed requirements anew from pyproject.toml (without download addresses)
	@for set in core dev gpu; do extra=$$([ $$set = core ] || echo "--extra $$set"); \
	$(UV) pip compile pyproject.toml $$extra --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -q -o requirements/$$set.txt $(FLAGS); done
	@echo uv | $(UV) pip compile - --universal --generate-hashes --no-header --no-annotate -q -o requirements/uv.txt

clean:  ## remove the virtual environment, the embedded farm's home and the film
	rm -rf $(VENV) $(MODELS) .storyfarm film.mp4
