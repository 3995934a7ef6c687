using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Reads a record value without allocating.</summary>
/// <remarks>Layout: one validity bit a field, where each field ends (int32), the fields' bytes; NULL fields are empty. The type says how many fields there are.</remarks>
public readonly ref struct RecordReader
{
    private readonly ReadOnlySpan<byte> _validity;
    private readonly ReadOnlySpan<byte> _ends;
    private readonly ReadOnlySpan<byte> _values;

    public RecordReader(SqlType type, ReadOnlySpan<byte> value)
    {
        Count = type.Fields.Length;
        int validityBytes = (Count + 7) / 8;
        _validity = value[..validityBytes];
        _ends = value.Slice(validityBytes, Count * sizeof(int));
        _values = value[(validityBytes + _ends.Length)..];
    }

    /// <summary>Fields.</summary>
    public int Count { get; }

    public bool IsNull(int index) => (_validity[index >> 3] & (1 << (index & 7))) == 0;

    /// <summary>A field as it would lie in a column; empty for NULL.</summary>
    public ReadOnlySpan<byte> this[int index] => _values[(index == 0 ? 0 : End(index - 1))..End(index)];

    /// <summary>A fixed-width field.</summary>
    public T Get<T>(int index)
        where T : unmanaged => MemoryMarshal.Read<T>(this[index]);

    /// <summary>A field as a slice; only over native memory, which does not move.</summary>
    public unsafe ByteSlice GetSlice(int index)
    {
        ReadOnlySpan<byte> field = this[index];
        return new ByteSlice((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(field)), field.Length);
    }

    private int End(int index) => BinaryPrimitives.ReadInt32LittleEndian(_ends[(index * sizeof(int))..]);
}
