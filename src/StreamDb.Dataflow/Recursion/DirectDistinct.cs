using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;

namespace StreamDb.Dataflow.Recursion;

/// <summary>DISTINCT of rows that look like their keys: a row is there while its weights add up to more than 0.</summary>
internal sealed unsafe class DirectDistinct : DirectLogic
{
    private readonly NativeScratch<int> _rows = new();
    private readonly NativeScratch<long> _weights = new();

    // Hot path: per key.
    public override void Recompute(
        IterationIndex input,
        IterationIndex emitted,
        PackedRows keys,
        ulong* hashes,
        ColumnBatch keyColumns,
        int iteration,
        Action<int, int> later,
        Action<DeltaBatch> emit)
    {
        int count = keys.Count;
        Find(input, emitted, keys, hashes, out ulong* inputRuns, out ulong* emittedRuns);
        int* rows = _rows.Reserve(count);
        long* weights = _weights.Reserve(count);
        int changed = 0;
        bool isUnit = true;
        for (int key = 0; key < count; key++)
        {
            PrefetchAhead(inputRuns, emittedRuns, key, count);
            long weight = input.WeightUpTo(inputRuns[key], iteration, out int next) > 0 ? 1 : 0;
            weight -= emitted.WeightUpTo(emittedRuns[key], iteration, out _);
            if (weight != 0)
            {
                rows[changed] = key;
                weights[changed++] = weight;
                isUnit &= weight == 1;
            }

            if (next != int.MaxValue)
            {
                later(key, next);
            }
        }

        if (changed > 0)
        {
            ColumnBatch batch = keyColumns.Gather(new ReadOnlySpan<int>(rows, changed));
            emit(new DeltaBatch(batch, isUnit ? null : DeltaBatch.WeightColumn(new ReadOnlySpan<long>(weights, changed))));
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _rows.Dispose();
        _weights.Dispose();
    }
}
