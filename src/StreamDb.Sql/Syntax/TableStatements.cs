namespace StreamDb.Sql.Syntax;

/// <summary>CREATE TABLE, with or without a connector, or AS a query.</summary>
public sealed record CreateTableSyntax(QualifiedNameSyntax Name, SyntaxList<TableElementSyntax> Elements) : StatementSyntax
{
    public bool OrReplace { get; init; }

    public bool IsTemporary { get; init; }

    public bool IfNotExists { get; init; }

    public bool IsAppendOnly { get; init; }

    public TableConflictSyntax? OnConflict { get; init; }

    public SyntaxList<OptionSyntax> Options { get; init; }

    public SyntaxList<IncludeSyntax> Include { get; init; }

    public FormatSyntax? Format { get; init; }

    /// <summary>FROM source TABLE 'name': one table of a shared change-data source.</summary>
    public SourceTableSyntax? FromSource { get; init; }

    /// <summary>ENGINE = name, or null.</summary>
    public string? Engine { get; init; }

    /// <summary>CREATE TABLE AS; then the elements may be bare column names.</summary>
    public QuerySyntax? Query { get; init; }

    /// <summary>WITH NO DATA.</summary>
    public bool WithNoData { get; init; }

    public IEnumerable<ColumnDefinitionSyntax> Columns => Elements.OfType<ColumnDefinitionSyntax>();

    public IEnumerable<TableConstraintSyntax> Constraints => Elements.OfType<TableConstraintSyntax>();

    public IEnumerable<WatermarkSyntax> Watermarks => Elements.OfType<WatermarkSyntax>();
}

/// <summary>CREATE SOURCE.</summary>
public sealed record CreateSourceSyntax(QualifiedNameSyntax Name, SyntaxList<TableElementSyntax> Elements) : StatementSyntax
{
    public bool OrReplace { get; init; }

    public bool IsTemporary { get; init; }

    public bool IfNotExists { get; init; }

    public SyntaxList<OptionSyntax> Options { get; init; }

    public SyntaxList<IncludeSyntax> Include { get; init; }

    public FormatSyntax? Format { get; init; }

    public IEnumerable<ColumnDefinitionSyntax> Columns => Elements.OfType<ColumnDefinitionSyntax>();

    public IEnumerable<TableConstraintSyntax> Constraints => Elements.OfType<TableConstraintSyntax>();

    public IEnumerable<WatermarkSyntax> Watermarks => Elements.OfType<WatermarkSyntax>();
}

/// <summary>An entry between the parentheses of CREATE TABLE or CREATE SOURCE.</summary>
public abstract record TableElementSyntax : SyntaxNode;

/// <summary>A column. The type is missing only where the schema comes from elsewhere (a query, a registry).</summary>
public sealed record ColumnDefinitionSyntax(
    string Name,
    TypeNameSyntax? Type,
    QualifiedNameSyntax? Collation,
    SyntaxList<ColumnConstraintSyntax> Constraints) : TableElementSyntax
{
    public bool IsNotNull => Constraints.Any(constraint => constraint is NotNullConstraintSyntax);

    public bool IsPrimaryKey => Constraints.Any(constraint => constraint is PrimaryKeyColumnSyntax);

    /// <summary>The DEFAULT expression, or null.</summary>
    public ExpressionSyntax? Default => Constraints.OfType<DefaultConstraintSyntax>().FirstOrDefault()?.Value;

    /// <summary>The expression of a generated column, or null.</summary>
    public ExpressionSyntax? Generated => Constraints.OfType<GeneratedConstraintSyntax>().FirstOrDefault()?.Value;
}

/// <summary><c>WATERMARK FOR column AS expression</c>.</summary>
/// <param name="WithTtl">WITH TTL: rows below the watermark are removed.</param>
public sealed record WatermarkSyntax(string Column, ExpressionSyntax Value, bool WithTtl = false) : TableElementSyntax;

/// <summary><c>*</c>: all columns that the connector knows of.</summary>
public sealed record AllColumnsSyntax : TableElementSyntax;

