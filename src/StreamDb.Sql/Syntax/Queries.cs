namespace StreamDb.Sql.Syntax;

/// <summary>A query with everything around its body.</summary>
public sealed record QuerySyntax(QueryBodySyntax Body) : SyntaxNode
{
    public WithSyntax? With { get; init; }

    public SyntaxList<OrderItemSyntax> OrderBy { get; init; }

    /// <summary>Null for no limit and for LIMIT ALL.</summary>
    public ExpressionSyntax? Limit { get; init; }

    public ExpressionSyntax? Offset { get; init; }

    /// <summary>FETCH FIRST n ROWS WITH TIES.</summary>
    public bool WithTies { get; init; }

    public SyntaxList<LockingSyntax> Locking { get; init; }

    /// <summary>AS OF [AT LEAST] epoch, at the end of the query.</summary>
    public AsOfSyntax? AsOf { get; init; }

    /// <summary>OPTIONS (…), at the end of the query.</summary>
    public SyntaxList<OptionSyntax> Options { get; init; }
}

/// <summary><c>FOR UPDATE [OF …] [NOWAIT | SKIP LOCKED]</c>.</summary>
/// <param name="Strength"><c>update</c>, <c>no key update</c>, <c>share</c>, <c>key share</c>.</param>
/// <param name="Wait"><c>nowait</c>, <c>skip locked</c> or null.</param>
public sealed record LockingSyntax(string Strength, SyntaxList<QualifiedNameSyntax> Relations, string? Wait) : SyntaxNode;

/// <summary><c>AS OF time</c> or <c>AS OF AT LEAST time</c>.</summary>
public sealed record AsOfSyntax(ExpressionSyntax Time, bool IsAtLeast) : SyntaxNode;

public enum WithKind
{
    Plain,
    Recursive,
    MutuallyRecursive,
}

/// <summary>The WITH clause.</summary>
/// <param name="Options">Of WITH MUTUALLY RECURSIVE: <c>recursion limit</c>, <c>return at recursion limit</c>, <c>error at recursion limit</c>.</param>
public sealed record WithSyntax(WithKind Kind, SyntaxList<OptionSyntax> Options, SyntaxList<CommonTableSyntax> Tables) : SyntaxNode;

/// <summary>One named query of a WITH clause.</summary>
/// <param name="ColumnNames">Empty when not written; always empty under MUTUALLY RECURSIVE.</param>
/// <param name="Columns">Names and types, under MUTUALLY RECURSIVE only.</param>
/// <param name="IsMaterialized">AS [NOT] MATERIALIZED, or null.</param>
public sealed record CommonTableSyntax(
    string Name,
    SyntaxList<string> ColumnNames,
    SyntaxList<NameAndTypeSyntax> Columns,
    QuerySyntax Query,
    bool? IsMaterialized) : SyntaxNode;

/// <summary><c>AS CHANGELOG FROM relation</c> as the query of a WITH clause: the relation's changes as rows.</summary>
public sealed record ChangelogBodySyntax(QualifiedNameSyntax Relation) : QueryBodySyntax;

/// <summary><c>SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW …</c>.</summary>
public sealed record SelectBodySyntax(SyntaxList<SelectItemSyntax> Items) : QueryBodySyntax
{
    public DistinctSyntax? Distinct { get; init; }

    /// <summary>The comma-separated list; empty for a SELECT without FROM.</summary>
    public SyntaxList<TableExpressionSyntax> From { get; init; }

    public ExpressionSyntax? Where { get; init; }

    public GroupBySyntax? GroupBy { get; init; }

    public ExpressionSyntax? Having { get; init; }

    public SyntaxList<NamedWindowSyntax> Windows { get; init; }
}

/// <summary><c>DISTINCT</c>, or <c>DISTINCT ON (…)</c> when <c>On</c> is not empty.</summary>
public sealed record DistinctSyntax(SyntaxList<ExpressionSyntax> On) : SyntaxNode;

/// <summary>One item of a select list or RETURNING; the expression may be a <see cref="WildcardSyntax"/>.</summary>
public sealed record SelectItemSyntax(ExpressionSyntax Expression, string? Alias) : SyntaxNode;

