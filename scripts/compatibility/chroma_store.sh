#!/usr/bin/env bash
# Runs the store's tests against Chroma's own server, on a port and in a folder of its own, and this repository's checks of
# Chroma's client against that server, whose answers they were taken from.
#
#   scripts/compatibility/chroma_store.sh [options of swift test]
#
# Needs the package chromadb in the PYTHON that is given, or in python3, with the command chroma beside it, and tests that are
# built (swift build -c release --build-tests).
set -euo pipefail
cd "$(dirname "$0")/../.."

python=${PYTHON:-python3}
chroma=$(dirname "$("$python" -c 'import sys; print(sys.executable)')")/chroma
[[ -x "$chroma" ]] || { echo "there is no $chroma; pip install chromadb" >&2; exit 1; }
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
folder=$(mktemp -d)
"$chroma" run --path "$folder" --host 127.0.0.1 --port "$port" >"$folder/log" 2>&1 &
server=$!
trap 'kill "$server"; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 100); do
    curl -sf "http://127.0.0.1:$port/api/v2/heartbeat" >/dev/null && break
    sleep 0.2
done
"$python" scripts/compatibility/chroma_client.py "http://127.0.0.1:$port"
MARTLET_TEST_CHROMA="http://127.0.0.1:$port" swift test -c release --skip-build --no-parallel --filter OwnServerTests "$@"
