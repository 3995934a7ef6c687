using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Printing;

/// <summary>How tightly the forms of expressions bind, in the order of the grammar's alternatives.</summary>
internal enum Precedence
{
    Or,
    And,
    Not,
    Is,
    Comparison,

    /// <summary>LIKE, BETWEEN, IN, OVERLAPS.</summary>
    Range,

    /// <summary>Operators other than arithmetic and comparison; from here on an operand is a <c>value</c> of the grammar.</summary>
    Symbol,
    PrefixSymbol,
    Additive,
    Multiplicative,
    Power,
    TimeZone,
    Collate,
    Sign,
    Cast,

    /// <summary>Subscripts and fields.</summary>
    Element,
    Primary,
}

internal static class Precedences
{
    public static Precedence Of(ExpressionSyntax expression) => expression switch
    {
        OrSyntax => Precedence.Or,
        AndSyntax => Precedence.And,
        NotSyntax => Precedence.Not,
        IsNullSyntax or IsTruthSyntax or IsJsonSyntax or IsDistinctSyntax => Precedence.Is,
        LikeSyntax or BetweenSyntax or InListSyntax or InSubquerySyntax or OverlapsSyntax => Precedence.Range,
        BinarySyntax binary => Of(binary.Operator),
        QuantifiedSubquerySyntax quantified => OfQuantified(quantified.Operator),
        QuantifiedArraySyntax quantified => OfQuantified(quantified.Operator),
        UnarySyntax { Operator: { Schema: null, Symbol: "-" or "+" } } => Precedence.Sign,
        UnarySyntax => Precedence.PrefixSymbol,
        AtTimeZoneSyntax => Precedence.TimeZone,
        CollateSyntax => Precedence.Collate,
        CastSyntax => Precedence.Cast,
        SubscriptSyntax or SliceSyntax or FieldSelectionSyntax or FieldWildcardSyntax => Precedence.Element,
        LambdaSyntax => Precedence.Or,
        _ => Precedence.Primary,
    };

    public static Precedence Of(OperatorSyntax @operator) => @operator is not { Schema: null } ? Precedence.Symbol : @operator.Symbol switch
    {
        "=" or "<" or ">" or "<=" or ">=" or "<>" => Precedence.Comparison,
        "+" or "-" => Precedence.Additive,
        "*" or "/" or "%" => Precedence.Multiplicative,
        "^" => Precedence.Power,
        _ => Precedence.Symbol,
    };

    /// <summary>LIKE ANY binds as LIKE does.</summary>
    public static Precedence OfQuantified(OperatorSyntax @operator) =>
        LikeWord(@operator) is null ? Of(@operator) : Precedence.Range;

    /// <summary>The word for an operator that LIKE ANY was parsed to, or null.</summary>
    public static string? LikeWord(OperatorSyntax @operator) => @operator is not { Schema: null } ? null : @operator.Symbol switch
    {
        "~~" => "LIKE",
        "!~~" => "NOT LIKE",
        "~~*" => "ILIKE",
        "!~~*" => "NOT ILIKE",
        _ => null,
    };
}
