using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Types;

namespace StreamDb.Tests.Core.Codecs;

/// <summary>Seeded random values of every type, in canonical form (no negative zero, no NaN payloads), boundaries included.</summary>
internal sealed class RandomValues(int seed)
{
    private readonly Random _random = new(seed);

    public static IReadOnlyList<SqlType> Scalars { get; } =
    [
        SqlType.Boolean, SqlType.Int16, SqlType.Int32, SqlType.Int64, SqlType.Float32, SqlType.Float64, SqlType.Numeric,
        SqlType.Date, SqlType.Time, SqlType.Timestamp, SqlType.TimestampTz, SqlType.Interval, SqlType.Uuid, SqlType.Text,
        SqlType.Bytea, SqlType.Oid,
    ];

    public static IReadOnlyList<SqlType> Types { get; } =
    [
        .. Scalars,
        SqlType.Jsonb,
        .. Scalars.Select(SqlType.ArrayOf),
        SqlType.ArrayOf(SqlType.Jsonb),
        SqlType.Record([new("a", SqlType.Int32), new("b", SqlType.Text), new("c", SqlType.ArrayOf(SqlType.Text)), new("d", SqlType.Numeric)]),
        SqlType.Map(SqlType.Text, SqlType.ArrayOf(SqlType.Int32)),
        SqlType.Map(SqlType.Int64, SqlType.Text),
    ];

    public byte[] Next(SqlType type)
    {
        using ByteWriter output = ByteWriter.Rent();
        Append(type, output);
        return output.Written.ToArray();
    }

    private void Append(SqlType type, ByteWriter output)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Boolean: output.Append((byte)_random.Next(2)); break;
            case SqlTypeKind.Int16: output.AppendValue((short)Bits()); break;
            case SqlTypeKind.Int32 or SqlTypeKind.Oid: output.AppendValue((int)Bits()); break;
            case SqlTypeKind.Int64: output.AppendValue(Bits()); break;
            case SqlTypeKind.Float32: output.AppendValue(Canonical(BitConverter.Int32BitsToSingle((int)Bits()))); break;
            case SqlTypeKind.Float64: output.AppendValue(Canonical(BitConverter.Int64BitsToDouble(Bits()))); break;
            case SqlTypeKind.Numeric: output.AppendValue(NextNumeric()); break;
            case SqlTypeKind.Date: output.AppendValue(_random.Next(20) == 0 ? int.MaxValue : _random.Next(SqlCalendar.DateMin, SqlCalendar.DateMax)); break;
            case SqlTypeKind.Time: output.AppendValue(_random.NextInt64(SqlCalendar.MicrosecondsPerDay + 1)); break;
            case SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz:
                output.AppendValue(_random.Next(20) == 0 ? long.MinValue : _random.NextInt64(SqlCalendar.TimestampMin, SqlCalendar.TimestampEnd));
                break;
            case SqlTypeKind.Interval:
                output.AppendValue(new Interval((int)Bits() >> 1, (int)Bits() >> 1, Bits() >> 1));
                break;
            case SqlTypeKind.Uuid:
                _random.NextBytes(output.GetSpan(16)[..16]);
                output.Advance(16);
                break;
            case SqlTypeKind.Text: output.Append(Encoding.UTF8.GetBytes(NextText())); break;
            case SqlTypeKind.Bytea:
                int length = _random.Next(10);
                _random.NextBytes(output.GetSpan(16)[..length]);
                output.Advance(length);
                break;
            case SqlTypeKind.Jsonb: JsonText.Normalize(Encoding.UTF8.GetBytes(NextJson(0)), output); break;
            case SqlTypeKind.Array: AppendArray(type.Element!, output); break;
            case SqlTypeKind.Record: AppendRecord(type, output); break;
            case SqlTypeKind.Map: AppendMap(type, output); break;
            default: throw new ArgumentException(type.ToString());
        }
    }

    /// <summary>Bits of a random magnitude, so that small numbers and extremes occur.</summary>
    private long Bits() => _random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64);

    private static double Canonical(double value) => value == 0 ? 0 : FloatText.Canonical(value);

    private static float Canonical(float value) => value == 0 ? 0 : FloatText.Canonical(value);

    private Numeric NextNumeric()
    {
        switch (_random.Next(12))
        {
            case 0: return Numeric.NaN;
            case 1: return Numeric.PositiveInfinity;
            case 2: return Numeric.NegativeInfinity;
            default:
                int kept = _random.Next(1, 94);
                UInt128 mantissa = (((UInt128)(ulong)_random.NextInt64() << 64) | (ulong)_random.NextInt64()) & ((UInt128.One << kept) - 1);
                byte scale = (byte)_random.Next(29);
                return new decimal((int)(uint)mantissa, (int)(uint)(mantissa >> 32), (int)(uint)(mantissa >> 64), mantissa != 0 && _random.Next(2) == 0, scale);
        }
    }

    private string NextText()
    {
        const string Alphabet = "abcNULl \"\\{}(),:=\t\n'é😀";
        var text = new StringBuilder();
        foreach (Rune rune in Alphabet.EnumerateRunes().OrderBy(_ => _random.Next()).Take(_random.Next(8)))
        {
            text.Append(rune.ToString());
        }

        return _random.Next(20) == 0 ? "null" : text.ToString();
    }

    private string NextJson(int depth) => _random.Next(depth > 3 ? 4 : 6) switch
    {
        0 => "null",
        1 => _random.Next(2) == 0 ? "true" : "false",
        2 => (_random.Next(-1000, 1000) / 10.0m).ToString(System.Globalization.CultureInfo.InvariantCulture),
        3 => System.Text.Json.JsonSerializer.Serialize(NextText()),
        4 => "[" + string.Join(",", Enumerable.Range(0, _random.Next(4)).Select(_ => NextJson(depth + 1))) + "]",
        _ => "{" + string.Join(",", Enumerable.Range(0, _random.Next(4)).Select(_ =>
            System.Text.Json.JsonSerializer.Serialize(NextText()) + ":" + NextJson(depth + 1))) + "}",
    };

    private void AppendArray(SqlType element, ByteWriter output)
    {
        ArrayWriter writer = new ArrayWriter().Begin(element);
        int[] dimensions = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => _random.Next(0, 4))];
        for (int i = dimensions.Aggregate(1, (a, b) => a * b); i > 0; i--)
        {
            if (_random.Next(5) == 0)
            {
                writer.AppendNull();
            }
            else
            {
                writer.Append(Next(element));
            }
        }

        writer.Finish(dimensions, output);
    }

    private void AppendRecord(SqlType type, ByteWriter output)
    {
        RecordWriter writer = new RecordWriter().Begin();
        foreach (RecordField field in type.Fields)
        {
            if (_random.Next(5) == 0)
            {
                writer.AppendNull();
            }
            else
            {
                writer.Append(Next(field.Type));
            }
        }

        writer.Finish(output);
    }

    private void AppendMap(SqlType type, ByteWriter output)
    {
        MapWriter writer = new MapWriter().Begin(type);
        for (int i = _random.Next(5); i > 0; i--)
        {
            writer.AppendKey(Next(type.Key!));
            if (_random.Next(5) == 0)
            {
                writer.AppendNullValue();
            }
            else
            {
                writer.AppendValue(Next(type.Element!));
            }
        }

        writer.Finish(output);
    }
}
