using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;

namespace StreamDb.Dataflow.Recursion;

/// <summary>How a key's output follows from its rows, read straight from the state: for the operators that recursion uses most.</summary>
internal abstract unsafe class DirectLogic : IDisposable
{
    private const int PrefetchDistance = 12;

    private readonly NativeScratch<ulong> _inputRuns = new();
    private readonly NativeScratch<ulong> _emittedRuns = new();

    /// <summary>Emits how the output of these keys differs, in this iteration, from what was emitted for them up to it.</summary>
    /// <param name="keyColumns">The same keys as columns.</param>
    /// <param name="later">Is given each key that changes in a later iteration, and the first such.</param>
    /// <param name="emit">Takes over each batch; changes nothing that is read here.</param>
    public abstract void Recompute(
        IterationIndex input,
        IterationIndex emitted,
        PackedRows keys,
        ulong* hashes,
        ColumnBatch keyColumns,
        int iteration,
        Action<int, int> later,
        Action<DeltaBatch> emit);

    public virtual void Dispose()
    {
        _inputRuns.Dispose();
        _emittedRuns.Dispose();
    }

    /// <summary>For DISTINCT, and for min or max alone of a fixed-size value; null for everything else.</summary>
    public static DirectLogic? For(Node node)
    {
        IReadOnlyList<ColumnShape> shape = node.Inputs[0].Shape;
        switch (node)
        {
            case ThresholdNode { Kind: ThresholdKind.Distinct } when !node.Shape.Any(column => RowCodecField.IsLossy(column.Type)):
                return new DirectDistinct();
            case ReduceNode { Spec: { Keys.Count: > 0, Aggregates: [ExtremeAggregate { FilterColumn: < 0 } extreme] } spec }
                when shape.Count == spec.Keys.Count + 1
                    && !spec.Keys.Contains(extreme.Column)
                    && spec.Keys.Distinct().Count() == spec.Keys.Count
                    && !shape.Any(column => RowCodecField.IsLossy(column.Type))
                    && DirectExtreme.WidthOf(shape[extreme.Column]) > 0:
                return new DirectExtreme(extreme, shape[extreme.Column], spec.Keys.Count);
            default:
                return null;
        }
    }

    /// <summary>The runs of the keys in both states; good until the next call.</summary>
    protected void Find(
        IterationIndex input, IterationIndex emitted, PackedRows keys, ulong* hashes, out ulong* inputRuns, out ulong* emittedRuns)
    {
        inputRuns = _inputRuns.Reserve(keys.Count);
        emittedRuns = _emittedRuns.Reserve(keys.Count);
        input.Find(keys, hashes, inputRuns);
        emitted.Find(keys, hashes, emittedRuns);
    }

    /// <summary>Fetches the runs of a key some way ahead of <paramref name="key"/>.</summary>
    protected static void PrefetchAhead(ulong* inputRuns, ulong* emittedRuns, int key, int count)
    {
        if (key + PrefetchDistance < count)
        {
            Runs.Prefetch(inputRuns[key + PrefetchDistance]);
            Runs.Prefetch(emittedRuns[key + PrefetchDistance]);
        }
    }
}
