using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators;

/// <summary>Which keys the right side of a semi or anti join has: per key the sum of its weights.</summary>
/// <remarks>A key is present while its sum is positive. Header: the sum, shifted, plus a bit that marks the slot as taken.</remarks>
internal sealed unsafe class KeyPresence(StateArena arena, int keyStride) : IDisposable
{
    private const ulong Taken = 1;

    private readonly NativeScratch<ulong> _slots = new();
    private readonly KeyTable _table = new(arena, keyStride, 0);

    public long Bytes => _table.Bytes;

    /// <summary>Whether each key is present.</summary>
    public void Find(PackedRows keys, ulong* hashes, bool* present)
    {
        byte** slots = (byte**)_slots.Reserve(keys.Count);
        _table.Find(keys, hashes, slots);
        for (int i = 0; i < keys.Count; i++)
        {
            present[i] = slots[i] is not null && *(long*)slots[i] >> 1 > 0;
        }
    }

    /// <summary>Adds weights to keys; each change is +1 where a key appears, -1 where it goes, else 0.</summary>
    public void Apply(PackedRows keys, ulong* hashes, long* weights, long* changes)
    {
        byte** slots = (byte**)_slots.Reserve(keys.Count);
        _table.FindOrAdd(keys, hashes, slots, Taken);
        bool anyGone = false;
        for (int i = 0; i < keys.Count; i++)
        {
            long before = *(long*)slots[i] >> 1;
            long after = checked(before + (weights is null ? 1 : weights[i]));
            *(long*)slots[i] = (after << 1) | (long)Taken;
            changes[i] = (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
            anyGone |= after == 0;
        }

        for (int i = 0; anyGone && i < keys.Count; i++)
        {
            _table.RemoveIf(keys.Row(i), keys.Length(i), hashes[i], Taken);
        }
    }

    /// <summary>Writes what it needs, beside the arena's pages, to go on in another process.</summary>
    public void Write(BinaryWriter output) => _table.Write(output);

    /// <summary>Takes over what <see cref="Write"/> wrote.</summary>
    public void Read(BinaryReader input) => _table.Read(input);

    public void Dispose()
    {
        _table.Dispose();
        _slots.Dispose();
    }
}
