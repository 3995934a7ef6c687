using System.Numerics;

namespace StreamDb.Dataflow.Traces;

/// <summary>The trace of one collection as sorted batches of geometric sizes, merged with bounded effort. One shard, owned by one worker.</summary>
/// <remarks>
/// Invariants: 1. the collection is the sum of all batches; 2. level i holds a batch of at most 2^(i + LevelShift + 1) rows,
/// or two of them being merged; 3. batches are immutable, so a <see cref="SpineVersion"/> stays readable whatever follows.
/// Appending n rows advances every merge in progress by a multiple of n rows, enough that it is done before the next batch of
/// its size arrives: no epoch pays for a large merge. Since a version holds its own batches, merging forgets at once which
/// epoch a row came from.
/// </remarks>
internal sealed class Spine : IDisposable
{
    private const int LevelShift = 6;
    private const int FuelPerRow = 6;
    private const int FuelMin = 256;

    private readonly Level[] _levels = new Level[34];
    private int _levelCount;

    /// <summary>Rows in all batches, before cancellation between them.</summary>
    public long Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Rows with duplicates counted: the sum of all weights.</summary>
    public long WeightSum { get; private set; }

    /// <summary>Adds a batch, taking over its reference.</summary>
    public void Append(SortedBatch batch)
    {
        WeightSum += batch.WeightSum;
        Added(batch);
        int fuel = (batch.Count * FuelPerRow) + FuelMin;
        for (int level = _levelCount - 1; level >= 0; level--)
        {
            if (_levels[level].Merge is { } merge && merge.Work(fuel))
            {
                FinishMerge(level, merge);
            }
        }

        Insert(batch);
    }

    /// <summary>Adds a batch of a checkpoint, taking over its reference. Merges that were under way begin anew.</summary>
    public void Restore(SortedBatch batch)
    {
        WeightSum += batch.WeightSum;
        Added(batch);
        Insert(batch);
    }

    /// <summary>The collection as it is now. The version holds a reference to each batch.</summary>
    public SpineVersion Version()
    {
        int count = 0;
        for (int level = 0; level < _levelCount; level++)
        {
            count += (_levels[level].Batch is null ? 0 : 1) + (_levels[level].Merge is null ? 0 : 2);
        }

        var batches = new SortedBatch[count];
        for (int level = _levelCount - 1; level >= 0; level--)
        {
            if (_levels[level].Merge is { } merge)
            {
                batches[--count] = merge.Left.Acquire();
                batches[--count] = merge.Right.Acquire();
            }

            if (_levels[level].Batch is { } batch)
            {
                batches[--count] = batch.Acquire();
            }
        }

        return new SpineVersion(batches, WeightSum);
    }

    public void Dispose()
    {
        for (int level = 0; level < _levelCount; level++)
        {
            _levels[level].Batch?.Release();
            if (_levels[level].Merge is { } merge)
            {
                merge.Left.Release();
                merge.Right.Release();
                merge.Discard();
            }

            _levels[level] = default;
        }

        Count = 0;
        Bytes = 0;
        WeightSum = 0;
    }

    private static int LevelOf(int count) => Math.Max(0, BitOperations.Log2((uint)count) - LevelShift);

    private void Added(SortedBatch batch)
    {
        Count += batch.Count;
        Bytes += batch.Bytes;
    }

    private void Removed(SortedBatch batch)
    {
        Count -= batch.Count;
        Bytes -= batch.Bytes;
        batch.Release();
    }

    private void Insert(SortedBatch batch)
    {
        int index = LevelOf(batch.Count);
        _levelCount = Math.Max(_levelCount, index + 1);
        ref Level level = ref _levels[index];
        if (level.Merge is { } running)
        {
            running.Work(int.MaxValue);
            FinishMerge(index, running);
        }

        if (level.Batch is null)
        {
            level.Batch = batch;
            return;
        }

        var merge = new BatchMerge(level.Batch, batch);
        level.Batch = null;
        level.Merge = merge;
        if (merge.Left.Count + merge.Right.Count <= FuelMin && merge.Work(int.MaxValue))
        {
            FinishMerge(index, merge);
        }
    }

    private void FinishMerge(int level, BatchMerge merge)
    {
        _levels[level].Merge = null;
        SortedBatch? merged = merge.Finish();
        Removed(merge.Left);
        Removed(merge.Right);
        if (merged is not null)
        {
            Added(merged);
            Insert(merged);
        }
    }

    private struct Level
    {
        public SortedBatch? Batch;
        public BatchMerge? Merge;
    }
}
