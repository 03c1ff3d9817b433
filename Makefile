# The one entry point for developers; CI (.ci/run) calls the same targets. PY picks another interpreter than .venv's.
PY ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: findings-docs findings-check help install test lint format types contract locale schemas schemas-check picture picture-check wheel-check samples bench check

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## .venv with the package (editable) and everything that the tests need
	sh install.sh -e '.[dev]'

test: ## all tests
	$(PY) -m pytest -n 2

lint: ## ruff's rules
	$(PY) -m ruff check .

format: ## let ruff mend what it can
	$(PY) -m ruff check --fix .

types: ## mypy, strict on the package
	$(PY) -m mypy

contract: ## which part may import which (docs/development.md)
	$(PY) -m pytest tests/test_import_contract.py

locale: ## the Russian catalogue is complete and compiled
	$(PY) tools/catalogues.py --check

schemas: ## write the JSON Schemas of stages.yaml and of the report
	$(PY) docs/make_schemas.py

schemas-check: ## the committed schemas are what the types say
	$(PY) docs/make_schemas.py --check

findings-docs: ## write docs/findings.md from the rules
	$(PY) docs/make_findings.py

findings-check: ## docs/findings.md is what the rules say
	$(PY) docs/make_findings.py --check

picture: ## draw docs/report.svg, the README's picture
	$(PY) docs/make_picture.py

picture-check: ## docs/report.svg is what the program prints today
	$(PY) docs/make_picture.py --check

samples: ## make sample_data anew (the same bytes every time)
	$(PY) sample_data/make.py

bench: ## the benchmark; figures are recorded in docs/performance.md
	$(PY) bench/run.py

wheel-check: ## the wheel, installed alone, runs --help and the report
	@tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(PY) -m pip --disable-pip-version-check wheel -q --no-deps -w "$$tmp/dist" . ; \
	$(PY) -m zipfile -l "$$tmp"/dist/*.whl > "$$tmp/list"; \
	for part in funnel_audit/stages.yaml funnel_audit/findings/ru/fa203.md funnel_audit/intake/dialects/ LC_MESSAGES/funnel_audit.mo funnel_audit/__main__.py; do \
	    grep -qF "$$part" "$$tmp/list" || { echo "wheel-check: the wheel lacks $$part" >&2; exit 1; }; done; \
	if grep -E '^(tests|sample_data|bench|docs|tools)/' "$$tmp/list"; then echo "wheel-check: not for users" >&2; exit 1; fi; \
	VENV="$$tmp/venv" sh install.sh "$$tmp"/dist/*.whl; \
	deals=$$PWD/sample_data/deals.csv; mkdir "$$tmp/elsewhere"; cd "$$tmp/elsewhere"; \
	"$$tmp/venv/bin/funnel-audit" --help > "$$tmp/help"; grep -q report "$$tmp/help"; \
	"$$tmp/venv/bin/funnel-audit" report "$$deals" > "$$tmp/report"; test -s "$$tmp/report"; \
	"$$tmp/venv/bin/python" -m funnel_audit report "$$deals" --format json > "$$tmp/report.json"; \
	"$$tmp/venv/bin/python" -c 'import json, sys; assert json.load(open(sys.argv[1]))["totals"]["deals"] == 600' "$$tmp/report.json"; \
	echo "wheel-check: $$(cd "$$tmp/dist" && ls) runs alone"

check: lint types contract test locale schemas-check findings-check picture-check wheel-check ## everything that CI checks
