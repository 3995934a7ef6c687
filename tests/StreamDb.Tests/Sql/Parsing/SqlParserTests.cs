using StreamDb.Core.Errors;
using StreamDb.Sql.Parsing;
using StreamDb.Sql.Syntax;
using Xunit;

namespace StreamDb.Tests.Sql.Parsing;

public sealed class SqlParserTests
{
    // The right side shows by its parentheses how PostgreSQL reads the left one.
    [Theory]
    [InlineData("1 + 2 * 3", "1 + (2 * 3)")]
    [InlineData("1 - 2 - 3", "(1 - 2) - 3")]
    [InlineData("2 ^ 3 ^ 2", "(2 ^ 3) ^ 2")]
    [InlineData("2 * 3 ^ 2", "2 * (3 ^ 2)")]
    [InlineData("-2 ^ 2", "(-2) ^ 2")]
    [InlineData("-a::int", "-(a::int)")]
    [InlineData("-a[1]", "-(a[1])")]
    [InlineData("a + b || c", "(a + b) || c")]
    [InlineData("a || b -> c", "(a || b) -> c")]
    [InlineData("~a + b", "~(a + b)")]
    [InlineData("~a || b", "(~a) || b")]
    [InlineData("a || b = c", "(a || b) = c")]
    [InlineData("a = b LIKE c", "a = (b LIKE c)")]
    [InlineData("a || b LIKE c", "(a || b) LIKE c")]
    [InlineData("a = b IS NULL", "(a = b) IS NULL")]
    [InlineData("NOT a = b", "NOT (a = b)")]
    [InlineData("NOT a IS NULL", "NOT (a IS NULL)")]
    [InlineData("NOT a AND b", "(NOT a) AND b")]
    [InlineData("a OR b AND c", "a OR (b AND c)")]
    [InlineData("a AND b OR c AND d", "(a AND b) OR (c AND d)")]
    [InlineData("a BETWEEN 1 AND 2 AND b", "(a BETWEEN 1 AND 2) AND b")]
    [InlineData("a BETWEEN 1 + 1 AND 2 + 2 OR b", "(a BETWEEN (1 + 1) AND (2 + 2)) OR b")]
    [InlineData("NOT a BETWEEN 1 AND 2", "NOT (a BETWEEN 1 AND 2)")]
    [InlineData("a IN (1, 2) = b", "(a IN (1, 2)) = b")]
    [InlineData("a IS DISTINCT FROM b + 1 AND c", "(a IS DISTINCT FROM (b + 1)) AND c")]
    [InlineData("a AT TIME ZONE 'x' + b", "(a AT TIME ZONE 'x') + b")]
    [InlineData("a::timestamp AT TIME ZONE 'x'", "(a::timestamp) AT TIME ZONE 'x'")]
    [InlineData("a COLLATE \"C\" < b", "(a COLLATE \"C\") < b")]
    [InlineData("a < -1", "a < (-1)")]
    [InlineData("a<-1", "a < (-1)")]
    [InlineData("a OPERATOR(pg_catalog.+) b * c", "a OPERATOR(pg_catalog.+) (b * c)")]
    [InlineData("a = ANY (b) AND c", "(a = ANY (b)) AND c")]
    [InlineData("a + 1 > ALL (SELECT 1)", "(a + 1) > ALL (SELECT 1)")]
    public void Operators_bind_as_in_PostgreSQL(string text, string meaning) =>
        Assert.Equal(SqlParser.ParseExpression(meaning), SqlParser.ParseExpression(text));

    [Theory]
    [InlineData("1.5e3", LiteralKind.Number, "1.5e3")]
    [InlineData("1_000", LiteralKind.Integer, "1000")]
    [InlineData("0xFF", LiteralKind.Integer, "255")]
    [InlineData("'it''s'", LiteralKind.String, "it's")]
    [InlineData("'a'\n  'b'", LiteralKind.String, "ab")]
    [InlineData("E'a\\n\\x41\\u00e4'", LiteralKind.String, "a\nAä")]
    [InlineData("U&'d\\0061t\\+000061'", LiteralKind.String, "data")]
    [InlineData("$$it's$$", LiteralKind.String, "it's")]
    [InlineData("$x$a$$b$x$", LiteralKind.String, "a$$b")]
    [InlineData("B'0101'", LiteralKind.BitString, "0101")]
    [InlineData("X'1F'", LiteralKind.HexString, "1F")]
    public void Literals_are_decoded(string text, LiteralKind kind, string value) =>
        Assert.Equal(new LiteralSyntax(kind, value), SqlParser.ParseExpression(text));

