namespace StreamDb.Sql.Parsing;

/// <summary>One statement of a script.</summary>
/// <param name="Text">Its text, trimmed, without the semicolon.</param>
/// <param name="Start">Offset of <paramref name="Text"/> in the script.</param>
public sealed record ParsedStatement(string Text, int Start);
