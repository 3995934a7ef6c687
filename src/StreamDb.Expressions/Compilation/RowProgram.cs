using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Compilation;

/// <summary>A filter and projections over rows of one shape, fused and compiled to one loop. Immutable and thread-safe.</summary>
/// <remarks>
/// Scratch memory lives in the context. Code is generated at the first run, once for batches without NULLs and once for
/// those with, and shared between programs that differ in constants only.
/// </remarks>
public sealed class RowProgram
{
    private readonly PhysicalType[] _input;
    private readonly ProgramShape? _shape;
    private readonly object[] _constants;
    private readonly byte[][] _pinned;
    private readonly int[] _columns;
    private readonly Output[] _outputs;
    private readonly int _computedCount;
    private Kernel? _withoutNulls;
    private Kernel? _withNulls;

    private RowProgram(IReadOnlyList<SqlType> input, ScalarExpression? predicate, IReadOnlyList<ScalarExpression> projections)
    {
        _input = [.. input.Select(t => t.Physical)];
        _outputs = new Output[projections.Count];
        var computed = new List<ScalarExpression>();
        for (int i = 0; i < projections.Count; i++)
        {
            int column = SharedColumn(projections[i]);
            _outputs[i] = new Output(projections[i].Type.Physical, column);
            if (column < 0)
            {
                computed.Add(projections[i]);
            }
        }

        _computedCount = computed.Count;
        HasPredicate = predicate is not (null or LiteralExpression { Value.Value: true });
        if (HasPredicate || computed.Count > 0)
        {
            _shape = new ProgramShape(HasPredicate ? predicate : null, computed);
        }

        _constants = _shape?.Constants ?? [];
        _pinned = _shape?.Pinned ?? [];
        _columns = _shape?.Columns ?? [];
    }

    /// <summary>False when every row is kept.</summary>
    public bool HasPredicate { get; }

    /// <summary>A program over rows of the given types. Constants should be folded before (<see cref="ConstantFolding"/>).</summary>
    /// <param name="predicate">Rows for which it is not true are dropped; null keeps all.</param>
    public static RowProgram Compile(
        IReadOnlyList<SqlType> input, ScalarExpression? predicate, IReadOnlyList<ScalarExpression> projections) =>
        new(input, predicate, projections);

    /// <summary>Evaluates a batch: the projections of the rows that the predicate keeps, in input order.</summary>
    /// <param name="input">Borrowed. Columns that are projected unchanged are shared when every row is kept.</param>
    /// <param name="weights">For error reports only; empty when all are 1.</param>
    /// <returns>A new batch with one reference, owned by the caller.</returns>
    public unsafe ColumnBatch Run(ColumnBatch input, ReadOnlySpan<long> weights, EvaluationContext context, out Selection selection)
    {
        Invariant.Check(input.ColumnCount == _input.Length, "batch has the program's columns");
        int kept = input.Count;
        int[] rows = [];
        KernelFrame frame = context.Frame;
        if (_shape is not null)
        {
            frame.Reserve(_columns.Length, _computedCount);
            frame.Count = input.Count;
            bool hasNulls = Bind(input, frame);
            RentOutputs(frame, context, input.Count);
            if (HasPredicate)
            {
                rows = context.RentSelection(Math.Max(input.Count, 1));
                frame.Selection = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref rows[0]);
            }

            fixed (long* pointer = weights)
            {
                context.Weights = pointer;
                try
                {
                    Kernel kernel = hasNulls
                        ? _withNulls ??= KernelCache.Get(_shape, true)
                        : _withoutNulls ??= KernelCache.Get(_shape, false);
                    kept = kernel(_constants, frame, context);
                }
                catch
                {
                    Abandon(frame);
                    context.ReturnBuilders();
                    throw;
                }
                finally
                {
                    context.Weights = null;
                    context.HasFailed = false;
                }
            }

            GC.KeepAlive(_pinned);
        }

        bool isAll = kept == input.Count;
        selection = isAll ? Selection.All(kept) : Selection.Of(rows.AsSpan(0, kept));
        ColumnBatch output = Collect(input, frame, kept, selection);
        context.ReturnBuilders();
        return output;
    }

    /// <summary>The input column that a projection passes on unchanged, or -1.</summary>
    private static int SharedColumn(ScalarExpression projection) => projection switch
    {
        ColumnExpression column => column.Index,
        CastExpression cast when Casts.CastMatrix.IsRelabel(cast.Operand.Type, cast.Type) => SharedColumn(cast.Operand),
        _ => -1,
    };

    private unsafe bool Bind(ColumnBatch input, KernelFrame frame)
    {
        bool hasNulls = false;
        for (int i = 0; i < _columns.Length; i++)
        {
            Column column = input[_columns[i]];
            Invariant.Check(column.Type == _input[_columns[i]], "column has the program's type");
            frame.Values[i] = (nint)column.Values;
            frame.Validity[i] = (nint)column.Validity;
            frame.Offsets[i] = (nint)column.Offsets;
            hasNulls |= column.HasNulls;
        }

        return hasNulls;
    }

    private unsafe void RentOutputs(KernelFrame frame, EvaluationContext context, int count)
    {
        int computed = 0;
        foreach (Output output in _outputs)
        {
            if (output.Column < 0)
            {
                ColumnBuilder builder = context.RentBuilder(output.Type, count);
                frame.Builders[computed] = builder;
                frame.Outputs[computed++] = (nint)builder.Values;
            }
        }
    }

    private void Abandon(KernelFrame frame)
    {
        for (int i = 0; i < _computedCount; i++)
        {
            frame.Builders[i].Dispose();
        }
    }

    private ColumnBatch Collect(ColumnBatch input, KernelFrame frame, int kept, Selection selection)
    {
        var columns = new Column[_outputs.Length];
        int computed = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            Output output = _outputs[i];
            if (output.Column >= 0)
            {
                columns[i] = selection.IsAll ? input[output.Column].Acquire() : Gather(input[output.Column], selection.Rows);
                continue;
            }

            ColumnBuilder builder = frame.Builders[computed++];
            if (output.Type != PhysicalType.Bytes)
            {
                builder.Advance(kept);
            }

            columns[i] = Compact(builder.Finish(), kept, input.Count);
        }

        return new ColumnBatch(columns, kept);
    }

    private static Column Gather(Column column, ReadOnlySpan<int> rows)
    {
        using var builder = new ColumnBuilder(column.Type, rows.Length);
        builder.AppendGather(column, rows);
        return builder.Finish();
    }

    /// <summary>A selective filter leaves its output in memory for all input rows; copying the little that is left frees it.</summary>
    private static Column Compact(Column column, int kept, int count)
    {
        if (count < 1024 || kept > count / 4)
        {
            return column;
        }

        using var builder = new ColumnBuilder(column.Type, kept);
        builder.AppendRange(column, 0, kept);
        column.Release();
        return builder.Finish();
    }

    private readonly record struct Output(PhysicalType Type, int Column);
}
