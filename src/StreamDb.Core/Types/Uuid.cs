using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace StreamDb.Core.Types;

/// <summary>A SQL uuid: 16 bytes in network order, compared as bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Uuid : IComparable<Uuid>
{
    private readonly ulong _first;
    private readonly ulong _second;

    /// <param name="bytes">16 bytes, network order.</param>
    public Uuid(ReadOnlySpan<byte> bytes)
    {
        _first = MemoryMarshal.Read<ulong>(bytes);
        _second = MemoryMarshal.Read<ulong>(bytes[8..]);
    }

    /// <summary>The value as a big-endian number, so that numeric order is byte order.</summary>
    public UInt128 Value => new(BinaryPrimitives.ReverseEndianness(_first), BinaryPrimitives.ReverseEndianness(_second));

    public static Uuid From(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return new Uuid(bytes);
    }

    public Guid ToGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        CopyTo(bytes);
        return new Guid(bytes, bigEndian: true);
    }

    public void CopyTo(Span<byte> target)
    {
        MemoryMarshal.Write(target, _first);
        MemoryMarshal.Write(target[8..], _second);
    }

    public int CompareTo(Uuid other) => Value.CompareTo(other.Value);
}
