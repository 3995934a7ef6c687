using Antlr4.Runtime;
using Antlr4.Runtime.Atn;
using Antlr4.Runtime.Misc;
using StreamDb.Core.Errors;
using StreamDb.Sql.Generated;
using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Parsing;

/// <summary>Text to syntax tree. Stateless and safe to call from any thread.</summary>
/// <remarks>
/// The quick SLL prediction is tried first; where it fails, full LL decides and reports the error. Text that nests
/// deeper than a thread's ordinary stack allows for is parsed again on a thread with a large one, up to
/// <see cref="RuleDepthMax"/>; beyond that it fails with 54001.
/// </remarks>
public static class SqlParser
{
    /// <summary>Rules in progress at once. A pair of parentheses costs three.</summary>
    private const int RuleDepthMax = 5_000;

    /// <summary>What fits into the smallest stack a caller may have.</summary>
    private const int RuleDepthOrdinary = 300;

    private const int LargeStackBytes = 128 << 20;

    /// <summary>Parses statements separated by semicolons; empty ones vanish.</summary>
    /// <exception cref="SqlException">42601 with the position in <paramref name="sql"/>, 54001, or a string's 22025.</exception>
    public static IReadOnlyList<ParsedStatement> ParseScript(string sql)
    {
        List<CommonToken> tokens = TokenReader.Read(sql);
        List<ParsedStatement> statements = [];
        int start = 0;
        for (int index = 0; index <= tokens.Count; index++)
        {
            bool atEnd = index == tokens.Count;
            if (!atEnd && tokens[index].Type != StreamDbLexer.SEMICOLON)
            {
                continue;
            }

            if (index > start)
            {
                int textStart = tokens[start].StartIndex;
                string text = sql[textStart..(tokens[index - 1].StopIndex + 1)];
                TokenListStream stream = new(tokens, start, index - start, atEnd ? sql.Length : tokens[index].StartIndex);
                StatementSyntax syntax = Parse(sql, stream, static (parser, builder) => builder.Statement(parser.singleStatement().statement()));
                statements.Add(new ParsedStatement(text, textStart) { Syntax = syntax });
            }

            start = index + 1;
        }

        return statements;
    }

    /// <summary>Parses exactly one statement; a semicolon may end it.</summary>
    /// <exception cref="SqlException">As <see cref="ParseScript"/>; 42601 also for none and for several statements.</exception>
    public static StatementSyntax ParseStatement(string sql)
    {
        IReadOnlyList<ParsedStatement> statements = ParseScript(sql);
        return statements.Count switch
        {
            1 => statements[0].Syntax,
            0 => throw SyntaxErrors.Create("syntax error at end of input", sql, sql.Length),
            _ => throw new SqlException(SqlState.SyntaxError, "cannot insert multiple commands into a prepared statement"),
        };
    }

    /// <summary>Parses one expression.</summary>
    public static ExpressionSyntax ParseExpression(string sql) =>
        ParseAll(sql, static (parser, builder) => builder.Expression(parser.singleExpression().expression()));

    /// <summary>Parses the name of a type.</summary>
    public static TypeNameSyntax ParseTypeName(string sql) =>
        ParseAll(sql, static (parser, builder) => builder.Type(parser.singleType().typeName()));

    private static T ParseAll<T>(string sql, Func<StreamDbParser, TreeBuilder, T> build)
    {
        List<CommonToken> tokens = TokenReader.Read(sql);
        return Parse(sql, new TokenListStream(tokens, 0, tokens.Count, sql.Length), build);
    }

    private static T Parse<T>(string sql, TokenListStream tokens, Func<StreamDbParser, TreeBuilder, T> build)
    {
        try
        {
            return ParseWithin(RuleDepthOrdinary, sql, tokens, build);
        }
        catch (StreamDbParserBase.TooDeepException)
        {
            return ParseOnLargeStack(sql, tokens, build);
        }
    }

    private static T ParseOnLargeStack<T>(string sql, TokenListStream tokens, Func<StreamDbParser, TreeBuilder, T> build)
    {
        T? result = default;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? error = null;
        Thread thread = new(
            () =>
            {
                try
                {
                    result = ParseWithin(RuleDepthMax, sql, tokens, build);
                }
                catch (Exception exception)
                {
                    error = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception);
                }
            },
            LargeStackBytes);
        thread.Start();
        thread.Join();
        if (error?.SourceException is StreamDbParserBase.TooDeepException)
        {
            throw SyntaxErrors.TooComplex();
        }

        error?.Throw();
        return result!;
    }

    private static T ParseWithin<T>(
        int ruleDepthMax,
        string sql,
        TokenListStream tokens,
        Func<StreamDbParser, TreeBuilder, T> build)
    {
        TreeBuilder builder = new(sql);
        StreamDbParser parser = NewParser(ruleDepthMax, tokens);
        parser.Interpreter.PredictionMode = PredictionMode.SLL;
        parser.ErrorHandler = new BailErrorStrategy();
        try
        {
            return build(parser, builder);
        }
        catch (ParseCanceledException)
        {
            StreamDbParser full = NewParser(ruleDepthMax, tokens);
            full.Interpreter.PredictionMode = PredictionMode.LL;
            full.AddErrorListener(new ThrowingErrorListener(sql));
            return build(full, builder);
        }
    }

    private static StreamDbParser NewParser(int ruleDepthMax, TokenListStream tokens)
    {
        tokens.Seek(0);
        StreamDbParser parser = new(tokens, TextWriter.Null, TextWriter.Null) { RuleDepthMax = ruleDepthMax };
        parser.RemoveErrorListeners();
        return parser;
    }

    private sealed class ThrowingErrorListener(string sql) : BaseErrorListener
    {
        public override void SyntaxError(
            TextWriter output,
            IRecognizer recognizer,
            IToken offendingSymbol,
            int line,
            int charPositionInLine,
            string msg,
            RecognitionException e) => throw SyntaxErrors.AtToken(offendingSymbol, sql);
    }
}
