using System.Collections.Immutable;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Orders trees of inner joins so that each join has an equality to work with, where the query gives one.</summary>
/// <remarks>
/// Greedy: start with the first input, then always take the next input (in the order written) that an equality connects
/// with those taken; only when there is none, the next one as a cross product. <c>FROM a, b, c WHERE a.x = c.x AND c.y = b.y</c>
/// becomes (a ⋈ c) ⋈ b instead of (a × b) ⋈ c. A projection restores the column order. Outer joins are never reordered:
/// a LEFT JOIN's rows depend on which rows reach it.
/// </remarks>
internal static class OrderJoins
{
    public static LogicalNode Apply(LogicalNode root) => new Pass(LogicalRewriter.CountParents(root)).Visit(root);

    private sealed class Pass(Dictionary<LogicalNode, int> parents)
    {
        private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

        public LogicalNode Visit(LogicalNode node)
        {
            if (_done.TryGetValue(node, out LogicalNode? known))
            {
                return known;
            }

            LogicalNode result = node is LogicalJoin { Kind: JoinKind.Inner } join
                ? Order(join)
                : LogicalRewriter.RewriteInputs(node, Visit);
            _done[node] = result;
            return result;
        }

        private LogicalNode Order(LogicalJoin root)
        {
            var inputs = new List<LogicalNode>();
            var conjuncts = new List<ScalarExpression>();
            Flatten(root, 0, isRoot: true);
            if (inputs.Count <= 2)
            {
                return LogicalRewriter.RewriteInputs(root, Visit);
            }

            int[] starts = new int[inputs.Count + 1];
            for (int i = 0; i < inputs.Count; i++)
            {
                starts[i + 1] = starts[i] + inputs[i].Columns.Length;
            }

            // position[c]: where column c of the original row stands in the row built so far; -1 when not yet there.
            int[] position = new int[starts[^1]];
            Array.Fill(position, -1);
            var rest = Enumerable.Range(0, inputs.Count).ToList();
            LogicalNode? joined = null;
            while (rest.Count > 0)
            {
                int next = joined is null ? rest[0] : rest.FirstOrDefault(i => conjuncts.Any(c => Connects(c, i)), rest[0]);
                rest.Remove(next);
                int width = joined?.Columns.Length ?? 0;
                for (int c = starts[next]; c < starts[next + 1]; c++)
                {
                    position[c] = width + c - starts[next];
                }

                LogicalNode input = Visit(inputs[next]);
                // A volatile conjunct is asked of every whole row.
                ILookup<bool, ScalarExpression> ready = conjuncts.ToLookup(c =>
                    LogicalExpressions.ColumnsOf(c).All(x => position[x] >= 0) && (rest.Count == 0 || !LogicalExpressions.IsVolatile(c)));
                ScalarExpression condition = LogicalExpression.And(
                    ready[true].Select(c => LogicalExpressions.RemapColumns(c, x => position[x])));
                conjuncts = [.. ready[false]];
                joined = joined is null
                    ? LogicalExpressions.IsTrue(condition) ? input : new LogicalFilter(input, condition)
                    : new LogicalJoin(JoinKind.Inner, joined, input, condition);
            }

            ImmutableArray<ScalarExpression> columns = [.. position.Select(p => LogicalExpressions.Column(joined!, p))];
            return position.Select((p, i) => p == i).All(same => same)
                ? joined!
                : new LogicalProject(joined!, columns, [.. root.Columns.Select(f => f.Name)]);

            void Flatten(LogicalNode node, int start, bool isRoot)
            {
                if (node is LogicalJoin { Kind: JoinKind.Inner } join && (isRoot || parents.GetValueOrDefault(node) <= 1))
                {
                    Flatten(join.Left, start, isRoot: false);
                    Flatten(join.Right, start + join.Left.Columns.Length, isRoot: false);
                    conjuncts.AddRange(LogicalExpressions.Conjuncts(join.Condition).Select(c => LogicalExpressions.ShiftColumns(c, start)));
                }
                else
                {
                    inputs.Add(node);
                }
            }

            // An equality whose one side reads only input i and whose other side reads only what is already joined.
            bool Connects(ScalarExpression conjunct, int i) => EquiKeys.IsEquality(conjunct, out ScalarExpression? a, out ScalarExpression? b, out _)
                && ((Within(a, i) && Joined(b)) || (Within(b, i) && Joined(a)));

            bool Within(ScalarExpression e, int i) => LogicalExpressions.ColumnsOf(e) is { Count: > 0 } columns
                && columns.All(c => c >= starts[i] && c < starts[i + 1]);

            bool Joined(ScalarExpression e) => LogicalExpressions.ColumnsOf(e) is { Count: > 0 } columns && columns.All(c => position[c] >= 0);
        }
    }
}
