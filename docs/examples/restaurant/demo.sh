#!/usr/bin/env bash
# The restaurant dashboard, live: see README.md. Needs psql; starts its own server on a free port and stops it again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
orders_count=${ORDERS:-20000}

work=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$work"' EXIT

# Orders of the last seven days, one JSON object a line; the same every time but for the clock.
make_orders() { # count, seed, oldest age in seconds
  awk -v count="$1" -v seed="$2" -v span="$3" -v now="$(date +%s)" 'BEGIN {
    srand(seed); split("ramen gyoza matcha udon tempura onigiri", dish, " "); split("12.50 6.00 4.20 11.00 9.80 3.50", price, " ")
    for (i = 1; i <= count; i++) {
      d = 1 + int(6 * rand() * rand())
      printf "{\"restaurant_id\": %d, \"dish\": \"%s\", \"quantity\": %d, \"price\": %s, \"at\": \"%s\"}\n", \
        1 + int(3 * rand()), dish[d], 1 + int(4 * rand()), price[d], strftime("%Y-%m-%dT%H:%M:%SZ", now - int(span * rand()), 1)
    }
  }'
}
make_orders "$orders_count" 1 604800 > "$work/orders.jsonl"

dotnet build "$root/src/StreamDb.Server" --configuration Release --nologo --verbosity quiet
"$root/src/StreamDb.Server/bin/Release/net10.0/streamdb" --port 0 --http-port 0 --file-root "$work" > "$work/server.log" 2>&1 &
server=$!
port=
for _ in $(seq 100); do
  port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$work/server.log" | head -n 1)
  [ -n "$port" ] && break
  kill -0 "$server" || { cat "$work/server.log"; exit 1; }
  sleep 0.1
done
sql() { psql -X -q -h 127.0.0.1 -p "$port" -U root dev -v ON_ERROR_STOP=1 "$@"; }

sql -f "$here/schema.sql"
until [ "$(sql -At -c 'SELECT coalesce(sum(orders), 0) FROM sales_5min')" = "$orders_count" ]; do sleep 0.1; done

dashboard() {
  echo; echo "== $1"
  sql -c "SELECT span, restaurant, orders, sales FROM dashboard ORDER BY hours, restaurant"
  sql -c "SELECT span, sum(orders) AS orders, sum(sales) AS sales FROM dashboard GROUP BY span, hours ORDER BY hours"
  sql -c "SELECT span, restaurant, string_agg(dish || ' ' || items, ', ' ORDER BY items DESC, dish) AS top_dishes FROM top_dishes GROUP BY span, hours, restaurant ORDER BY hours, restaurant"
}

dashboard "a week of orders from the file"
sql -c "INSERT INTO order_live (restaurant_id, dish, quantity, price) SELECT 2, 'matcha', 10, 4.20 FROM generate_series(1, 50)"
dashboard "fifty orders of ten matcha at the Old Town till"
make_orders 3000 2 600 >> "$work/orders.jsonl"
until [ "$(sql -At -c 'SELECT sum(orders) FROM sales_5min')" = "$((orders_count + 3050))" ]; do sleep 0.05; done
dashboard "three thousand more lines in the file, all of the last ten minutes"
sql -c "DELETE FROM order_live"
dashboard "the till's orders were a mistake and are deleted"
