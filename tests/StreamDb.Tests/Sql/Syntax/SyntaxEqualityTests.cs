using StreamDb.Sql.Parsing;
using Xunit;

namespace StreamDb.Tests.Sql.Syntax;

public sealed class SyntaxEqualityTests
{
    [Theory]
    [InlineData("SELECT a + b * 2 - c", "SELECT  a + b*2  - c", true)]
    [InlineData("SELECT a + b", "SELECT a", false)]
    [InlineData("SELECT a", "SELECT a + b", false)]
    [InlineData("SELECT a + b + c", "SELECT b + c", false)]
    [InlineData("SELECT a + b", "SELECT (a + c) + b", false)]
    [InlineData("SELECT 1 UNION SELECT 2", "SELECT 1 union  SELECT 2", true)]
    [InlineData("SELECT 1 UNION SELECT 2", "SELECT 1", false)]
    [InlineData("SELECT 1", "SELECT 1 UNION SELECT 2", false)]
    [InlineData("SELECT 1 UNION SELECT 2 UNION SELECT 3", "SELECT 2 UNION SELECT 3", false)]
    public void Statements_are_equal_when_they_are_built_alike(string left, string right, bool areEqual) =>
        Assert.Equal(areEqual, SqlParser.ParseStatement(left).Equals(SqlParser.ParseStatement(right)));
}
