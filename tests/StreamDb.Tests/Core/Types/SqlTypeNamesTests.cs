using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Types;

public sealed class SqlTypeNamesTests
{
    [Theory]
    [InlineData("int", "integer")]
    [InlineData("int4", "integer")]
    [InlineData("bigint", "bigint")]
    [InlineData("float8", "double precision")]
    [InlineData("float", "double precision")]
    [InlineData("timestamptz", "timestamp with time zone")]
    [InlineData("\"char\"", "\"char\"")]
    [InlineData("char", "character(1)")]
    [InlineData("_int4", "integer[]")]
    public void Names_resolve(string name, string expected)
    {
        Assert.True(SqlTypeNames.TryResolve(name, [], out SqlType? type));
        Assert.Equal(expected, type.ToString());
    }

    [Fact]
    public void Modifiers_are_PostgreSQLs()
    {
        Assert.Equal(786438, Resolve("numeric", 12, 2).Modifier);
        Assert.Equal(24, Resolve("varchar", 20).Modifier);
        Assert.Equal(7, Resolve("char", 3).Modifier);
        Assert.Equal(3, Resolve("timestamp", 3).Modifier);
        Assert.Equal(SqlType.Float32, Resolve("float", 24));
        Assert.Equal("numeric(3,-2)", Resolve("numeric", 3, -2).ToString());
        Assert.Equal("interval day to second(3)", SqlType.Interval.WithModifier(IntervalFields.Modifier("day to second", 3)).ToString());
        Assert.Equal("interval year", SqlType.Interval.WithModifier(IntervalFields.Modifier("year", -1)).ToString());
    }

    [Fact]
    public void Wrong_modifiers_are_refused()
    {
        Assert.Equal("22023", Assert.Throws<SqlException>(() => Resolve("varchar", 0)).State);
        Assert.Equal("22023", Assert.Throws<SqlException>(() => Resolve("numeric", 0)).State);
        Assert.Equal("22023", Assert.Throws<SqlException>(() => Resolve("float", 54)).State);
        Assert.Equal("42601", Assert.Throws<SqlException>(() => Resolve("int", 4)).State);
        Assert.False(SqlTypeNames.TryResolve("serial", [], out _));
        Assert.False(SqlTypeNames.TryResolve("nosuch", [], out _));
    }

    [Fact]
    public void Every_oid_leads_back_to_its_type()
    {
        foreach (TypeFacts facts in TypeOids.All)
        {
            SqlType? type = TypeOids.TypeOf(facts.Oid);
            Assert.NotNull(type);
            Assert.Equal(facts.Oid, TypeOids.OidOf(type));
            Assert.Equal(facts.Name, TypeOids.FactsOf(type).Name);
        }

        Assert.Equal(1007u, TypeOids.ArrayOidOf(SqlType.Int32));
        Assert.Equal(25u, TypeOids.OidOf(SqlType.Map(SqlType.Text, SqlType.Int32)));
        Assert.Equal(2287u, TypeOids.OidOf(SqlType.ArrayOf(SqlType.Record([]))));
        Assert.Null(TypeOids.TypeOf(4711));
    }

    private static SqlType Resolve(string name, params int[] modifiers) =>
        SqlTypeNames.TryResolve(name, modifiers, out SqlType? type) ? type : throw new ArgumentException(name);
}
