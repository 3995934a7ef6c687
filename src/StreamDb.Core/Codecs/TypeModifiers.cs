using System.Runtime.InteropServices;
using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Forces values into the length, precision or fields that a type's modifier asks for.</summary>
public static class TypeModifiers
{
    /// <summary>Bytes of a name.</summary>
    public const int NameBytesMax = 63;

    private static readonly long[] _powersOfTen = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    /// <summary>Whether values of the type have to be adjusted at all.</summary>
    public static bool Applies(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Varchar or SqlTypeKind.Bpchar or SqlTypeKind.Numeric => type.Modifier >= 4,
        SqlTypeKind.Time or SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz or SqlTypeKind.Interval => type.Modifier >= 0,
        SqlTypeKind.Array or SqlTypeKind.Map => Applies(type.Element!),
        _ => false,
    };

    /// <summary>Appends the adjusted value; a type without a modifier copies it.</summary>
    /// <param name="type">The target type.</param>
    /// <param name="value">As it lies in a column.</param>
    /// <param name="isExplicit">An explicit cast cuts strings that are too long; an assignment refuses them (unless only blanks go).</param>
    /// <param name="output">Where the value goes.</param>
    /// <exception cref="SqlException">22001 for strings, 22003 for numeric.</exception>
    public static void Apply(SqlType type, ReadOnlySpan<byte> value, bool isExplicit, ByteWriter output)
    {
        if (!Applies(type))
        {
            output.Append(value);
            return;
        }

        switch (type.Kind)
        {
            case SqlTypeKind.Varchar:
                output.Append(FitString(value, type.Modifier - 4, isExplicit, "character varying"));
                break;
            case SqlTypeKind.Bpchar:
                int length = type.Modifier - 4;
                ReadOnlySpan<byte> kept = FitString(value, length, isExplicit, "character");
                output.Append(kept);
                int missing = length - CountCharacters(kept);
                output.GetSpan(Math.Max(1, missing))[..missing].Fill((byte)' ');
                output.Advance(missing);
                break;
            case SqlTypeKind.Numeric:
                output.AppendValue(Apply(type, MemoryMarshal.Read<Numeric>(value)));
                break;
            case SqlTypeKind.Interval:
                output.AppendValue(Apply(type, MemoryMarshal.Read<Interval>(value)));
                break;
            case SqlTypeKind.Time or SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz:
                output.AppendValue(RoundMicroseconds(MemoryMarshal.Read<long>(value), type.Modifier));
                break;
            default:
                ApplyToElements(type, value, isExplicit, output);
                break;
        }
    }

    /// <summary>Rounds half away from zero to the scale and checks the precision; infinities do not fit, NaN does.</summary>
    /// <exception cref="SqlException">22003 with PostgreSQL's detail.</exception>
    public static Numeric Apply(SqlType type, Numeric value)
    {
        if (type.Modifier < 4 || value.IsNaN)
        {
            return value;
        }

        int precision = ((type.Modifier - 4) >> 16) & 0xFFFF;
        int scale = (((type.Modifier - 4) & 0x7FF) ^ 0x400) - 0x400;
        if (!value.IsFinite)
        {
            throw NumericOverflow($"A field with precision {precision}, scale {scale} cannot hold an infinite value.");
        }

        decimal rounded = Rescale(value.Value, scale);
        int integerDigits = precision - scale;
        if (integerDigits < 29 && (integerDigits >= 0 ? Math.Abs(rounded) >= PowerOfTen(integerDigits) : IsAtLeastFraction(rounded, -integerDigits)))
        {
            string limit = integerDigits == 0 ? "1" : $"10^{integerDigits}";
            throw NumericOverflow($"A field with precision {precision}, scale {scale} must round to an absolute value less than {limit}.");
        }

        // Never a negative zero: equal values should have equal bytes.
        return rounded == 0 ? new decimal(0, 0, 0, false, rounded.Scale) : rounded;
    }

    /// <summary>Drops the fields below the type's last one and rounds the seconds.</summary>
    public static Interval Apply(SqlType type, Interval value)
    {
        int mask = IntervalFields.MaskOf(type.Modifier);
        if (mask != IntervalFields.All)
        {
            value = KeepFields(value, mask);
        }

        int precision = IntervalFields.PrecisionOf(type.Modifier);
        return precision < 0 ? value : value with { Microseconds = RoundMicroseconds(value.Microseconds, precision) };
    }

    /// <summary>Rounds to a number of digits of a second, half away from zero; infinities stay.</summary>
    public static long RoundMicroseconds(long value, int precision)
    {
        if (precision is < 0 or >= 6 || !SqlCalendar.IsFinite(value))
        {
            return value;
        }

        long unit = _powersOfTen[precision];
        long half = unit / 2;
        return value >= 0 ? (value + half) / unit * unit : -((-value + half) / unit * unit);
    }

