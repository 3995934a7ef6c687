using System.Globalization;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Operators;

/// <summary>Gathers the result of a one-shot query: its rows, each as often as its weight says.</summary>
internal sealed unsafe class CollectOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape) : Operator(context)
{
    private readonly List<DeltaBatch> _batches = [];
    private long _bytes;
    private bool _retracts;
    private bool _repeats;

    /// <summary>The rows as batches that the caller owns. Only when some weight was not 1 are they consolidated or repeated.</summary>
    public List<ColumnBatch> Take()
    {
        var result = new List<ColumnBatch>();
        if (_retracts)
        {
            Consolidate(result);
        }
        else
        {
            foreach (DeltaBatch batch in _batches)
            {
                result.Add(_repeats ? Repeat(batch.Rows, batch.WeightSpan) : batch.Rows.Acquire());
            }
        }

        Clear();
        return result;
    }

    /// <summary>Ends a query that takes more than it may.</summary>
    /// <param name="stateBytes">What its other operators hold.</param>
    /// <exception cref="SqlException">53200.</exception>
    public void CheckMemory(long stateBytes)
    {
        if (stateBytes + _bytes > Context.MemoryBytesMax)
        {
            throw new SqlException(SqlState.OutOfMemory, "out of memory")
            {
                Detail = string.Create(CultureInfo.InvariantCulture, $"The query needs more than the {Context.MemoryBytesMax >> 20} MiB that one query may take."),
                Hint = "A materialized view keeps its result up to date without such a limit; --query-memory-mib sets another one.",
            };
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        Clear();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        foreach (long weight in batch.WeightSpan)
        {
            _retracts |= weight < 0;
            _repeats |= weight != 1;
        }

        _batches.Add(batch.Acquire());
        _bytes += batch.Bytes;
        CheckMemory(0);
    }

    private void Clear()
    {
        foreach (DeltaBatch batch in _batches)
        {
            batch.Release();
        }

        _batches.Clear();
    }

    private void Consolidate(List<ColumnBatch> result)
    {
        var layout = new RowLayout(shape, []);
        using PackedRows rows = layout.CreateRows();
        using var weights = new NativeScratch<long>();
        using var sorter = new RowSorter();
        foreach (DeltaBatch batch in _batches)
        {
            int start = rows.Count;
            layout.Codec.Encode(batch.Rows, rows);
            long* target = weights.Reserve(rows.Count);
            for (int i = 0; i < batch.Count; i++)
            {
                target[start + i] = batch.Weight(i);
            }
        }

        SortedBatch? sorted = sorter.Sort(rows, weights.Pointer);
        if (sorted is null)
        {
            return;
        }

        var cursor = new MergeCursor([sorted], [(0, sorted.Count)], descending: false);
        using var starts = new NativeScratch<nint>();
        using var counts = new NativeScratch<long>();
        while (cursor.Read((byte**)starts.Reserve(JoinOutput.ChunkRows), counts.Reserve(JoinOutput.ChunkRows), JoinOutput.ChunkRows) is > 0 and int count)
        {
            var chunk = new ColumnBatch(layout.Decode((byte**)starts.Pointer, count), count);
            result.Add(Repeat(chunk, new ReadOnlySpan<long>(counts.Pointer, count)));
            chunk.Release();
        }

        sorted.Release();
    }

    private static ColumnBatch Repeat(ColumnBatch rows, ReadOnlySpan<long> weights)
    {
        var indexes = new List<int>(rows.Count);
        for (int row = 0; row < rows.Count; row++)
        {
            for (long copy = weights.IsEmpty ? 1 : weights[row]; copy > 0; copy--)
            {
                indexes.Add(row);
            }
        }

        return rows.Gather(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(indexes));
    }
}
