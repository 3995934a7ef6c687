using Xunit;
using static StreamDb.Tests.Planning.Binding.BindingFixture;

namespace StreamDb.Tests.Planning.Binding;

/// <summary>SQL → logical plan.</summary>
public sealed class QueryShapeTests
{
    [Theory]
    [InlineData("SELECT 1", "Project[1](Row)")]
    [InlineData("SELECT a, b FROM t WHERE a = 1", "Project[#0, #1](Filter[(#0 = 1)](t))")]
    [InlineData("SELECT * FROM s.t", "Project[#0](t)")]
    [InlineData("SELECT t.* FROM public.t", "Project[#0, #1, #2](t)")]
    [InlineData("SELECT public.t.a FROM t", "Project[#0](t)")]
    [InlineData("SELECT dev.public.t.a FROM dev.public.t", "Project[#0](t)")]
    [InlineData("SELECT x.q FROM t AS x (q, r)", "Project[#0](t)")]
    [InlineData("TABLE m", "Project[#0](m)")]
    [InlineData("SELECT x FROM v", "Project[#0](Project[#0, #1](Filter[(#2 > 0::double precision)](t)))")]
    [InlineData("SELECT t.b FROM t, u WHERE t.a = u.a", "Project[#1](Filter[(#0 = #3)](InnerJoin[True](t, u)))")]
    [InlineData("SELECT 1 FROM t LEFT JOIN u ON t.a = u.a", "Project[1](LeftJoin[(#0 = #3)](t, u))")]
    [InlineData("SELECT * FROM t JOIN u USING (a)", "Project[#0, #1, #2, #4, #5](InnerJoin[(#0 = #3)](t, u))")]
    [InlineData("SELECT a FROM t NATURAL RIGHT JOIN u", "Project[#3](RightJoin[(#0 = #3)](t, u))")]
    [InlineData("SELECT a FROM t FULL JOIN u USING (a)", "Project[coalesce(#0, #3)](FullJoin[(#0 = #3)](t, u))")]
    [InlineData("SELECT DISTINCT b FROM t", "Distinct(Project[#1](t))")]
    [InlineData("SELECT DISTINCT ON (b) a FROM t ORDER BY b, c DESC", "TopN[1; #2 desc; 1; 0](Project[#0, #1, #2](t))")]
    [InlineData("SELECT * FROM (SELECT a FROM t ORDER BY c LIMIT 2) x", "Project[#0](Project[#0](TopN[; #1; 2; 0](Project[#0, #2](t))))")]
    [InlineData("SELECT * FROM (SELECT a FROM t ORDER BY c) x", "Project[#0](Project[#0](Project[#0, #2](t)))")]
    [InlineData("VALUES (1, 'a'), (2, 'b')", "Values[1, 'a'; 2, 'b']")]
    [InlineData("WITH w (p) AS (SELECT a FROM t) SELECT p FROM w", "Project[#0](Project[#0](t))")]
    [InlineData("SELECT a FROM t UNION ALL SELECT a FROM u UNION ALL SELECT 1", "UnionAll(Project[#0](t), Project[#0](u), Project[1](Row))")]
    [InlineData("SELECT a FROM t UNION SELECT a FROM u", "Distinct(UnionAll(Project[#0](t), Project[#0](u)))")]
    [InlineData("SELECT a FROM t EXCEPT ALL SELECT a FROM u", "ExceptAll(Project[#0](t), Project[#0](u))")]
    public void Queries_bind_to_plans(string sql, string plan) => Assert.Equal(plan, Plan(sql));

    [Theory]
    [InlineData("SELECT count(*) FROM t", "Project[#0](Aggregate[; count()](t))")]
    [InlineData("SELECT b, sum(a) + 1 FROM t GROUP BY b HAVING count(*) > 1",
        "Project[#0, (#1 + 1::bigint)](Filter[(#2 > 1::bigint)](Aggregate[#1; sum(#0), count()](t)))")]
    [InlineData("SELECT a + 1 AS x FROM t GROUP BY x", "Project[#0](Aggregate[(#0 + 1); ](t))")]
    [InlineData("SELECT b FROM t GROUP BY 1 ORDER BY count(*)", "Project[#0, #1](Aggregate[#1; count()](t))")]
    [InlineData("SELECT b FROM t GROUP BY a", "Project[#1](Aggregate[#0, #1; ](t))")]
    [InlineData("SELECT count(DISTINCT b) FILTER (WHERE a > 1) FROM t", "Project[#0](Aggregate[; count(distinct #1) filter (#0 > 1)](t))")]
    [InlineData("SELECT b, count(*), grouping(b) FROM t GROUP BY ROLLUP (b)",
        "Project[#0, #1, #2](UnionAll(Project[#0, #1, 0](Aggregate[#1; count()](t)), Project[NULL, #0, 1](Aggregate[; count()](t))))")]
    [InlineData("SELECT b, (SELECT max(d) FROM u WHERE u.a = t.a) FROM t GROUP BY a, b",
        "Project[#1, #2](LeftApplyScalar[True](Aggregate[#0, #1; ](t), Project[#0](Aggregate[; max(#1)](Filter[(#0 = ^1#0)](u)))))")]
    public void Grouping_rewrites_what_stands_above(string sql, string plan) => Assert.Equal(plan, Plan(sql));

