using StreamDb.Core.Errors;
using StreamDb.Sql.Parsing;
using StreamDb.Sql.Printing;
using StreamDb.Sql.Syntax;
using StreamDb.Tests.Sql.Parsing;
using Xunit;
using Xunit.Abstractions;

namespace StreamDb.Tests.Sql.Printing;

public sealed class SqlPrinterTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("select A, \"B\" as \"select\" from t as X where a<1 and not(b)", "SELECT a, \"B\" AS select FROM t AS x WHERE a < 1 AND NOT b")]
    [InlineData("select (a+b)*c, a+(b*c), -(-a), (a and b) or c", "SELECT (a + b) * c, a + b * c, - -a, a AND b OR c")]
    [InlineData("select (a or b) and c, (a = b) = c, not (a and b)", "SELECT (a OR b) AND c, (a = b) = c, NOT (a AND b)")]
    [InlineData("select (r).f, (r).*, (f(x))[1], a[1:2]", "SELECT (r).f, (r).*, (f(x))[1], a[1:2]")]
    [InlineData("(select 1 union select 2) intersect select 3", "(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3")]
    [InlineData("select 1 except (select 2 except select 3)", "SELECT 1 EXCEPT (SELECT 2 EXCEPT SELECT 3)")]
    [InlineData("(select 1 limit 1) union all select 2 order by 1", "(SELECT 1 LIMIT 1) UNION ALL SELECT 2 ORDER BY 1")]
    [InlineData("select * from a join (b join c on x) on y", "SELECT * FROM a JOIN (b JOIN c ON x) ON y")]
    [InlineData("select extract(year from d), substring(s from 2)", "SELECT EXTRACT(year FROM d), substring(s, 2)")]
    [InlineData("select left('abc', 2), \"left\"", "SELECT left('abc', 2), \"left\"")]
    [InlineData("select sum(x) over (partition by a order by b rows 1 preceding)", "SELECT sum(x) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)")]
    [InlineData("create table t(a int primary key, v int as a+1, watermark for a as a - interval '1' minute) append only", "CREATE TABLE t (a int PRIMARY KEY, v int AS a + 1, WATERMARK FOR a AS a - INTERVAL '1' MINUTE) APPEND ONLY")]
    [InlineData("create source s with (connector='kafka', a.b.c='1') format plain encode json (x='y')", "CREATE SOURCE s WITH (connector = 'kafka', a.b.c = '1') FORMAT plain ENCODE json (x = 'y')")]
    public void Text_is_normal_and_has_only_the_parentheses_it_needs(string text, string printed) =>
        Assert.Equal(printed, SqlParser.ParseStatement(text).ToString());

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("Abc", "\"Abc\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("select", "\"select\"")]
    [InlineData("type", "type")]
    [InlineData("1a", "\"1a\"")]
    [InlineData("ä", "\"ä\"")]
    public void Names_are_quoted_where_they_must_be(string name, string printed) =>
        Assert.Equal(printed, SqlPrinter.PrintIdentifier(name));

    // Floors of the share of statements that parse; the rest is other engines' own syntax.
    [Theory]
    [InlineData("risingwave", 500, 6_000, 0.99)]
    [InlineData("materialize", 500, 7_000, 0.98)]
    [InlineData("sqlite", 100, 1_500, 0.99)]
    [InlineData("risinglight", 500, 100, 0.95)]
    public void Statements_of_the_suites_survive_printing(string origin, int perFile, int countMin, double shareMin)
    {
        if (SltStatements.Folder() is not { } folder)
        {
            return;
        }

        int parsed = 0;
        List<string> unparsed = [];
        foreach (SltStatement statement in SltStatements.Read(Path.Combine(folder, origin), perFile))
        {
            try
            {
                foreach (ParsedStatement part in SqlParser.ParseScript(statement.Text))
                {
                    AssertSurvives(statement, part.Syntax);
                }

                parsed++;
            }
            catch (SqlException error)
            {
                unparsed.Add($"{statement.File}:{statement.Line}: {error.Message}");
            }
        }

        output.WriteLine($"{origin}: {parsed} statements parsed, {unparsed.Count} did not:");
        unparsed.ForEach(output.WriteLine);
        Assert.True(parsed >= countMin, $"only {parsed} statements");
        Assert.True(parsed >= shareMin * (parsed + unparsed.Count), string.Join('\n', unparsed));
    }

    private static void AssertSurvives(SltStatement statement, StatementSyntax syntax)
    {
        string printed = syntax.ToString();
        StatementSyntax again;
        try
        {
            again = SqlParser.ParseStatement(printed);
        }
        catch (SqlException error)
        {
            Assert.Fail($"{statement.File}:{statement.Line}: {error.Message} in {printed}");
            return;
        }

        Assert.True(syntax.Equals(again), $"{statement.File}:{statement.Line}: {printed} became {again}");
    }
}
