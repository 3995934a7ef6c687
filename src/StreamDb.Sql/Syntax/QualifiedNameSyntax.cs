namespace StreamDb.Sql.Syntax;

/// <summary>A name of one or more parts, as in <c>schema.relation</c>; parts are folded and never empty lists.</summary>
public sealed record QualifiedNameSyntax(SyntaxList<string> Parts) : SyntaxNode
{
    /// <summary>The last part: the name without its qualification.</summary>
    public string Name => Parts[Parts.Count - 1];

    /// <summary>The part before the last, or null.</summary>
    public string? Qualifier => Parts.Count > 1 ? Parts[Parts.Count - 2] : null;

    public bool IsSimple => Parts.Count == 1;

    /// <summary>A name of one part.</summary>
    public static QualifiedNameSyntax Of(string name) => new(SyntaxList.Create<string>([name]));
}

/// <summary>An operator, by symbol or as <c>OPERATOR(schema.symbol)</c>.</summary>
/// <param name="Schema">Null unless written as <c>OPERATOR(…)</c> with a schema.</param>
/// <param name="Symbol">PostgreSQL's symbol; <c>!=</c> is already <c>&lt;&gt;</c>.</param>
public sealed record OperatorSyntax(string? Schema, string Symbol) : SyntaxNode;

/// <summary>One option in <c>WITH (name = value, …)</c>.</summary>
/// <param name="Name">Dotted names are one string; unquoted parts are lower-case.</param>
/// <param name="Value">Null for a bare name; a bare word as value is a <see cref="ColumnReferenceSyntax"/>.</param>
public sealed record OptionSyntax(string Name, ExpressionSyntax? Value) : SyntaxNode;

/// <summary><c>SECRET name [AS FILE]</c> as the value of an option.</summary>
public sealed record SecretReferenceSyntax(QualifiedNameSyntax Name, bool IsFile) : ExpressionSyntax;
