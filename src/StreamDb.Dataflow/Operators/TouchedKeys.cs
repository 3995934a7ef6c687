using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators;

/// <summary>The keys whose state changed in this epoch, in the order of their first change.</summary>
internal sealed unsafe class TouchedKeys(int keyStride) : IDisposable
{
    private readonly NativeScratch<ulong> _hashes = new();

    public PackedRows Keys { get; } = new(keyStride);

    public ulong* Hashes => _hashes.Pointer;

    public int Count => Keys.Count;

    public void Add(byte* key, int length, ulong hash)
    {
        _hashes.Reserve(Count + 1)[Count] = hash;
        Keys.AppendCopy(key, length);
    }

    /// <summary>Adds the given rows of a batch of keys, which are in order, each once.</summary>
    /// <remarks>Hot path: per key.</remarks>
    public void Add(PackedRows keys, ulong* hashes, int* rows, int count)
    {
        ulong* target = _hashes.Reserve(Count + count) + Count;
        if (count == keys.Count && keys.Stride == 8)
        {
            new ReadOnlySpan<ulong>(hashes, count).CopyTo(new Span<ulong>(target, count));
            new ReadOnlySpan<ulong>(keys.Data, count).CopyTo(new Span<ulong>(Keys.AppendFixed(count), count));
            return;
        }

        for (int i = 0; i < count; i++)
        {
            target[i] = hashes[rows[i]];
        }

        if (keys.Stride != 8)
        {
            for (int i = 0; i < count; i++)
            {
                Keys.AppendCopy(keys.Row(rows[i]), keys.Length(rows[i]));
            }

            return;
        }

        ulong* copies = (ulong*)Keys.AppendFixed(count);
        ulong* source = (ulong*)keys.Data;
        for (int i = 0; i < count; i++)
        {
            copies[i] = source[rows[i]];
        }
    }

    public void Clear()
    {
        Keys.ClearAndTrim();
        _hashes.Trim();
    }

    public void Dispose()
    {
        Keys.Dispose();
        _hashes.Dispose();
    }
}
