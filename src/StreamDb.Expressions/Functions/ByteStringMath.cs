using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Functions over bytea that count bytes.</summary>
internal static class ByteStringMath
{
    public static ByteSlice SubstringFrom(ByteSlice bytes, int start) =>
        Utf8Text.Slice(bytes, (int)Math.Clamp((long)start - 1, 0, bytes.Length), bytes.Length);

    public static ByteSlice Substring(ByteSlice bytes, int start, int length)
    {
        if (length < 0)
        {
            throw new SqlException(SqlState.SubstringError, "negative substring length not allowed");
        }

        long first = (long)start - 1;
        int from = (int)Math.Clamp(first, 0, bytes.Length);
        return Utf8Text.Slice(bytes, from, (int)Math.Clamp(first + length, from, bytes.Length));
    }

    public static ByteSlice Overlay(ByteSlice bytes, ByteSlice replacement, int start, int length, EvaluationContext c)
    {
        ByteSlice before = Substring(bytes, 1, start - 1);
        int after = (int)Math.Clamp((long)start + length - 1, 0, bytes.Length);
        return StringMath.Concatenate(StringMath.Concatenate(before, replacement, c), Utf8Text.Slice(bytes, after, bytes.Length), c);
    }

    public static ByteSlice OverlaySame(ByteSlice bytes, ByteSlice replacement, int start, EvaluationContext c) =>
        Overlay(bytes, replacement, start, replacement.Length, c);
}
