namespace StreamDb.Sql.Syntax;

/// <summary>CREATE VIEW.</summary>
public sealed record CreateViewSyntax(QualifiedNameSyntax Name, SyntaxList<string> Columns, QuerySyntax Query) : StatementSyntax
{
    public bool OrReplace { get; init; }

    public bool IsTemporary { get; init; }

    public bool IfNotExists { get; init; }
}

/// <summary>CREATE MATERIALIZED VIEW.</summary>
public sealed record CreateMaterializedViewSyntax(
    QualifiedNameSyntax Name,
    SyntaxList<string> Columns,
    QuerySyntax Query) : StatementSyntax
{
    public bool OrReplace { get; init; }

    public bool IfNotExists { get; init; }

    /// <summary>IN CLUSTER name, or null.</summary>
    public string? Cluster { get; init; }

    public SyntaxList<OptionSyntax> Options { get; init; }

    public bool EmitOnWindowClose { get; init; }
}

/// <summary>CREATE INDEX; also CREATE DEFAULT INDEX, which has neither a name nor keys.</summary>
public sealed record CreateIndexSyntax(
    string? Name,
    QualifiedNameSyntax Relation,
    SyntaxList<OrderItemSyntax> Keys) : StatementSyntax
{
    public bool IsUnique { get; init; }

    public bool IfNotExists { get; init; }

    /// <summary>The schema written before the index name, or null.</summary>
    public string? Schema { get; init; }

    /// <summary>IN CLUSTER name, or null.</summary>
    public string? Cluster { get; init; }

    /// <summary>USING method, or null.</summary>
    public string? Method { get; init; }

    public SyntaxList<ExpressionSyntax> Include { get; init; }

    public SyntaxList<ExpressionSyntax> DistributedBy { get; init; }

    public SyntaxList<OptionSyntax> Options { get; init; }

    public ExpressionSyntax? Where { get; init; }
}

/// <summary>CREATE SINK [INTO table] FROM relation | AS query.</summary>
public sealed record CreateSinkSyntax(QualifiedNameSyntax Name) : StatementSyntax
{
    public bool OrReplace { get; init; }

    public bool IfNotExists { get; init; }

    /// <summary>The table a sink writes into, or null.</summary>
    public QualifiedNameSyntax? Into { get; init; }

    public SyntaxList<string> IntoColumns { get; init; }

    /// <summary>Null when a query is written out.</summary>
    public QualifiedNameSyntax? Relation { get; init; }

    public QuerySyntax? Query { get; init; }

    public bool EmitOnWindowClose { get; init; }

    public SyntaxList<OptionSyntax> Options { get; init; }

    public FormatSyntax? Format { get; init; }
}

/// <summary>CREATE SUBSCRIPTION name FROM relation WITH (…).</summary>
public sealed record CreateSubscriptionSyntax(
    QualifiedNameSyntax Name,
    QualifiedNameSyntax Relation,
    SyntaxList<OptionSyntax> Options) : StatementSyntax
{
    public bool IfNotExists { get; init; }
}
