using StreamDb.Sql.Parsing;
using StreamDb.Sql.Syntax;
using Xunit;

namespace StreamDb.Tests.Sql.Parsing;

public sealed class LiteralInsertParserTests
{
    [Fact]
    public void Rows_of_literals_are_slices_of_the_text()
    {
        Assert.True(LiteralInsertParser.TryParse(
            "INSERT INTO S.\"T\" (a, B) VALUES (-1, 'it''s'), (NULL, '1'::int),\n (.5e-3, date '2024-01-01'), (true, 7);",
            out LiteralInsert? insert));
        Assert.Equal(["s", "T"], insert!.Target);
        Assert.Equal(["a", "b"], insert.Columns);
        Assert.Equal((4, 2), (insert.RowCount, insert.ColumnCount));
        List<(LiteralTokenKind Kind, string Text, string? Type)> values = [];
        foreach (LiteralToken value in insert.Values)
        {
            values.Add((value.Kind, insert.GetText(value), insert.GetTypeName(value)));
        }

        Assert.Equal(
            [
                (LiteralTokenKind.Integer, "-1", null),
                (LiteralTokenKind.String, "it's", null),
                (LiteralTokenKind.Null, "NULL", null),
                (LiteralTokenKind.String, "1", "int"),
                (LiteralTokenKind.Number, ".5e-3", null),
                (LiteralTokenKind.String, "2024-01-01", "date"),
                (LiteralTokenKind.Boolean, "true", null),
                (LiteralTokenKind.Integer, "7", null),
            ],
            values);
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (1 + 1)")]
    [InlineData("INSERT INTO t VALUES (1), (1, 2)")]
    [InlineData("INSERT INTO t VALUES (1) RETURNING *")]
    [InlineData("INSERT INTO t VALUES (1); SELECT 1")]
    [InlineData("INSERT INTO t VALUES (-1::text)")]
    [InlineData("INSERT INTO t VALUES (1_0)")]
    [InlineData("INSERT INTO t VALUES ('a'\n'b')")]
    [InlineData("INSERT INTO t VALUES (E'a\\n')")]
    [InlineData("INSERT INTO t VALUES (interval '1' day)")]
    [InlineData("INSERT INTO t VALUES ('{}'::int[])")]
    [InlineData("INSERT INTO t VALUES (now())")]
    [InlineData("INSERT INTO t VALUES (DEFAULT)")]
    [InlineData("INSERT INTO t VALUES ('a)")]
    [InlineData("INSERT INTO t SELECT 1")]
    [InlineData("INSERT INTO t VALUES (1),")]
    [InlineData("SELECT 1")]
    [InlineData("")]
    public void Everything_else_is_left_to_the_grammar(string text) =>
        Assert.False(LiteralInsertParser.TryParse(text, out _));

    [Fact]
    public void What_is_accepted_the_grammar_reads_alike()
    {
        if (SltStatements.Folder() is not { } folder)
        {
            return;
        }

        int count = 0;
        foreach (SltStatement statement in SltStatements.Read(Path.Combine(folder, "risingwave"), 50))
        {
            if (!LiteralInsertParser.TryParse(statement.Text, out LiteralInsert? insert))
            {
                continue;
            }

            count++;
            InsertSyntax syntax = Assert.IsType<InsertSyntax>(SqlParser.ParseStatement(statement.Text));
            ValuesSyntax values = Assert.IsType<ValuesSyntax>(syntax.Source!.Body);
            Assert.Equal(syntax.Target.Parts, insert!.Target);
            Assert.Equal(syntax.Columns, insert.Columns);
            Assert.Equal(values.Rows.Count, insert.RowCount);
            for (int row = 0; row < insert.RowCount; row++)
            {
                for (int column = 0; column < insert.ColumnCount; column++)
                {
                    LiteralToken token = insert.Row(row)[column];
                    Assert.Equal(values.Rows[row][column], AsSyntax(insert, token));
                }
            }
        }

        Assert.True(count > 300, $"only {count} inserts of literals");
    }

    private static ExpressionSyntax AsSyntax(LiteralInsert insert, LiteralToken token)
    {
        string text = insert.GetText(token);
        bool isTyped = token.TypeStart >= 0 && token.TypeStart < token.Start;
        string sql = token.Kind == LiteralTokenKind.String ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : text;
        return SqlParser.ParseExpression(token.TypeStart < 0 ? sql : isTyped ? $"{insert.GetTypeName(token)} {sql}" : $"{sql}::{insert.GetTypeName(token)}");
    }
}
