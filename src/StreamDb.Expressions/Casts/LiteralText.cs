using StreamDb.Core.Codecs;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Casts;

/// <summary>Reads a literal of undecided type once its type is known.</summary>
internal static class LiteralText
{
    /// <summary>The value, or null when only an evaluation context can tell: what depends on the session's time zone or clock.</summary>
    /// <exception cref="Core.Errors.SqlException">22P02, 22007, 22003 and others for bad text.</exception>
    public static Datum? Read(byte[] text, SqlType type) =>
        DependsOnSession(type, text) ? null : TextCodec.ParseDatum(type, text, TextFormat.Default);

    private static bool DependsOnSession(SqlType type, ReadOnlySpan<byte> text) => type.Kind switch
    {
        SqlTypeKind.TimestampTz => true,
        SqlTypeKind.RegClass or SqlTypeKind.RegType or SqlTypeKind.RegProc or SqlTypeKind.RegNamespace or SqlTypeKind.RegRole =>
            text.Length == 0 || !char.IsAsciiDigit((char)text[0]),

        // The words now, today, tomorrow, yesterday; what begins with a digit, a sign or a month's name is fixed.
        SqlTypeKind.Date or SqlTypeKind.Timestamp or SqlTypeKind.Time =>
            text.IndexOfAnyInRange((byte)'0', (byte)'9') < 0,
        SqlTypeKind.Array => DependsOnSession(type.Element!, text),
        SqlTypeKind.Record => true,
        _ => false,
    };
}
