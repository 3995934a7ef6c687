using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Formats;

/// <summary>Strings, numbers and booleans for the types that are not nested, with RisingWave's conversions.</summary>
/// <remarks>
/// A string is read as PostgreSQL reads the type's text. A number may also be a date (days since 1970) or a timestamp
/// (seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size), and becomes text as it is written.
/// </remarks>
internal sealed class JsonScalarDecoder(SqlType type) : JsonValueDecoder
{
    private const long SecondsEnd = 100_000_000_000;
    private const long MillisecondsEnd = 100_000_000_000_000;
    private const long MicrosecondsEnd = 100_000_000_000_000_000;

    /// <summary>2000-01-01 in days since 1970.</summary>
    private const long EpochDays = -SqlCalendar.UnixEpoch / SqlCalendar.MicrosecondsPerDay;

    // Hot path: per value.
    public override void Decode(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ByteWriter output)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                AppendString(type, ref reader, output);
                break;
            case JsonTokenType.Number:
                AppendNumber(reader.ValueSpan, output);
                break;
            case JsonTokenType.True or JsonTokenType.False when type.Kind == SqlTypeKind.Boolean:
                output.Append(reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0);
                break;
            case JsonTokenType.True or JsonTokenType.False when type.IsString:
                TypedText.Append(type, reader.ValueSpan, output);
                break;
            default:
                throw Mismatch(type, reader.TokenType);
        }
    }

    private void AppendNumber(ReadOnlySpan<byte> number, ByteWriter output)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Int16 or SqlTypeKind.Int32 or SqlTypeKind.Int64 when number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0:
                TypedText.Append(type, Encoding.ASCII.GetBytes(Integral(number)), output);
                break;
            case SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz:
                long timestamp = Timestamp(Integer(number));
                output.AppendValue(type.Modifier < 0 ? timestamp : TypeModifiers.RoundMicroseconds(timestamp, type.Modifier));
                break;
            case SqlTypeKind.Date:
                output.AppendValue(Date(Integer(number)));
                break;
            case SqlTypeKind.Boolean or SqlTypeKind.Time or SqlTypeKind.Interval or SqlTypeKind.Uuid or SqlTypeKind.Bytea:
                throw Mismatch(type, JsonTokenType.Number);
            default:
                TypedText.Append(type, number, output);
                break;
        }
    }

    /// <summary>1.0 and 1e3 are integers; 1.5 is none.</summary>
    private string Integral(ReadOnlySpan<byte> number) =>
        decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value)
            && decimal.Truncate(value) == value
            ? decimal.Truncate(value).ToString(CultureInfo.InvariantCulture)
            : throw new SqlException(
                SqlState.InvalidTextRepresentation,
                $"invalid input syntax for type {type}: \"{Encoding.UTF8.GetString(number)}\"");

    private long Integer(ReadOnlySpan<byte> number) =>
        long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw Mismatch(type, JsonTokenType.Number);

    private long Timestamp(long value)
    {
        Int128 microseconds = Math.Abs((decimal)value) switch
        {
            < SecondsEnd => (Int128)value * 1_000_000,
            < MillisecondsEnd => (Int128)value * 1000,
            < MicrosecondsEnd => value,
            _ => value / 1000,
        };
        long timestamp = (long)(microseconds + SqlCalendar.UnixEpoch);
        return SqlCalendar.IsTimestamp(timestamp) ? timestamp : throw OutOfRange("timestamp", value);
    }

    private static int Date(long value)
    {
        long days = value is > int.MinValue and < int.MaxValue ? value - EpochDays : long.MaxValue;
        return days is >= SqlCalendar.DateMin and <= SqlCalendar.DateMax ? (int)days : throw OutOfRange("date", value);
    }

    private static SqlException OutOfRange(string what, long value) =>
        new(SqlState.DatetimeFieldOverflow, $"{what} out of range: \"{value}\"");
}
