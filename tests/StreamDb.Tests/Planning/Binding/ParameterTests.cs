using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Planning.Binding;
using Xunit;
using static StreamDb.Tests.Planning.Binding.BindingFixture;

namespace StreamDb.Tests.Planning.Binding;

/// <summary>Types of $n and their substitution.</summary>
public sealed class ParameterTests
{
    [Theory]
    [InlineData("SELECT $1", "text")]
    [InlineData("SELECT $1 + 1", "integer")]
    [InlineData("SELECT a FROM t WHERE a = $1 AND b = $2", "integer, text")]
    [InlineData("SELECT $2::date, $1::numeric(5, 2)", "numeric, date")]
    [InlineData("SELECT 1 LIMIT $1 OFFSET $2", "bigint, bigint")]
    [InlineData("INSERT INTO t VALUES ($1, $2, $3)", "integer, text, double precision")]
    [InlineData("INSERT INTO t (c, a) SELECT $1, $2", "double precision, integer")]
    [InlineData("UPDATE t SET c = $1 WHERE a = $2", "double precision, integer")]
    [InlineData("SELECT CASE WHEN $1 THEN 1 ELSE $2 END", "boolean, integer")]
    [InlineData("SELECT a FROM t WHERE a IN ($1, $2)", "integer, integer")]
    [InlineData("SELECT a FROM t WHERE a BETWEEN $1 AND $2", "integer, integer")]
    [InlineData("SELECT a FROM t WHERE $1 IN (SELECT a FROM u)", "integer")]
    [InlineData("SELECT coalesce($1, 1.5)", "numeric")]
    [InlineData("VALUES ($1, 1), (2, $2)", "integer, integer")]
    [InlineData("SELECT $1 UNION SELECT 1", "integer")]
    [InlineData("SELECT $3", "text, text, text")]
    [InlineData("SELECT $1::bigint = $1", "bigint")]
    public void Types_come_from_the_place(string sql, string types)
    {
        Bind(sql, out IReadOnlyList<SqlType> parameters);

        Assert.Equal(types, string.Join(", ", parameters));
    }

    [Fact]
    public void A_parameter_has_one_type() => Assert.Equal("42883", Fails("SELECT $1::int, $1 || 'x' LIKE true").State);

    [Fact]
    public void Values_replace_parameters_and_limits()
    {
        StatementPlan plan = Bind("SELECT a FROM t WHERE a = $1 LIMIT $2 OFFSET $3", out IReadOnlyList<SqlType> types);

        QueryPlan query = (QueryPlan)ParameterSubstitution.Apply(plan, [new Datum(7), new Datum(2L), new Datum(1L)]);

        Assert.Equal("integer, bigint, bigint", string.Join(", ", types));
        Assert.Equal("Project[#0](Filter[(#0 = 7)](t))", Text(query.Root));
        Assert.Equal(2, query.Finishing.Limit);
        Assert.Equal(1, query.Finishing.Offset);
    }

    [Fact]
    public void A_limit_inside_a_query_is_substituted_too()
    {
        StatementPlan plan = Bind("SELECT * FROM (SELECT a FROM t ORDER BY a LIMIT $1) x");

        QueryPlan query = (QueryPlan)ParameterSubstitution.Apply(plan, [new Datum(3L)]);

        Assert.Equal("Project[#0](TopN[; #0; 3; 0](Project[#0](t)))", Text(query.Root));
    }

    [Fact]
    public void A_negative_limit_is_refused()
    {
        StatementPlan plan = Bind("SELECT 1 LIMIT $1");

        Assert.Equal(SqlState.InvalidRowCountInLimit, Assert.Throws<SqlException>(() => ParameterSubstitution.Apply(plan, [new Datum(-1L)])).State);
    }
}
