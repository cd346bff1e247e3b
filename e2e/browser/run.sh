#!/usr/bin/env bash
# Runs the browser tests against the stack that STACK_ENV describes: `target/debug/local exec -- e2e/browser/run.sh`.
# With `screenshots FOLDER` it takes the pictures for the documentation instead.
# Chromium, Node.js and npm come from Debian, and are installed where that is possible without asking anyone.
set -euo pipefail
if [[ ${1:-} == screenshots ]]; then
  folder=$(realpath -m "${2:?a folder for the pictures}")
fi
STACK_ENV=$(realpath "${STACK_ENV:?the file that describes a running stack}")
export STACK_ENV
cd "$(dirname "$0")"

missing=()
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
[[ -n ${CHROMIUM:-} ]] || command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium fonts-dejavu-core)
if ((${#missing[@]})); then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "The browser tests need: ${missing[*]}. On Debian or Ubuntu: sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
fi

if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; then
  echo "The browser tests need Node.js 20.19 or later; this is $(node --version). Debian 13 has it; for others see https://nodejs.org/en/download." >&2
  exit 1
fi

# `npm ci` removes and installs everything, so it only runs when the lock file is newer.
if [[ ! -e node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
  npm ci --silent
  touch node_modules/.package-lock.json
fi

if [[ ${1:-} == screenshots ]]; then
  exec node screenshots.js "$folder"
fi
reporter=${TEST_REPORTER:-spec}
# Three files at a time: tests mostly wait for the stack, and what they change is their own. The one that waits longest
# begins first.
shopt -s extglob
exec node --test --test-concurrency=3 --test-timeout=240000 --test-reporter="$reporter" tests/workers.test.js tests/!(workers).test.js
