# Deployment, secrets and the checks of infrastructure/. Included by the root Makefile.
# What each target does is in infrastructure/README.md; `infrastructure/deploy.sh --help` lists the settings.

.PHONY: deploy preflight outputs venv lint-infrastructure secrets-check secrets-create secrets-update secrets-get-arns

# Settings given as `make deploy ENV=dev NO_EXECUTE=1` reach the script as environment variables.
export NO_EXECUTE PACKAGE PARAMETERS_FILE SKIP_BUILD BINARIES_DIR SKIP_MODEL_CHECK ENV_FILES FORCE WRITE OUTPUTS_FILE

# ENV has no default on purpose: nobody should deploy to an environment they did not name.
# STACK is everything, or one stack, or several: STACK="voice-parser data-api".
require-env = $(if $(strip $(ENV)),,$(error say which environment: `make $@ ENV=dev` (its parameters are in infrastructure/parameters/dev.json)))

#: deploy ENV=…           build and deploy every stack; STACK=… only some, NO_EXECUTE=1 shows what would change
deploy:
	$(require-env)@infrastructure/deploy.sh $(ENV) $(or $(STACK),all)

#: preflight ENV=…        the checks before a deployment, alone
preflight:
	$(require-env)@infrastructure/deploy.sh $(ENV) preflight

#: outputs ENV=…          addresses and names of what is deployed
outputs:
	$(require-env)@infrastructure/deploy.sh $(ENV) outputs

#: secrets-check ENV=…    compare the .env files with Secrets Manager
#: secrets-create ENV=…   create the secrets that do not exist
#: secrets-update ENV=…   put new values where they differ
#: secrets-get-arns ENV=… their ARNs; WRITE=1 puts them into the parameter file
secrets-check secrets-create secrets-update secrets-get-arns:
	$(require-env)@infrastructure/deploy.sh $(ENV) $@

# CROSS=1 adds what builds packages for AWS.
#: venv                   the Python tools, into .venv; everything that needs them makes it too
venv:
	@infrastructure/venv.sh $(if $(CROSS),--cross)

#: lint-infrastructure    the templates and the deployment scripts against their checks
lint-infrastructure:
	@infrastructure/check.sh
