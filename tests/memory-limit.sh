#!/usr/bin/env bash
# Runs a server in a control group with less memory than its state needs, and checks that every view is right and nothing was killed.
#   tests/memory-limit.sh [LIMIT_MIB] [ROWS]     2048 MiB and 20,000,000 rows by default; needs root, a built server and psql
# State is about 310 bytes a row: two tables joined, an aggregate of each key, an upsert table.
set -euo pipefail
cd "$(dirname "$0")/.."
limit_mib=${1:-2048} rows=${2:-20000000}
server=${STREAMDB:-src/StreamDb.Server/bin/Release/net10.0/streamdb.dll}
work=$(mktemp -d -p "${TMPDIR:-/tmp}" streamdb-memory-XXXXXX)
port=$((20000 + RANDOM % 10000))
if [ -d /sys/fs/cgroup/memory ]; then
  group=/sys/fs/cgroup/memory/streamdb-memory-$$; mkdir "$group"
  echo $((limit_mib << 20)) > "$group/memory.limit_in_bytes"
  killed() { awk '/^oom_kill /{print $2}' "$group/memory.oom_control"; }
  peak() { cat "$group/memory.max_usage_in_bytes"; }
else
  group=/sys/fs/cgroup/streamdb-memory-$$; mkdir "$group"
  echo $((limit_mib << 20)) > "$group/memory.max"
  killed() { awk '/^oom_kill /{print $2}' "$group/memory.events"; }
  peak() { cat "$group/memory.peak"; }
fi
pid=
stop() {
  if [ -n "$pid" ]; then kill -9 "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
  rmdir "$group" || true
  rm -rf "$work"
}
trap stop EXIT
start() {
  bash -c "echo \$\$ > '$group/cgroup.procs'; exec dotnet '$server' --data-dir '$work/data' --port $port --http-port 0 --log-level warning \
    --memory-limit-mib $((limit_mib * 3 / 4)) --query-memory-mib $((limit_mib / 8))" >> "$work/log" 2>&1 &
  pid=$!
  for _ in $(seq 600); do sql "SELECT 1" > /dev/null 2>&1 && return; kill -0 "$pid"; sleep 0.2; done
  return 1
}
sql() { psql -h 127.0.0.1 -p "$port" -U root -d dev -X -At -v ON_ERROR_STOP=1 -c "$1"; }
same() { if [ "$2" = "$3" ]; then echo "ok: $1 = $2"; else echo "WRONG: $1 is $2, not $3; killed: $(killed)"; tail -5 "$work/log"; exit 1; fi; }

start
sql "CREATE TABLE l (k bigint NOT NULL, v bigint NOT NULL, pad text NOT NULL)"
sql "CREATE TABLE r (k bigint NOT NULL, v bigint NOT NULL)"
sql "CREATE TABLE latest (k bigint PRIMARY KEY, v bigint NOT NULL) ON CONFLICT DO UPDATE FULL"
sql "CREATE MATERIALIZED VIEW by_key AS SELECT k, count(*) AS n, sum(v) AS total FROM l GROUP BY k"
sql "CREATE MATERIALIZED VIEW joined AS SELECT l.k % 100 AS g, count(*) AS n, sum(l.v + r.v) AS total FROM l JOIN r ON l.k = r.k GROUP BY l.k % 100"
begin=$SECONDS step=200000
for ((first = 0; first < rows; first += step)); do
  series="generate_series(${first}::bigint, $((first + step - 1)))"
  sql "INSERT INTO l SELECT g * 7919 % $rows, g % 1000, repeat('x', 40) FROM $series g" > /dev/null
  sql "INSERT INTO r SELECT g * 104729 % $rows, g % 777 FROM $series g" > /dev/null
  sql "INSERT INTO latest SELECT g * 31 % ($rows / 2), g FROM $series g" > /dev/null
done
echo "$rows rows into each of three tables in $((SECONDS - begin)) s"
sql "SELECT name, row_count, arrangement_bytes, state_bytes FROM streamdb_catalog.relation_state ORDER BY 1"
echo "state: $(sql "SELECT sum(arrangement_bytes + state_bytes) FROM streamdb_catalog.relation_state") bytes, limit $((limit_mib << 20))"
distinct=$(python3 -c "from math import gcd; print($rows // gcd(7919, $rows))")
check() {
  same "rows of by_key" "$(sql "SELECT count(*), sum(n), sum(total) FROM by_key")" "$distinct|$rows|$(sql "SELECT sum(v) FROM l")"
  same "sum of joined" "$(sql "SELECT sum(n) FROM joined")" "$(python3 -c "
from math import gcd
n=$rows; a=gcd(7919,n); b=gcd(104729,n)
print(n if a==1 and b==1 else 'unknown')")"
  same "rows of latest" "$(sql "SELECT count(*) FROM latest")" "$((rows / 2))"
  same "views computed again" "$(sql "SELECT count(*) FROM streamdb_catalog.view_recovery WHERE NOT is_restored")" 0
  same "paused views" "$(sql "SELECT count(*) FROM streamdb_catalog.paused_views")" 0
}
check
sql "CHECKPOINT"
kill -9 "$pid"; wait "$pid" 2>/dev/null || true
begin=$SECONDS
start
echo "back after $((SECONDS - begin)) s"
check
same "killed for memory" "$(killed)" 0
echo "peak $(peak) bytes"
