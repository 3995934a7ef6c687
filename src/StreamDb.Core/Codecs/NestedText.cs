using System.Buffers;

namespace StreamDb.Core.Codecs;

/// <summary>Quoting, common to arrays, records and maps.</summary>
internal static class NestedText
{
    public static readonly SearchValues<byte> Spaces = SearchValues.Create(" \t\n\r\v\f"u8);
    public static readonly SearchValues<byte> ArraySpecials = SearchValues.Create("\"\\{}, \t\n\r\v\f"u8);
    public static readonly SearchValues<byte> RecordSpecials = SearchValues.Create("\"\\(), \t\n\r\v\f"u8);
    public static readonly SearchValues<byte> MapSpecials = SearchValues.Create("\"\\{}()[],:= \t\n\r\v\f"u8);

    /// <summary>Writes text in quotes; quotes and backslashes within are doubled (records) or get a backslash (arrays).</summary>
    public static void WriteQuoted(ReadOnlySpan<byte> text, IBufferWriter<byte> output, bool isDoubled)
    {
        Span<byte> target = output.GetSpan((text.Length * 2) + 2);
        int written = 0;
        target[written++] = (byte)'"';
        foreach (byte c in text)
        {
            if (c is (byte)'"' or (byte)'\\')
            {
                target[written++] = isDoubled ? c : (byte)'\\';
            }

            target[written++] = c;
        }

        target[written++] = (byte)'"';
        output.Advance(written);
    }
}