    [Theory]
    [InlineData("SELECT row_number() OVER (PARTITION BY b ORDER BY a DESC) FROM t", "Project[#3](Window[row_number() over (#1; #0 desc)](t))")]
    [InlineData("SELECT sum(count(*)) OVER () FROM t", "Project[#1](Window[sum(#0) over (; )](Aggregate[; count()](t)))")]
    [InlineData("SELECT lag(b) OVER w FROM t WINDOW w AS (ORDER BY a + 1)",
        "Project[#4](Window[lag(#1) over (; #3)](Project[#0, #1, #2, (#0 + 1)](t)))")]
    [InlineData("SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
        "Project[#3](Window[sum(#0) over (; #0; ROWS BETWEEN 1::bigint PRECEDING AND CURRENT ROW)](t))")]
    [InlineData("SELECT generate_series(1, a), b FROM t", "Project[#3, #1](Call generate_series[1, #0](t))")]
    [InlineData("SELECT a FROM t, generate_series(1, t.a) AS s WHERE s > 1", "Project[#0](Filter[(#3 > 1)](Call generate_series[1, #0](t)))")]
    [InlineData("SELECT * FROM generate_series(1, (SELECT max(a) FROM t)) AS s",
        "Project[#0](Project[#1](Call generate_series[1, #0](LeftApplyScalar[True](Row, Project[#0](Aggregate[; max(#0)](t))))))")]
    [InlineData("SELECT s, r FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS x (s, r)",
        "Project[#0, #1](Call rows from (generate_series, generate_series)[1, 2, 1, 3](Row))")]
    [InlineData("SELECT a, window_end FROM TUMBLE(u, d, INTERVAL '2 hours')",
        "Project[#0, #4](Project[#0, #1, #2, date_bin(02:00:00, #1, 1970-01-01 00:00:00), (date_bin(02:00:00, #1, 1970-01-01 00:00:00) + 02:00:00)]"
        + "(Filter[not(null?(#1))](u)))")]
    [InlineData("SELECT a, window_start FROM HOP(u, d, INTERVAL '1 hour', INTERVAL '2 hours') h",
        "Project[#0, #3](Project[#0, #1, #2, #3, (#3 + 02:00:00)](Call generate_series["
        + "(date_bin(01:00:00, (#1 - 02:00:00), 1970-01-01 00:00:00) + 01:00:00), date_bin(01:00:00, #1, 1970-01-01 00:00:00), 01:00:00](u)))")]
    [InlineData("SELECT * FROM t LEFT JOIN LATERAL (SELECT d FROM u WHERE u.a = t.a) x ON true",
        "Project[#0, #1, #2, #3](LeftApply[True](t, Project[#1](Filter[(#0 = ^1#0)](u))))")]
    [InlineData("SELECT * FROM t, LATERAL (SELECT 1) x", "Project[#0, #1, #2, #3](InnerJoin[True](t, Project[1](Row)))")]
    public void Windows_and_functions_become_nodes(string sql, string plan) => Assert.Equal(plan, Plan(sql));

