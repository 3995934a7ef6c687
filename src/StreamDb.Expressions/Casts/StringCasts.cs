using StreamDb.Core.Codecs;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Casts;

/// <summary>Conversions among the string types that are more than a new name.</summary>
internal static class StringCasts
{
    public static ByteSlice ToName(ByteSlice value) => Prefix(value, TypeModifiers.Truncate(value.Span, TypeModifiers.NameBytesMax).Length);

    public static ByteSlice ToSingleChar(ByteSlice value) => Prefix(value, Math.Min(value.Length, 1));

    /// <summary>char(n) loses its trailing blanks.</summary>
    public static ByteSlice Unpad(ByteSlice value) => Prefix(value, value.Span.TrimEnd((byte)' ').Length);

    public static ByteSlice UnpadToName(ByteSlice value) => ToName(Unpad(value));

    private static unsafe ByteSlice Prefix(ByteSlice value, int length) => new(value.Pointer, length);
}
