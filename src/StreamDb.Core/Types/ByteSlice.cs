using System.Runtime.CompilerServices;
using System.Text;

namespace StreamDb.Core.Types;

/// <summary>A pointer and a length: how compiled code sees a variable-length value. Valid as long as the memory it points into.</summary>
public readonly unsafe struct ByteSlice(byte* pointer, int length)
{
    public readonly byte* Pointer = pointer;
    public readonly int Length = length;

    public ReadOnlySpan<byte> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Pointer, Length);
    }

    /// <summary>The bytes decoded as UTF-8. Allocates: for edges and messages only.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
