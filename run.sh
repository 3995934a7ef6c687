#!/usr/bin/env bash
# Builds the server and starts it with its data in ./data; further arguments go to the server (./run.sh --help).
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v dotnet >/dev/null; then
    echo "run.sh: the .NET 10 SDK is needed (https://dotnet.microsoft.com/download)" >&2
    exit 1
fi
dotnet build src/StreamDb.Server --configuration Release --nologo --verbosity quiet
export STREAMDB_DATA_DIR="${STREAMDB_DATA_DIR:-$PWD/data}"
exec src/StreamDb.Server/bin/Release/net10.0/streamdb "$@"
