using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>Values of any CLR type as the bytes that a column would hold, and back.</summary>
internal static unsafe class RawValue
{
    public static ReadOnlySpan<byte> Bytes<T>(in T value)
        where T : unmanaged => typeof(T) == typeof(ByteSlice)
            ? Unsafe.As<T, ByteSlice>(ref Unsafe.AsRef(in value)).Span
            : MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));

    /// <summary>A value over native memory that stays where it is: a slice of it for variable-length types.</summary>
    public static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        if (typeof(T) != typeof(ByteSlice))
        {
            return MemoryMarshal.Read<T>(bytes);
        }

        var slice = new ByteSlice((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)), bytes.Length);
        return Unsafe.As<ByteSlice, T>(ref slice);
    }
}
