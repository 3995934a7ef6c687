using System.Collections.Immutable;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>How the rows of a declared relation are made; columns that it does not name are NULL, or empty when they may not be.</summary>
/// <param name="Name">The relation's name.</param>
/// <param name="Rows">Its rows, each as values of the declared columns.</param>
internal sealed record RowSource(string Name, Func<SystemRelationItem, SystemRelationContext, IEnumerable<ImmutableArray<Datum>>> Rows)
{
    /// <summary>A source with a row for each entry.</summary>
    public static RowSource Of<T>(
        string name, Func<SystemRelationContext, IEnumerable<T>> entries, params (string Column, Func<T, object?> Value)[] values) =>
        WithContext(name, entries, [.. values.Select(v => (v.Column, (Func<T, SystemRelationContext, object?>)((entry, _) => v.Value(entry))))]);

    /// <summary>A source whose values also depend on the context.</summary>
    public static RowSource WithContext<T>(
        string name, Func<SystemRelationContext, IEnumerable<T>> entries,
        params (string Column, Func<T, SystemRelationContext, object?> Value)[] values) => new(name, (item, context) =>
    {
        var readers = new Func<T, SystemRelationContext, object?>?[item.Columns.Length];
        foreach ((string column, Func<T, SystemRelationContext, object?> value) in values)
        {
            int index = item.Columns.ToList().FindIndex(c => c.Name == column);
            Invariant.Check(index >= 0 && readers[index] is null, $"{item.Name}.{column} is declared, and given once");
            readers[index] = value;
        }

        return entries(context).Select(entry =>
            ImmutableArray.CreateRange(item.Columns.Select((c, i) => CatalogValue.Of(c, readers[i]?.Invoke(entry, context)))));
    });

    /// <summary>The declared relations, with the rows of those that have a source; the others are empty.</summary>
    public static IEnumerable<SystemRelation> Join(uint schema, string declarations, IEnumerable<RowSource> sources)
    {
        Dictionary<string, RowSource> byName = sources.ToDictionary(s => s.Name);
        foreach (RelationDeclaration declaration in RelationDeclaration.Parse(schema, declarations))
        {
            SystemRelationItem item = declaration.Item;
            byName.Remove(item.Name, out RowSource? source);
            yield return new SystemRelation(item, source is null ? _ => [] : context => source.Rows(item, context)) { IsView = declaration.IsView };
        }

        Invariant.Check(byName.Count == 0, $"declared: {string.Join(", ", byName.Keys)}");
    }
}
