using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Printing;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>CREATE VIEW and CREATE MATERIALIZED VIEW.</summary>
internal sealed class ViewBinder(BinderState state)
{
    public CreateViewPlan Bind(CreateViewSyntax create)
    {
        if (create.IsTemporary)
        {
            throw BindError.NotSupported("a temporary view", create.Position);
        }

        SchemaItem schema = state.Relations.CreationSchema(create.Name);
        CheckReplaced(schema, create);
        LogicalNode node = BindQuery(create.Query);
        ImmutableArray<ColumnDefinition> columns = Columns(node, create.Columns, "CREATE VIEW", create.Position);
        ViewItem view = new(0, schema.Oid, create.Name.Name, columns, CanonicalText(create.Query), [.. state.Dependencies.Order()]);
        if (create.OrReplace && state.Context.Catalog.TryFind(schema.Oid, create.Name.Name, out CatalogItem? old))
        {
            CheckCompatible((ViewItem)old, view);
        }

        return new CreateViewPlan(view, create.IfNotExists, create.OrReplace);
    }

    public CreateMaterializedViewPlan Bind(CreateMaterializedViewSyntax create)
    {
        if (create.OrReplace)
        {
            throw BindError.NotSupported("CREATE OR REPLACE MATERIALIZED VIEW", create.Position);
        }

        if (create.EmitOnWindowClose)
        {
            throw BindError.NotSupported("EMIT ON WINDOW CLOSE", create.Position);
        }

        SchemaItem schema = state.Relations.CreationSchema(create.Name);
        new TableBinder(state).CheckFree(schema, create.Name, create.IfNotExists);
        LogicalNode node = BindQuery(create.Query);
        RefuseSystemRelations(create.Position);
        ImmutableArray<ColumnDefinition> columns = Columns(node, create.Columns, "CREATE MATERIALIZED VIEW", create.Position);
        node = QueryBinder.Rename(node, [.. columns.Select(c => c.Name)]);
        MaterializedViewItem view = new(
            0, schema.Oid, create.Name.Name, columns, CanonicalText(create.Query), [.. state.AllDependencies.Order()])
        {
            FailsOnError = FailsOnError(create.Options),
        };
        QueryPlan query = new BoundQuery(node, node.Columns.Length, [], RowLimits.None).ToPlan();
        return new CreateMaterializedViewPlan(view, query, create.IfNotExists);
    }

    private LogicalNode BindQuery(QuerySyntax query)
    {
        LogicalNode node = new QueryBinder(state).Bind(query, QueryEnvironment.Empty).ToRelation();
        return state.HasParameters
            ? throw BindError.At(SqlState.UndefinedParameter, query.Position, "views must not contain parameters")
            : node;
    }

    /// <summary>The query as text that means the same whatever the search path: relation names carry their schema.</summary>
    private string CanonicalText(QuerySyntax query) => SqlPrinter.Print(SyntaxRewriter.Rewrite(query, node =>
        state.ResolvedNames.TryGetValue(node, out RelationItem? relation)
            ? node switch
            {
                TableReferenceSyntax reference => reference with { Name = state.Relations.QualifiedName(relation) },
                TableBodySyntax table => table with { Name = state.Relations.QualifiedName(relation) },
                ColumnReferenceSyntax column => column with { Name = state.Relations.QualifiedName(relation) },
                _ => null,
            }
            : null));

    private static ImmutableArray<ColumnDefinition> Columns(LogicalNode node, SyntaxList<string> names, string command, int position)
    {
        if (names.Count > node.Columns.Length)
        {
            throw BindError.At(SqlState.SyntaxError, position, $"{command} specifies more column names than columns");
        }

        ImmutableArray<ColumnDefinition> columns =
            [.. node.Columns.Select((c, i) => new ColumnDefinition(i < names.Count ? names[i] : c.Name, c.Type, c.IsNullable))];
        HashSet<string> seen = [];
        foreach (ColumnDefinition column in columns)
        {
            if (!seen.Add(column.Name))
            {
                throw BindError.At(SqlState.DuplicateColumn, -1, $"column \"{column.Name}\" specified more than once");
            }

            if (column.Type.Kind is SqlTypeKind.Void)
            {
                throw BindError.At(SqlState.InvalidTableDefinition, -1, $"column \"{column.Name}\" has pseudo-type {column.Type}");
            }
        }

        return columns;
    }

    private void CheckReplaced(SchemaItem schema, CreateViewSyntax create)
    {
        if (!create.OrReplace)
        {
            new TableBinder(state).CheckFree(schema, create.Name, create.IfNotExists);
        }
        else if (state.Context.Catalog.TryFind(schema.Oid, create.Name.Name, out CatalogItem? item) && item is not ViewItem)
        {
            throw BindError.At(SqlState.WrongObjectType, -1, $"\"{create.Name.Name}\" is not a view");
        }
    }

    /// <summary>A replaced view keeps its columns, so that its dependents stay valid; new ones may follow.</summary>
    private void CheckCompatible(ViewItem old, ViewItem next)
    {
        if (state.AllDependencies.Contains(old.Oid))
        {
            throw BindError.At(SqlState.InvalidObjectDefinition, -1, $"infinite recursion detected in rules for relation \"{old.Name}\"");
        }

        for (int i = 0; i < old.Columns.Length; i++)
        {
            string? problem = i >= next.Columns.Length
                ? "cannot drop columns from view"
                : old.Columns[i].Name != next.Columns[i].Name
                    ? $"cannot change name of view column \"{old.Columns[i].Name}\" to \"{next.Columns[i].Name}\""
                    : old.Columns[i].Type != next.Columns[i].Type
                        ? $"cannot change data type of view column \"{old.Columns[i].Name}\" from {old.Columns[i].Type} to {next.Columns[i].Type}"
                        : null;
            if (problem is not null)
            {
                throw BindError.At(SqlState.InvalidTableDefinition, -1, problem);
            }
        }
    }

    private void RefuseSystemRelations(int position)
    {
        if (state.AllDependencies.Select(state.Context.Catalog.Find).OfType<SystemRelationItem>().FirstOrDefault() is { } system)
        {
            throw BindError.NotSupported($"a materialized view over system relation \"{system.Name}\"", position);
        }
    }

    private static bool FailsOnError(SyntaxList<OptionSyntax> options)
    {
        OptionSyntax? option = options.FirstOrDefault(o => o.Name == "on_error");
        return option is not null && OptionValues.Text(option) switch
        {
            "fail" => true,
            "null" => false,
            _ => throw BindError.At(SqlState.InvalidParameterValue, option.Position, "on_error must be 'fail' or 'null'"),
        };
    }
}
