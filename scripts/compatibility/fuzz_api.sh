#!/usr/bin/env bash
# Fuzzes a running server with schemathesis, from the description that the server itself gives.
#
#   scripts/compatibility/fuzz_api.sh http://127.0.0.1:8080 [options of schemathesis run]
#
# Answers must be as described, bodies that the description forbids must be refused, and nothing may be a 5xx. Bodies that it
# allows may be refused too, for what no schema says: 'stream_options' without a stream, a 'tool_choice' without tools. Give
# a server with a small model: every allowed request generates. KEY in the environment is sent as the API key; without one the
# server is taken to need none, and is not checked for refusing strangers.
set -euo pipefail

base=${1:?give the address of the server, such as http://127.0.0.1:8080}
shift
runner=${SCHEMATHESIS:-schemathesis}
left_out=unsupported_method,positive_data_acceptance
access=(--exclude-checks "$left_out,ignored_auth")
[[ -z "${KEY:-}" ]] || access=(--exclude-checks "$left_out" --header "Authorization: Bearer $KEY")
exec "$runner" run "$base/openapi.json" --url "$base" "${access[@]}" \
    --max-examples "${EXAMPLES:-50}" --request-timeout 120 --generation-deterministic "$@"
