# Every command sets up what it needs in .venv, from requirements.lock, the first time that it is called.
# Without make (Windows): CONTRIBUTING.md has the plain commands that this file runs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(if $(filter Windows_NT,$(OS)),$(VENV)/Scripts,$(VENV)/bin)
# `python -m` everywhere, since scripts in .venv hold its absolute path and break when the checkout moves.
RUN := $(BIN)/python -m

PRESET ?= starter
PROMPT ?= a red circle moves right and a blue square bounces
# Into the environment as they are, unexpanded: quotes, apostrophes and dollar signs reach the program unharmed.
override PROMPT := $(value PROMPT)
override OUT := $(value OUT)
override SIGN := $(value SIGN)
export PROMPT OUT SIGN
OPTIONS = $(if $(SIZE),--size "$(SIZE)") $(if $(SECONDS),--seconds "$(SECONDS)") $(if $(SEED),--seed "$(SEED)") \
          $(if $(STEPS),--steps "$(STEPS)") $(if $(GUIDANCE),--guidance "$(GUIDANCE)") $${OUT:+--out "$$OUT"} \
          $(if $(filter-out 0,$(MARK)),--mark) $(if $(filter-out 0,$(WATERMARK)),--watermark) $${SIGN:+--sign "$$SIGN"}

.PHONY: help video studio lab doctor test lint train evaluate bench chapters wheel clean distclean

help: ## show this list
	@echo 'make TARGET [NAME=value ...]'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile

video: $(VENV)/.base $(if $(SIGN),$(VENV)/.sign) ## a sentence becomes a video: PROMPT="..." [SIZE=64x64 SECONDS=2 SEED=0 STEPS=20 GUIDANCE=3 OUT=out/clip.mp4 MARK=1 WATERMARK=1 SIGN=keys]
	@$(RUN) minisora generate $(OPTIONS) -- "$$PROMPT"

studio: $(VENV)/.course ## a page to play on: clips, films, a world to walk in (in the browser) [ARGS="--port 8866"]
	@$(RUN) minisora studio $(ARGS)

lab: $(VENV)/.course ## open the chapters in JupyterLab
	$(RUN) jupyterlab $(firstword $(wildcard chapters/00_*.ipynb chapters/*.ipynb))

doctor: $(VENV)/.base ## versions, device, threads, weights, and what is wrong with this installation
	@$(RUN) minisora doctor

test: $(VENV)/.test lint ## everything that CI checks: lint, types, layers, tests [ARGS="-k codec"]
	OMP_NUM_THREADS=1 $(RUN) pytest -n logical --maxprocesses 8 --dist loadgroup $(ARGS)

lint: $(VENV)/.test ## lint, format, types and import layers, without the tests
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(BIN)/python -c 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())'
	$(RUN) basedpyright

train: $(VENV)/.train ## train all parts from nothing (starter: 12 minutes), and measure them [PRESET=starter, micro ... ARGS=...]
	$(RUN) minisora train codec --preset $(PRESET) $(ARGS)
	$(if $(filter nano,$(PRESET)),,$(RUN) minisora train text-to-video --part planner --preset $(PRESET) $(ARGS))
	$(if $(filter nano starter,$(PRESET)),,$(RUN) minisora train text-to-video --part writer --preset $(PRESET) $(ARGS))
	$(RUN) minisora train text-to-video --preset $(PRESET) --score-minutes 2 $(ARGS)
	$(RUN) minisora evaluate --weights runs/$(PRESET)-text-to-video --codec runs/$(PRESET)-codec/codec.safetensors

evaluate: $(VENV)/.train ## measure the weights on fixed prompts and seeds, beside their floors [ARGS=...]
	$(RUN) minisora evaluate $(ARGS)

bench: $(VENV)/.test ## time it against other libraries, as ratios, into benchmarks/results.md [ARGS=codecs]
	$(RUN) benchmarks $(ARGS)

chapters: $(VENV)/.test ## build and run the learners' and the solution notebooks from solutions/*.py [ARGS=02]
	$(RUN) minisora.course.notebooks.build $(ARGS)

wheel: $(VENV)/.test ## build dist/minisora-*.whl, weights included
	$(RUN) pip wheel --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove caches and build products (keeps .venv, out and runs)
	rm -rf build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find minisora tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove .venv too
	rm -rf $(VENV)

# pip takes its versions from the lock. On Linux it finds torch's CUDA build first: CONTRIBUTING.md says how to get the smaller one.
INSTALL = $(RUN) pip install --disable-pip-version-check --constraint requirements.lock --editable

$(VENV)/.base: requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Setting up $(VENV) for making videos (once; about 1 GB, a few minutes) ...'
	@$(INSTALL) .
	@touch $@

$(VENV)/.train: requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Setting up $(VENV) for training ...'
	@$(INSTALL) '.[train]'
	@touch $@ $(VENV)/.base

$(VENV)/.sign: requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Setting up $(VENV) for signing ...'
	@$(INSTALL) '.[sign]'
	@touch $@ $(VENV)/.base

$(VENV)/.course: requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Setting up $(VENV) for the chapters (once; about 2 GB, some minutes) ...'
	@$(INSTALL) '.[course]'
	@touch $@ $(VENV)/.base $(VENV)/.train $(VENV)/.sign

$(VENV)/.test: requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Setting up $(VENV) for tests (once; about 2 GB, some minutes) ...'
	@$(INSTALL) '.[test]'
	@touch $@ $(VENV)/.base $(VENV)/.train $(VENV)/.sign $(VENV)/.course

$(BIN)/python:
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3 python; do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Creating $(VENV) with $$("$$python" --version)"; "$$python" -m venv $(VENV); exit; \
	  fi; \
	done; \
	echo 'error: no Python 3.11 or newer (with venv) found; install one, or name it: make video PYTHON=/path/to/python3.11' >&2; exit 1
