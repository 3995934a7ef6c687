using Antlr4.Runtime;
using StreamDb.Core.Errors;

namespace StreamDb.Sql.Parsing;

/// <summary>The parts of the lexer that regular expressions are no good at: keywords, nested comments, dollar quotes.</summary>
internal abstract class StreamDbLexerBase(ICharStream input, TextWriter output, TextWriter errorOutput)
    : Lexer(input, output, errorOutput)
{
    /// <summary>The text that the input stream reads.</summary>
    public required string Source { get; init; }

    protected void ClassifyWord() => Type = Keywords.TypeOf(Source.AsSpan(TokenStartCharIndex, CharIndex - TokenStartCharIndex));

    /// <summary>Called behind <c>/*</c>. Comments nest; a loop instead of a recursive rule keeps deep ones harmless.</summary>
    protected void ConsumeBlockComment()
    {
        int depth = 1;
        int index = CharIndex;
        while (depth > 0)
        {
            if (index + 1 >= Source.Length)
            {
                throw Unterminated("unterminated /* comment");
            }

            if (Source[index] == '*' && Source[index + 1] == '/')
            {
                depth--;
                index += 2;
            }
            else if (Source[index] == '/' && Source[index + 1] == '*')
            {
                depth++;
                index += 2;
            }
            else
            {
                index++;
            }
        }

        ConsumeTo(index);
    }

    /// <summary>Called behind <c>$tag$</c>.</summary>
    protected void ConsumeDollarString()
    {
        string delimiter = Source[TokenStartCharIndex..CharIndex];
        int end = Source.IndexOf(delimiter, CharIndex, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Unterminated("unterminated dollar-quoted string");
        }

        ConsumeTo(end + delimiter.Length);
    }

    private SqlException Unterminated(string message) =>
        SyntaxErrors.Create($"{message} at or near \"{Source[TokenStartCharIndex..]}\"", Source, TokenStartCharIndex);

    private void ConsumeTo(int index)
    {
        while (CharIndex < index)
        {
            ((ICharStream)InputStream).Consume();
        }
    }
}
