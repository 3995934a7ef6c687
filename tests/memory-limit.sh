#!/usr/bin/env bash
# Runs a server in a control group with less memory than its state needs, and checks that every view is right and nothing was killed.
#   tests/memory-limit.sh [LIMIT_MIB] [ORDERS]     2048 MiB and 6,000,000 orders by default (7 GB of state); needs root, a built server and psql
# A stream as shops have it, with texts of 200 bytes that views keep: orders in the order of their ids, each of one of ORDERS / 4 customers,
# evenly; payments, each of an order, joined with all columns of both; and the latest status by order, an upsert table. Of payments and
# statuses, 8 in 10 are of one of the last 100,000 orders and 2 in 10 of any earlier one, evenly. A view counts the orders by customer, one
# the payments by order, one the joined rows, one the statuses. When the state is full, ORDERS / 20 payments and as many statuses follow whose orders are
# spread evenly over all, so that next to nothing they need is in memory. Then kill -9, and all must be there again without being computed.
set -euo pipefail
cd "$(dirname "$0")/.."
limit_mib=${1:-2048} orders=${2:-6000000}
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
    --memory-limit-mib $((limit_mib * 7 / 8)) --query-memory-mib $((limit_mib / 8))" >> "$work/log" 2>&1 &
  pid=$!
  for _ in $(seq 600); do sql "SELECT 1" > /dev/null 2>&1 && return; kill -0 "$pid"; sleep 0.2; done
  return 1
}
sql() { psql -h 127.0.0.1 -p "$port" -U root -d dev -X -At -v ON_ERROR_STOP=1 -c "$1"; }
same() { if [ "$2" = "$3" ]; then echo "ok: $1: $2"; else echo "WRONG: $1 is $2, not $3; killed: $(killed)"; tail -5 "$work/log"; exit 1; fi; }
rate() { echo "$1: $2 rows in $((SECONDS - begin)) s, $(($2 / (SECONDS > begin ? SECONDS - begin : 1))) a second"; }
# Major faults, bytes read and written, and seconds of processor time in and outside the kernel, so far.
usage() {
  echo "  $(awk '{print "faults " $12 ", user " $14 / 100 " s, system " $15 / 100 " s"}' "/proc/$pid/stat")," \
    "$(awk '/^read_bytes/{r = $2} /^write_bytes/{w = $2} END {printf "read %d MB, written %d MB", r / 1e6, w / 1e6}' "/proc/$pid/io")," \
    "state $(sql "SELECT round(sum(arrangement_bytes + state_bytes) / 1000000) FROM streamdb_catalog.relation_state") MB"
}
# Of which order number g of a stream is: recently made, or any; the streams have multipliers of their own.
recent_or_any() { echo "g - g * $1 % 4294967291 % CASE WHEN g % 10 < 8 THEN least(g + 1, 100000) ELSE g + 1 END"; }

start
sql "CREATE TABLE orders (id bigint NOT NULL, customer bigint NOT NULL, amount bigint NOT NULL, note text NOT NULL)"
sql "CREATE TABLE payments (order_id bigint NOT NULL, amount bigint NOT NULL)"
sql "CREATE TABLE latest (id bigint PRIMARY KEY, v bigint NOT NULL, note text NOT NULL) ON CONFLICT DO UPDATE FULL"
sql "CREATE MATERIALIZED VIEW by_customer AS SELECT customer, count(*) AS n, sum(amount) AS total FROM orders GROUP BY customer"
sql "CREATE MATERIALIZED VIEW by_order AS SELECT order_id, count(*) AS n, sum(amount) AS total FROM payments GROUP BY order_id"
sql "CREATE MATERIALIZED VIEW paid AS SELECT o.id, o.customer, o.amount, o.note, p.amount AS paid FROM orders o JOIN payments p ON o.id = p.order_id"
sql "CREATE MATERIALIZED VIEW paid_by_group AS SELECT id % 100 AS g, count(*) AS n, sum(amount + paid) AS total, sum(length(note)) AS bytes FROM paid GROUP BY id % 100"
sql "CREATE MATERIALIZED VIEW latest_by_group AS SELECT id % 100 AS g, count(*) AS n, sum(v) AS total FROM latest GROUP BY id % 100"
begin=$SECONDS step=50000 updates=$((orders / 20))
for ((first = 0; first < orders; first += step)); do
  series="generate_series(${first}::bigint, $((first + step > orders ? orders - 1 : first + step - 1)))"
  sql "INSERT INTO orders SELECT g, g * 2654435761 % ($orders / 4), g % 1000, lpad(g::text, 200, 'x') FROM $series g" > /dev/null
  sql "INSERT INTO payments SELECT $(recent_or_any 2654435761), g % 777 FROM $series g" > /dev/null
  sql "INSERT INTO latest SELECT $(recent_or_any 2246822519), g, lpad(g::text, 200, 'y') FROM $series g" > /dev/null
  if ((first / step % 10 == 9)); then rate "filling" $((3 * (first + step))); usage; fi
