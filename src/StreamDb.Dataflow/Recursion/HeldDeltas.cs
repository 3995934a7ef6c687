using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Recursion;

/// <summary>Delta batches waiting for their iteration. One thread.</summary>
internal sealed class HeldDeltas
{
    private readonly SortedDictionary<int, List<(int Port, DeltaBatch Batch)>> _held = [];

    /// <summary>The earliest iteration for which something is held; <see cref="int.MaxValue"/>: none.</summary>
    public int NextIteration { get; private set; } = int.MaxValue;

    /// <summary>Holds a batch, borrowed.</summary>
    public void Add(int iteration, int port, DeltaBatch batch)
    {
        if (!_held.TryGetValue(iteration, out List<(int, DeltaBatch)>? batches))
        {
            _held.Add(iteration, batches = []);
            NextIteration = Math.Min(NextIteration, iteration);
        }

        batches.Add((port, batch.Acquire()));
    }

    /// <summary>What is held for an iteration, now the caller's to release.</summary>
    public List<(int Port, DeltaBatch Batch)> Take(int iteration)
    {
        if (!_held.Remove(iteration, out List<(int Port, DeltaBatch Batch)>? batches))
        {
            return [];
        }

        NextIteration = int.MaxValue;
        foreach (int next in _held.Keys)
        {
            NextIteration = next;
            break;
        }

        return batches;
    }

    public void Clear()
    {
        foreach ((_, DeltaBatch batch) in _held.Values.SelectMany(static batches => batches))
        {
            batch.Release();
        }

        _held.Clear();
        NextIteration = int.MaxValue;
    }
}
