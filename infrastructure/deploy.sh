#!/usr/bin/env bash
# Deploys the AI Voice Tool: infrastructure/deploy.sh ENV WHAT…   (`--help` for all of it)
# A thin door to the Python package beside it: it makes sure the pinned tools are there and hands over.
set -euo pipefail

infrastructure=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
case "${1:-}" in
local | "" | -*) "$infrastructure/venv.sh" ;;
*)
    # Only packages for AWS need the cross compiler.
    if [[ ${2:-} =~ ^(secrets-.*|outputs|reconcile|dlq|redrive)$ || ${SKIP_BUILD:-} == 1 || -n ${BINARIES_DIR:-} ]]; then
        "$infrastructure/venv.sh"
    else
        "$infrastructure/venv.sh" --cross
    fi
    ;;
esac
export PYTHONPATH="$infrastructure" PYTHONDONTWRITEBYTECODE=1
exec "$infrastructure/../.venv/bin/python" -m deployer "$@"
