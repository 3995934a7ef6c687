using StreamDb.Core.Diagnostics;

namespace StreamDb.Dataflow.Traces;

/// <summary>A shard of a collection at one epoch: its batches, each held. Immutable, shared by reference count.</summary>
internal sealed class SpineVersion(SortedBatch[] batches, long weightSum)
{
    private int _references = 1;

    public static SpineVersion Empty => new([], 0);

    public SortedBatch[] Batches { get; } = batches;

    public long WeightSum { get; } = weightSum;

    public SpineVersion Acquire()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Invariant.Check(left >= 0, "version released more often than acquired");
        if (left == 0)
        {
            foreach (SortedBatch batch in Batches)
            {
                batch.Release();
            }
        }
    }
}
