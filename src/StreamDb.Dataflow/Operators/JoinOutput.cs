using System.Runtime.CompilerServices;
using StreamDb.Core.Columns;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators;

/// <summary>Collects the matches of one delta batch with an index, and turns them into columns a bounded chunk at a time.</summary>
internal sealed unsafe class JoinOutput(KeyedIndex index, int deltaColumnCount, IReadOnlyList<int> deltaKeys, bool deltaIsLeft) : IDisposable
{
    /// <summary>Rows of one output batch.</summary>
    public const int ChunkRows = 8192;

    private readonly NativeScratch<int> _rows = new(ChunkRows);
    private readonly NativeScratch<nint> _values = new(ChunkRows);
    private readonly NativeScratch<long> _weights = new(ChunkRows);
    private bool _isUnit = true;

    public int Count { get; private set; }

    public bool IsFull => Count == ChunkRows;

    /// <summary>Adds as many of a block's entries as there is room for, and returns how many.</summary>
    /// <remarks>Hot path: per match.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(int row, long weight, byte* entries, long* entryWeights, int count)
    {
        count = Math.Min(count, ChunkRows - Count);
        int* rows = _rows.Pointer + Count;
        nint* values = _values.Pointer + Count;
        long* weights = _weights.Pointer + Count;
        Keyed.RunLayout layout = index.Runs.Layout;
        if (layout.IsVariable)
        {
            for (int i = 0; i < count; i++)
            {
                values[i] = (nint)layout.Row(entries + ((long)i * layout.EntryBytes));
            }
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                values[i] = (nint)(entries + ((long)i * layout.EntryBytes));
            }
        }

        for (int i = 0; i < count; i++)
        {
            rows[i] = row;
        }

        if (entryWeights is null)
        {
            for (int i = 0; i < count; i++)
            {
                weights[i] = weight;
            }

            _isUnit &= weight == 1;
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                weights[i] = checked(weight * entryWeights[i]);
            }

            _isUnit = false;
        }

        Count += count;
        return count;
    }

    /// <summary>The chunk as a batch of left columns, then right columns; empty afterwards.</summary>
    public DeltaBatch Take(ColumnBatch deltaRows)
    {
        var rows = new ReadOnlySpan<int>(_rows.Pointer, Count);
        Column[] values = index.Values.Decode((byte**)_values.Pointer, Count);
        for (int i = 0; i < deltaKeys.Count; i++)
        {
            // Equal, and of a type in which equal values are identical.
            int column = index.KeyColumns[i];
            values[column] ??= Gather(deltaRows[deltaKeys[i]], rows);
        }

        var columns = new Column[deltaColumnCount + values.Length];
        for (int i = 0; i < deltaColumnCount; i++)
        {
            columns[deltaIsLeft ? i : values.Length + i] = Gather(deltaRows[i], rows);
        }

        values.CopyTo(columns, deltaIsLeft ? deltaColumnCount : 0);
        Column? weights = _isUnit ? null : DeltaBatch.WeightColumn(new ReadOnlySpan<long>(_weights.Pointer, Count));
        var batch = new DeltaBatch(new ColumnBatch(columns, Count), weights);
        Count = 0;
        _isUnit = true;
        return batch;
    }

    /// <summary>Goes on with matches of an equal index.</summary>
    public void Read(KeyedIndex other) => index = other;

    public void Dispose()
    {
        _rows.Dispose();
        _values.Dispose();
        _weights.Dispose();
    }

    private static Column Gather(Column column, ReadOnlySpan<int> rows)
    {
        using var builder = new ColumnBuilder(column.Type, rows.Length);
        builder.AppendGather(column, rows);
        return builder.Finish();
    }
}
