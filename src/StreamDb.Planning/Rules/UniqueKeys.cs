using System.Collections.Immutable;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;

namespace StreamDb.Planning.Rules;

/// <summary>Sets of columns that no two rows of a plan share: what makes DISTINCT and some joins superfluous.</summary>
/// <remarks>The empty set says that there is at most one row. Not everything that is unique is found, and a few sets are enough.</remarks>
internal static class UniqueKeys
{
    private const int KeysMax = 4;

    public static bool Has(LogicalNode node) => Of(node).Count > 0;

    /// <summary>Whether the columns hold a key: at most one row for each value of them.</summary>
    public static bool Covers(LogicalNode node, IEnumerable<int> columns)
    {
        HashSet<int> given = [.. columns];
        return Of(node).Exists(k => given.IsSupersetOf(k));
    }

    public static List<ImmutableArray<int>> Of(LogicalNode node) => Of(node, new(ReferenceEqualityComparer.Instance));

    /// <param name="known">Of the nodes asked so far: each node is asked once, however many ways lead to it.</param>
    private static List<ImmutableArray<int>> Of(LogicalNode node, Dictionary<LogicalNode, List<ImmutableArray<int>>> known)
    {
        if (!known.TryGetValue(node, out List<ImmutableArray<int>>? keys))
        {
            keys = [.. Find(node, known).Take(KeysMax)];
            known.Add(node, keys);
        }

        return keys;
    }

    private static List<ImmutableArray<int>> Find(LogicalNode node, Dictionary<LogicalNode, List<ImmutableArray<int>>> known)
    {
        List<ImmutableArray<int>> keys = [];
        switch (node)
        {
            case LogicalGet:
                ImmutableArray<int> key = KeyInference.KeyOf(node);
                keys.AddRange(key.IsEmpty ? [] : [key]);
                break;
            case LogicalValues { Rows.Length: <= 1 }:
                keys.Add([]);
                break;
            case LogicalAggregate aggregate:
                keys.Add([.. Enumerable.Range(0, aggregate.Keys.Length)]);
                break;
            case LogicalDistinct:
                keys.AddRange(Of(node.Inputs[0], known));
                keys.Add([.. Enumerable.Range(0, node.Columns.Length)]);
                break;
            case LogicalTopN top:
                keys.AddRange(Of(top.Input, known));
                keys.AddRange(top is { Limit: <= 1, WithTies: false } ? [top.PartitionBy] : []);
                break;
            case LogicalFilter or LogicalAssertSingle or LogicalWindow:
                return Of(node.Inputs[0], known);
            case LogicalSetOperation { Kind: not SetOperationKind.Union } set:
                keys.AddRange(Of(set.Operands[0], known));
                keys.AddRange(set.IsAll ? [] : [[.. Enumerable.Range(0, node.Columns.Length)]]);
                break;
            case LogicalProject project:
                keys.AddRange(Of(project.Input, known).Select(k => Mapped(k, project)).OfType<ImmutableArray<int>>());
                break;
            case LogicalJoin { Kind: JoinKind.Semi or JoinKind.Anti } join:
                return Of(join.Left, known);
            case LogicalJoin { Kind: JoinKind.Inner or JoinKind.Left } join:
                keys.AddRange(OfJoin(join, known));
                break;
        }

        return keys;
    }

    /// <summary>Whether a row of one side finds at most one row of the other, the right one if <paramref name="right"/>, by the equalities of the condition.</summary>
    public static bool IsMatchedOnce(LogicalJoin join, bool right) => IsMatchedOnce(join, right, Of(right ? join.Right : join.Left));

    private static bool IsMatchedOnce(LogicalJoin join, bool right, List<ImmutableArray<int>> keysOfSide)
    {
        (List<(ScalarExpression Left, ScalarExpression Right, bool NullsMatch)> keys, _) = EquiKeys.Split(join.Condition, join.Left.Columns.Length);
        HashSet<int> equated = [.. keys.Select(k => right ? k.Right : k.Left).OfType<ColumnExpression>().Select(c => c.Index)];
        return keysOfSide.Exists(k => equated.IsSupersetOf(k));
    }

    private static IEnumerable<ImmutableArray<int>> OfJoin(LogicalJoin join, Dictionary<LogicalNode, List<ImmutableArray<int>>> known)
    {
        int width = join.Left.Columns.Length;
        List<ImmutableArray<int>> left = Of(join.Left, known);
        List<ImmutableArray<int>> ofRight = Of(join.Right, known);
        List<ImmutableArray<int>> right = [.. ofRight.Select(k => k.Select(c => c + width).ToImmutableArray())];
        IEnumerable<ImmutableArray<int>> result = IsMatchedOnce(join, right: true, ofRight) ? left : [];
        if (join.Kind == JoinKind.Inner && IsMatchedOnce(join, right: false, left))
        {
            result = result.Concat(right);
        }

        return result.Concat(left.Take(1).SelectMany(l => right.Take(1).Select(r => l.AddRange(r))));
    }

    private static ImmutableArray<int>? Mapped(ImmutableArray<int> key, LogicalProject project)
    {
        var mapped = ImmutableArray.CreateBuilder<int>(key.Length);
        foreach (int column in key)
        {
            int at = project.Expressions.ToList().FindIndex(e => e is ColumnExpression c && c.Index == column);
            if (at < 0)
            {
                return null;
            }

            mapped.Add(at);
        }

        return mapped.ToImmutable();
    }
}
