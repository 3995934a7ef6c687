using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Parsing;

/// <summary>One statement of a script.</summary>
/// <param name="Text">Its text without the semicolon and without white space or comments at either end.</param>
/// <param name="Start">0-based offset of <paramref name="Text"/> in the script.</param>
public sealed record ParsedStatement(string Text, int Start)
{
    private StatementSyntax? _syntax;

    /// <summary>
    /// The statement's tree; positions in it count from the start of the script. Where only the text is given, the
    /// tree is parsed from it on first use.
    /// </summary>
    public StatementSyntax Syntax
    {
        get => _syntax ??= SqlParser.ParseStatement(Text);
        init => _syntax = value;
    }
}
