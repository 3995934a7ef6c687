namespace StreamDb.Sql.Syntax;

/// <summary>The kinds of things that DROP, ALTER, COMMENT, SHOW CREATE and GRANT name.</summary>
public enum ItemKind
{
    Table,
    View,
    MaterializedView,
    Index,
    Source,
    Sink,
    Schema,
    Database,
    Type,
    Function,
    Aggregate,
    Procedure,
    Subscription,
    Connection,
    Secret,
    User,
    Role,
    Cluster,
    ClusterReplica,
    Sequence,
    Domain,
    Extension,
    Column,
    Constraint,
    NetworkPolicy,
}

/// <summary>CREATE SCHEMA.</summary>
public sealed record CreateSchemaSyntax(QualifiedNameSyntax Name, bool IfNotExists) : StatementSyntax
{
    /// <summary>AUTHORIZATION owner, or null.</summary>
    public string? Owner { get; init; }
}

/// <summary>CREATE DATABASE.</summary>
public sealed record CreateDatabaseSyntax(string Name, bool IfNotExists) : StatementSyntax
{
    public SyntaxList<OptionSyntax> Options { get; init; }
}

/// <summary>CREATE TYPE name AS (fields), AS ENUM (labels) or AS LIST | MAP (options).</summary>
public sealed record CreateTypeSyntax(QualifiedNameSyntax Name) : StatementSyntax
{
    public SyntaxList<NameAndTypeSyntax> Fields { get; init; }

    public SyntaxList<string> Labels { get; init; }

    public bool IsEnum { get; init; }

    /// <summary>List or map; else null.</summary>
    public CollectionKind? Collection { get; init; }

    public SyntaxList<OptionSyntax> Options { get; init; }
}

/// <summary>CREATE FUNCTION or CREATE AGGREGATE.</summary>
public sealed record CreateFunctionSyntax(
    ItemKind Kind,
    QualifiedNameSyntax Name,
    SyntaxList<FunctionParameterSyntax> Parameters) : StatementSyntax
{
    public bool OrReplace { get; init; }

    public bool IsTemporary { get; init; }

    public bool IfNotExists { get; init; }

    /// <summary>RETURNS type, or null.</summary>
    public TypeNameSyntax? Returns { get; init; }

    public bool ReturnsSet { get; init; }

    /// <summary>RETURNS TABLE (…).</summary>
    public SyntaxList<NameAndTypeSyntax> ReturnsTable { get; init; }

    /// <summary>LANGUAGE, AS, volatility and so on, as <c>language</c>, <c>as</c>, <c>volatility</c>, <c>strict</c>, <c>runtime</c>, <c>link</c>, …</summary>
    public SyntaxList<OptionSyntax> Clauses { get; init; }

    /// <summary>RETURN expression, the SQL-standard body.</summary>
    public ExpressionSyntax? Return { get; init; }

    /// <summary>WITH (…) at the end.</summary>
    public SyntaxList<OptionSyntax> Options { get; init; }
}

/// <summary>One parameter of a function.</summary>
public sealed record FunctionParameterSyntax(string? Name, TypeNameSyntax Type, ExpressionSyntax? Default) : SyntaxNode
{
    public bool IsVariadic { get; init; }
}

/// <summary>CREATE CONNECTION or CREATE SECRET.</summary>
/// <param name="Kind">Connection or Secret.</param>
/// <param name="Value">AS value of a secret, or null.</param>
public sealed record CreateConnectionSyntax(
    ItemKind Kind,
    QualifiedNameSyntax Name,
    bool IfNotExists,
    SyntaxList<OptionSyntax> Options,
    ExpressionSyntax? Value) : StatementSyntax;

/// <summary>CREATE USER or CREATE ROLE; options are lower-case words such as <c>superuser</c>, <c>password</c>.</summary>
public sealed record CreateRoleSyntax(ItemKind Kind, string Name, SyntaxList<OptionSyntax> Options) : StatementSyntax
{
    public bool IfNotExists { get; init; }
}

/// <summary>DROP of anything.</summary>
public sealed record DropSyntax(
    ItemKind Kind,
    SyntaxList<QualifiedNameSyntax> Names,
    bool IfExists,
    bool IsCascade) : StatementSyntax
{
    /// <summary>DROP FUNCTION f(int): the argument types of each name; empty when no name has parentheses.</summary>
    public SyntaxList<SyntaxList<TypeNameSyntax>> ArgumentTypes { get; init; }
}

