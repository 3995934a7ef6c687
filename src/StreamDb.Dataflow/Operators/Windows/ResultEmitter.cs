using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>
/// Makes consolidated output of what changes. Where a partition has equal rows, one may take over the results that another gave
/// up; such output is held back to the end of the epoch and consolidated as a whole.
/// </summary>
internal sealed unsafe class ResultEmitter(IReadOnlyList<ColumnShape> shape, RowSorter sorter, Action<DeltaBatch> emit) : IDisposable
{
    private readonly RowLayout _layout = new(shape, []);
    private readonly NativeScratch<long> _weights = new();
    private readonly NativeScratch<long> _direct = new();
    private PackedRows? _rows;

    /// <summary>Takes over the columns.</summary>
    /// <param name="olds">That many rows go; the others come.</param>
    public void Add(Column[] columns, int olds, int count, bool mayCancel)
    {
        if (!mayCancel)
        {
            emit(new DeltaBatch(new ColumnBatch(columns, count), Weights(olds, count)));
            return;
        }

        var batch = new ColumnBatch(columns, count);
        _rows ??= _layout.CreateRows();
        int start = _rows.Count;
        _layout.Codec.Encode(batch, _rows);
        var weights = new Span<long>(_weights.Reserve(start + count) + start, count);
        weights[..olds].Fill(-1);
        weights[olds..].Fill(1);
        batch.Release();
    }

    /// <summary>Emits what was held back.</summary>
    public void Flush()
    {
        if (_rows is null || _rows.Count == 0)
        {
            return;
        }

        SortedBatch? sorted = sorter.Sort(_rows, _weights.Pointer);
        _rows.ClearAndTrim();
        _weights.Trim();
        if (sorted is null)
        {
            return;
        }

        using var starts = new NativeScratch<nint>(WindowBatch.RowsMax);
        using var weights = new NativeScratch<long>(WindowBatch.RowsMax);
        for (int start = 0; start < sorted.Count; start += WindowBatch.RowsMax)
        {
            int count = Math.Min(WindowBatch.RowsMax, sorted.Count - start);
            for (int i = 0; i < count; i++)
            {
                starts.Pointer[i] = (nint)sorted.Row(start + i);
                weights.Pointer[i] = sorted.Weight(start + i);
            }

            var rows = new ColumnBatch(_layout.Decode((byte**)starts.Pointer, count), count);
            emit(new DeltaBatch(rows, DeltaBatch.WeightColumn(new ReadOnlySpan<long>(weights.Pointer, count))));
        }

        sorted.Release();
    }

    public void Dispose()
    {
        _rows?.Dispose();
        _weights.Dispose();
        _direct.Dispose();
    }

    private Column? Weights(int olds, int count)
    {
        if (olds == 0)
        {
            return null;
        }

        var weights = new Span<long>(_direct.Reserve(count), count);
        weights[..olds].Fill(-1);
        weights[olds..].Fill(1);
        return DeltaBatch.WeightColumn(weights);
    }
}
