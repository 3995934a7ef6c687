using Antlr4.Runtime;

namespace StreamDb.Sql.Parsing;

/// <summary>Counts how deep the parser's rules are nested, because a stack overflow cannot be caught.</summary>
internal abstract class StreamDbParserBase(ITokenStream input, TextWriter output, TextWriter errorOutput)
    : Parser(input, output, errorOutput)
{
    private int _depth;

    /// <summary>The depth beyond which <see cref="TooDeepException"/> is thrown.</summary>
    public int RuleDepthMax { get; init; } = int.MaxValue;

    public override void EnterRule(ParserRuleContext localctx, int state, int ruleIndex)
    {
        CountRule();
        base.EnterRule(localctx, state, ruleIndex);
    }

    public override void ExitRule()
    {
        _depth--;
        base.ExitRule();
    }

    public override void EnterRecursionRule(ParserRuleContext localctx, int state, int ruleIndex, int precedence)
    {
        CountRule();
        base.EnterRecursionRule(localctx, state, ruleIndex, precedence);
    }

    public override void UnrollRecursionContexts(ParserRuleContext _parentctx)
    {
        _depth--;
        base.UnrollRecursionContexts(_parentctx);
    }

    private void CountRule()
    {
        if (++_depth > RuleDepthMax)
        {
            throw new TooDeepException();
        }
    }

    /// <summary>The text nests deeper than <see cref="RuleDepthMax"/>; never leaves the parsing code.</summary>
    internal sealed class TooDeepException : Exception;
}
