using System.Collections.Immutable;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Tests.Expressions.Aggregates;

/// <summary>Evaluates aggregate queries over VALUES without an engine, feeding accumulators whatever deltas a test asks for.</summary>
internal sealed class AggregateEvaluator(IErrorSink errors, Random random, bool withRetractions)
{
    public ColumnBatch Evaluate(LogicalNode node) => node switch
    {
        LogicalValues values => ColumnBatch.FromRows(
            [.. values.Fields.Select(f => f.Type.Physical)],
            [.. values.Rows.Select(r => r.Select(Constant).ToImmutableArray())]),
        LogicalProject project => Project(project.Input, project.Expressions),
        LogicalAggregate { Keys: [] } aggregate => Aggregate(aggregate),
        _ => throw new NotSupportedException(node.GetType().Name),
    };

    private Datum Constant(ScalarExpression expression)
    {
        using var context = new EvaluationContext(errors);
        return ConstantFolding.Evaluate(expression, context);
    }

    private ColumnBatch Project(LogicalNode input, ImmutableArray<ScalarExpression> expressions) =>
        Run(Evaluate(input), [.. input.Columns.Select(c => c.Type)], null, expressions);

    private ColumnBatch Run(ColumnBatch input, SqlType[] types, ScalarExpression? filter, IReadOnlyList<ScalarExpression> expressions)
    {
        using var context = new EvaluationContext(errors);
        return RowProgram.Compile(types, filter, expressions).Run(input, default, context, out _);
    }

    private ColumnBatch Aggregate(LogicalAggregate aggregate)
    {
        ColumnBatch input = Evaluate(aggregate.Input);
        SqlType[] types = [.. aggregate.Input.Columns.Select(c => c.Type)];
        Column[] columns = [.. aggregate.Aggregates.Select(call => One(call, input, types))];
        return new ColumnBatch(columns, 1);
    }

    private Column One(AggregateCall call, ColumnBatch input, SqlType[] types)
    {
        ScalarExpression[] expressions = [.. call.OrderBy.Select(o => o.Expression), .. call.Arguments];
        ColumnBatch rows = Run(input, types, call.Filter, expressions);
        rows = rows.Gather(Sorted(rows, expressions, call));
        using var output = new ColumnBuilder(call.Type.Physical, 1);
        switch (call.Function.Kind)
        {
            case AggregateKind.Accumulable:
                Accumulate(call.Function.CreateAccumulator!(call), rows, output);
                break;
            case AggregateKind.Collected when rows.Count == 0:
                call.Function.CreateGroupFunction!(call).ComputeEmpty(output);
                break;
            case AggregateKind.Collected:
                long[] weights = new long[rows.Count];
                Array.Fill(weights, 1);
                call.Function.CreateGroupFunction!(call).Compute(rows, weights, output, errors);
                break;
            default:
                Extreme(call.Function.Kind == AggregateKind.Max, rows[0], call.Type, output);
                break;
        }

        return output.Finish();
    }

    private static int[] Sorted(ColumnBatch rows, ScalarExpression[] expressions, AggregateCall call)
    {
        List<int> order = [.. Enumerable.Range(0, rows.Count)];
        int keys = call.IsDistinct ? expressions.Length : call.OrderBy.Length;
        order.Sort((a, b) =>
        {
            for (int k = 0; k < keys; k++)
            {
                bool descending = k < call.OrderBy.Length && call.OrderBy[k].Descending;
                bool nullsFirst = k < call.OrderBy.Length && call.OrderBy[k].NullsFirst;
                int c = rows[k].IsNull(a) || rows[k].IsNull(b)
                    ? rows[k].IsNull(a).CompareTo(rows[k].IsNull(b)) * (nullsFirst ? -1 : 1)
                    : ValueComparer.Compare(expressions[k].Type, ValueBytes.Of(rows[k], a), ValueBytes.Of(rows[k], b)) * (descending ? -1 : 1);
                if (c != 0)
                {
                    return c;
                }
            }

            return a.CompareTo(b);
        });
        if (call.IsDistinct)
        {
            // Repeated rows are neighbours now, and lists are short: keep the first of equals.
            order = [.. order.Where((row, i) => i == 0 || Differs(order[i - 1], row))];
        }

        return [.. order];

        bool Differs(int a, int b) => Enumerable.Range(0, expressions.Length).Any(k => rows[k].IsNull(a) != rows[k].IsNull(b)
            || (!rows[k].IsNull(a) && !ValueComparer.AreEqual(expressions[k].Type, ValueBytes.Of(rows[k], a), ValueBytes.Of(rows[k], b))));
    }

    private unsafe void Accumulate(IAccumulator accumulator, ColumnBatch rows, ColumnBuilder output)
    {
        byte[] state = GC.AllocateArray<byte>(accumulator.StateBytes + 8, pinned: true);
        fixed (byte* pointer = state)
        {
            byte* aligned = (byte*)(((nint)pointer + 7) & ~7);
            List<(int Row, long Weight)> deltas = [.. Enumerable.Range(0, rows.Count).Select(r => (r, 1L))];
            if (withRetractions && rows.Count > 0)
            {
                for (int i = 0; i < 20; i++)
                {
                    int row = random.Next(rows.Count);
                    long weight = random.Next(1, 4);
                    deltas.Add((row, weight));
                    deltas.Add((row, -weight));
                }

                deltas = [.. deltas.OrderBy(_ => random.Next())];
            }

            foreach ((int Row, long Weight)[] chunk in deltas.Chunk(5))
            {
                ColumnBatch part = rows.Gather([.. chunk.Select(d => d.Row)]);
                long[] weights = [.. chunk.Select(d => d.Weight)];
                byte*[] states = new byte*[chunk.Length];
                fixed (long* w = weights)
                fixed (byte** s = states)
                {
                    for (int i = 0; i < chunk.Length; i++)
                    {
                        s[i] = aligned;
                    }

                    accumulator.Update(s, part.Columns, w, chunk.Length);
                }
            }

            byte** one = stackalloc byte*[1];
            one[0] = aligned;
            accumulator.Finish(one, 1, output, errors);
        }
    }

    private static void Extreme(bool isMax, Column column, SqlType type, ColumnBuilder output)
    {
        int best = -1;
        for (int row = 0; row < column.Count; row++)
        {
            if (!column.IsNull(row) && (best < 0
                || (ValueComparer.Compare(type, ValueBytes.Of(column, row), ValueBytes.Of(column, best)) > 0) == isMax))
            {
                best = row;
            }
        }

        if (best < 0)
        {
            output.AppendNull();
        }
        else
        {
            output.AppendFrom(column, best);
        }
    }
}
