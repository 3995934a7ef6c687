using System.Collections.Immutable;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Rules;

namespace StreamDb.Planning.Physical;

/// <summary>Finds the arrangement whose leading key columns a predicate equates with constants.</summary>
/// <remarks>The predicate stays above the read, so a lookup only has to return at least the rows wanted.</remarks>
internal static class KeyLookup
{
    public static PhysicalLookup? Find(RelationItem relation, ScalarExpression predicate, IArrangementCatalog arrangements)
    {
        var constants = new Dictionary<int, ScalarExpression>();
        foreach (ScalarExpression conjunct in LogicalExpressions.Conjuncts(predicate))
        {
            if (EquiKeys.IsEquality(conjunct, out ScalarExpression? a, out ScalarExpression? b, out bool nullsMatch) && !nullsMatch)
            {
                if (a is ColumnExpression left && IsValue(b))
                {
                    constants.TryAdd(left.Index, b);
                }
                else if (b is ColumnExpression right && IsValue(a))
                {
                    constants.TryAdd(right.Index, a);
                }
            }
        }

        PhysicalLookup? best = null;
        foreach ((uint oid, ImmutableArray<int> key) in arrangements.ArrangementsOf(relation))
        {
            ImmutableArray<int> bound = [.. key.TakeWhile(constants.ContainsKey)];
            if (bound.Length > (best?.KeyColumns.Length ?? 0))
            {
                best = new PhysicalLookup(oid, bound, [.. bound.Select(c => constants[c])], bound.Length == key.Length);
            }
        }

        return best;

        // Equality with NULL is never true, and a key that holds no NULL cannot be asked for one.
        static bool IsValue(ScalarExpression e) => e is LiteralExpression { Value.IsNull: false } or ParameterExpression;
    }
}
