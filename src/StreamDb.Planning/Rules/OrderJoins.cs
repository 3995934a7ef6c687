using System.Collections.Immutable;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Orders trees of inner joins so that each join has an equality to work with, where the query gives one.</summary>
/// <remarks>
/// Where the sizes of the inputs are known, they tell the order (<see cref="JoinSizes"/>), and the larger side is the left one,
/// which a query that runs once need not keep. Otherwise: start with the first input, then always take an input that an
/// equality connects with those taken, one of which each row finds at most one row before others, else in the order written;
/// only when there is none, the next one as a cross product. <c>FROM a, b, c WHERE a.x = c.x AND c.y = b.y</c>
/// becomes (a ⋈ c) ⋈ b instead of (a × b) ⋈ c. Equalities are transitive: <c>a.x = b.x AND b.x = c.x</c> lets a and c be joined
/// too, for types whose equal values are the same (<see cref="EqualColumns"/>). A projection restores the column order. Outer joins are never reordered:
/// a LEFT JOIN's rows depend on which rows reach it.
/// </remarks>
internal static class OrderJoins
{
    /// <param name="sizes">How many rows a relation has about now; null, or null for one: not known. A view's are kept with it, so that its plan stays.</param>
    public static LogicalNode Apply(LogicalNode root, Func<RelationItem, long?>? sizes = null) =>
        new Pass(LogicalRewriter.CountParents(root), sizes).Visit(root);

    private sealed class Pass(Dictionary<LogicalNode, int> parents, Func<RelationItem, long?>? sizes)
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

            List<List<ColumnExpression>> classes = EqualityClasses(conjuncts, InputOf);

            // position[c]: where column c of the original row stands in the row built so far; -1 when not yet there.
            int[] position = new int[starts[^1]];
            Array.Fill(position, -1);
            var rest = Enumerable.Range(0, inputs.Count).ToList();
            LogicalNode? joined = null;
            IReadOnlyList<(int Input, bool IsLarger)>? planned = sizes is null ? null : new JoinSizes(inputs, [.. Edges()]).Plan(sizes);
            while (rest.Count > 0)
            {
                int[] connected = joined is null || planned is not null
                    ? []
                    : [.. rest.Where(i => conjuncts.Any(c => Connects(c, i)) || classes.Exists(c => IsBetween(c, i)))];
                (int next, bool isLeft) = planned is not null ? planned[inputs.Count - rest.Count]
                    : (connected.Length == 0 ? rest[0] : connected.FirstOrDefault(IsMatchedOnce, connected[0]), false);
                rest.Remove(next);
                conjuncts.AddRange(classes.SelectMany(c => Equalities(c, next)));
                LogicalNode input = Visit(inputs[next]);
                Place(next, isLeft, joined?.Columns.Length ?? 0);
                // A volatile conjunct is asked of every whole row.
                ILookup<bool, ScalarExpression> ready = conjuncts.ToLookup(c =>
                    LogicalExpressions.ColumnsOf(c).All(x => position[x] >= 0) && (rest.Count == 0 || !LogicalExpressions.IsVolatile(c)));
                ScalarExpression condition = LogicalExpression.And(
                    ready[true].Select(c => LogicalExpressions.RemapColumns(c, x => position[x])));
                conjuncts = [.. ready[false]];
                joined = joined is null
                    ? LogicalExpressions.IsTrue(condition) ? input : new LogicalFilter(input, condition)
                    : isLeft ? new LogicalJoin(JoinKind.Inner, input, joined, condition)
                    : new LogicalJoin(JoinKind.Inner, joined, input, condition);
            }

            ImmutableArray<ScalarExpression> columns = [.. position.Select(p => LogicalExpressions.Column(joined!, p))];
            return position.Select((p, i) => p == i).All(same => same)
                ? joined!
                : new LogicalProject(joined!, columns, [.. root.Columns.Select(f => f.Name)]);

            // Input i stands at the right of what is joined, or at its left, which moves what is joined.
            void Place(int i, bool isLeft, int width)
            {
                int inputWidth = starts[i + 1] - starts[i];
                for (int c = 0; c < position.Length; c++)
                {
                    position[c] += isLeft && position[c] >= 0 ? inputWidth : 0;
                }

                for (int c = starts[i]; c < starts[i + 1]; c++)
                {
                    position[c] = (isLeft ? 0 : width) + c - starts[i];
                }
            }

