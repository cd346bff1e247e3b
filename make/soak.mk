# The long form of the end-to-end tests of the promises: every call killed before and after rather than the telling ones, a
# thousand duplicates, an hour of lost webhooks. Bounded: some ten minutes on two processors. Included by the root Makefile.

.PHONY: soak

#: soak                   the promises in their long form; E2E=name runs some
soak: test-build
	$(call step,the promises at length)
	@SOAK=1 $(binaries)/local exec -- cargo nextest run --profile soak --locked --test-threads 3 --workspace --filterset 'package(e2e) & test(/^promises::/)' $(E2E)
