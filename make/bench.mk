# What the functions cost, measured on release binaries. Included by the root Makefile.
#
#   make bench                                           everything: some twenty minutes, most of them the release build
#   make bench-functions BENCH="webhook --starts 31"     one function, or other counts; BENCH=--help lists them

.PHONY: bench bench-functions bench-data-api

BENCH ?=

#: bench                  time, memory and calls of the release binaries, against their budgets
# What is over its budget in the first keeps nobody from the second; the exit status is of both.
bench:
	@$(MAKE) --no-print-directory --keep-going bench-functions bench-data-api

#: bench-functions        the functions alone, beside a local stack of release binaries; BENCH=webhook only that one
bench-functions: tools
	@infrastructure/venv.sh
	$(call step,release build)
	@cargo build --release --workspace --bins --locked
	$(call step,functions)
	@$(release-binaries)/local exec -- $(release-binaries)/bench $(BENCH)

#: bench-data-api         own time and S3 calls of the data API's routes at 12, 1,000 and 20,000 files
bench-data-api: tools
	@infrastructure/venv.sh
	$(call step,data API)
	@cargo run --release --workspace --locked --example bench-data-api

release-binaries = $(or $(CARGO_TARGET_DIR),target)/release
