#!/usr/bin/env bash
# Checks everything under infrastructure/: templates, the rules for them, and the deployment scripts.
set -euo pipefail

infrastructure=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$infrastructure/venv.sh"
tools="$infrastructure/../.venv/bin"
export PYTHONPATH="$infrastructure" PYTHONDONTWRITEBYTECODE=1
cd "$infrastructure"

"$tools/ruff" check --no-cache .
"$tools/ruff" format --no-cache --check .
for script in ./*.sh; do
    bash -n "$script"
done
"$tools/cfn-lint" --append-rules lint/rules --template ./*/template.yaml
"$tools/python" -m pytest --quiet -p no:cacheprovider lint tests
