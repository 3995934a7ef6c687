using System.Runtime.CompilerServices;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Equal parts of a plan become one part with several readers, so that each is computed and kept once.</summary>
/// <remarks>
/// Two nodes are equal when they are of one kind, hold equal expressions and read the same inputs (hash-consing, bottom-up).
/// Parts with volatile expressions stay apart: <c>SELECT (SELECT random()), (SELECT random())</c> is two draws. The last rule:
/// what has several readers is closed to predicates and pruning.
/// </remarks>
internal static class ShareSubplans
{
    public static LogicalNode Apply(LogicalNode root)
    {
        var known = new HashSet<LogicalNode>(new Comparer());
        return new LogicalRewriter(node =>
        {
            if (known.TryGetValue(node, out LogicalNode? same))
            {
                return same;
            }

            known.Add(node);
            return node;
        }).Rewrite(root);
    }

    /// <summary>Whether two plans give the same rows because they are the same part, or would become one.</summary>
    public static bool AreEqual(LogicalNode a, LogicalNode b) => ReferenceEquals(a, b)
        || (Apply(new LogicalJoin(JoinKind.Inner, a, b, LogicalExpression.And([]))) is LogicalJoin both && ReferenceEquals(both.Left, both.Right));

    /// <summary>Equality of nodes over inputs that are compared by reference.</summary>
    private sealed class Comparer : IEqualityComparer<LogicalNode>
    {
        public bool Equals(LogicalNode? a, LogicalNode? b)
        {
            if (ReferenceEquals(a, b))
            {
                return true;
            }

            if (a is null || b is null || a.GetType() != b.GetType() || !SameInputs(a, b)
                || !a.Columns.SequenceEqual(b.Columns) || !HasEqualParts(a, b))
            {
                return false;
            }

            List<ScalarExpression> left = Expressions(a);
            return left.SequenceEqual(Expressions(b)) && !left.Exists(LogicalExpressions.IsVolatile);
        }

        public int GetHashCode(LogicalNode node)
        {
            var hash = default(HashCode);
            hash.Add(node.GetType());
            foreach (LogicalNode input in node.Inputs)
            {
                hash.Add(RuntimeHelpers.GetHashCode(input));
            }

            foreach (ScalarExpression expression in Expressions(node))
            {
                hash.Add(expression);
            }

            return hash.ToHashCode();
        }

        private static bool SameInputs(LogicalNode a, LogicalNode b) =>
            a.Inputs.Count == b.Inputs.Count && a.Inputs.Zip(b.Inputs).All(p => ReferenceEquals(p.First, p.Second));

        /// <summary>Everything that is neither an input nor an expression.</summary>
        private static bool HasEqualParts(LogicalNode a, LogicalNode b) => (a, b) switch
        {
            (LogicalGet x, LogicalGet y) => x.Relation.Oid == y.Relation.Oid,
            (LogicalValues x, LogicalValues y) => x.Rows.Length == y.Rows.Length,
            (LogicalFilter or LogicalProject or LogicalDistinct, _) => true,
            (LogicalJoin x, LogicalJoin y) => x.Kind == y.Kind,
            (LogicalAggregate x, LogicalAggregate y) => x.Keys.Length == y.Keys.Length && x.Aggregates.SequenceEqual(y.Aggregates),
            (LogicalSetOperation x, LogicalSetOperation y) => x.Kind == y.Kind && x.IsAll == y.IsAll,
            (LogicalTopN x, LogicalTopN y) => x.Limit == y.Limit && x.Offset == y.Offset && x.WithTies == y.WithTies
                && x.LimitExpression == y.LimitExpression && x.OffsetExpression == y.OffsetExpression
                && x.PartitionBy.SequenceEqual(y.PartitionBy) && x.OrderBy.SequenceEqual(y.OrderBy),
            (LogicalWindow x, LogicalWindow y) => x.Calls.Length == y.Calls.Length && x.Calls.Zip(y.Calls).All(p => p.First.SameAs(p.Second)),
            (LogicalTableFunction x, LogicalTableFunction y) => ReferenceEquals(x.Function, y.Function) && x.WithOrdinality == y.WithOrdinality,
            (LogicalAssertSingle x, LogicalAssertSingle y) => x.Keys.SequenceEqual(y.Keys),
            _ => false,
        };

        private static List<ScalarExpression> Expressions(LogicalNode node)
        {
            List<ScalarExpression> expressions = [];
            LogicalExpressions.MapExpressions(node, e =>
            {
                expressions.Add(e);
                return e;
            });
            return expressions;
        }
    }
}
