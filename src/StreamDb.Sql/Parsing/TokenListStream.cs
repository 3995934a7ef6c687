using Antlr4.Runtime;
using Antlr4.Runtime.Misc;

namespace StreamDb.Sql.Parsing;

/// <summary>The tokens of one statement as the parser wants them: a list, ended by an end-of-file token.</summary>
internal sealed class TokenListStream : ITokenStream
{
    private readonly List<CommonToken> _tokens;
    private readonly int _start;
    private readonly int _count;
    private readonly CommonToken _end;

    /// <param name="tokens">The tokens of a script; those of the statement get new indexes.</param>
    /// <param name="start">Index of the statement's first token.</param>
    /// <param name="count">Number of its tokens.</param>
    /// <param name="endOffset">Offset in the text at which the statement ends: its semicolon or the end of the text.</param>
    public TokenListStream(List<CommonToken> tokens, int start, int count, int endOffset)
    {
        _tokens = tokens;
        _start = start;
        _count = count;
        _end = new CommonToken(TokenConstants.EOF) { StartIndex = endOffset, StopIndex = endOffset, TokenIndex = count };
        for (int index = 0; index < count; index++)
        {
            tokens[start + index].TokenIndex = index;
        }
    }

    public int Index { get; private set; }

    public int Size => _count + 1;

    public string SourceName => "statement";

    /// <summary>Only error recovery asks for it, and we never recover.</summary>
    public ITokenSource TokenSource => throw new NotSupportedException();

    public IToken Get(int i) => i < _count ? _tokens[_start + i] : _end;

    /// <summary>The token <paramref name="k"/> ahead (1 is the next) or behind; null before the first.</summary>
    public IToken LT(int k)
    {
        int index = k > 0 ? Index + k - 1 : Index + k;
        return index < 0 ? null! : Get(index);
    }

    public int LA(int i) => LT(i)?.Type ?? TokenConstants.EOF;

    public void Consume() => Index++;

    public void Seek(int index) => Index = index;

    public int Mark() => 0;

    public void Release(int marker)
    {
    }

    public string GetText(Interval interval)
    {
        System.Text.StringBuilder text = new();
        for (int index = interval.a; index <= interval.b && index < _count; index++)
        {
            text.Append(Get(index).Text);
        }

        return text.ToString();
    }

    public string GetText() => GetText(new Interval(0, _count - 1));

    public string GetText(RuleContext ctx) => GetText(ctx.SourceInterval);

    public string GetText(IToken start, IToken stop) => GetText(new Interval(start.TokenIndex, stop.TokenIndex));
}
