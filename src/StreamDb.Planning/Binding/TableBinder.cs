using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Printing;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>CREATE TABLE and CREATE SOURCE.</summary>
internal sealed class TableBinder(BinderState state)
{
    private const int ColumnsMax = 1600;

    public CreateTablePlan Bind(CreateTableSyntax create)
    {
        Refuse(create.OrReplace, "CREATE OR REPLACE TABLE", create);
        Refuse(create.IsTemporary, "a temporary table", create);
        Refuse(create.FromSource is not null, "CREATE TABLE … FROM source", create);
        RefuseElements(create.Elements, create.Include);
        SchemaItem schema = state.Relations.CreationSchema(create.Name);
        CheckFree(schema, create.Name, create.IfNotExists);

        QueryPlan? query = create.Query is null ? null : new QueryBinder(state).Bind(create.Query, QueryEnvironment.Empty).ToPlan();
        ConnectorDefinition? connector = OptionValues.Connector(create.Options, create.Format);
        ImmutableArray<ColumnDefinition> columns = query is null
            ? Columns(create.Elements, create.Name.Name, connector)
            : QueryColumns(create, query);
        CheckColumns(columns, create);
        (ImmutableArray<int> key, string? keyName) = PrimaryKey(create.Elements, columns, create.Name.Name);
        columns = [.. columns.Select((c, i) => key.Contains(i) ? c with { IsNullable = false } : c)];
        TableItem table = new(0, schema.Oid, create.Name.Name, columns)
        {
            PrimaryKey = key,
            PrimaryKeyName = keyName,
            OnConflict = Conflict(create, key),
            VersionColumns = VersionColumns(create, columns),
            IsAppendOnly = create.IsAppendOnly,
            Checks = Checks(create.Elements, columns, create.Name.Name),
            Connector = connector,
        };
        return new CreateTablePlan(table, create.IfNotExists, create.WithNoData ? null : query);
    }

    public CreateSourcePlan Bind(CreateSourceSyntax create)
    {
        Refuse(create.OrReplace, "CREATE OR REPLACE SOURCE", create);
        Refuse(create.IsTemporary, "a temporary source", create);
        RefuseElements(create.Elements, create.Include);
        SchemaItem schema = state.Relations.CreationSchema(create.Name);
        CheckFree(schema, create.Name, create.IfNotExists);
        ConnectorDefinition connector = OptionValues.Connector(create.Options, create.Format)
            ?? throw BindError.At(
                SqlState.InvalidParameterValue, create.Position, $"source \"{create.Name.Name}\" has no connector",
                "Name one, as in WITH (connector = 'datagen').");
        ImmutableArray<ColumnDefinition> columns = Columns(create.Elements, create.Name.Name, connector);
        CheckColumns(columns, create);
        if (columns.IsEmpty)
        {
            throw BindError.At(
                SqlState.InvalidTableDefinition, create.Position, $"source \"{create.Name.Name}\" has no columns",
                $"Connector \"{connector.Name}\" implies none: list them.");
        }

        (ImmutableArray<int> key, _) = PrimaryKey(create.Elements, columns, create.Name.Name);
        columns = [.. columns.Select((c, i) => key.Contains(i) ? c with { IsNullable = false } : c)];
        return new CreateSourcePlan(new SourceItem(0, schema.Oid, create.Name.Name, columns, connector) { PrimaryKey = key }, create.IfNotExists);
    }

    /// <summary>42P07 when the name is taken, unless IF NOT EXISTS leaves that to the notice.</summary>
    public void CheckFree(SchemaItem schema, QualifiedNameSyntax name, bool ifNotExists)
    {
        if (!ifNotExists && state.Context.Catalog.TryFind(schema.Oid, name.Name, out _))
        {
            throw BindError.At(SqlState.DuplicateTable, -1, $"relation \"{name.Name}\" already exists");
        }
    }

    private static void Refuse(bool condition, string feature, SyntaxNode node)
    {
        if (condition)
        {
            throw BindError.NotSupported(feature, node.Position);
        }
    }

    private static void RefuseElements(SyntaxList<TableElementSyntax> elements, SyntaxList<IncludeSyntax> include)
    {
        Refuse(!include.IsEmpty, "INCLUDE", include.IsEmpty ? null! : include[0]);
        foreach (TableElementSyntax element in elements)
        {
            switch (element)
            {
                case WatermarkSyntax:
                    throw BindError.NotSupported("WATERMARK FOR", element.Position);
                case UniqueTableSyntax:
                    throw Unique(element);
                case ForeignKeyTableSyntax:
                    throw BindError.NotSupported("a FOREIGN KEY constraint", element.Position);
                case ColumnDefinitionSyntax column:
                    RefuseConstraints(column);
                    break;
            }
        }
    }

    private static void RefuseConstraints(ColumnDefinitionSyntax column)
    {
        foreach (ColumnConstraintSyntax constraint in column.Constraints)
        {
            switch (constraint)
            {
                case UniqueColumnSyntax:
                    throw Unique(constraint);
                case ReferencesConstraintSyntax:
                    throw BindError.NotSupported("a FOREIGN KEY constraint", constraint.Position);
                case IdentityConstraintSyntax:
                    throw BindError.NotSupported("an identity column", constraint.Position);
            }
        }
    }