done
rate "filled" $((3 * orders))
usage
begin=$SECONDS
for ((first = orders; first < orders + updates; first += step)); do
  series="generate_series(${first}::bigint, $((first + step > orders + updates ? orders + updates - 1 : first + step - 1)))"
  sql "INSERT INTO payments SELECT g * 2654435761 % $orders, g % 777 FROM $series g" > /dev/null
  sql "INSERT INTO latest SELECT g * 1000000007 % $orders, g, lpad(g::text, 200, 'y') FROM $series g" > /dev/null
done
rate "updated evenly over all" $((2 * updates))
usage
sql "SELECT name, row_count, arrangement_bytes, state_bytes FROM streamdb_catalog.relation_state ORDER BY 1"
sql "SELECT reason, round(duration_ms::numeric / 1000, 1) AS seconds, written_bytes, total_bytes FROM streamdb_catalog.checkpoints ORDER BY started"
echo "state: $(sql "SELECT sum(arrangement_bytes + state_bytes) FROM streamdb_catalog.relation_state") bytes, limit $((limit_mib << 20))"
# What all views must have, by arithmetic: a checksum of each that depends on every key and value.
read -r customers bought payers paid payments groups bytes latest versions < <(python3 -c "
from array import array
orders, updates = $orders, $updates
of = lambda g, multiplier: g - g * multiplier % 4294967291 % (min(g + 1, 100000) if g % 10 < 8 else g + 1)
customers, bought = bytearray(orders // 4), 0
for g in range(orders):
    customer = g * 2654435761 % (orders // 4)
    customers[customer] = 1
    bought += (customer % 1009 + 1) * (g % 1000)
payers, paid, groups, count = bytearray(orders), 0, 0, 0
newest = array('q', [-1]) * orders
for g in range(orders + updates):
    key = of(g, 2654435761) if g < orders else g * 2654435761 % orders
    payers[key] = 1
    paid += (key % 1009 + 1) * (g % 777)
    groups += (key % 100 + 1) * (key % 1000 + g % 777)
    newest[of(g, 2246822519) if g < orders else g * 1000000007 % orders] = g
print(sum(customers), bought, sum(payers), paid, orders + updates, groups, 200 * (orders + updates),
    sum(v >= 0 for v in newest), sum((key % 1009 + 1) * v for key, v in enumerate(newest) if v >= 0))")
check() {
  same "orders by customer" "$(sql "SELECT count(*), sum(n), sum((customer % 1009 + 1) * total) FROM by_customer")" "$customers|$orders|$bought"
  same "payments by order" "$(sql "SELECT count(*), sum(n), sum((order_id % 1009 + 1) * total) FROM by_order")" "$payers|$payments|$paid"
  same "paid orders" "$(sql "SELECT count(*), sum((id % 1009 + 1) * paid) FROM paid WHERE note = lpad(id::text, 200, 'x') AND amount = id % 1000")" "$payments|$paid"
  same "paid by group" "$(sql "SELECT sum(n), sum((g + 1) * total), sum(bytes) FROM paid_by_group")" "$payments|$groups|$bytes"
  same "latest" "$(sql "SELECT count(*), sum((id % 1009 + 1) * v) FROM latest WHERE note = lpad(v::text, 200, 'y')")" "$latest|$versions"
  same "latest by group" "$(sql "SELECT * FROM latest_by_group ORDER BY g" | md5sum)" "$(sql "SELECT id % 100 AS g, count(*), sum(v) FROM latest GROUP BY 1 ORDER BY 1" | md5sum)"
  same "views computed again" "$(sql "SELECT count(*) FROM streamdb_catalog.view_recovery WHERE NOT is_restored")" 0
  same "paused views" "$(sql "SELECT count(*) FROM streamdb_catalog.paused_views")" 0
}
begin=$SECONDS
check
echo "checked in $((SECONDS - begin)) s"
sql "CHECKPOINT"
kill -9 "$pid"; wait "$pid" 2>/dev/null || true
begin=$SECONDS
start
echo "back after $((SECONDS - begin)) s"
check
same "killed for memory" "$(killed)" 0
echo "peak $(peak) bytes, done after $SECONDS s"
