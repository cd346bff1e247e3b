# The AI Voice Tool. `make` lists what there is to do; the fragments in make/ hold it.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules

include make/*.mk

# What a newcomer looks for comes first.
help-first := make/run.mk make/test.mk make/deploy.mk make/operate.mk
help-order := $(help-first) $(filter-out $(help-first),$(wildcard make/*.mk))

# Each target's one line of help stands above it as "#: target  what it does".
.PHONY: help
help:
	@echo "make …"
	@sed -n 's/^#: /  /p' $(help-order)
