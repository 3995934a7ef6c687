using StreamDb.Core.Errors;
using Xunit;
using static StreamDb.Tests.Planning.Binding.BindingFixture;

namespace StreamDb.Tests.Planning.Binding;

/// <summary>Mistakes: SQLSTATE, 1-based position, message.</summary>
public sealed class BindErrorTests
{
    [Theory]
    [InlineData("SELECT * FROM nope", "42P01", 15, "relation \"nope\" does not exist")]
    [InlineData("SELECT * FROM nope.t", "42P01", 15, "relation \"nope.t\" does not exist")]
    [InlineData("SELECT x FROM t", "42703", 8, "column \"x\" does not exist")]
    [InlineData("SELECT t.x FROM t", "42703", 8, "column t.x does not exist")]
    [InlineData("SELECT z.x FROM t", "42P01", 8, "missing FROM-clause entry for table \"z\"")]
    [InlineData("SELECT t.a FROM t AS q", "42P01", 8, "invalid reference to FROM-clause entry for table \"t\"")]
    [InlineData("SELECT a FROM t, u", "42702", 8, "column reference \"a\" is ambiguous")]
    [InlineData("SELECT 1 FROM t, t", "42712", 18, "table name \"t\" specified more than once")]
    [InlineData("SELECT b, count(*) FROM t", "42803", 8, "column \"t.b\" must appear in the GROUP BY clause or be used in an aggregate function")]
    [InlineData("SELECT a + 1 FROM u GROUP BY d", "42803", 8, "column \"u.a\" must appear in the GROUP BY clause or be used in an aggregate function")]
    [InlineData("SELECT 1 FROM t WHERE count(*) > 1", "42803", 23, "aggregate functions are not allowed in WHERE")]
    [InlineData("SELECT sum(count(*)) FROM t", "42803", 12, "aggregate function calls cannot be nested")]
    [InlineData("SELECT 1 FROM t WHERE row_number() OVER () > 1", "42P20", 23, "window functions are not allowed in WHERE")]
    [InlineData("SELECT 1 FROM t ORDER BY 2", "42P10", 26, "ORDER BY position 2 is not in select list")]
    [InlineData("SELECT 1 FROM t GROUP BY 3", "42P10", 26, "GROUP BY position 3 is not in select list")]
    [InlineData("SELECT DISTINCT a FROM t ORDER BY b", "42P10", 35, "for SELECT DISTINCT, ORDER BY expressions must appear in select list")]
    [InlineData("SELECT 1 FROM t WHERE a", "42804", 23, "argument of WHERE must be type boolean, not type integer")]
    [InlineData("SELECT 1 WHERE 1 AND true", "42804", 16, "argument of AND must be type boolean, not type integer")]
    [InlineData("SELECT CASE WHEN true THEN 1 ELSE true END", "42804", 28, "CASE types boolean and integer cannot be matched")]
    [InlineData("SELECT 1 UNION SELECT true", "42804", 23, "UNION types integer and boolean cannot be matched")]
    [InlineData("SELECT 1 UNION SELECT 1, 2", "42601", 16, "each UNION query must have the same number of columns")]
    [InlineData("VALUES (1), (2, 3)", "42601", 14, "VALUES lists must all be the same length")]
    [InlineData("SELECT (SELECT 1, 2)", "42601", 8, "subquery must return only one column")]
    [InlineData("SELECT 1 IN (SELECT 1, 2)", "42601", 10, "subquery has too many columns")]
    [InlineData("SELECT nosuch(1)", "42883", 8, "function nosuch(integer) does not exist")]
    [InlineData("SELECT a || b FROM t WHERE a = true", "42883", 0, null)]
    [InlineData("SELECT 1::nosuch", "42704", 11, "type \"nosuch\" does not exist")]
    [InlineData("SELECT * FROM t JOIN u USING (b)", "42703", 17, "column \"b\" specified in USING clause does not exist in right table")]
    [InlineData(
        "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r, r s) SELECT * FROM r", "42P19", 58,
        "recursive reference to query \"r\" must not appear more than once")]
    [InlineData("SELECT * FROM t FOR SYSTEM_TIME AS OF now()", "0A000", 39, "FOR SYSTEM_TIME AS OF is not supported")]
    [InlineData("SELECT * FROM (VALUES (1)) x (a, b)", "42P10", 15, "table \"x\" has 1 columns available but 2 columns specified")]
    [InlineData("INSERT INTO nope VALUES (1)", "42P01", 13, "relation \"nope\" does not exist")]
    [InlineData("INSERT INTO v VALUES (1)", "42809", 13, "cannot insert into view \"v\"")]
    [InlineData("INSERT INTO m VALUES (1)", "42809", 13, "cannot change materialized view \"m\"")]
    [InlineData("INSERT INTO t (a, x) VALUES (1, 2)", "42703", 13, "column \"x\" of relation \"t\" does not exist")]
    [InlineData("INSERT INTO t (a, a) VALUES (1, 2)", "42701", 13, "column \"a\" specified more than once")]
    [InlineData("INSERT INTO t VALUES (1, 'b', 2, 3)", "42601", 34, "INSERT has more expressions than target columns")]
    [InlineData("INSERT INTO t (a, b) VALUES (1)", "42601", 13, "INSERT has more target columns than expressions")]
    [InlineData("INSERT INTO t VALUES (true)", "42804", 23, "column \"a\" is of type integer but expression is of type boolean")]
    [InlineData("INSERT INTO t SELECT b FROM t", "42804", 22, "column \"a\" is of type integer but expression is of type text")]
    [InlineData("INSERT INTO g (k, twice) VALUES (1, 2)", "428C9", 37, "cannot insert a non-DEFAULT value into column \"twice\"")]
    [InlineData("INSERT INTO t VALUES (1) ON CONFLICT (b) DO NOTHING", "42P10", 26,
        "there is no unique or exclusion constraint matching the ON CONFLICT specification")]
    [InlineData("UPDATE t SET x = 1", "42703", 14, "column \"x\" of relation \"t\" does not exist")]
    [InlineData("UPDATE t SET a = 1, a = 2", "42601", 21, "multiple assignments to same column \"a\"")]
    [InlineData("UPDATE t SET a = b", "42804", 18, "column \"a\" is of type integer but expression is of type text")]
    [InlineData("UPDATE t SET a = count(*)", "42803", 18, "aggregate functions are not allowed in UPDATE")]
    [InlineData("CREATE TABLE t (a int)", "42P07", 0, "relation \"t\" already exists")]
    [InlineData("CREATE TABLE x (a int, a int)", "42701", 0, "column \"a\" specified more than once")]
    [InlineData("CREATE TABLE x (a int PRIMARY KEY, b int PRIMARY KEY)", "42P16", 42, "multiple primary keys for table \"x\" are not allowed")]
    [InlineData("CREATE TABLE x (a int, PRIMARY KEY (b))", "42703", 24, "column \"b\" named in key does not exist")]
    [InlineData("CREATE TABLE x (a int DEFAULT true)", "42804", 31, "column \"a\" is of type integer but default expression is of type boolean")]
    [InlineData("CREATE TABLE x (a int UNIQUE)", "0A000", 23, "a UNIQUE constraint is not supported")]
    [InlineData("CREATE TABLE x (a serial)", "0A000", 19, "type serial is not supported")]
    [InlineData("CREATE TABLE nope.x (a int)", "3F000", 14, "schema \"nope\" does not exist")]
    [InlineData("CREATE VIEW t AS SELECT 1", "42P07", 0, "relation \"t\" already exists")]
    [InlineData("CREATE VIEW x AS SELECT 1, 2", "42701", 0, "column \"?column?\" specified more than once")]
    [InlineData("CREATE MATERIALIZED VIEW x AS SELECT oid FROM pg_class", "0A000", 1,
        "a materialized view over system relation \"pg_class\" is not supported")]
    [InlineData("DROP TABLE nope", "42P01", 0, "table \"nope\" does not exist")]
    [InlineData("DROP TABLE v", "42809", 0, "\"v\" is not a table")]
    [InlineData("DROP TABLE t", "2BP01", 0, "cannot drop table t because other objects depend on it")]
    [InlineData("DROP INDEX nope", "42704", 0, "index \"nope\" does not exist")]
    [InlineData("DROP SCHEMA s", "2BP01", 0, "cannot drop schema s because other objects depend on it")]
    [InlineData("SELECT $1::int + $1::text::int, $0", "42P02", 33, null)]
    [InlineData("SELECT 1 LIMIT -1", "2201W", 0, "LIMIT must not be negative")]
    [InlineData("SELECT 1 LIMIT a", "42P10", 16, "argument of LIMIT must not contain variables")]
    [InlineData("SELECT (SELECT sum(t.a)) FROM t", "0A000", 16, "an aggregate of an outer query's columns is not supported")]
    [InlineData("SELECT count(DISTINCT a ORDER BY c) FROM t", "42P10", 34,
        "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list")]
    [InlineData("SELECT a FROM t WHERE generate_series(1, 2) > 1", "0A000", 23, "set-returning functions are not allowed in WHERE")]
    public void Mistakes_are_reported_where_they_are(string sql, string state, int position, string? message)
    {
        SqlException error = Fails(sql);

        Assert.Equal((state, message ?? error.Message), (error.State, error.Message));
        if (message is not null)
        {
            Assert.Equal(position, error.Position);
        }
    }

    [Fact]
    public void Plans_that_double_at_every_level_are_refused()
    {
        string levels = string.Concat(Enumerable.Range(1, 40).Select(i => $", w{i} AS (SELECT a FROM w{i - 1} UNION SELECT a FROM w{i - 1})"));

        Assert.Equal("54001", Fails($"WITH w0 AS (SELECT a FROM t){levels} SELECT * FROM w40").State);
    }

    [Theory]
    [InlineData("SELECT bb FROM t", "Perhaps you meant to reference the column \"t.b\".")]
    [InlineData("SELECT t.ee FROM u t", "Perhaps you meant to reference the column \"t.e\".")]
    [InlineData("SELECT zzzzzz FROM t", null)]
    public void A_near_name_is_suggested(string sql, string? hint) => Assert.Equal(hint, Fails(sql).Hint);

    [Fact]
    public void Dependents_are_listed()
    {
        SqlException error = Fails("DROP TABLE t");

        Assert.Equal("view v depends on table t\nmaterialized view m depends on view v", error.Detail);
        Assert.Equal("Use DROP ... CASCADE to drop the dependent objects too.", error.Hint);
    }
}
