# The whole system on this machine. Settings: LOCAL_AWS_PORT, LOCAL_STANDIN_PORT, LOCAL_MEDIA_PORT, LOCAL_AWS_PROXY_PORT,
# LOCAL_DIR; with OPENAI_API_KEY (and OPENAI_BASE_URL) the real OpenAI in place of its stand-in.

.PHONY: run build tools

#: run                    the whole system on this machine, until Ctrl-C; ONCE=1 stops after the sample voice note
run: build
	@exec $(binaries)/local up $(if $(ONCE),--once)

# With the examples, the features of the tests' dependencies count too: `make test` then builds nothing a second time.
#: build                  the binaries, for this machine
build: tools
	@infrastructure/venv.sh
	@cargo build --workspace --bins --examples --locked

tools:
	@make/tools.sh

binaries = $(or $(CARGO_TARGET_DIR),target)/debug

# `make deploy ENV=local` beside a running stack: the same addresses, parameters and binaries, unless others are given.
ifeq ($(ENV),local)
running := $(or $(LOCAL_DIR),.local)
ifneq ($(wildcard $(running)/stack.env),)
export AWS_ENDPOINT_URL := $(or $(AWS_ENDPOINT_URL),$(shell sed -n 's/^AWS_ENDPOINT_URL=//p' $(running)/stack.env))
export PARAMETERS_FILE := $(or $(PARAMETERS_FILE),$(running)/parameters.json)
export BINARIES_DIR := $(or $(BINARIES_DIR),$(abspath $(binaries)))
export SKIP_MODEL_CHECK := $(or $(SKIP_MODEL_CHECK),1)
deploy: build
endif
endif