            // Equalities between two inputs, those that follow from others included.
            IEnumerable<JoinSizes.Edge> Edges()
            {
                foreach (ScalarExpression conjunct in conjuncts)
                {
                    if (EquiKeys.IsEquality(conjunct, out ScalarExpression? a, out ScalarExpression? b, out _) && End(a) is { } left && End(b) is { } right
                        && left.Input != right.Input)
                    {
                        yield return new JoinSizes.Edge(left.Input, left.Column, right.Input, right.Column);
                    }
                }

                foreach (List<ColumnExpression> members in classes)
                {
                    foreach ((ColumnExpression a, ColumnExpression b) in members.SelectMany((m, at) => members.Skip(at + 1).Select(other => (m, other))))
                    {
                        (int left, int right) = (InputOf(a.Index), InputOf(b.Index));
                        if (left != right)
                        {
                            yield return new JoinSizes.Edge(left, a.Index - starts[left], right, b.Index - starts[right]);
                        }
                    }
                }
            }

            // The one input that an expression reads, and the column that it is.
            (int Input, int Column)? End(ScalarExpression e)
            {
                int[] read = [.. LogicalExpressions.ColumnsOf(e).Select(InputOf).Distinct()];
                return read.Length != 1 ? null : (read[0], e is ColumnExpression column ? column.Index - starts[read[0]] : -1);
            }

            int InputOf(int column)
            {
                int input = Array.BinarySearch(starts, column);
                return input >= 0 ? LastOf(input) : ~input - 1;
            }

            // Inputs without columns begin where the next one does.
            int LastOf(int input)
            {
                while (input + 1 < starts.Length && starts[input + 1] == starts[input])
                {
                    input++;
                }

                return input;
            }

            // Columns of a class on both sides: already joined, and in input i.
            bool IsBetween(List<ColumnExpression> members, int i) =>
                members.Exists(m => position[m.Index] >= 0) && members.Exists(m => InputOf(m.Index) == i);

            // What is joined finds at most one row of input i: its rows do not multiply.
            bool IsMatchedOnce(int i)
            {
                IEnumerable<ScalarExpression> equated = conjuncts.Where(c => Connects(c, i)).SelectMany(c => c.Children)
                    .Concat(classes.Where(c => IsBetween(c, i)).SelectMany(c => c));
                return UniqueKeys.Covers(
                    inputs[i], equated.OfType<ColumnExpression>().Where(c => InputOf(c.Index) == i).Select(c => c.Index - starts[i]));
            }

            // One equality ties input i's members of the class to those that are joined, the others tie them to each other.
            IEnumerable<ScalarExpression> Equalities(List<ColumnExpression> members, int i)
            {
                ColumnExpression? tie = members.Find(m => position[m.Index] >= 0);
                foreach (ColumnExpression member in members.Where(m => InputOf(m.Index) == i))
                {
                    if (tie is not null)
                    {
                        yield return Expressions.Functions.FunctionRegistry.Operator("=", [tie, member], -1);
                    }

                    tie ??= member;
                }
            }

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

        /// <summary>Columns that equalities of different inputs tie together, three and more at a time; those equalities leave the list.</summary>
        private static List<List<ColumnExpression>> EqualityClasses(List<ScalarExpression> conjuncts, Func<int, int> inputOf)
        {
            List<List<ColumnExpression>> classes = [];
            HashSet<ScalarExpression> between = new(ReferenceEqualityComparer.Instance);
            foreach (ScalarExpression conjunct in conjuncts)
            {
                if (!EqualColumns.AreEqual(conjunct, out ColumnExpression a, out ColumnExpression b) || inputOf(a.Index) == inputOf(b.Index))
                {
                    continue;
                }

                List<ColumnExpression>[] touched = [.. classes.Where(c => c.Exists(m => m.Index == a.Index || m.Index == b.Index))];
                List<ColumnExpression> merged = [.. touched.SelectMany(c => c).Append(a).Append(b).DistinctBy(m => m.Index)];
                classes.RemoveAll(touched.Contains);
                classes.Add(merged);
                between.Add(conjunct);
            }

            classes.RemoveAll(c => c.Count < 3);
            conjuncts.RemoveAll(c => EqualColumns.AreEqual(c, out ColumnExpression a, out _) && between.Contains(c)
                && classes.Exists(members => members.Exists(m => m.Index == a.Index)));
            return classes;
        }
    }
}
