#!/usr/bin/env bash
# Runs sqllogictest scripts: our own suites when nothing else is named.
#
#   sqllogictest/run.sh [--postgres] [--no-build] [streamdb-slt options] [script or folder]...
#
# Starts a server in memory per job (STREAMDB_COMMAND overrides the command line; {port} stands for the port).
# --postgres plays against a throwaway PostgreSQL 15 instead, which is the oracle for our own suites.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
configuration=${CONFIGURATION:-Debug}
postgres=no
build=yes
arguments=()
has_target=no
has_expected=no
while [ $# -gt 0 ]; do
  case $1 in
    --postgres) postgres=yes ;;
    --no-build) build=no ;;
    --tier | --origin) has_target=yes; arguments+=("$1" "$2"); shift ;;
    --expected) has_expected=yes; arguments+=("$1" "$2"); shift ;;
    --dual | --verbose | --list | --update-expected | --help) arguments+=("$1") ;;
    --*=*) arguments+=("$1") ;;
    --*) arguments+=("$1" "$2"); shift ;;
    *) has_target=yes; arguments+=("$1") ;;
  esac
  shift
done
[ $has_target = yes ] || arguments+=("$here")

if [ $build = yes ]; then
  dotnet build "$root/tests/StreamDb.SqlLogicTests" -c "$configuration" -v quiet --nologo
  [ $postgres = yes ] || dotnet build "$root/src/StreamDb.Server" -c "$configuration" -v quiet --nologo
fi
runner="$root/tests/StreamDb.SqlLogicTests/bin/$configuration/net10.0/streamdb-slt"

if [ $postgres = no ]; then
  unset STREAMDB_DATA_DIR
  server="$root/src/StreamDb.Server/bin/$configuration/net10.0/streamdb"
  [ $has_expected = yes ] || [ ! -f "$here/expected/own.tsv" ] || [ $has_target = yes ] || arguments+=(--expected "$here/expected/own.tsv")
  exec "$runner" --server-command "${STREAMDB_COMMAND:-$server --port {port\} --http-port 0 --workers 2 --file-root $here --log-level warning}" "${arguments[@]}"
fi

bin=/usr/lib/postgresql/15/bin
data=$(mktemp -d /tmp/streamdb-slt-pg.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$data"
  as=(setpriv --reuid postgres --regid postgres --init-groups)
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd /tmp
"${as[@]}" "$bin/initdb" -D "$data" -U root -A trust -E UTF8 --locale=C --no-sync >/dev/null
"${as[@]}" "$bin/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
  -c synchronous_commit=off -c full_page_writes=off -c timezone=UTC -c autovacuum=off -c max_locks_per_transaction=512 >"$data/server.log" 2>&1 &
server=$!
trap 'kill -INT $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$data"' EXIT
until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; do kill -0 $server || { cat "$data/server.log"; exit 1; }; sleep 0.1; done
cd "$root"
# PostgreSQL does not maintain its materialized views; a plain view shows what a maintained one must.
"$runner" --port "$port" --user root --database postgres --label postgresql,postgres --view-kind VIEW "${arguments[@]}"
