# Everything that is checked. Every cargo command selects the whole workspace, so that each crate is built once with one
# set of features; what a command leaves out it leaves out by a filter.

.PHONY: test test-format test-lint test-build test-unit test-docs test-e2e test-browser schemathesis

#: test                   everything: formatting, lints, unit, integration and end-to-end tests, the infrastructure
test: tools
	@infrastructure/venv.sh
	@$(MAKE) --no-print-directory test-format test-lint test-unit test-docs lint-infrastructure test-e2e test-browser

test-format:
	$(call step,formatting)
	@cargo fmt --all --check

test-lint:
	$(call step,clippy)
	@cargo clippy --workspace --all-targets --locked -- -D warnings

test-build:
	$(call step,build)
	@cargo build --workspace --all-targets --locked

test-unit: test-build
	$(call step,unit and integration tests)
	@$(run-tests)

test-docs:
	$(call step,examples in the documentation)
	@cargo test --workspace --doc --locked --quiet

#: test-e2e               the end-to-end tests alone, with a stack of their own; E2E=name runs some
test-e2e: test-build
	$(call step,end-to-end tests)
	@$(run-e2e)

#: test-browser           the pages in a real Chromium, with a stack of their own
test-browser: test-build
	$(call step,browser tests)
	@$(binaries)/local exec -- e2e/browser/run.sh

#: schemathesis           the data API against its own description, with a stack of its own; EXAMPLES=20 for each route
schemathesis: test-build
	$(call step,the data API and its description)
	@infrastructure/venv.sh --schemathesis
	@EXAMPLES=$(EXAMPLES) $(binaries)/local exec -- e2e/contract/run.sh

step = @printf '\n== %s\n' '$(1)'

# Without cargo-nextest, cargo's own runner runs the same tests, all of them beside the stack.
nextest := $(shell command -v cargo-nextest 2>/dev/null)
ifneq ($(nextest),)
run-tests = cargo nextest run --workspace --locked --filterset 'not package(e2e)'
# Most of an end-to-end test is waiting.
run-e2e = $(binaries)/local exec -- cargo nextest run --workspace --locked --test-threads 8 --filterset 'package(e2e)' $(E2E)
else
run-tests = echo "cargo-nextest is not installed: the tests run with cargo test, at the end"
run-e2e = $(binaries)/local exec -- cargo test --workspace --all-targets --locked --no-fail-fast -- $(E2E)
endif