/// <summary>ALTER of a relation or another item.</summary>
public sealed record AlterSyntax(
    ItemKind Kind,
    QualifiedNameSyntax Name,
    bool IfExists,
    SyntaxList<AlterActionSyntax> Actions) : StatementSyntax;

/// <summary>What ALTER does.</summary>
public abstract record AlterActionSyntax : SyntaxNode;

public sealed record AddColumnSyntax(ColumnDefinitionSyntax Column, bool IfNotExists) : AlterActionSyntax;

public sealed record DropColumnSyntax(string Column, bool IfExists, bool IsCascade) : AlterActionSyntax;

public sealed record AddConstraintSyntax(TableConstraintSyntax Constraint) : AlterActionSyntax;

public sealed record DropConstraintSyntax(string Constraint, bool IfExists, bool IsCascade) : AlterActionSyntax;

public sealed record RenameColumnSyntax(string Column, string NewName) : AlterActionSyntax;

public sealed record RenameSyntax(QualifiedNameSyntax NewName) : AlterActionSyntax;

public sealed record SetSchemaSyntax(string Schema) : AlterActionSyntax;

public sealed record OwnerSyntax(string Owner) : AlterActionSyntax;

/// <summary>SWAP WITH other.</summary>
public sealed record SwapSyntax(QualifiedNameSyntax Other) : AlterActionSyntax;

/// <summary>ALTER COLUMN … TYPE type [USING expression].</summary>
public sealed record AlterColumnTypeSyntax(string Column, TypeNameSyntax Type, ExpressionSyntax? Using) : AlterActionSyntax;

/// <summary>ALTER COLUMN … SET DEFAULT value, or DROP DEFAULT when the value is null.</summary>
public sealed record AlterColumnDefaultSyntax(string Column, ExpressionSyntax? Value) : AlterActionSyntax;

/// <summary>ALTER COLUMN … SET | DROP NOT NULL.</summary>
public sealed record AlterColumnNullSyntax(string Column, bool IsNotNull) : AlterActionSyntax;

/// <summary>SET (name = value, …).</summary>
public sealed record SetOptionsSyntax(SyntaxList<OptionSyntax> Options) : AlterActionSyntax;

/// <summary>RESET (name, …).</summary>
public sealed record ResetOptionsSyntax(SyntaxList<string> Names) : AlterActionSyntax;

/// <summary>SET name { TO | = } value, as for PARALLELISM, SOURCE_RATE_LIMIT or a parameter of a role; RESET has no value.</summary>
public sealed record SetParameterActionSyntax(string Name, SyntaxList<ExpressionSyntax> Values) : AlterActionSyntax
{
    /// <summary>RESET rather than SET … TO DEFAULT; both have no values.</summary>
    public bool IsReset { get; init; }

    public bool IsDeferred { get; init; }
}

/// <summary>An action we know only by its words.</summary>
public sealed record OtherActionSyntax(string Text) : AlterActionSyntax;

/// <summary>GRANT and REVOKE.</summary>
/// <param name="Privileges">Lower-case; <c>all</c> for ALL [PRIVILEGES]; for roles the role names.</param>
/// <param name="Kind">Null when roles are granted.</param>
public sealed record GrantSyntax(
    bool IsRevoke,
    SyntaxList<string> Privileges,
    ItemKind? Kind,
    SyntaxList<QualifiedNameSyntax> Names,
    SyntaxList<string> Grantees) : StatementSyntax
{
    /// <summary>ON ALL TABLES IN SCHEMA …: the names are schemas.</summary>
    public bool AllInSchema { get; init; }

    public bool WithGrantOption { get; init; }

    public bool GrantOptionFor { get; init; }

    public string? GrantedBy { get; init; }

    public bool IsCascade { get; init; }
}

/// <summary>COMMENT ON item IS 'text' | NULL.</summary>
public sealed record CommentSyntax(ItemKind Kind, QualifiedNameSyntax Name, string? Text) : StatementSyntax;

/// <summary>A statement that we recognise by its first words and keep as words; the server answers that it is not supported.</summary>
/// <param name="Command">The first words in upper case, such as <c>CREATE CLUSTER</c>.</param>
/// <param name="Text">The whole statement, one space between tokens.</param>
public sealed record OtherStatementSyntax(string Command, string Text) : StatementSyntax;
