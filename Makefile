# Two commands: `make run` serves the whole product, `make test` proves it. The rest serves those who develop it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

STAMPS := .make
PYTHON := .venv/bin/python
HOST ?= 127.0.0.1
PORT ?= 8000
PAGE_SOURCES := $(shell find frontend/src frontend/public spec -type f 2>/dev/null) \
	frontend/index.html frontend/vite.config.ts

.PHONY: help run dev test test-quick test-python test-page test-browser lint types setup generate clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: $(STAMPS)/python $(STAMPS)/page ## set everything up and serve it on http://127.0.0.1:8000
	@exec .venv/bin/model-studio up --host $(HOST) --port $(PORT) $(if $(DATA_DIR),--data-dir $(DATA_DIR))

dev: $(STAMPS)/python $(STAMPS)/node ## serve with reload: the API on 8000, the page on 5173 at /model-studio
	@trap 'kill 0' EXIT; $(PYTHON) -m uvicorn app.main:app --reload --reload-dir app & \
	cd frontend && npm run dev

setup: $(STAMPS)/python-dev $(STAMPS)/node $(STAMPS)/browser ## install what developing and testing need

test: setup $(STAMPS)/page ## run every test: Python, TypeScript, browser
	@scripts/check lint types page python browser

test-quick: setup ## run what takes seconds: unit and contract tests in both languages
	@scripts/check page quick

test-python: setup ## run the Python tests but those in a browser
	@scripts/check python

test-page: $(STAMPS)/node ## run the page's tests
	@scripts/check page

test-browser: setup $(STAMPS)/page ## walk the product in headless Chromium as a phone
	@scripts/check browser

lint: setup ## ruff, import contracts, ESLint
	@scripts/check lint

types: setup ## mypy --strict and tsc
	@scripts/check types

generate: setup ## write every generated file again: vectors, OpenAPI, the page's API types
	@$(PYTHON) -m scripts.write_vectors
	@$(PYTHON) -m scripts.write_openapi
	@cd frontend && npm run --silent generate:api

clean: ## remove what was built and installed here, but no data
	rm -rf .venv .venv-peers $(STAMPS) frontend/node_modules frontend/dist frontend/.cache

$(STAMPS)/python: pyproject.toml scripts/setup
	@scripts/setup python

$(STAMPS)/python-dev: pyproject.toml scripts/setup
	@scripts/setup python-dev

$(STAMPS)/node: frontend/package-lock.json scripts/setup
	@scripts/setup node

$(STAMPS)/browser: scripts/setup
	@scripts/setup browser

$(STAMPS)/page: $(STAMPS)/node $(PAGE_SOURCES)
	@scripts/setup page
