#!/usr/bin/env bash
# Names what this machine lacks to build, all of it at once. usage: make/tools.sh
set -euo pipefail

missing=()
if ! command -v cargo >/dev/null; then
    if [[ -x ${CARGO_HOME:-$HOME/.cargo}/bin/cargo ]]; then
        missing+=("cargo is installed but not found: run \`. \"${CARGO_HOME:-$HOME/.cargo}/env\"\` in this shell")
    else
        missing+=("cargo (Rust) is not installed: https://rustup.rs has it")
    fi
fi
if ! command -v cc >/dev/null; then
    missing+=("there is no C compiler (cc), which linking needs (Debian, Ubuntu: apt install build-essential; macOS: xcode-select --install)")
fi
if ! command -v "${PYTHON:-python3}" >/dev/null; then
    missing+=("${PYTHON:-python3} is not installed: the AWS emulator and the deployment need Python 3.10 or later (Debian, Ubuntu: apt install python3 python3-venv)")
fi
for problem in "${missing[@]+"${missing[@]}"}"; do
    echo "error: $problem" >&2
done
[[ ${#missing[@]} -eq 0 ]]
