# What the data API costs. Included by the root Makefile.

.PHONY: bench-data-api

#: bench-data-api         own time and S3 calls of the data API's routes at 12, 1,000 and 20,000 files
bench-data-api:
	@cargo build --quiet --release --workspace --locked --example bench-data-api
	@$(or $(CARGO_TARGET_DIR),target)/release/examples/bench-data-api
