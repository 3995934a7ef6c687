namespace StreamDb.Tests.Expressions.Aggregates;

/// <summary>Aggregate queries with the answers of PostgreSQL 15, in the notation of <see cref="PostgresAnswers"/>.</summary>
internal static class PostgresAggregateAnswers
{
    public static IReadOnlyList<(string Query, string Answer)> All { get; } =
    [
        .. Text.Split('\n').Select(line => line.Split("  →  ")).Select(parts => (parts[0], parts[1].Replace('⏎', '\n'))),
    ];

    private const string Text = """
        SELECT count(*) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  7
        SELECT count(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  6
        SELECT count(distinct x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  5
        SELECT sum(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  103
        SELECT avg(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  17.1666666666666667
        SELECT min(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  -7
        SELECT max(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  100
        SELECT sum(distinct x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  101
        SELECT variance(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  1662.9666666666666667
        SELECT stddev(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  40.7794883080534333
        SELECT var_pop(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  1385.8055555555555556
        SELECT stddev_pop(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  37.2264093830650763
        SELECT count(*) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  7
        SELECT count(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  6
        SELECT count(distinct x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  5
        SELECT sum(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  103
        SELECT avg(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  17.1666666666666667
        SELECT min(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  -7
        SELECT max(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  100
        SELECT sum(distinct x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  101
        SELECT variance(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  1662.9666666666666667
        SELECT stddev(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  40.7794883080534333
        SELECT var_pop(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  1385.8055555555555556
        SELECT stddev_pop(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  37.2264093830650763
        SELECT count(*) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  8
        SELECT count(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  7
        SELECT count(distinct x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  6
        SELECT sum(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  9000000103
        SELECT avg(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  1285714300.42857143
        SELECT min(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  -7
        SELECT max(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  9000000000
        SELECT sum(distinct x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  9000000101
        SELECT variance(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  11571428527285715714
        SELECT stddev(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  3401680251
        SELECT var_pop(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  9918367309102042040
        SELECT stddev_pop(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  3149343949
        SELECT count(*) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  6
        SELECT count(x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  5
        SELECT count(distinct x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  4
        SELECT sum(x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  999998.385
        SELECT avg(x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  199999.677000000000
        SELECT min(x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  -7.125
        SELECT max(x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  1000000.01
        SELECT sum(distinct x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  999996.185
        SELECT variance(x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  200000166515.28352000
        SELECT stddev(x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  447213.78166967
        SELECT var_pop(x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  160000133212.22681600
        SELECT stddev_pop(x) FROM (SELECT v::numeric AS x FROM (VALUES (1.10),(2.2),(2.2),(null),(-7.125),(1000000.01)) AS t(v)) AS s  →  400000.16651525
        SELECT count(*) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  5
        SELECT count(x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  4
        SELECT count(distinct x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  4
        SELECT sum(x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  99996.16
        SELECT avg(x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  24999.040000000000
        SELECT min(x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  -7.13
        SELECT max(x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  99999.99
        SELECT sum(distinct x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  99996.16
        SELECT variance(x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  2500063351.06686667
        SELECT stddev(x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  50000.63350666
        SELECT var_pop(x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  1875047513.30015000
        SELECT stddev_pop(x) FROM (SELECT v::numeric(12,2) AS x FROM (VALUES (1.10),(2.20),(null),(-7.13),(99999.99)) AS t(v)) AS s  →  43301.81882208
        SELECT count(*) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  4
        SELECT count(x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  3
        SELECT count(distinct x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  3
        SELECT sum(x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  -4
        SELECT avg(x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  -1.3333333333333333
        SELECT min(x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  -7.75
        SELECT max(x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  2.25
        SELECT sum(distinct x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  -4
        SELECT variance(x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  31.020833333333332
        SELECT stddev(x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  5.569634937168982
        SELECT var_pop(x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  20.680555555555554
        SELECT stddev_pop(x) FROM (SELECT v::float4 AS x FROM (VALUES (1.5),(2.25),(null),(-7.75)) AS t(v)) AS s  →  4.547587883214084
        SELECT count(*) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  6
        SELECT count(x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  5
        SELECT count(distinct x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  4
        SELECT sum(x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  9999999998.875
        SELECT avg(x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  1999999999.775
        SELECT min(x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  -7.125
        SELECT max(x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  10000000000
        SELECT sum(distinct x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  9999999996.625
        SELECT variance(x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  2.0000000001125e+19
        SELECT stddev(x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  4472135955.125359
        SELECT var_pop(x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  1.60000000009e+19
        SELECT stddev_pop(x) FROM (SELECT v::float8 AS x FROM (VALUES (1.5),(2.25),(2.25),(null),(-7.125),(1e10)) AS t(v)) AS s  →  4000000000.1125
        SELECT bit_and(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  0
        SELECT bit_or(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  -1
        SELECT bit_xor(x) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  -103
        SELECT bit_or(x) filter (where x < 3) FROM (SELECT v::int2 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  -5
        SELECT bit_and(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  0
        SELECT bit_or(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  -1
        SELECT bit_xor(x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  -103
        SELECT bit_or(x) filter (where x < 3) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  -5
        SELECT bit_and(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  0
        SELECT bit_or(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  -1
        SELECT bit_xor(x) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  -9000000103
        SELECT bit_or(x) filter (where x < 3) FROM (SELECT v::int8 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100),(9000000000)) AS t(v)) AS s  →  -5
        SELECT sum(x) FROM (SELECT v::interval AS x FROM (VALUES ('1 day'),('2 hours'),(null),('1 month 3 days')) AS t(v)) AS s  →  1 mon 4 days 02:00:00
        SELECT avg(x) FROM (SELECT v::interval AS x FROM (VALUES ('1 day'),('2 hours'),(null),('1 month 3 days')) AS t(v)) AS s  →  11 days 08:40:00
        SELECT min(x) FROM (SELECT v::interval AS x FROM (VALUES ('1 day'),('2 hours'),(null),('1 month 3 days')) AS t(v)) AS s  →  02:00:00
        SELECT max(x) FROM (SELECT v::interval AS x FROM (VALUES ('1 day'),('2 hours'),(null),('1 month 3 days')) AS t(v)) AS s  →  1 mon 3 days
        SELECT count(x) FROM (SELECT v::interval AS x FROM (VALUES ('1 day'),('2 hours'),(null),('1 month 3 days')) AS t(v)) AS s  →  3
        SELECT percentile_cont(0.5) within group (order by x) FROM (SELECT v::interval AS x FROM (VALUES ('1 day'),('2 hours'),(null),('1 month 3 days')) AS t(v)) AS s  →  1 day
        SELECT bool_and(x) FROM (SELECT v::bool AS x FROM (VALUES (true),(false),(null),(true)) AS t(v)) AS s  →  f
        SELECT bool_or(x) FROM (SELECT v::bool AS x FROM (VALUES (true),(false),(null),(true)) AS t(v)) AS s  →  t
        SELECT every(x) FROM (SELECT v::bool AS x FROM (VALUES (true),(false),(null),(true)) AS t(v)) AS s  →  f
        SELECT bool_and(x) filter (where x) FROM (SELECT v::bool AS x FROM (VALUES (true),(false),(null),(true)) AS t(v)) AS s  →  t
        SELECT string_agg(x, ',' order by x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  a,a,b,c
        SELECT string_agg(x, ',' order by x desc) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  c,b,a,a
        SELECT string_agg(distinct x, ',') FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  a,b,c
        SELECT array_agg(x order by x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  {a,a,b,c,NULL}
        SELECT array_agg(x order by x nulls first) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  {NULL,a,a,b,c}
        SELECT min(x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  a
        SELECT max(x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  c
        SELECT mode() within group (order by x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  a
        SELECT percentile_disc(0.5) within group (order by x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  a
        SELECT jsonb_agg(x order by x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  ["a", "a", "b", "c", null]
        SELECT json_agg(x order by x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  ["a", "a", "b", "c", null]
        SELECT count(distinct x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  3
        SELECT string_agg(x, null order by x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  aabc
        SELECT array_agg(distinct x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  {a,b,c,NULL}
        SELECT jsonb_object_agg(coalesce(x,'z'), length(x) order by x) FROM (SELECT v::text AS x FROM (VALUES ('b'),('a'),(null),('c'),('a')) AS t(v)) AS s  →  {"a": 1, "b": 1, "c": 1, "z": null}
        SELECT min(x) FROM (SELECT v::date AS x FROM (VALUES ('2024-01-02'),('2023-05-06'),(null)) AS t(v)) AS s  →  2023-05-06
        SELECT max(x) FROM (SELECT v::date AS x FROM (VALUES ('2024-01-02'),('2023-05-06'),(null)) AS t(v)) AS s  →  2024-01-02
        SELECT array_agg(x order by x) FROM (SELECT v::date AS x FROM (VALUES ('2024-01-02'),('2023-05-06'),(null)) AS t(v)) AS s  →  {2023-05-06,2024-01-02,NULL}
        SELECT jsonb_agg(x order by x) FROM (SELECT v::date AS x FROM (VALUES ('2024-01-02'),('2023-05-06'),(null)) AS t(v)) AS s  →  ["2023-05-06", "2024-01-02", null]
        SELECT percentile_cont(0.5) within group (order by x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  2
        SELECT percentile_cont(0.25) within group (order by x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  1.25
        SELECT percentile_disc(0.3) within group (order by x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  1
        SELECT percentile_cont(array[0,0.5,1]) within group (order by x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  {-7,2,100}
        SELECT percentile_disc(array[0.1,0.9]) within group (order by x desc) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  {100,-7}
        SELECT mode() within group (order by x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  2
        SELECT corr(x, x * 2 + 1) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  1
        SELECT covar_pop(x, x * x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  137784.58333333334
        SELECT covar_samp(x, x * x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  165341.5
        SELECT regr_slope(x, 2 * x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  0.5
        SELECT regr_intercept(x, 2 * x + 1) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  -0.5
        SELECT regr_count(x, 1) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  6
        SELECT regr_r2(x, x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  1
        SELECT regr_avgx(x, 3) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  3
        SELECT regr_sxx(x, x) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  8314.833333333334
        SELECT array_agg(x order by x desc) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  {NULL,100,5,2,2,1,-7}
        SELECT avg(x) filter (where x > 1) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  27.2500000000000000
        SELECT sum(x) filter (where false) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  <NULL>
        SELECT count(*) filter (where false) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  0
        SELECT array_agg(array[x, 1] order by x) filter (where x < 3) FROM (SELECT v::int4 AS x FROM (VALUES (1),(2),(2),(5),(null),(-7),(100)) AS t(v)) AS s  →  {{-7,1},{1,1},{2,1},{2,1}}
        SELECT sum(x) FROM (SELECT v::numeric AS x FROM (VALUES ('NaN'),('1'),('2')) AS t(v)) AS s  →  NaN
        SELECT sum(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('1'),(null)) AS t(v)) AS s  →  Infinity
        SELECT sum(x) FROM (SELECT v::numeric AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  NaN
        SELECT sum(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  NaN
        SELECT sum(x) FROM (SELECT v::int4 AS x FROM (VALUES (null),(null)) AS t(v)) AS s  →  <NULL>
        SELECT sum(x) FROM (SELECT v::numeric AS x FROM (VALUES (1)) AS t(v)) AS s  →  1
        SELECT avg(x) FROM (SELECT v::numeric AS x FROM (VALUES ('NaN'),('1'),('2')) AS t(v)) AS s  →  NaN
        SELECT avg(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('1'),(null)) AS t(v)) AS s  →  Infinity
        SELECT avg(x) FROM (SELECT v::numeric AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  NaN
        SELECT avg(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  NaN
        SELECT avg(x) FROM (SELECT v::int4 AS x FROM (VALUES (null),(null)) AS t(v)) AS s  →  <NULL>
        SELECT avg(x) FROM (SELECT v::numeric AS x FROM (VALUES (1)) AS t(v)) AS s  →  1.00000000000000000000
        SELECT max(x) FROM (SELECT v::numeric AS x FROM (VALUES ('NaN'),('1'),('2')) AS t(v)) AS s  →  NaN
        SELECT max(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('1'),(null)) AS t(v)) AS s  →  Infinity
        SELECT max(x) FROM (SELECT v::numeric AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  Infinity
        SELECT max(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  Infinity
        SELECT max(x) FROM (SELECT v::int4 AS x FROM (VALUES (null),(null)) AS t(v)) AS s  →  <NULL>
        SELECT max(x) FROM (SELECT v::numeric AS x FROM (VALUES (1)) AS t(v)) AS s  →  1
        SELECT min(x) FROM (SELECT v::numeric AS x FROM (VALUES ('NaN'),('1'),('2')) AS t(v)) AS s  →  1
        SELECT min(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('1'),(null)) AS t(v)) AS s  →  1
        SELECT min(x) FROM (SELECT v::numeric AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  -Infinity
        SELECT min(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  -Infinity
        SELECT min(x) FROM (SELECT v::int4 AS x FROM (VALUES (null),(null)) AS t(v)) AS s  →  <NULL>
        SELECT min(x) FROM (SELECT v::numeric AS x FROM (VALUES (1)) AS t(v)) AS s  →  1
        SELECT stddev(x) FROM (SELECT v::numeric AS x FROM (VALUES ('NaN'),('1'),('2')) AS t(v)) AS s  →  NaN
        SELECT stddev(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('1'),(null)) AS t(v)) AS s  →  NaN
        SELECT stddev(x) FROM (SELECT v::numeric AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  NaN
        SELECT stddev(x) FROM (SELECT v::float8 AS x FROM (VALUES ('Infinity'),('-Infinity')) AS t(v)) AS s  →  NaN
        SELECT stddev(x) FROM (SELECT v::int4 AS x FROM (VALUES (null),(null)) AS t(v)) AS s  →  <NULL>
        SELECT stddev(x) FROM (SELECT v::numeric AS x FROM (VALUES (1)) AS t(v)) AS s  →  <NULL>
        SELECT sum(x) FROM (SELECT v::int8 AS x FROM (VALUES (9223372036854775807),(9223372036854775807)) AS t(v)) AS s  →  18446744073709551614
        SELECT avg(x) FROM (SELECT v::int8 AS x FROM (VALUES (9223372036854775807),(9223372036854775807)) AS t(v)) AS s  →  9223372036854775807
        SELECT sum(x) FROM (SELECT v::float8 AS x FROM (VALUES ('1e308'),('1e308')) AS t(v)) AS s  →  ERROR 22003 value out of range: overflow
        """;
}
