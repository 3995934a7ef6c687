namespace StreamDb.Sql.Syntax;

/// <summary>A query as a statement.</summary>
public sealed record QueryStatementSyntax(QuerySyntax Query) : StatementSyntax;

/// <summary><c>INSERT INTO target …</c>.</summary>
/// <param name="Columns">Empty when not written.</param>
/// <param name="Source">Null for DEFAULT VALUES. Plain VALUES is a query whose body is a <see cref="ValuesSyntax"/>.</param>
public sealed record InsertSyntax(
    QualifiedNameSyntax Target,
    string? Alias,
    SyntaxList<string> Columns,
    QuerySyntax? Source) : StatementSyntax
{
    public WithSyntax? With { get; init; }

    public OnConflictSyntax? OnConflict { get; init; }

    public SyntaxList<SelectItemSyntax> Returning { get; init; }
}

/// <summary><c>ON CONFLICT [(target, …) | ON CONSTRAINT name] DO NOTHING | DO UPDATE SET …</c>.</summary>
/// <param name="Assignments">Empty for DO NOTHING.</param>
public sealed record OnConflictSyntax(
    SyntaxList<ExpressionSyntax> Target,
    ExpressionSyntax? TargetWhere,
    string? Constraint,
    SyntaxList<AssignmentSyntax> Assignments,
    ExpressionSyntax? Where) : SyntaxNode
{
    public bool DoesNothing => Assignments.IsEmpty;
}

/// <summary><c>column = value</c>, or <c>(a, b) = value</c> with a row or a subquery as the value.</summary>
/// <param name="IsRow">The columns are in parentheses.</param>
public sealed record AssignmentSyntax(SyntaxList<string> Columns, bool IsRow, ExpressionSyntax Value) : SyntaxNode;

/// <summary><c>UPDATE target SET … FROM … WHERE … RETURNING …</c>.</summary>
public sealed record UpdateSyntax(
    QualifiedNameSyntax Target,
    string? Alias,
    SyntaxList<AssignmentSyntax> Assignments) : StatementSyntax
{
    public WithSyntax? With { get; init; }

    public SyntaxList<TableExpressionSyntax> From { get; init; }

    public ExpressionSyntax? Where { get; init; }

    public SyntaxList<SelectItemSyntax> Returning { get; init; }
}

/// <summary><c>DELETE FROM target USING … WHERE … RETURNING …</c>.</summary>
public sealed record DeleteSyntax(QualifiedNameSyntax Target, string? Alias) : StatementSyntax
{
    public WithSyntax? With { get; init; }

    public SyntaxList<TableExpressionSyntax> Using { get; init; }

    public ExpressionSyntax? Where { get; init; }

    public SyntaxList<SelectItemSyntax> Returning { get; init; }
}

/// <summary><c>TRUNCATE [TABLE] relation, …</c>.</summary>
public sealed record TruncateSyntax(SyntaxList<QualifiedNameSyntax> Relations, bool IsCascade) : StatementSyntax;

public enum CopyDirection
{
    From,
    To,
}

/// <summary><c>COPY relation [(columns)] | (query) FROM | TO STDIN | STDOUT | 'file' [options]</c>.</summary>
/// <param name="Relation">Null when a query is copied.</param>
/// <param name="Path">Null for STDIN and STDOUT.</param>
/// <param name="Options">Old spellings appear under their new names: <c>format</c>, <c>delimiter</c>, <c>null</c>, <c>header</c>, …</param>
public sealed record CopySyntax(
    QualifiedNameSyntax? Relation,
    SyntaxList<string> Columns,
    QuerySyntax? Query,
    CopyDirection Direction,
    string? Path,
    SyntaxList<OptionSyntax> Options,
    ExpressionSyntax? Where) : StatementSyntax;

/// <summary><c>SUBSCRIBE [TO] relation | (query) [WITH (options)] [AS OF …] [UP TO …] [ENVELOPE … | WITHIN TIMESTAMP ORDER BY …]</c>.</summary>
/// <param name="Relation">Null when a query is subscribed to.</param>
public sealed record SubscribeSyntax(QualifiedNameSyntax? Relation, QuerySyntax? Query) : StatementSyntax
{
    public SyntaxList<OptionSyntax> Options { get; init; }

    public AsOfSyntax? AsOf { get; init; }

    public ExpressionSyntax? UpTo { get; init; }

    /// <summary><c>upsert</c>, <c>debezium</c> or null.</summary>
    public string? Envelope { get; init; }

    public SyntaxList<string> EnvelopeKey { get; init; }

    public SyntaxList<OrderItemSyntax> WithinTimestampOrderBy { get; init; }
}
