using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>DROP of any kind of item.</summary>
internal sealed class DropBinder(BinderState state)
{
    private readonly List<string> _notices = [];

    public DropPlan Bind(DropSyntax drop)
    {
        string kind = Words(drop.Kind);
        List<CatalogItem> targets = [];
        foreach (QualifiedNameSyntax name in drop.Names)
        {
            if (FindTarget(drop, kind, name) is { } item && !targets.Contains(item))
            {
                targets.Add(item);
            }
        }

        List<CatalogItem> ordered = [];
        List<(CatalogItem Item, CatalogItem On)> dependents = [];
        foreach (CatalogItem target in targets)
        {
            AddWithDependents(target, targets, ordered, dependents);
        }

        if (dependents.Count > 0)
        {
            if (!drop.IsCascade)
            {
                throw Restricted(targets, dependents);
            }

            _notices.AddRange(dependents.Count == 1
                ? [$"drop cascades to {Describe(dependents[0].Item)}"]
                : [$"drop cascades to {dependents.Count} other objects"]);
        }

        return new DropPlan([.. ordered], "DROP " + StatementNames.Of(drop.Kind), [.. _notices]);
    }

    private static string Words(ItemKind kind) => string.Concat(kind.ToString().Select((c, i) =>
        i > 0 && char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    private CatalogItem? FindTarget(DropSyntax drop, string kind, QualifiedNameSyntax name)
    {
        CatalogItem? item = drop.Kind switch
        {
            ItemKind.Schema => state.Context.Catalog.FindSchema(name.Name),
            ItemKind.Table or ItemKind.View or ItemKind.MaterializedView or ItemKind.Source or ItemKind.Index or ItemKind.Sink => state.Relations.Find(name),
            _ => null,
        };
        if (item is null)
        {
            if (drop.IfExists)
            {
                _notices.Add($"{kind} \"{string.Join(".", name.Parts)}\" does not exist, skipping");
                return null;
            }

            throw BindError.At(MissingState(drop.Kind), -1, $"{kind} \"{string.Join(".", name.Parts)}\" does not exist");
        }

        CheckKind(drop.Kind, kind, item, name);
        return item;
    }

    private static string MissingState(ItemKind kind) => kind switch
    {
        ItemKind.Table or ItemKind.View or ItemKind.MaterializedView or ItemKind.Source => SqlState.UndefinedTable,
        ItemKind.Schema => SqlState.InvalidSchemaName,
        ItemKind.Function or ItemKind.Aggregate or ItemKind.Procedure => SqlState.UndefinedFunction,
        ItemKind.Database => SqlState.InvalidCatalogName,
        _ => SqlState.UndefinedObject,
    };

    private static void CheckKind(ItemKind kind, string words, CatalogItem item, QualifiedNameSyntax name)
    {
        bool fits = (kind, item) switch
        {
            (ItemKind.Table, TableItem) => true,
            (ItemKind.View, ViewItem) => true,
            (ItemKind.MaterializedView, MaterializedViewItem) => true,
            (ItemKind.Source, SourceItem) => true,
            (ItemKind.Index, IndexItem) => true,
            (ItemKind.Schema, SchemaItem) => true,
            _ => false,
        };
        if (item is SystemRelationItem)
        {
            throw BindError.At(SqlState.InsufficientPrivilege, -1, $"permission denied: \"{item.Name}\" is a system catalog");
        }

        if (!fits)
        {
            string actual = RelationLookup.KindOf(item);
            string article = words[0] is 'i' ? "an" : "a";
            throw BindError.At(
                SqlState.WrongObjectType, -1, $"\"{name.Name}\" is not {article} {words}",
                $"Use DROP {actual.ToUpperInvariant()} to remove {(actual[0] is 'i' ? "an" : "a")} {actual}.");
        }

        if (item is SchemaItem && (RelationLookup.IsSystemSchema(item.Oid) || item.Name.StartsWith("pg_", StringComparison.Ordinal)))
        {
            throw BindError.At(
                SqlState.DependentObjectsStillExist, -1, $"cannot drop schema {item.Name} because it is required by the database system");
        }
    }

    /// <summary>Adds the item after everything that depends on it. An index goes silently with its relation.</summary>
    private void AddWithDependents(
        CatalogItem item, List<CatalogItem> targets, List<CatalogItem> ordered, List<(CatalogItem Item, CatalogItem On)> dependents)
    {
        if (ordered.Contains(item))
        {
            return;
        }

        IEnumerable<CatalogItem> direct = item is SchemaItem
            ? state.Context.Catalog.Items.Where(i => i is RelationItem relation && relation.SchemaOid == item.Oid)
            : state.Context.Catalog.DependentsOf(item.Oid);
        foreach (CatalogItem dependent in direct.OrderBy(d => d.Oid).ToArray())
        {
            if (dependent is not IndexItem && !targets.Contains(dependent) && !dependents.Exists(d => d.Item == dependent))
            {
                dependents.Add((dependent, item));
            }

            AddWithDependents(dependent, targets, ordered, dependents);
        }

        if (!ordered.Contains(item))
        {
            ordered.Add(item);
        }
    }

    private SqlException Restricted(List<CatalogItem> targets, List<(CatalogItem Item, CatalogItem On)> dependents) => BindError.At(
        SqlState.DependentObjectsStillExist, -1,
        targets.Count == 1
            ? $"cannot drop {Describe(targets[0])} because other objects depend on it"
            : "cannot drop desired object(s) because other objects depend on them",
        "Use DROP ... CASCADE to drop the dependent objects too.",
        string.Join("\n", dependents.Select(d => $"{Describe(d.Item)} depends on {Describe(d.On)}")));

    /// <summary>Kind and name, with the schema when it is not on the search path.</summary>
    private string Describe(CatalogItem item)
    {
        string name = item is RelationItem relation && state.Context.Catalog.Find(relation.SchemaOid) is { } schema
            && !state.Context.SearchPath.Contains(schema.Name)
                ? $"{schema.Name}.{item.Name}"
                : item.Name;
        return $"{RelationLookup.KindOf(item)} {name}";
    }
}
