using System.Collections.Immutable;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Rules;

namespace StreamDb.Planning.Physical;

/// <summary>Finds columns of a plan's result that are unique together: the key of a materialized view's arrangement.</summary>
public static class KeyInference
{
    /// <summary>0-based columns, or empty when no key is known. A result of at most one row also gives empty.</summary>
    public static ImmutableArray<int> KeyOf(LogicalNode node)
    {
        switch (node)
        {
            case LogicalGet get:
                return get.Relation switch
                {
                    TableItem table => table.PrimaryKey,
                    SourceItem source => source.PrimaryKey,
                    MaterializedViewItem view => view.Key,
                    _ => [],
                };
            case LogicalFilter or LogicalTopN or LogicalAssertSingle:
                return KeyOf(node.Inputs[0]);
            case LogicalWindow window:
                return KeyOf(window.Input);
            case LogicalAggregate aggregate:
                return [.. Enumerable.Range(0, aggregate.Keys.Length)];
            case LogicalDistinct:
                return [.. Enumerable.Range(0, node.Columns.Length)];
            case LogicalJoin { Kind: JoinKind.Semi or JoinKind.Anti } join:
                return KeyOf(join.Left);
            case LogicalProject or LogicalJoin { Kind: JoinKind.Inner or JoinKind.Left }:
                // Of a join's keys the first one whose columns are all shown.
                return UniqueKeys.Of(node).FirstOrDefault(key => key.Length > 0, []);
            default:
                return [];
        }
    }
}