public enum SetOperator
{
    Union,
    Except,
    Intersect,
}

/// <summary><c>left UNION [ALL] right</c>. Chains lean left and may be deep: go down <c>Left</c> in a loop.</summary>
public sealed record SetOperationSyntax(
    SetOperator Operator,
    bool IsAll,
    QueryBodySyntax Left,
    QueryBodySyntax Right) : QueryBodySyntax
{
    /// <summary>CORRESPONDING [BY (…)].</summary>
    public bool IsCorresponding { get; init; }

    public SyntaxList<string> CorrespondingBy { get; init; }

    public bool Equals(SetOperationSyntax? other)
    {
        QueryBodySyntax left = this;
        QueryBodySyntax? right = other;
        while (left is SetOperationSyntax leftOperation && right is SetOperationSyntax rightOperation)
        {
            if (leftOperation.Operator != rightOperation.Operator
                || leftOperation.IsAll != rightOperation.IsAll
                || leftOperation.IsCorresponding != rightOperation.IsCorresponding
                || leftOperation.CorrespondingBy != rightOperation.CorrespondingBy
                || leftOperation.Right != rightOperation.Right)
            {
                return false;
            }

            (left, right) = (leftOperation.Left, rightOperation.Left);
        }

        // A chain that goes on equals nothing else; asking it would come back here.
        return left is not SetOperationSyntax && left == right;
    }

    public override int GetHashCode() => HashCode.Combine(Operator, IsAll, Right);
}

/// <summary><c>VALUES (…), (…)</c>. Values may be <see cref="DefaultSyntax"/> in INSERT.</summary>
public sealed record ValuesSyntax(SyntaxList<SyntaxList<ExpressionSyntax>> Rows) : QueryBodySyntax;

/// <summary><c>TABLE name</c>.</summary>
public sealed record TableBodySyntax(QualifiedNameSyntax Name) : QueryBodySyntax;

/// <summary>A query in parentheses with its own WITH, ORDER BY or LIMIT; mere parentheses leave no node.</summary>
public sealed record NestedQuerySyntax(QuerySyntax Query) : QueryBodySyntax;

/// <summary>A SHOW statement in the place of a query.</summary>
public sealed record ShowBodySyntax(StatementSyntax Show) : QueryBodySyntax;

public enum NullsOrder
{
    First,
    Last,
}

/// <summary><c>expression [ASC | DESC] [NULLS FIRST | LAST]</c>.</summary>
/// <param name="Nulls">Null when not written: last for ascending, first for descending.</param>
public sealed record OrderItemSyntax(ExpressionSyntax Expression, bool IsDescending, NullsOrder? Nulls) : SyntaxNode;

/// <summary>The GROUP BY clause.</summary>
public sealed record GroupBySyntax(bool IsDistinct, SyntaxList<GroupingElementSyntax> Elements) : SyntaxNode;

/// <summary>One element of GROUP BY.</summary>
public abstract record GroupingElementSyntax : SyntaxNode;

/// <summary>A plain expression: position, output name or expression.</summary>
public sealed record GroupingExpressionSyntax(ExpressionSyntax Expression) : GroupingElementSyntax;

/// <summary><c>()</c>.</summary>
public sealed record EmptyGroupingSyntax : GroupingElementSyntax;

/// <summary><c>GROUPING SETS (…)</c>.</summary>
public sealed record GroupingSetsSyntax(SyntaxList<GroupingElementSyntax> Elements) : GroupingElementSyntax;

/// <summary><c>ROLLUP (…)</c>; an element <c>(a, b)</c> is a <see cref="RowSyntax"/>.</summary>
public sealed record RollupSyntax(SyntaxList<ExpressionSyntax> Expressions) : GroupingElementSyntax;

/// <summary><c>CUBE (…)</c>; an element <c>(a, b)</c> is a <see cref="RowSyntax"/>.</summary>
public sealed record CubeSyntax(SyntaxList<ExpressionSyntax> Expressions) : GroupingElementSyntax;
