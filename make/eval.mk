# How well clients are found in transcripts. Included by the root Makefile.
#
#   make eval                         the development set, its table by list size and stratum
#   make eval EVAL_DATA=…             another set laid out the same way: dev/clients_*.jsonl, dev/queries.jsonl, score.py
#   make eval EVAL_FLAGS=--brief      only the sizes; --boot 0 leaves out the intervals
#   make eval-curve                   recall against false links as the threshold moves

.PHONY: eval eval-curve

EVAL_DATA ?= ../shared/eval/client-linking
EVAL_SPLIT ?= dev
EVAL_FLAGS ?=
EVAL_OUT ?= target/eval

eval-set := $(EVAL_DATA)/$(EVAL_SPLIT)
eval-link := cargo run --quiet --release -p customer-lookup --example link --

# No data is an answer, not a pass: the set is kept outside the repository.
define eval-data
@test -f $(EVAL_DATA)/score.py && test -f $(eval-set)/queries.jsonl || { \
	echo "no evaluation set at $(EVAL_DATA): say where it is, make $@ EVAL_DATA=… (a directory with score.py and $(EVAL_SPLIT)/queries.jsonl)" >&2; exit 2; }
@mkdir -p $(EVAL_OUT)
endef

#: eval                   how well clients are found in the development set; EVAL_DATA=… another set
eval:
	$(eval-data)
	@for clients in $(eval-set)/clients_*.jsonl; do $(eval-link) $$clients $(eval-set)/queries.jsonl || exit 1; done > $(EVAL_OUT)/predictions.jsonl
	@python3 $(EVAL_DATA)/score.py $(eval-set) $(EVAL_OUT)/predictions.jsonl --json $(EVAL_OUT)/scores.json $(EVAL_FLAGS)

#: eval-curve             recall against false links as the threshold moves
eval-curve:
	$(eval-data)
	@for link in 60 80 100 110 120 130 140 160 180; do \
		ask=$$((link < 100 ? link : 100)); \
		for clients in $(eval-set)/clients_*.jsonl; do $(eval-link) $$clients $(eval-set)/queries.jsonl --link $$link --ask $$ask 2>/dev/null || exit 1; done > $(EVAL_OUT)/curve.jsonl; \
		echo "== links from $$link"; \
		python3 $(EVAL_DATA)/score.py $(eval-set) $(EVAL_OUT)/curve.jsonl --boot 0 --brief | grep -v source; \
	done
