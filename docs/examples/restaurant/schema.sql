-- A restaurant chain's dashboard: number of orders, total sales and the three best dishes, per restaurant and for the chain,
-- over the last hour, day and week. State is bounded by five-minute partial sums: a week is 2,016 of them per restaurant
-- and dish, however many orders there are; the views over a window add up partial sums, never orders.

CREATE TABLE restaurant (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO restaurant VALUES (1, 'Harbour'), (2, 'Old Town'), (3, 'Station');

-- Orders come from a file that another program appends to ...
CREATE SOURCE order_file (
  restaurant_id int, dish text, quantity int, price numeric(8,2), at timestamptz
) WITH (connector = 'file', path = 'orders.jsonl') FORMAT PLAIN ENCODE JSON;

-- ... and from the tills, as plain INSERTs.
CREATE TABLE order_live (
  restaurant_id int, dish text, quantity int, price numeric(8,2), at timestamptz DEFAULT now()
);

CREATE VIEW orders AS
  SELECT restaurant_id, dish, quantity, price, at FROM order_file
  UNION ALL
  SELECT restaurant_id, dish, quantity, price, at FROM order_live;

CREATE MATERIALIZED VIEW sales_5min AS
  SELECT restaurant_id, dish,
         date_bin('5 minutes', at, timestamptz '2000-01-01 00:00:00+00') AS slot,
         count(*) AS orders, sum(quantity) AS items, sum(quantity * price) AS sales
  FROM orders
  GROUP BY restaurant_id, dish, date_bin('5 minutes', at, timestamptz '2000-01-01 00:00:00+00');

CREATE MATERIALIZED VIEW dish_1h AS
  SELECT restaurant_id, dish, sum(orders) AS orders, sum(items) AS items, sum(sales) AS sales
  FROM sales_5min WHERE slot > now() - INTERVAL '1 hour' GROUP BY restaurant_id, dish;
CREATE MATERIALIZED VIEW dish_24h AS
  SELECT restaurant_id, dish, sum(orders) AS orders, sum(items) AS items, sum(sales) AS sales
  FROM sales_5min WHERE slot > now() - INTERVAL '24 hours' GROUP BY restaurant_id, dish;
CREATE MATERIALIZED VIEW dish_168h AS
  SELECT restaurant_id, dish, sum(orders) AS orders, sum(items) AS items, sum(sales) AS sales
  FROM sales_5min WHERE slot > now() - INTERVAL '168 hours' GROUP BY restaurant_id, dish;

CREATE VIEW dish_sales AS
  SELECT '1 h' AS span, 1 AS hours, * FROM dish_1h
  UNION ALL SELECT '24 h', 24, * FROM dish_24h
  UNION ALL SELECT '168 h', 168, * FROM dish_168h;

CREATE MATERIALIZED VIEW dashboard AS
  SELECT span, hours, r.name AS restaurant, sum(orders) AS orders, sum(sales) AS sales
  FROM dish_sales s JOIN restaurant r ON r.id = s.restaurant_id
  GROUP BY span, hours, r.name;

-- Three best dishes per span and restaurant: for each restaurant its own top three, kept incrementally.
CREATE MATERIALIZED VIEW top_dishes AS
  SELECT w.span, w.hours, r.name AS restaurant, t.dish, t.items
  FROM (VALUES ('1 h', 1), ('24 h', 24), ('168 h', 168)) AS w(span, hours)
  CROSS JOIN restaurant r
  CROSS JOIN LATERAL (
    SELECT s.dish, s.items FROM dish_sales s
    WHERE s.hours = w.hours AND s.restaurant_id = r.id
    ORDER BY s.items DESC, s.dish LIMIT 3) AS t;
