namespace StreamDb.Core.Codecs;

/// <summary>jsonb's order of object keys: shorter first, then by bytes, both without escapes.</summary>
internal static class JsonKey
{
    /// <param name="left">A key as it stands between quotes, escapes in normal form.</param>
    /// <param name="right">The same.</param>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (!left.Contains((byte)'\\') && !right.Contains((byte)'\\'))
        {
            return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
        }

        using ByteWriter a = ByteWriter.Rent();
        using ByteWriter b = ByteWriter.Rent();
        JsonText.Unescape(left, a);
        JsonText.Unescape(right, b);
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.Written.SequenceCompareTo(b.Written);
    }

    /// <summary>Whether a key as it stands between quotes is the given string, which has no escapes.</summary>
    public static bool IsEqual(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain)
    {
        if (!key.Contains((byte)'\\'))
        {
            return key.SequenceEqual(plain);
        }

        using ByteWriter unescaped = ByteWriter.Rent();
        JsonText.Unescape(key, unescaped);
        return unescaped.Written.SequenceEqual(plain);
    }
}
