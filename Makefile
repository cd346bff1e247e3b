# The AI Voice Tool. `make` lists what there is to do; the fragments in make/ hold it.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules

include make/*.mk

# Each target's one line of help stands above it as "#: target  what it does".
.PHONY: help
help:
	@echo "make …"
	@sed -n 's/^#: /  /p' make/*.mk
