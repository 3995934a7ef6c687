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

    public void Clear() => Keys.Clear();

    public void Dispose()
    {
        Keys.Dispose();
        _hashes.Dispose();
    }
}