    [Theory]
    [InlineData("selec 1", "syntax error at or near \"selec\"", 1)]
    [InlineData("select 1 +", "syntax error at end of input", 11)]
    [InlineData("select 1 + from t", "syntax error at or near \"from\"", 12)]
    [InlineData("select (1", "syntax error at end of input", 10)]
    [InlineData("select 1)", "syntax error at or near \")\"", 9)]
    [InlineData("select 1 < 2 < 3", "syntax error at or near \"<\"", 14)]
    [InlineData("select 'ä' x y", "syntax error at or near \"y\"", 14)]
    [InlineData("select 1; select 2 +; select 3", "syntax error at or near \";\"", 21)]
    [InlineData("create table t (a int,, b int)", "syntax error at or near \",\"", 23)]
    [InlineData("select 'abc", "unterminated quoted string at or near \"'abc\"", 8)]
    [InlineData("select \"abc", "unterminated quoted identifier at or near \"\"abc\"", 8)]
    [InlineData("select 1 /* a /* b */", "unterminated /* comment at or near \"/* a /* b */\"", 10)]
    [InlineData("select $a$ x", "unterminated dollar-quoted string at or near \"$a$ x\"", 8)]
    [InlineData("select * from t where any (a)", "syntax error at or near \"any\"", 23)]
    public void Syntax_errors_say_where(string text, string message, int position)
    {
        SqlException error = Assert.Throws<SqlException>(() => SqlParser.ParseScript(text));
        Assert.Equal((SqlState.SyntaxError, message, position), (error.State, error.Message, error.Position));
    }

