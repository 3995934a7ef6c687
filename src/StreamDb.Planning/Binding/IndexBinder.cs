using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>CREATE INDEX.</summary>
internal sealed class IndexBinder(BinderState state)
{
    public CreateIndexPlan Bind(CreateIndexSyntax create)
    {
        RelationItem relation = state.Relations.Relation(create.Relation, create.Relation.Position);
        switch (relation)
        {
            case ViewItem:
                throw BindError.NotSupported("an index on a view", create.Relation.Position, "Create a materialized view.");
            case SystemRelationItem:
                throw BindError.At(
                    SqlState.InsufficientPrivilege, create.Relation.Position, $"permission denied: \"{relation.Name}\" is a system catalog");
        }

        if (create.IsUnique)
        {
            throw BindError.NotSupported("a UNIQUE index", create.Position, BindError.UniqueHint);
        }

        if (create.Where is not null)
        {
            throw BindError.NotSupported("a partial index", create.Where.Position);
        }

        ImmutableArray<int> keys = create.Keys.IsEmpty
            ? DefaultKey(relation)
            : [.. create.Keys.Select(k => k.Expression is ColumnReferenceSyntax { Name.IsSimple: true } column
                ? KeyColumn(relation, column)
                : throw BindError.NotSupported("an index on an expression", k.Expression.Position))];
        ImmutableArray<bool> descending = create.Keys.Any(k => k.IsDescending) ? [.. create.Keys.Select(k => k.IsDescending)] : [];
        if (create.Schema is not null && state.Relations.Schema(create.Schema, create.Position).Oid != relation.SchemaOid)
        {
            throw BindError.NotSupported("an index in another schema than its relation", create.Position);
        }

        string name = create.Name ?? FreeName(relation, keys);
        if (!create.IfNotExists && state.Context.Catalog.TryFind(relation.SchemaOid, name, out _))
        {
            throw BindError.At(SqlState.DuplicateTable, -1, $"relation \"{name}\" already exists");
        }

        return new CreateIndexPlan(new IndexItem(0, relation.SchemaOid, name, relation.Oid, keys) { Descending = descending }, create.IfNotExists);
    }

    private static int KeyColumn(RelationItem relation, ColumnReferenceSyntax column)
    {
        int index = relation.Columns.Select((c, i) => (c, i)).FirstOrDefault(x => x.c.Name == column.Name.Name, (null!, -1)).i;
        return index >= 0
            ? index
            : throw BindError.At(SqlState.UndefinedColumn, column.Position, $"column \"{column.Name.Name}\" does not exist");
    }

    private static ImmutableArray<int> DefaultKey(RelationItem relation) => relation switch
    {
        TableItem { PrimaryKey.IsEmpty: false } table => table.PrimaryKey,
        SourceItem { PrimaryKey.IsEmpty: false } source => source.PrimaryKey,
        MaterializedViewItem { Key.IsEmpty: false } view => view.Key,
        _ => [.. Enumerable.Range(0, relation.Columns.Length)],
    };

    private string FreeName(RelationItem relation, ImmutableArray<int> keys)
    {
        string stem = $"{relation.Name}_{string.Join("_", keys.Select(k => relation.Columns[k].Name))}_idx";
        string name = stem;
        for (int i = 1; state.Context.Catalog.TryFind(relation.SchemaOid, name, out _); i++)
        {
            name = stem + i;
        }

        return name;
    }
}
