using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>The order of inner joins that keeps least between them, by the sizes of what is there now.</summary>
/// <remarks>
/// What a join hands to the next is kept by key, so the order is worth most where a filtered small input cuts down a large
/// one early, or where the largest comes last. From each input in turn it is always the one joined that leaves the fewest
/// rows; the order whose joins hand on the fewest in all wins, the one written where none is better. Sizes are taken as powers of
/// ten: two views of one query made a day apart should have one plan, and share it.
/// <para>Nothing is said (null) where a size is unknown, or nothing is there yet: a view made before its data keeps the order
/// written. A guess too low costs time and memory, never rows.</para>
/// </remarks>
internal sealed class JoinSizes(IReadOnlyList<LogicalNode> inputs, IReadOnlyList<JoinSizes.Edge> edges)
{
    private const double EqualityFraction = 0.1;
    private const double OtherFraction = 0.3;

    /// <summary>How many rows more than the larger side a join has whose equality is unique on neither.</summary>
    private const double ManyToMany = 8;

    private readonly double[] _rows = new double[inputs.Count];
    private readonly double[] _fractions = new double[inputs.Count];

    /// <summary>An equality of columns of two inputs; -1: of an expression.</summary>
    public readonly record struct Edge(int Left, int LeftColumn, int Right, int RightColumn);

    /// <summary>The inputs in order, each with whether it has more rows than what is joined before it; null: as written.</summary>
    public IReadOnlyList<(int Input, bool IsLarger)>? Plan(Func<RelationItem, long?> sizes)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            if (RowsOf(inputs[i], sizes) is not (double rows, double fraction))
            {
                return null;
            }

            (_rows[i], _fractions[i]) = (rows, fraction);
        }

        (List<(int, bool)> Order, double Cost)? best = null;
        for (int start = 0; start < inputs.Count && _rows.Max() > 1; start++)
        {
            if (From(start) is { } found && (best is null || found.Cost < best.Value.Cost))
            {
                best = found;
            }
        }

        return best?.Order;
    }

    /// <summary>The greedy order from one input on; null when an input is reached by no equality.</summary>
    private (List<(int, bool)> Order, double Cost)? From(int start)
    {
        var order = new List<(int, bool)> { (start, false) };
        double rows = _rows[start];
        double fraction = _fractions[start];
        double cost = 0;

        // Inputs of whose rows each joined row has another: their keys are keys of it.
        HashSet<int> unique = [start];
        HashSet<int> joined = [start];
        while (order.Count < inputs.Count)
        {
            (int Input, double Rows, bool FindsOne, bool IsFoundOnce)? next = null;
            for (int i = 0; i < inputs.Count; i++)
            {
                if (joined.Contains(i) || !IsConnected(joined, i))
                {
                    continue;
                }

                bool findsOne = Covers(i, joined);
                bool isFoundOnce = unique.Any(j => joined.Contains(j) && Covers(j, [i]));
                double made = findsOne ? rows * _fractions[i]
                    : isFoundOnce ? _rows[i] * fraction
                    : Math.Max(rows, _rows[i]) * ManyToMany;
                if (next is null || made < next.Value.Rows)
                {
                    next = (i, made, findsOne, isFoundOnce);
                }
            }

            if (next is not { } taken)
            {
                return null;
            }

            order.Add((taken.Input, _rows[taken.Input] > rows));
            joined.Add(taken.Input);
            if (!taken.FindsOne)
            {
                unique.Clear();
            }

            if (taken.IsFoundOnce)
            {
                unique.Add(taken.Input);
            }

            rows = taken.Rows;
            fraction *= _fractions[taken.Input];
            cost += order.Count < inputs.Count ? rows : 0;
        }

        return (order, cost);
    }

    private bool IsConnected(HashSet<int> joined, int input) =>
        edges.Any(e => (e.Left == input && joined.Contains(e.Right)) || (e.Right == input && joined.Contains(e.Left)));

    /// <summary>Whether the equalities with some others hold a key of an input.</summary>
    private bool Covers(int input, HashSet<int> others) => UniqueKeys.Covers(
        inputs[input],
        edges.Where(e => e.Left == input && others.Contains(e.Right)).Select(e => e.LeftColumn)
            .Concat(edges.Where(e => e.Right == input && others.Contains(e.Left)).Select(e => e.RightColumn)));

    /// <summary>About how many rows, and how many of them filters leave; null where there is no telling.</summary>
    private static (double Rows, double Fraction)? RowsOf(LogicalNode node, Func<RelationItem, long?> sizes)
    {
        switch (node)
        {
            case LogicalGet get:
                return sizes(get.Relation) is { } size ? (Math.Pow(10, Math.Round(Math.Log10(Math.Max(size, 1)))), 1) : null;
            case LogicalValues values:
                return (values.Rows.Length, 1);
            case LogicalFilter filter:
                double kept = LogicalExpressions.Conjuncts(filter.Predicate).Aggregate(1.0, (part, c) => part * FractionOf(c));
                return RowsOf(filter.Input, sizes) is (double rows, double fraction) ? (rows * kept, fraction * kept) : null;
            case LogicalAggregate { Keys.Length: 0 }:
                return (1, 1);
            case LogicalTopN { PartitionBy.Length: 0, Limit: { } limit } top:
                return RowsOf(top.Input, sizes) is (double all, _) ? (Math.Min(all, limit), 1) : null;
            case LogicalJoin join:
                if (RowsOf(join.Left, sizes) is not (double left, double ofLeft) || RowsOf(join.Right, sizes) is not (double right, double ofRight))
                {
                    return null;
                }

                return join.Kind is JoinKind.Semi or JoinKind.Anti || UniqueKeys.IsMatchedOnce(join, right: true) ? (left, ofLeft)
                    : UniqueKeys.IsMatchedOnce(join, right: false) ? (right, ofRight)
                    : (Math.Max(left, right) * ManyToMany, 1);
            case LogicalSetOperation { Kind: SetOperationKind.Union } union:
                double sum = 0;
                foreach (LogicalNode operand in union.Operands)
                {
                    if (RowsOf(operand, sizes) is not (double part, _))
                    {
                        return null;
                    }

                    sum += part;
                }

                return (sum, 1);
            case LogicalProject or LogicalDistinct or LogicalAggregate or LogicalTopN or LogicalWindow or LogicalAssertSingle or LogicalTableFunction or LogicalSetOperation:
                return RowsOf(node.Inputs[0], sizes);
            default:
                return null;
        }
    }

    private static double FractionOf(ScalarExpression conjunct) =>
        EquiKeys.IsEquality(conjunct, out ScalarExpression? a, out ScalarExpression? b, out _)
        && (LogicalExpressions.ColumnsOf(a).Count == 0 || LogicalExpressions.ColumnsOf(b).Count == 0) ? EqualityFraction
        : conjunct is LogicalExpression { IsAnd: false } or NotExpression { Operand: IsNullExpression } ? 1 - OtherFraction
        : OtherFraction;
}
