using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Wire;
using Xunit;

namespace StreamDb.Tests.SqlLogic.Comparison;

public sealed class ValueFormatTests
{
    [Theory]
    [InlineData(null, TypeOids.Text, "NULL")]
    [InlineData("", TypeOids.Text, "(empty)")]
    [InlineData("t", TypeOids.Bool, "t")]
    [InlineData("1e+20", TypeOids.Float8, "1e+20")]
    public void RisingWave_takes_the_servers_text(string? text, uint type, string expected) =>
        Assert.Equal(expected, new ServerTextFormat().Format(text, type, 'I', ScriptMode.Standard));

    [Fact]
    public void RisingLight_spells_booleans()
    {
        ServerTextFormat format = new() { SpellsBooleans = true };
        Assert.Equal("true", format.Format("t", TypeOids.Bool, 'B', ScriptMode.Standard));
        Assert.Equal("t", format.Format("t", TypeOids.Text, 'T', ScriptMode.Standard));
    }

    [Theory]
    [InlineData("27.9", TypeOids.Numeric, 'I', "27")]
    [InlineData("-27.9", TypeOids.Numeric, 'I', "-27")]
    [InlineData("abc", TypeOids.Text, 'I', "0")]
    [InlineData("t", TypeOids.Bool, 'I', "1")]
    [InlineData("2", TypeOids.Int4, 'R', "2.000")]
    [InlineData("0.0625", TypeOids.Float8, 'R', "0.062")]
    [InlineData("a\tb", TypeOids.Text, 'T', "a@b")]
    [InlineData("", TypeOids.Text, 'T', "(empty)")]
    public void Sqlite_coerces_to_the_letter(string text, uint type, char letter, string expected) =>
        Assert.Equal(expected, new SqliteFormat().Format(text, type, letter, ScriptMode.Standard));

    [Theory]
    [InlineData("t", TypeOids.Bool, 'B', ScriptMode.Standard, "true")]
    [InlineData("t", TypeOids.Bool, 'I', ScriptMode.Standard, "1")]
    [InlineData("5", TypeOids.Int4, 'R', ScriptMode.Standard, "5")]
    [InlineData("2e+40", TypeOids.Float8, 'R', ScriptMode.Cockroach, "20000000000000000000000000000000000000000")]
    [InlineData("1.5e-05", TypeOids.Float8, 'R', ScriptMode.Cockroach, "0.000015")]
    [InlineData("0.1", TypeOids.Float8, 'R', ScriptMode.Cockroach, "0.1")]
    [InlineData("0.1", TypeOids.Float8, 'R', ScriptMode.Standard, "0.100")]
    [InlineData("0.1", TypeOids.Float8, 'T', ScriptMode.Cockroach, "0.100")]
    [InlineData("-Infinity", TypeOids.Float8, 'R', ScriptMode.Standard, "-inf")]
    [InlineData("NaN", TypeOids.Float8, 'T', ScriptMode.Standard, "NaN")]
    [InlineData("2.9", TypeOids.Float8, 'I', ScriptMode.Standard, "2")]
    [InlineData("2.50", TypeOids.Numeric, 'T', ScriptMode.Standard, "2.50")]
    [InlineData("2.50", TypeOids.Numeric, 'R', ScriptMode.Standard, "2.50")]
    [InlineData("2.12350", TypeOids.Numeric, 'R', ScriptMode.Standard, "2.124")]
    [InlineData("2.5", TypeOids.Numeric, 'I', ScriptMode.Standard, "2")]
    [InlineData("2.5", TypeOids.Numeric, 'I', ScriptMode.Cockroach, "3")]
    [InlineData("-2.5", TypeOids.Numeric, 'I', ScriptMode.Cockroach, "-3")]
    [InlineData("abc", TypeOids.Text, 'I', ScriptMode.Standard, "0")]
    [InlineData("\\x6869", TypeOids.Bytea, 'T', ScriptMode.Standard, "hi")]
    [InlineData("\\xff01", TypeOids.Bytea, 'T', ScriptMode.Standard, "[255, 1]")]
    [InlineData("", TypeOids.Text, 'T', ScriptMode.Standard, "(empty)")]
    public void Materialize_coerces_by_type_letter_and_mode(string text, uint type, char letter, ScriptMode mode, string expected) =>
        Assert.Equal(expected, new MaterializeFormat().Format(text, type, letter, mode));

    [Theory]
    [InlineData("SELECT 1 ORDER BY 1", true)]
    [InlineData("SELECT (SELECT 1 ORDER BY 1)", false)]
    [InlineData("SELECT 'ORDER BY' -- order by", false)]
    [InlineData("SELECT $$ order by $$", false)]
    [InlineData("SELECT 1 /* ( */ order  by 1", true)]
    public void Order_by_counts_at_the_top_level_only(string sql, bool expected) => Assert.Equal(expected, SqlText.HasTopLevelOrderBy(sql));

    [Theory]
    [InlineData("SELECT a FROM t;", true)]
    [InlineData("-- comment\n(SELECT a FROM t) UNION SELECT 1", true)]
    [InlineData("SELECT 1", false)]
    [InlineData("SELECT * FROM pg_class", false)]
    [InlineData("SELECT now() FROM t", false)]
    [InlineData("INSERT INTO t SELECT * FROM u", false)]
    public void Queries_over_relations_can_be_views(string sql, bool expected) => Assert.Equal(expected, SqlText.IsQueryOverRelations(sql));

    [Theory]
    [InlineData("SELECT 1", true)]
    [InlineData("WITH c AS (DELETE FROM t RETURNING a) SELECT a FROM c", false)]
    [InlineData("INSERT INTO t VALUES (1) RETURNING a", false)]
    [InlineData("FETCH 1 c", false)]
    public void Queries_that_may_change_something_are_told_apart(string sql, bool expected) =>
        Assert.Equal(expected, SqlText.IsPureQuery(sql));

    [Theory]
    [InlineData("SET RW_IMPLICIT_FLUSH TO true;", "rw_implicit_flush")]
    [InlineData("set session timezone = 'UTC'", "timezone")]
    [InlineData("SELECT 1", null)]
    public void The_parameter_of_a_SET_is_found(string sql, string? expected) => Assert.Equal(expected, SqlText.ParameterSet(sql));
}
