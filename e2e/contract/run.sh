#!/usr/bin/env bash
# Runs schemathesis against the data API of the stack that STACK_ENV describes, through its HTTP API and the function:
# `target/debug/local exec -- e2e/contract/run.sh`. First with the admin key, then with a key of the stack's company.
# EXAMPLES is how many cases are made up for each route beside those that cover its parameters one by one.
# It creates, changes and deletes whatever it finds: only for a stack that nobody needs any more.
set -euo pipefail

STACK_ENV=$(realpath "${STACK_ENV:?the file that describes a running stack}")
cd "$(dirname "$0")"
venv=../../.venv/bin
set -a
# shellcheck source=/dev/null
. "$STACK_ENV"
set +a

# Something to find: a note that is filed, and a message of somebody nobody knows.
say() {
    curl -sS --fail -X POST "$STANDIN_URL/_control/inbound" -H 'content-type: application/json' \
        -d "{\"From\": \"whatsapp:$1\", \"Body\": \"Order a mixer tap for Mrs Nguyen by Friday\"}" >/dev/null
}
say "$SENDER_NUMBER"
say +61491570199
for _ in {1..150}; do
    filed=$(curl -sS --fail -G "$DATA_API_URL/notes" -H "x-api-key: $DATA_API_KEY" -d "company_id=$COMPANY_ID")
    [[ $filed == *'"note_id"'* ]] && break
    sleep 0.2
done
[[ $filed == *'"note_id"'* ]] || { echo "error: the note was not filed" >&2; exit 1; }

walk() {
    printf '\n== the data API with %s\n' "$1"
    "$venv/schemathesis" --config-file schemathesis.toml run "$DATA_API_URL/openapi.json" --url "$DATA_API_URL" \
        --header "x-api-key: $2" --max-examples "${EXAMPLES:-20}" --no-color
}

status=0
walk "the admin key" "$DATA_API_KEY" || status=1
made=$(curl -sS --fail -X POST "$DATA_API_URL/keys" -H "x-api-key: $DATA_API_KEY" -H 'content-type: application/json' \
    -d "{\"label\": \"contract\", \"companies\": [\"$COMPANY_ID\"]}")
key=$("$venv/python" -c 'import json, sys; print(json.load(sys.stdin)["api_key"])' <<<"$made")
walk "a key of one company" "$key" || status=1
exit "$status"
