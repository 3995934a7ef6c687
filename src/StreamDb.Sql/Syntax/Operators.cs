namespace StreamDb.Sql.Syntax;

/// <summary>A prefix operator other than NOT.</summary>
public sealed record UnarySyntax(OperatorSyntax Operator, ExpressionSyntax Operand) : ExpressionSyntax;

/// <summary><c>NOT operand</c>.</summary>
public sealed record NotSyntax(ExpressionSyntax Operand) : ExpressionSyntax;

/// <summary><c>a AND b AND …</c>: two or more operands, in the order of the text.</summary>
public sealed record AndSyntax(SyntaxList<ExpressionSyntax> Operands) : ExpressionSyntax;

/// <summary><c>a OR b OR …</c>: two or more operands, in the order of the text.</summary>
public sealed record OrSyntax(SyntaxList<ExpressionSyntax> Operands) : ExpressionSyntax;

/// <summary><c>operand IS [NOT] NULL</c>.</summary>
public sealed record IsNullSyntax(ExpressionSyntax Operand, bool IsNegated) : ExpressionSyntax;

public enum TruthValue
{
    True,
    False,
    Unknown,
}

/// <summary><c>operand IS [NOT] TRUE</c>, <c>FALSE</c> or <c>UNKNOWN</c>.</summary>
public sealed record IsTruthSyntax(ExpressionSyntax Operand, TruthValue Value, bool IsNegated) : ExpressionSyntax;

public enum JsonKind
{
    Value,
    Scalar,
    Array,
    Object,
}

/// <summary><c>operand IS [NOT] JSON [VALUE | SCALAR | ARRAY | OBJECT]</c>.</summary>
public sealed record IsJsonSyntax(ExpressionSyntax Operand, JsonKind Kind, bool IsNegated) : ExpressionSyntax;

/// <summary><c>left IS [NOT] DISTINCT FROM right</c>.</summary>
public sealed record IsDistinctSyntax(ExpressionSyntax Left, ExpressionSyntax Right, bool IsNegated) : ExpressionSyntax;

public enum LikeKind
{
    Like,
    ILike,
    SimilarTo,
}

/// <summary><c>operand [NOT] LIKE pattern [ESCAPE escape]</c> and its relatives.</summary>
public sealed record LikeSyntax(
    LikeKind Kind,
    ExpressionSyntax Operand,
    ExpressionSyntax Pattern,
    ExpressionSyntax? Escape,
    bool IsNegated) : ExpressionSyntax;

/// <summary><c>operand [NOT] BETWEEN [SYMMETRIC] lower AND upper</c>.</summary>
public sealed record BetweenSyntax(
    ExpressionSyntax Operand,
    ExpressionSyntax Lower,
    ExpressionSyntax Upper,
    bool IsNegated,
    bool IsSymmetric) : ExpressionSyntax;

/// <summary><c>operand [NOT] IN (item, …)</c>.</summary>
public sealed record InListSyntax(ExpressionSyntax Operand, SyntaxList<ExpressionSyntax> Items, bool IsNegated) : ExpressionSyntax;

/// <summary><c>operand COLLATE collation</c>.</summary>
public sealed record CollateSyntax(ExpressionSyntax Operand, QualifiedNameSyntax Collation) : ExpressionSyntax;

/// <summary><c>operand AT TIME ZONE zone</c>.</summary>
public sealed record AtTimeZoneSyntax(ExpressionSyntax Operand, ExpressionSyntax Zone) : ExpressionSyntax;

/// <summary><c>CAST(operand AS type)</c> or <c>operand::type</c>.</summary>
public sealed record CastSyntax(ExpressionSyntax Operand, TypeNameSyntax Type) : ExpressionSyntax;

/// <summary><c>operand[index]</c>.</summary>
public sealed record SubscriptSyntax(ExpressionSyntax Operand, ExpressionSyntax Index) : ExpressionSyntax;

/// <summary><c>operand[lower:upper]</c>; either bound may be missing.</summary>
public sealed record SliceSyntax(ExpressionSyntax Operand, ExpressionSyntax? Lower, ExpressionSyntax? Upper) : ExpressionSyntax;

/// <summary><c>(operand).field</c>.</summary>
public sealed record FieldSelectionSyntax(ExpressionSyntax Operand, string Field) : ExpressionSyntax;

/// <summary><c>(operand).*</c>.</summary>
public sealed record FieldWildcardSyntax(ExpressionSyntax Operand) : ExpressionSyntax;

/// <summary><c>(a, b) OVERLAPS (c, d)</c>.</summary>
public sealed record OverlapsSyntax(ExpressionSyntax Left, ExpressionSyntax Right) : ExpressionSyntax;
