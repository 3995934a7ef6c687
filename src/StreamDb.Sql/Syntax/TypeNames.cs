namespace StreamDb.Sql.Syntax;

/// <summary>
/// A type by name, with modifiers: <c>int</c>, <c>numeric(10, 2)</c>, <c>interval day to second</c>.
/// Names of several words are spelled as PostgreSQL's one-word names: <c>float8</c>, <c>varchar</c>,
/// <c>timestamptz</c>, <c>timetz</c>, <c>varbit</c>, and the keyword <c>char</c> as <c>character</c>, because the name
/// <c>"char"</c> is another type; all other names stay as written.
/// </summary>
/// <param name="IntervalFields">For <c>interval</c> only: <c>year</c>, <c>day to second</c>; else null.</param>
public sealed record NamedTypeSyntax(
    QualifiedNameSyntax Name,
    SyntaxList<ExpressionSyntax> Modifiers,
    string? IntervalFields = null) : TypeNameSyntax;

/// <summary><c>element[]</c> or <c>element[size]</c>; PostgreSQL ignores the size.</summary>
public sealed record ArrayTypeSyntax(TypeNameSyntax Element, int? Size) : TypeNameSyntax;

/// <summary><c>element LIST</c>.</summary>
public sealed record ListTypeSyntax(TypeNameSyntax Element) : TypeNameSyntax;

/// <summary><c>struct&lt;name type, …&gt;</c>.</summary>
public sealed record StructTypeSyntax(SyntaxList<NameAndTypeSyntax> Fields) : TypeNameSyntax;

/// <summary><c>map(key, value)</c>, also written <c>MAP[key => value]</c>.</summary>
public sealed record MapTypeSyntax(TypeNameSyntax Key, TypeNameSyntax Value) : TypeNameSyntax;

/// <summary>A name with its type: a field of a struct, a column of a composite type or of a recursive table.</summary>
public sealed record NameAndTypeSyntax(string Name, TypeNameSyntax Type) : SyntaxNode;
