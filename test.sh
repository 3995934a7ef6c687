#!/usr/bin/env bash
# Builds everything and runs every test.
set -euo pipefail
cd "$(dirname "$0")"
dotnet build StreamDb.sln --nologo -v minimal
dotnet test StreamDb.sln --nologo --no-build