    private static SqlException Unique(SyntaxNode node) => BindError.NotSupported(
        "a UNIQUE constraint", node.Position, BindError.UniqueHint);

    private ImmutableArray<ColumnDefinition> Columns(SyntaxList<TableElementSyntax> elements, string table, ConnectorDefinition? connector)
    {
        List<ColumnDefinition> columns = [];
        bool implied = connector is not null && !elements.Any(e => e is ColumnDefinitionSyntax or LikeTableSyntax);
        if (implied || elements.Any(e => e is AllColumnsSyntax))
        {
            columns.AddRange((connector is null ? null : state.Context.Connectors?.ImpliedColumns(connector)) ?? []);
        }

        foreach (TableElementSyntax element in elements)
        {
            switch (element)
            {
                case ColumnDefinitionSyntax column:
                    columns.Add(Column(column, table));
                    break;
                case LikeTableSyntax like:
                    columns.AddRange(state.Relations.Relation(like.Table, like.Table.Position).Columns
                        .Select(c => new ColumnDefinition(c.Name, c.Type, c.IsNullable)));
                    break;
            }
        }

        ImmutableArray<ColumnDefinition> all = [.. columns];
        CheckExpressions(elements, all, table);
        return all;
    }

    private static ColumnDefinition Column(ColumnDefinitionSyntax syntax, string table)
    {
        SqlType type = syntax.Type is null
            ? throw BindError.At(SqlState.SyntaxError, syntax.Position, $"column \"{syntax.Name}\" has no type")
            : TypeBinder.Bind(syntax.Type);
        bool notNull = syntax.IsNotNull || syntax.IsPrimaryKey;
        if (notNull && syntax.Constraints.Any(c => c is NullConstraintSyntax))
        {
            throw BindError.At(
                SqlState.SyntaxError, syntax.Position, $"conflicting NULL/NOT NULL declarations for column \"{syntax.Name}\" of table \"{table}\"");
        }

        if (syntax.Constraints.Count(c => c is DefaultConstraintSyntax) > 1)
        {
            throw BindError.At(
                SqlState.SyntaxError, syntax.Position, $"multiple default values specified for column \"{syntax.Name}\" of table \"{table}\"");
        }

        if (syntax.Default is not null && syntax.Generated is not null)
        {
            throw BindError.At(
                SqlState.SyntaxError, syntax.Position,
                $"both default and generation expression specified for column \"{syntax.Name}\" of table \"{table}\"");
        }

        return new ColumnDefinition(syntax.Name, type, !notNull)
        {
            DefaultText = syntax.Default is null ? null : SqlPrinter.Print(syntax.Default),
            GeneratedText = syntax.Generated is null ? null : SqlPrinter.Print(syntax.Generated),
        };
    }

    /// <summary>Binds defaults, generated columns and checks once, so that mistakes show here.</summary>
    private void CheckExpressions(SyntaxList<TableElementSyntax> elements, ImmutableArray<ColumnDefinition> columns, string table)
    {
        foreach (ColumnDefinitionSyntax column in elements.OfType<ColumnDefinitionSyntax>())
        {
            int index = columns.Select((c, i) => (c, i)).First(x => x.c.Name == column.Name).i;
            if (column.Default is not null)
            {
                ColumnExpressions.Default(state, column.Default, column.Name, columns[index].Type);
            }

            if (column.Generated is not null)
            {
                ColumnExpressions.Generated(state, column.Generated, columns, table, index);
            }
        }
    }

    private static ImmutableArray<ColumnDefinition> QueryColumns(CreateTableSyntax create, QueryPlan query)
    {
        string[] names = [.. create.Columns.Select(c => c.Type is null
            ? c.Name
            : throw BindError.At(SqlState.SyntaxError, c.Position, "a column of CREATE TABLE AS cannot have a type"))];
        return names.Length > query.Columns.Length
            ? throw BindError.At(SqlState.SyntaxError, create.Position, "too many column names were specified")
            : [.. query.Columns.Select((c, i) => new ColumnDefinition(i < names.Length ? names[i] : c.Name, c.Type))];
    }

    private static void CheckColumns(ImmutableArray<ColumnDefinition> columns, StatementSyntax statement)
    {
        if (columns.Length > ColumnsMax)
        {
            throw BindError.At(SqlState.TooManyColumns, statement.Position, $"tables can have at most {ColumnsMax} columns");
        }

        HashSet<string> names = [];
        foreach (ColumnDefinition column in columns)
        {
            if (!names.Add(column.Name))
            {
                throw BindError.At(SqlState.DuplicateColumn, -1, $"column \"{column.Name}\" specified more than once");
            }

            if (column.Type.IsPseudo || column.Type.Kind is SqlTypeKind.Unknown or SqlTypeKind.Void)
            {
                throw BindError.At(SqlState.InvalidTableDefinition, -1, $"column \"{column.Name}\" has pseudo-type {column.Type}");
            }
        }
    }

