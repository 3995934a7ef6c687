using System.Diagnostics.CodeAnalysis;
using System.Text;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>The errors that codecs raise, with PostgreSQL's messages.</summary>
internal static class CodecErrors
{
    [DoesNotReturn]
    public static void InvalidSyntax(string typeName, ReadOnlySpan<byte> text) => throw Invalid(typeName, text);

    public static SqlException Invalid(string typeName, ReadOnlySpan<byte> text, string? detail = null) =>
        new(SqlState.InvalidTextRepresentation, $"invalid input syntax for type {typeName}: \"{Text(text)}\"") { Detail = detail };

    public static SqlException OutOfRange(string typeName, ReadOnlySpan<byte> text) =>
        new(SqlState.NumericValueOutOfRange, $"value \"{Text(text)}\" is out of range for type {typeName}");

    public static SqlException InvalidDatetime(string typeName, ReadOnlySpan<byte> text) =>
        new(SqlState.InvalidDatetimeFormat, $"invalid input syntax for type {typeName}: \"{Text(text)}\"");

    public static SqlException DatetimeOverflow(string what, ReadOnlySpan<byte> text) =>
        new(SqlState.DatetimeFieldOverflow, $"{what} out of range: \"{Text(text)}\"");

    public static SqlException MalformedArray(ReadOnlySpan<byte> text, string? detail = null) =>
        new(SqlState.InvalidTextRepresentation, $"malformed array literal: \"{Text(text)}\"") { Detail = detail };

    public static SqlException MalformedRecord(ReadOnlySpan<byte> text, string? detail = null) =>
        new(SqlState.InvalidTextRepresentation, $"malformed record literal: \"{Text(text)}\"") { Detail = detail };

    public static SqlException Binary(string message) => new(SqlState.InvalidBinaryRepresentation, message);

    public static SqlException InvalidEncoding(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] == 0 || Rune.DecodeFromUtf8(text[at..], out _, out int consumed) != System.Buffers.OperationStatus.Done)
            {
                break;
            }

            at += consumed;
        }

        // As many bytes as the lead byte announces.
        int length = at >= text.Length ? 0 : text[at] switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, < 0xF8 => 4, _ => 1 };
        string bytes = string.Join(' ', text.Slice(at, Math.Min(length, text.Length - at)).ToArray().Select(b => $"0x{b:x2}"));
        return new SqlException(SqlState.CharacterNotInRepertoire, $"invalid byte sequence for encoding \"UTF8\": {bytes}");
    }

    public static string Text(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);
}
