using System.Collections.Immutable;
using StreamDb.Core.Identifiers;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Physical;

/// <summary>By what columns the relations of a view are kept whole, so that all joins by them read one index.</summary>
/// <remarks>
/// A join keeps only the columns that its view needs, so that two views seldom have an index in common. Whoever makes an SQL
/// index says that the relation is asked for by these columns again and again: then joins by exactly them keep all columns,
/// once for all views. Not where a filter or a computed column stands between: what a filter leaves out need not be kept. The
/// indexes are those that there are when a view is created; its plan does not change when one comes or goes.
/// </remarks>
public sealed record JoinIndexes(ImmutableArray<JoinIndexes.Entry> Entries)
{
    public static JoinIndexes None { get; } = new(ImmutableArray<Entry>.Empty);

    public readonly record struct Entry(RelationId Relation, ImmutableArray<int> Keys);

    /// <summary>The SQL indexes of the relations that a plan reads.</summary>
    public static JoinIndexes Of(LogicalNode plan, Catalog.Catalog catalog)
    {
        var relations = new SortedSet<uint>();
        var seen = new HashSet<LogicalNode>(ReferenceEqualityComparer.Instance);
        Visit(plan);
        return new JoinIndexes(
        [
            .. relations.SelectMany(oid => catalog.DependentsOf(oid).OfType<IndexItem>().Where(index => index.RelationOid == oid))
                .Select(index => new Entry(new RelationId(index.RelationOid), index.KeyColumns)),
        ]);

        void Visit(LogicalNode node)
        {
            if (!seen.Add(node))
            {
                return;
            }

            if (node is LogicalGet get)
            {
                relations.Add(get.Relation.Oid);
            }

            foreach (LogicalNode input in node.Inputs)
            {
                Visit(input);
            }
        }
    }

    /// <summary>The columns of each index of a relation.</summary>
    internal IEnumerable<ImmutableArray<int>> KeysOf(RelationId relation) =>
        Entries.Where(entry => entry.Relation == relation).Select(entry => entry.Keys);

    /// <summary>The relation that a join's side picks columns of, where it is kept whole by these keys of the side; otherwise the side.</summary>
    /// <returns>The node, and where in it the side's columns are.</returns>
    internal (PhysicalNode Node, ImmutableArray<int> Columns) Whole(PhysicalNode side, ImmutableArray<int> keys)
    {
        if (!Entries.IsEmpty && side is PhysicalMap { Predicate: null, Input: PhysicalGet get } map && map.Projections.All(p => p is ColumnExpression))
        {
            ImmutableArray<int> columns = [.. map.Projections.Select(p => ((ColumnExpression)p).Index)];
            HashSet<int> wanted = [.. keys.Select(key => columns[key])];
            if (Entries.Any(entry => entry.Relation == get.Relation.Id && wanted.SetEquals(entry.Keys)))
            {
                return (get, columns);
            }
        }

        return (side, [.. Enumerable.Range(0, side.Columns.Length)]);
    }
}
