# The parsers against libFuzzer. Included by the root Makefile; the targets are in fuzz/, a workspace of their own.
#
# Stable Rust is enough: coverage instrumentation alone, without a sanitizer, because the product has no unsafe code.
# What a run finds interesting stays in fuzz/corpus (not committed) and speeds up the next one; what breaks a target is
# kept in fuzz/artifacts, and SECONDS=0 runs what is known already, without looking for more.

.PHONY: fuzz fuzz-check

CARGO_FUZZ_VERSION := 0.13.2
SECONDS ?= 60
cargo-fuzz := fuzz/.tools/bin/cargo-fuzz
fuzz-targets = $(or $(TARGET),$(sort $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))))

# An input that takes 10 s or 1 GiB is as much a finding as a crash.
fuzz-limits = -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 $(if $(filter 0,$(SECONDS)),-runs=0,-max_total_time=$(SECONDS))

#: fuzz                   every parser against a fuzzer, SECONDS=60 each; TARGET=name runs some
fuzz: $(cargo-fuzz)
	@$(cargo-fuzz) build --sanitizer none $(if $(filter 1,$(words $(TARGET))),$(TARGET))
	@broken=; \
	for target in $(fuzz-targets); do \
		mkdir -p fuzz/corpus/$$target fuzz/artifacts; \
		log=fuzz/artifacts/$$target.log; \
		if $(cargo-fuzz) run --sanitizer none $$target fuzz/corpus/$$target fuzz/seeds/$$target -- $(fuzz-limits) >$$log 2>&1; then \
			printf '%-20s %10s inputs\n' $$target "$$(sed -n 's/^stat::number_of_executed_units: *//p' $$log)"; \
		else \
			tail -n 40 $$log; \
			printf '%-20s broken\n' $$target; \
			broken+=" $$target"; \
		fi; \
	done; \
	[[ -z $$broken ]] || { echo "error: broken:$$broken (the inputs and logs are in fuzz/artifacts)" >&2; exit 1; }

# Built once for this version; the name of the file the version leaves is how make knows.
$(cargo-fuzz): fuzz/.tools/$(CARGO_FUZZ_VERSION)
fuzz/.tools/$(CARGO_FUZZ_VERSION):
	@cargo install cargo-fuzz --version $(CARGO_FUZZ_VERSION) --locked --force --quiet --root fuzz/.tools
	@touch $@

#: fuzz-check             whether the fuzz targets still compile, without running them
fuzz-check:
	@cargo fmt --manifest-path fuzz/Cargo.toml --check
	@cargo clippy --manifest-path fuzz/Cargo.toml --target-dir $(or $(CARGO_TARGET_DIR),target) --quiet -- -D warnings
