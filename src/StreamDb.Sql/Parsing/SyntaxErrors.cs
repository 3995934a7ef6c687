using Antlr4.Runtime;
using StreamDb.Core.Errors;

namespace StreamDb.Sql.Parsing;

/// <summary>Syntax errors in PostgreSQL's words.</summary>
internal static class SyntaxErrors
{
    /// <param name="offset">0-based UTF-16 offset in <paramref name="source"/>.</param>
    public static SqlException Create(string message, string source, int offset) =>
        new(SqlState.SyntaxError, message) { Position = CharacterPosition(source, offset) };

    public static SqlException AtToken(IToken token, string source)
    {
        // The end of a statement within a script is its semicolon.
        if (token.Type == TokenConstants.EOF && token.StartIndex >= source.Length)
        {
            return Create("syntax error at end of input", source, source.Length);
        }

        string text = token.Type == TokenConstants.EOF ? ";" : source[token.StartIndex..(token.StopIndex + 1)];
        return Create($"syntax error at or near \"{text}\"", source, token.StartIndex);
    }

    public static SqlException TooComplex() =>
        new(SqlState.StatementTooComplex, "stack depth limit exceeded") { Hint = "The statement nests too deeply; simplify it or split it up." };

    // PostgreSQL counts characters, .NET counts UTF-16 units.
    private static int CharacterPosition(string source, int offset)
    {
        int position = 1;
        for (int index = 0; index < offset; index++)
        {
            if (!char.IsLowSurrogate(source[index]))
            {
                position++;
            }
        }

        return position;
    }
}