    /// <summary>The longest prefix of whole characters within <paramref name="bytesMax"/> bytes.</summary>
    public static ReadOnlySpan<byte> Truncate(ReadOnlySpan<byte> text, int bytesMax)
    {
        if (text.Length <= bytesMax)
        {
            return text;
        }

        int end = bytesMax;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return text[..end];
    }

    /// <summary>Characters (code points) of UTF-8 text.</summary>
    public static int CountCharacters(ReadOnlySpan<byte> text)
    {
        int count = 0;
        foreach (byte c in text)
        {
            count += (c & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }

    private static ReadOnlySpan<byte> FitString(ReadOnlySpan<byte> value, int lengthMax, bool isExplicit, string typeName)
    {
        if (value.Length <= lengthMax)
        {
            return value;
        }

        int end = 0;
        int characters = 0;
        for (; end < value.Length; end++)
        {
            if ((value[end] & 0xC0) != 0x80 && characters++ == lengthMax)
            {
                break;
            }
        }

        // Blanks beyond the length are dropped silently, as the standard asks.
        if (!isExplicit && value[end..].IndexOfAnyExcept((byte)' ') >= 0)
        {
            throw new SqlException(SqlState.StringDataRightTruncation, $"value too long for type {typeName}({lengthMax})");
        }

        return value[..end];
    }

    private static decimal Rescale(decimal value, int scale)
    {
        if (scale < 0)
        {
            // numeric(3,-2): rounded to hundreds.
            if (scale < -28)
            {
                return 0;
            }

            decimal unit = PowerOfTen(-scale);
            return Math.Round(value / unit, 0, MidpointRounding.AwayFromZero) * unit;
        }

        int target = Math.Min(scale, 28);
        decimal rounded = Math.Round(value, target, MidpointRounding.AwayFromZero);
        while (rounded.Scale < target && Math.Abs(rounded) < 7_900_000_000_000_000_000_000_000_000m / PowerOfTen(rounded.Scale))
        {
            // One more zero digit; stops where no decimal can hold it.
            rounded *= 1.0m;
        }

        return rounded;
    }

    private static decimal PowerOfTen(int exponent)
    {
        decimal power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    /// <summary>|value| ≥ 10^-digits.</summary>
    private static bool IsAtLeastFraction(decimal value, int digits) =>
        value != 0 && (digits > 28 || Math.Abs(value) >= new decimal(1, 0, 0, false, (byte)digits));

    private static Interval KeepFields(Interval value, int mask)
    {
        // What matters is the last field: fields above the first are kept, as in PostgreSQL.
        long unit = (mask & IntervalFields.Second) != 0 ? 1
            : (mask & IntervalFields.Minute) != 0 ? SqlCalendar.MicrosecondsPerMinute
            : (mask & IntervalFields.Hour) != 0 ? SqlCalendar.MicrosecondsPerHour
            : 0;
        if (unit > 0)
        {
            return value with { Microseconds = value.Microseconds / unit * unit };
        }

        return mask switch
        {
            IntervalFields.Year => new Interval(value.Months / 12 * 12, 0, 0),
            IntervalFields.Month or (IntervalFields.Year | IntervalFields.Month) => new Interval(value.Months, 0, 0),
            _ => value with { Microseconds = 0 },
        };
    }

    private static void ApplyToElements(SqlType type, ReadOnlySpan<byte> value, bool isExplicit, ByteWriter output)
    {
        if (type.Kind == SqlTypeKind.Array)
        {
            ApplyToArray(type.Element!, value, isExplicit, output);
            return;
        }

        // A map: the values have the modifier, the keys stay.
        var map = new MapReader(type, value);
        output.AppendValue(map.KeyArray.Length);
        output.Append(map.KeyArray);
        ApplyToArray(type.Element!, map.ValueArray, isExplicit, output);
    }

    private static void ApplyToArray(SqlType element, ReadOnlySpan<byte> value, bool isExplicit, ByteWriter output)
    {
        var reader = new ArrayReader(element.Physical, value);
        ArrayWriter writer = new ArrayWriter().Begin(element);
        for (int i = 0; i < reader.Count; i++)
        {
            if (reader.IsNull(i))
            {
                writer.AppendNull();
            }
            else
            {
                Apply(element, reader[i], isExplicit, writer.Element);
                writer.EndElement();
            }
        }

        Span<int> dimensions = stackalloc int[reader.DimensionCount];
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = reader.Dimension(i);
        }

        writer.Finish(dimensions, output);
    }

    private static SqlException NumericOverflow(string detail) =>
        new(SqlState.NumericValueOutOfRange, "numeric field overflow") { Detail = detail };
}
