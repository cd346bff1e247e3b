#!/usr/bin/env bash
# Puts the pinned Python tools into .venv of the checkout; does nothing when they are there.
# usage: infrastructure/venv.sh [--cross | --schemathesis]
#   --cross           adds what builds packages for AWS
#   --schemathesis    adds what tests the data API against its description
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv="$repository/.venv"
files=("$repository/requirements.txt")
stamp="$venv/.installed"
case ${1:-} in
    --cross | --schemathesis)
        files+=("$repository/requirements-${1#--}.txt")
        stamp="$venv/.installed-${1#--}"
        ;;
esac

python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null; then
    echo "error: $python is not installed: the deployment and the local stack need Python 3.10 or later" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    echo "error: $python is $("$python" --version 2>&1), but 3.10 or later is needed (PYTHON=… names another)" >&2
    exit 1
fi

wanted=$(cat "${files[@]}" | cksum)
if [[ -x $venv/bin/python && -f $stamp && $(<"$stamp") == "$wanted" ]] && "$venv/bin/python" -c '' 2>/dev/null; then
    exit 0
fi

# Two commands started at the same time must not install into each other.
mkdir -p "$venv"
if command -v flock >/dev/null; then
    exec 9>"$venv/.lock"
    flock 9
    if [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && "$venv/bin/python" -c '' 2>/dev/null; then
        exit 0
    fi
fi

echo "installing Python tools into .venv"
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    if ! "$python" -m venv "$venv"; then
        echo "error: $python cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2
        exit 1
    fi
fi
arguments=()
for file in "${files[@]}"; do
    arguments+=(-r "$file")
done
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${arguments[@]}"; then
    echo "error: the Python tools could not be installed; pip's messages are above" >&2
    exit 1
fi
printf '%s' "$wanted" >"$stamp"