/// <summary><c>LIKE table [INCLUDING …]</c>.</summary>
public sealed record LikeTableSyntax(QualifiedNameSyntax Table, SyntaxList<string> Options) : TableElementSyntax;

/// <summary>A constraint that stands by itself.</summary>
public abstract record TableConstraintSyntax : TableElementSyntax
{
    /// <summary>CONSTRAINT name, or null.</summary>
    public string? Name { get; init; }
}

public sealed record PrimaryKeyTableSyntax(SyntaxList<string> Columns) : TableConstraintSyntax;

public sealed record UniqueTableSyntax(SyntaxList<string> Columns) : TableConstraintSyntax;

public sealed record CheckTableSyntax(ExpressionSyntax Condition) : TableConstraintSyntax;

public sealed record ForeignKeyTableSyntax(
    SyntaxList<string> Columns,
    QualifiedNameSyntax Target,
    SyntaxList<string> TargetColumns,
    SyntaxList<string> Actions) : TableConstraintSyntax;

/// <summary>A constraint (or default, or generation) written behind a column.</summary>
public abstract record ColumnConstraintSyntax : SyntaxNode
{
    /// <summary>CONSTRAINT name, or null.</summary>
    public string? Name { get; init; }
}

public sealed record NotNullConstraintSyntax : ColumnConstraintSyntax;

public sealed record NullConstraintSyntax : ColumnConstraintSyntax;

public sealed record PrimaryKeyColumnSyntax : ColumnConstraintSyntax;

public sealed record UniqueColumnSyntax : ColumnConstraintSyntax;

public sealed record DefaultConstraintSyntax(ExpressionSyntax Value) : ColumnConstraintSyntax;

public sealed record CheckConstraintSyntax(ExpressionSyntax Condition) : ColumnConstraintSyntax;

/// <summary><c>AS expression</c> or <c>GENERATED ALWAYS AS (expression) STORED</c>.</summary>
public sealed record GeneratedConstraintSyntax(ExpressionSyntax Value) : ColumnConstraintSyntax;

/// <summary><c>GENERATED ALWAYS | BY DEFAULT AS IDENTITY</c>.</summary>
public sealed record IdentityConstraintSyntax(bool IsAlways) : ColumnConstraintSyntax;

public sealed record ReferencesConstraintSyntax(
    QualifiedNameSyntax Target,
    SyntaxList<string> TargetColumns,
    SyntaxList<string> Actions) : ColumnConstraintSyntax;

public enum ConflictAction
{
    Overwrite,
    Nothing,
    UpdateIfNotNull,
}

/// <summary><c>ON CONFLICT OVERWRITE | DO NOTHING | DO UPDATE IF NOT NULL [WITH VERSION COLUMN (…)]</c> of a table.</summary>
public sealed record TableConflictSyntax(ConflictAction Action, SyntaxList<string> VersionColumns) : SyntaxNode;

/// <summary><c>FORMAT format ENCODE encoding (options) [KEY ENCODE …]</c>; names are lower-case.</summary>
public sealed record FormatSyntax(
    string Format,
    SyntaxList<OptionSyntax> FormatOptions,
    string? Encode,
    SyntaxList<OptionSyntax> Options,
    string? KeyEncode,
    SyntaxList<OptionSyntax> KeyOptions) : SyntaxNode;

/// <summary><c>INCLUDE column [inner] [type] [AS name]</c>: message metadata as a column.</summary>
/// <param name="Kind"><c>key</c>, <c>timestamp</c>, <c>partition</c>, <c>offset</c>, <c>header</c>, <c>payload</c>, …</param>
public sealed record IncludeSyntax(string Kind, string? Inner, TypeNameSyntax? Type, string? Alias) : SyntaxNode;

/// <summary><c>FROM source TABLE 'name'</c>.</summary>
public sealed record SourceTableSyntax(QualifiedNameSyntax Source, string Table) : SyntaxNode;
