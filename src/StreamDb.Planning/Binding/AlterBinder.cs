using StreamDb.Core.Errors;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>ALTER and COMMENT ON.</summary>
internal sealed class AlterBinder(BinderState state)
{
    public StatementPlan Bind(AlterSyntax alter)
    {
        string tag = "ALTER " + StatementNames.Of(alter.Kind);
        CatalogItem? item = alter.Kind switch
        {
            ItemKind.Schema => state.Context.Catalog.FindSchema(alter.Name.Name)
                ?? (alter.IfExists ? null : throw BindError.At(SqlState.InvalidSchemaName, -1, $"schema \"{alter.Name.Name}\" does not exist")),
            ItemKind.Table or ItemKind.View or ItemKind.MaterializedView or ItemKind.Source or ItemKind.Index => Find(alter),
            _ => throw BindError.NotSupported(tag, alter.Position),
        };
        if (item is null)
        {
            return new DropPlan([], tag, [$"relation \"{string.Join(".", alter.Name.Parts)}\" does not exist, skipping"]);
        }

        RefuseSystem(item);
        CatalogItem after = item;
        foreach (AlterActionSyntax action in alter.Actions)
        {
            after = Apply(after, action, tag);
        }

        return new AlterPlan(item, after, tag);
    }

    public AlterPlan Bind(CommentSyntax comment)
    {
        const string tag = "COMMENT";
        switch (comment.Kind)
        {
            case ItemKind.Column:
                SyntaxList<string> parts = comment.Name.Parts;
                QualifiedNameSyntax relationName = new(parts.Take(parts.Count - 1).ToSyntaxList()) { Position = comment.Name.Position };
                RelationItem owner = state.Relations.Relation(relationName, relationName.Position);
                int column = InsertTarget.ColumnIndex(owner, comment.Name.Name, comment.Name.Position);
                RefuseSystem(owner);
                return new AlterPlan(
                    owner, owner with { Columns = owner.Columns.SetItem(column, owner.Columns[column] with { Comment = comment.Text }) }, tag);
            case ItemKind.Table or ItemKind.View or ItemKind.MaterializedView or ItemKind.Source:
                RelationItem relation = state.Relations.Relation(comment.Name, comment.Name.Position);
                RefuseSystem(relation);
                return new AlterPlan(relation, relation with { Comment = comment.Text }, tag);
            default:
                throw BindError.NotSupported("COMMENT ON " + StatementNames.Of(comment.Kind), comment.Position);
        }
    }

    private CatalogItem? Find(AlterSyntax alter)
    {
        CatalogItem? item = state.Relations.Find(alter.Name);
        if (item is null && !alter.IfExists)
        {
            throw BindError.At(SqlState.UndefinedTable, -1, $"relation \"{string.Join(".", alter.Name.Parts)}\" does not exist");
        }

        bool fits = item is null || (alter.Kind, item) switch
        {
            (ItemKind.Table, _) => item is not IndexItem,
            (ItemKind.View, ViewItem) => true,
            (ItemKind.MaterializedView, MaterializedViewItem) => true,
            (ItemKind.Source, SourceItem) => true,
            (ItemKind.Index, IndexItem) => true,
            _ => false,
        };
        return fits
            ? item
            : throw BindError.At(SqlState.WrongObjectType, -1, $"\"{alter.Name.Name}\" is not a {StatementNames.Of(alter.Kind).ToLowerInvariant()}");
    }

    private static void RefuseSystem(CatalogItem item)
    {
        if (item is SystemRelationItem || RelationLookup.IsSystemSchema(item.Oid))
        {
            throw BindError.At(SqlState.InsufficientPrivilege, -1, $"permission denied: \"{item.Name}\" is a system catalog");
        }
    }

