using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Recursion;

/// <summary>Keys to look at again in later iterations. A key may occur several times. One thread.</summary>
internal sealed unsafe class KeySchedule(int keyStride) : IDisposable
{
    private readonly SortedDictionary<int, PackedRows> _keys = [];

    /// <summary>The earliest iteration with a key; <see cref="int.MaxValue"/>: none.</summary>
    public int NextIteration { get; private set; } = int.MaxValue;

    public void Add(int iteration, byte* key, int length)
    {
        if (!_keys.TryGetValue(iteration, out PackedRows? keys))
        {
            _keys.Add(iteration, keys = new PackedRows(keyStride));
            NextIteration = Math.Min(NextIteration, iteration);
        }

        keys.AppendCopy(key, length);
    }

    /// <summary>Moves an iteration's keys to <paramref name="target"/>.</summary>
    public void Take(int iteration, PackedRows target)
    {
        if (!_keys.Remove(iteration, out PackedRows? keys))
        {
            return;
        }

        for (int i = 0; i < keys.Count; i++)
        {
            target.AppendCopy(keys.Row(i), keys.Length(i));
        }

        keys.Dispose();
        NextIteration = int.MaxValue;
        foreach (int next in _keys.Keys)
        {
            NextIteration = next;
            break;
        }
    }

    public void Clear()
    {
        foreach (PackedRows keys in _keys.Values)
        {
            keys.Dispose();
        }

        _keys.Clear();
        NextIteration = int.MaxValue;
    }

    public void Dispose() => Clear();
}