    [Theory]
    [InlineData("SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)",
        "Project[1](SemiApply[True](t, Project[1](Filter[(#0 = ^1#0)](u))))")]
    [InlineData("SELECT 1 FROM t WHERE NOT EXISTS (SELECT 1 FROM u)", "Project[1](AntiApply[True](t, Project[1](u)))")]
    [InlineData("SELECT 1 FROM t WHERE a IN (SELECT a FROM u)", "Project[1](SemiApply[(#0 = #3)](t, Project[#0](u)))")]
    [InlineData("SELECT 1 FROM t WHERE a NOT IN (SELECT a FROM t)", "Project[1](AntiApply[(#0 = #3)](t, Project[#0](t)))")]
    [InlineData("SELECT 1 FROM t WHERE a NOT IN (SELECT a FROM u)",
        "Project[1](AntiApply[or((#0 = #3), null?((#0 = #3)))](t, Project[#0](u)))")]
    [InlineData("SELECT 1 FROM t WHERE a < ALL (SELECT a FROM t)", "Project[1](AntiApply[not((#0 < #3))](t, Project[#0](t)))")]
    [InlineData("SELECT EXISTS (SELECT 1 FROM u) FROM t",
        "Project[not(null?(#3))](LeftApply[True](t, Distinct(Project[True](Project[1](u)))))")]
    [InlineData("SELECT a IN (SELECT a FROM t) FROM t",
        "Project[case(not(null?(#4)): True, False)](LeftApply[(#0 = #3)](t, Distinct(Project[#0, True](Project[#0](t)))))")]
    [InlineData("SELECT a IN (SELECT a FROM u) FROM t",
        "Project[case(not(null?(#4)): True, not(null?(#5)): NULL, False)](LeftApply[True](LeftApply[(#0 = #3)](t, "
        + "Distinct(Project[#0, True](Project[#0](u)))), Distinct(Project[True](Filter[null?(#0)](Project[#0](u))))))")]
    [InlineData("SELECT 1 FROM t WHERE (a, b) IN (SELECT a, 'x' FROM u)",
        "Project[1](SemiApply[and((#0 = #3), (#1 = #4))](t, Project[#0, 'x'](u)))")]
    [InlineData("SELECT 1 FROM t WHERE a = 1 OR EXISTS (SELECT 1 FROM u)",
        "Project[1](Project[#0, #1, #2](Filter[or((#0 = 1), not(null?(#3)))](LeftApply[True](t, Distinct(Project[True](Project[1](u)))))))")]
    [InlineData("SELECT (SELECT a FROM u) FROM t", "Project[#3](LeftApplyScalar[True](t, Project[#0](u)))")]
    [InlineData("SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE EXISTS (SELECT 1 FROM m WHERE n = t.a))",
        "Project[1](SemiApply[True](t, Project[1](SemiApply[True](u, Project[1](Filter[(#0 = ^2#0::bigint)](m))))))")]
    [InlineData("WITH w AS (SELECT a FROM u) SELECT 1 FROM t WHERE a IN (SELECT a FROM w)",
        "Project[1](SemiApply[(#0 = #3)](t, Project[#0](Project[#0](u))))")]
    [InlineData("SELECT (WITH w AS (SELECT t.a AS q) SELECT (SELECT q FROM w)) FROM t",
        "Project[#3](LeftApplyScalar[True](t, Project[#0](LeftApplyScalar[True](Row, Project[#0](Project[^2#0](Row))))))")]
    [InlineData("SELECT 1 FROM t LEFT JOIN u ON t.a = u.a AND EXISTS (SELECT 1 FROM m WHERE n = u.a AND n > t.a)",
        "Project[1](LeftApply[True](t, SemiApply[True](Filter[(^1#0 = #0)](u), "
        + "Project[1](Filter[and((#0 = ^1#0::bigint), (#0 > ^2#0::bigint))](m)))))")]
    public void Subqueries_become_applies(string sql, string plan) => Assert.Equal(plan, Plan(sql));

    [Theory]
    [InlineData("SELECT a, a + 1, count(*), b::int, 'x', CASE WHEN true THEN a END FROM t GROUP BY a, b",
        "a integer, ?column? integer, count bigint, b integer, ?column? text, case integer")]
    [InlineData("SELECT '1'::int, date '2020-01-01', (SELECT b FROM t), EXISTS (SELECT 1), coalesce(1, 2)",
        "int4 integer, date date, b text, exists boolean, coalesce integer")]
    [InlineData("SELECT 1 UNION SELECT 2.5", "?column? numeric")]
    [InlineData("SELECT NULL UNION SELECT 1", "?column? integer")]
    [InlineData("SELECT 'a' UNION SELECT 'b'", "?column? text")]
    [InlineData("VALUES (1), (2.5), (NULL)", "column1 numeric")]
    public void Output_columns_have_names_and_types(string sql, string columns) => Assert.Equal(columns, Columns(sql));

    [Fact]
    public void Order_and_limit_of_the_statement_are_its_finishing()
    {
        StreamDb.Planning.Binding.QueryPlan plan = Bind<StreamDb.Planning.Binding.QueryPlan>(
            "SELECT a AS x FROM t ORDER BY x DESC, c NULLS FIRST LIMIT 5 OFFSET 1 + 1");

        Assert.Equal("#0 desc, #1 nulls first", Keys(plan.Finishing.OrderBy));
        Assert.Equal(5, plan.Finishing.Limit);
        Assert.Equal(2, plan.Finishing.Offset);
        Assert.Equal(1, plan.Finishing.VisibleColumns);
        Assert.Equal("x", Assert.Single(plan.Columns).Name);
    }
}