    private CatalogItem Apply(CatalogItem item, AlterActionSyntax action, string tag)
    {
        switch (action)
        {
            case RenameSyntax rename:
                return Rename(item, rename.NewName.Name);
            case RenameColumnSyntax rename when item is RelationItem relation:
                return RenameColumn(relation, rename);
            case SetSchemaSyntax set when item is RelationItem relation:
                RefuseDependents(item, "move");
                SchemaItem schema = state.Relations.Schema(set.Schema, set.Position);
                CheckFree(schema.Oid, item.Name, item.Oid);
                return relation with { SchemaOid = schema.Oid };
            case OwnerSyntax or SetParameterActionSyntax:
                // Accepted so that scripts run: there is one owner, and parallelism is the engine's own business.
                return item;
            default:
                throw BindError.NotSupported($"{tag} … {ActionName(action)}", action.Position, action is AddConstraintSyntax ? "Declare it in CREATE TABLE." : null);
        }
    }

    private static string ActionName(AlterActionSyntax action) => action switch
    {
        AddColumnSyntax => "ADD COLUMN",
        DropColumnSyntax => "DROP COLUMN",
        AddConstraintSyntax => "ADD CONSTRAINT",
        DropConstraintSyntax => "DROP CONSTRAINT",
        AlterColumnTypeSyntax => "ALTER COLUMN TYPE",
        AlterColumnDefaultSyntax => "ALTER COLUMN DEFAULT",
        AlterColumnNullSyntax => "ALTER COLUMN NOT NULL",
        SwapSyntax => "SWAP WITH",
        OtherActionSyntax other => other.Text,
        _ => "SET",
    };

    private CatalogItem Rename(CatalogItem item, string name)
    {
        RefuseDependents(item, "rename");
        if (item is SchemaItem)
        {
            return state.Context.Catalog.FindSchema(name) is null
                ? item with { Name = name }
                : throw BindError.At(SqlState.DuplicateSchema, -1, $"schema \"{name}\" already exists");
        }

        CheckFree(item is RelationItem relation ? relation.SchemaOid : ((IndexItem)item).SchemaOid, name, item.Oid);
        return item with { Name = name };
    }

    private RelationItem RenameColumn(RelationItem relation, RenameColumnSyntax rename)
    {
        RefuseDependents(relation, "rename a column of");
        int column = relation.Columns.Select((c, i) => (c, i)).FirstOrDefault(x => x.c.Name == rename.Column, (null!, -1)).i;
        if (column < 0)
        {
            throw BindError.At(SqlState.UndefinedColumn, -1, $"column \"{rename.Column}\" does not exist");
        }

        if (relation.Columns.Any(c => c.Name == rename.NewName))
        {
            throw BindError.At(SqlState.DuplicateColumn, -1, $"column \"{rename.NewName}\" of relation \"{relation.Name}\" already exists");
        }

        if (relation is MaterializedViewItem
            || relation.Columns.Any(c => c.GeneratedText is not null)
            || relation is TableItem { Checks.IsEmpty: false })
        {
            throw BindError.NotSupported("renaming a column that expressions may refer to", rename.Position);
        }

        return relation with { Columns = relation.Columns.SetItem(column, relation.Columns[column] with { Name = rename.NewName }) };
    }

    /// <summary>The stored text of views has names in it; they are not rewritten.</summary>
    private void RefuseDependents(CatalogItem item, string verb)
    {
        CatalogItem[] dependents = item is SchemaItem
            ? [.. state.Context.Catalog.Relations.Where(r => r.SchemaOid == item.Oid).SelectMany(r => state.Context.Catalog.DependentsOf(r.Oid))]
            : [.. state.Context.Catalog.DependentsOf(item.Oid)];
        if (dependents.FirstOrDefault(d => d is ViewItem or MaterializedViewItem) is { } dependent)
        {
            throw BindError.At(
                SqlState.FeatureNotSupported, -1,
                $"cannot {verb} {RelationLookup.KindOf(item)} {item.Name} because other objects depend on it",
                detail: $"{RelationLookup.KindOf(dependent)} {dependent.Name} depends on it.");
        }
    }

    private void CheckFree(uint schema, string name, uint self)
    {
        if (state.Context.Catalog.TryFind(schema, name, out CatalogItem? other) && other.Oid != self)
        {
            throw BindError.At(SqlState.DuplicateTable, -1, $"relation \"{name}\" already exists");
        }
    }
}
