using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Connectors.Formats;

/// <summary>The columns of a batch that is being filled, one row at a time.</summary>
internal sealed class RowBuilder : IDisposable
{
    private readonly ColumnBuilder[] _columns;
    private readonly long _fixedBytes;

    public RowBuilder(ImmutableArray<Field> columns)
    {
        _columns = [.. columns.Select(column => new ColumnBuilder(column.Type.Physical))];
        _fixedBytes = columns.Sum(column => Math.Max(column.Type.Physical.Width(), sizeof(int)));
    }

    /// <summary>Rows that are complete.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<ColumnBuilder> Columns => _columns;

    /// <summary>About how much the rows take.</summary>
    public long Bytes
    {
        get
        {
            long bytes = Count * _fixedBytes;
            foreach (ColumnBuilder column in _columns)
            {
                bytes += column.ByteCount;
            }

            return bytes;
        }
    }

    /// <summary>Every column has got a value.</summary>
    public void EndRow() => Count++;

    /// <summary>The rows, each inserted once; the builder is empty afterwards.</summary>
    public DeltaBatch Finish()
    {
        var columns = new Column[_columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _columns[i].Finish();
        }

        var batch = new DeltaBatch(new ColumnBatch(columns, Count));
        Count = 0;
        return batch;
    }

    public void Dispose()
    {
        foreach (ColumnBuilder column in _columns)
        {
            column.Dispose();
        }
    }
}