    private static (ImmutableArray<int> Columns, string? Name) PrimaryKey(
        SyntaxList<TableElementSyntax> elements, ImmutableArray<ColumnDefinition> columns, string table)
    {
        List<(string[] Columns, string? Name, int Position)> keys =
        [
            .. elements.OfType<ColumnDefinitionSyntax>().SelectMany(c => c.Constraints.OfType<PrimaryKeyColumnSyntax>()
                .Select(k => (new[] { c.Name }, k.Name, k.Position))),
            .. elements.OfType<PrimaryKeyTableSyntax>().Select(k => (k.Columns.ToArray(), k.Name, k.Position)),
        ];
        if (keys.Count == 0)
        {
            return ([], null);
        }

        if (keys.Count > 1)
        {
            throw BindError.At(
                SqlState.InvalidTableDefinition, keys[1].Position, $"multiple primary keys for table \"{table}\" are not allowed");
        }

        List<int> indexes = [];
        foreach (string name in keys[0].Columns)
        {
            int index = columns.Select((c, i) => (c, i)).FirstOrDefault(x => x.c.Name == name, (null!, -1)).i;
            if (index < 0)
            {
                throw BindError.At(SqlState.UndefinedColumn, keys[0].Position, $"column \"{name}\" named in key does not exist");
            }

            if (indexes.Contains(index))
            {
                throw BindError.At(SqlState.DuplicateColumn, keys[0].Position, $"column \"{name}\" appears twice in primary key constraint");
            }

            indexes.Add(index);
        }

        return ([.. indexes], keys[0].Name ?? $"{table}_pkey");
    }

    private static ConflictBehavior Conflict(CreateTableSyntax create, ImmutableArray<int> key)
    {
        if (create.OnConflict is not { } conflict)
        {
            return ConflictBehavior.Error;
        }

        if (conflict.Action == ConflictAction.UpdateIfNotNull && key.IsEmpty)
        {
            throw BindError.At(SqlState.InvalidTableDefinition, conflict.Position, "ON CONFLICT DO UPDATE IF NOT NULL needs a primary key");
        }

        return conflict.Action switch
        {
            ConflictAction.Overwrite => ConflictBehavior.Overwrite,
            ConflictAction.Nothing => ConflictBehavior.Ignore,
            _ => ConflictBehavior.UpdateIfNotNull,
        };
    }

    private static ImmutableArray<int> VersionColumns(CreateTableSyntax create, ImmutableArray<ColumnDefinition> columns)
    {
        if (create.OnConflict is not { VersionColumns.IsEmpty: false } conflict)
        {
            return [];
        }

        if (conflict.Action == ConflictAction.Nothing)
        {
            throw BindError.At(
                SqlState.SyntaxError, conflict.Position, "WITH VERSION COLUMN cannot be used with ON CONFLICT DO NOTHING");
        }

        var indexes = ImmutableArray.CreateBuilder<int>();
        foreach (string name in conflict.VersionColumns)
        {
            int index = columns.Select(c => c.Name).ToList().IndexOf(name);
            if (index < 0)
            {
                throw BindError.At(SqlState.UndefinedColumn, conflict.Position, $"version column \"{name}\" does not exist");
            }

            if (columns[index].Type is not ({ IsNumber: true } or
                { Kind: SqlTypeKind.Date or SqlTypeKind.Time or SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz or SqlTypeKind.Text or SqlTypeKind.Varchar }))
            {
                throw BindError.At(
                    SqlState.DatatypeMismatch, conflict.Position, $"version column \"{name}\" must be a number, a time or a text, not {columns[index].Type}");
            }

            indexes.Add(index);
        }

        return indexes.ToImmutable();
    }

    private ImmutableArray<CheckConstraint> Checks(
        SyntaxList<TableElementSyntax> elements, ImmutableArray<ColumnDefinition> columns, string table)
    {
        List<CheckConstraint> checks = [];
        foreach (TableElementSyntax element in elements)
        {
            switch (element)
            {
                case ColumnDefinitionSyntax column:
                    foreach (CheckConstraintSyntax check in column.Constraints.OfType<CheckConstraintSyntax>())
                    {
                        Add(check.Name, $"{table}_{column.Name}_check", check.Condition);
                    }

                    break;
                case CheckTableSyntax check:
                    Add(check.Name, $"{table}_check", check.Condition);
                    break;
            }
        }

        return [.. checks];

        void Add(string? name, string fallback, ExpressionSyntax condition)
        {
            ColumnExpressions.Check(state, condition, columns, table);
            for (int i = 1; name is null; i++)
            {
                string candidate = i == 1 ? fallback : fallback + (i - 1);
                name = checks.Exists(c => c.Name == candidate) ? null : candidate;
            }

            checks.Add(checks.Exists(c => c.Name == name)
                ? throw BindError.At(SqlState.DuplicateObject, condition.Position, $"check constraint \"{name}\" already exists")
                : new CheckConstraint(name, SqlPrinter.Print(condition)));
        }
    }
}