    [Fact]
    public void A_script_yields_its_statements_with_their_text()
    {
        IReadOnlyList<ParsedStatement> statements = SqlParser.ParseScript(";; select 1 ; -- nothing\n ; select 'a;b'  /* c */ ;");
        Assert.Equal([("select 1", 3), ("select 'a;b'", 28)], statements.Select(statement => (statement.Text, statement.Start)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ; -- nothing")]
    public void Empty_text_has_no_statements(string text) => Assert.Empty(SqlParser.ParseScript(text));

    [Fact]
    public void Names_fold_unless_quoted()
    {
        ColumnReferenceSyntax column = Assert.IsType<ColumnReferenceSyntax>(SqlParser.ParseExpression("Foo.\"Bar\".BAZ"));
        Assert.Equal(["foo", "Bar", "baz"], column.Name.Parts);
    }

    [Fact]
    public void Positions_are_offsets_and_no_part_of_equality()
    {
        ExpressionSyntax first = SqlParser.ParseExpression("a + b");
        ExpressionSyntax second = SqlParser.ParseExpression("  a  +  b");
        Assert.Equal(first, second);
        Assert.Equal((2, 5), (first.Position, second.Position));
    }

    [Theory]
    [InlineData("((SELECT 1) + 1)", typeof(BinarySyntax))]
    [InlineData("((SELECT 1))", typeof(ScalarSubquerySyntax))]
    [InlineData("((SELECT 1) UNION (SELECT 2))", typeof(ScalarSubquerySyntax))]
    [InlineData("f((SELECT 1))", typeof(FunctionCallSyntax))]
    [InlineData("(((1)))", typeof(LiteralSyntax))]
    [InlineData("(1, 2)", typeof(RowSyntax))]
    public void Parentheses_around_queries_are_told_from_others(string text, Type type) =>
        Assert.IsType(type, SqlParser.ParseExpression(text));

    [Theory]
    [InlineData("EXTRACT(YEAR FROM a)", "extract('year', a)")]
    [InlineData("SUBSTRING(a FROM 2 FOR 3)", "substring(a, 2, 3)")]
    [InlineData("SUBSTRING(a FOR 3)", "substring(a, 1, 3)")]
    [InlineData("TRIM(LEADING 'x' FROM a)", "ltrim(a, 'x')")]
    [InlineData("TRIM(a)", "btrim(a)")]
    [InlineData("POSITION('x' IN a)", "position(a, 'x')")]
    [InlineData("OVERLAY(a PLACING b FROM 1 FOR 2)", "overlay(a, b, 1, 2)")]
    public void Special_calls_are_plain_calls(string text, string call) =>
        Assert.Equal(SqlParser.ParseExpression(call), SqlParser.ParseExpression(text));

    [Fact]
    public void A_long_chain_of_operators_is_read_without_recursion()
    {
        string text = string.Join(" + ", Enumerable.Repeat("1", 10_000));
        ExpressionSyntax expression = SqlParser.ParseExpression(text);
        Assert.Equal(text, expression.ToString());
        Assert.Equal(expression, SqlParser.ParseExpression(text));
    }

    [Fact]
    public void A_long_chain_of_connectives_is_one_node()
    {
        string text = string.Join(" OR ", Enumerable.Repeat("a = 1", 10_000));
        OrSyntax or = Assert.IsType<OrSyntax>(SqlParser.ParseExpression(text));
        Assert.Equal(10_000, or.Operands.Count);
    }

    [Fact]
    public void A_long_chain_of_set_operations_is_read_without_recursion()
    {
        string text = string.Join(" UNION ALL ", Enumerable.Repeat("SELECT 1", 5_000));
        Assert.Equal(text, SqlParser.ParseStatement(text).ToString());
    }

    [Fact]
    public void Deep_nesting_is_allowed_up_to_a_limit()
    {
        string text = new string('(', 400) + "1 + 1" + new string(')', 400);
        Assert.IsType<BinarySyntax>(SqlParser.ParseExpression(text));
    }

    [Theory]
    [InlineData("(", "1", ")", 100_000)]
    [InlineData("ARRAY[", "1", "]", 100_000)]
    [InlineData("CASE WHEN true THEN ", "1", " END", 20_000)]
    [InlineData("NOT ", "true", "", 100_000)]
    [InlineData("- ", "1", "", 100_000)]
    [InlineData("@ 1 ^ ", "1", "", 20_000)]
    [InlineData("f(", "1", ")", 100_000)]
    [InlineData("(SELECT ", "1", ")", 100_000)]
    [InlineData("", "1", "::int", 20_000)]
    [InlineData("", "a", " IS NULL", 20_000)]
    public void Text_that_nests_too_deeply_fails_and_nothing_else_does(string before, string middle, string after, int count)
    {
        string text = string.Concat(Enumerable.Repeat(before, count)) + middle + string.Concat(Enumerable.Repeat(after, count));
        SqlException error = Assert.Throws<SqlException>(() => SqlParser.ParseExpression(text));
        Assert.Equal(SqlState.StatementTooComplex, error.State);
    }

    [Fact]
    public void Deep_comments_are_harmless()
    {
        string text = string.Concat(Enumerable.Repeat("/*", 100_000)) + string.Concat(Enumerable.Repeat("*/", 100_000)) + "1";
        Assert.IsType<LiteralSyntax>(SqlParser.ParseExpression(text));
    }

    [Theory]
    [InlineData("int[]")]
    [InlineData("numeric(10, 2)")]
    [InlineData("STRUCT<a int, b STRUCT<c varchar>>")]
    [InlineData("MAP(varchar, int[])")]
    [InlineData("interval DAY TO SECOND")]
    [InlineData("pg_catalog.int4")]
    public void Types_print_as_they_are_read(string text) => Assert.Equal(text, SqlParser.ParseTypeName(text).ToString());

    [Theory]
    [InlineData("double precision", "float8")]
    [InlineData("character varying(3)", "varchar(3)")]
    [InlineData("timestamp(3) with time zone", "timestamptz(3)")]
    [InlineData("time without time zone", "time")]
    public void Types_of_several_words_get_their_short_name(string text, string name) =>
        Assert.Equal(name, SqlParser.ParseTypeName(text).ToString());
}
