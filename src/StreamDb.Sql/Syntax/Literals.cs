namespace StreamDb.Sql.Syntax;

public enum LiteralKind
{
    Null,
    Boolean,

    /// <summary>Decimal digits only; may be too large for any integer type.</summary>
    Integer,

    /// <summary>With a point or an exponent.</summary>
    Number,
    String,

    /// <summary><c>B'0101'</c>; the text is the digits.</summary>
    BitString,

    /// <summary><c>X'1F'</c>; the text is the digits.</summary>
    HexString,
}

/// <summary>A constant. A sign is not part of it.</summary>
/// <param name="Text">The value: decoded for strings, <c>true</c>/<c>false</c>, digits without underscores, <c>null</c>.</param>
public sealed record LiteralSyntax(LiteralKind Kind, string Text) : ExpressionSyntax;

/// <summary><c>type 'text'</c>, as in <c>date '2024-01-01'</c>.</summary>
public sealed record TypedLiteralSyntax(TypeNameSyntax Type, string Text) : ExpressionSyntax;

/// <summary><c>$1</c>.</summary>
/// <param name="Number">1-based.</param>
public sealed record ParameterSyntax(int Number) : ExpressionSyntax;

/// <summary>A column, with up to three qualifying parts.</summary>
public sealed record ColumnReferenceSyntax(QualifiedNameSyntax Name) : ExpressionSyntax;

/// <summary><c>*</c> or <c>relation.*</c>, where a list of expressions is allowed to have one.</summary>
/// <param name="Except">The columns of <c>* EXCEPT (…)</c>.</param>
public sealed record WildcardSyntax(QualifiedNameSyntax? Qualifier, SyntaxList<QualifiedNameSyntax> Except) : ExpressionSyntax;

/// <summary><c>DEFAULT</c> in the place of a value in INSERT and UPDATE.</summary>
public sealed record DefaultSyntax : ExpressionSyntax;

/// <summary>A function that SQL spells as a bare word: <c>current_timestamp(3)</c>, <c>current_user</c>, <c>localtime</c>.</summary>
public sealed record KeywordFunctionSyntax(string Name, int? Precision) : ExpressionSyntax;
