using System.Text;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;

namespace StreamDb.Core.Rows;

/// <summary>One SQL value outside a column: literals, parameters, test rows. NULL is <c>default</c>.</summary>
/// <remarks>
/// The CLR type follows the physical type: bool, short, int, long, float, double, <see cref="Numeric"/>,
/// <see cref="Interval"/>, <see cref="Uuid"/>, and <c>byte[]</c> for every variable-length type (UTF-8 for text).
/// The SQL type is kept beside it, not in it. Equality is by content.
/// </remarks>
public readonly struct Datum(object? value) : IEquatable<Datum>
{
    public static Datum Null => default;

    public object? Value { get; } = value;

    public bool IsNull => Value is null;

    public static Datum Text(string value) => new(Encoding.UTF8.GetBytes(value));

    public static Datum From(Column column, int row)
    {
        if (column.IsNull(row))
        {
            return Null;
        }

        return column.Type switch
        {
            PhysicalType.Bool => new Datum(column.Get<byte>(row) != 0),
            PhysicalType.Int16 => new Datum(column.Get<short>(row)),
            PhysicalType.Int32 => new Datum(column.Get<int>(row)),
            PhysicalType.Int64 => new Datum(column.Get<long>(row)),
            PhysicalType.Float32 => new Datum(column.Get<float>(row)),
            PhysicalType.Float64 => new Datum(column.Get<double>(row)),
            PhysicalType.Numeric => new Datum(column.Get<Numeric>(row)),
            PhysicalType.Interval => new Datum(column.Get<Interval>(row)),
            PhysicalType.Uuid => new Datum(column.Get<Uuid>(row)),
            PhysicalType.Bytes => new Datum(column.GetBytes(row).Span.ToArray()),
            _ => throw new InvariantException($"unknown physical type {column.Type}"),
        };
    }

    /// <summary>The bytes of a text datum decoded.</summary>
    public string AsString() => Encoding.UTF8.GetString((byte[])Value!);

    public bool Equals(Datum other) => (Value, other.Value) switch
    {
        (byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right),
        _ => Equals(Value, other.Value),
    };

    /// <summary>
    /// The same value in the same form. Equality goes by SQL's "="; one constant may stand for another only if they are identical:
    /// 1.0 and 1.00, 1 day and 24 hours, 0.0 and -0.0 are equal and print, or compute, differently.
    /// </summary>
    public bool IsIdenticalTo(Datum other) => (Value, other.Value) switch
    {
        (Numeric left, Numeric right) => left.Equals(right) && left.Scale == right.Scale,
        (Interval left, Interval right) => left.Months == right.Months && left.Days == right.Days && left.Microseconds == right.Microseconds,
        (double left, double right) => BitConverter.DoubleToInt64Bits(left) == BitConverter.DoubleToInt64Bits(right),
        (float left, float right) => BitConverter.SingleToInt32Bits(left) == BitConverter.SingleToInt32Bits(right),
        _ => Equals(other),
    };

    public override bool Equals(object? obj) => obj is Datum other && Equals(other);

    public override int GetHashCode()
    {
        if (Value is byte[] bytes)
        {
            HashCode hash = default;
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        return Value?.GetHashCode() ?? 0;
    }

    public static bool operator ==(Datum left, Datum right) => left.Equals(right);

    public static bool operator !=(Datum left, Datum right) => !left.Equals(right);

    public override string ToString() => Value switch
    {
        null => "NULL",
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IFormattable value => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => Value.ToString()!,
    };
}
