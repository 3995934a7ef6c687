using StreamDb.Core.Codecs;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Generators;

/// <summary>Decimals as values of the number types.</summary>
internal static class NumberBytes
{
    private const decimal Limit = 1e27m;

    /// <summary>Appends the value as it lies in a column of the type; it is in the type's range.</summary>
    public static void Append(SqlType type, decimal value, ByteWriter output)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Int16: output.AppendValue((short)value); break;
            case SqlTypeKind.Int32: output.AppendValue((int)value); break;
            case SqlTypeKind.Int64: output.AppendValue((long)value); break;
            case SqlTypeKind.Float32: output.AppendValue((float)value); break;
            case SqlTypeKind.Float64: output.AppendValue((double)value); break;
            case SqlTypeKind.Numeric: output.AppendValue(TypeModifiers.Apply(type, Numeric.From(value))); break;
            default: throw new InvariantException($"{type} is not a number");
        }
    }

    /// <summary>The least and greatest values that options may name.</summary>
    public static (decimal Min, decimal Max) RangeOf(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Int16 => (short.MinValue, short.MaxValue),
        SqlTypeKind.Int32 => (int.MinValue, int.MaxValue),
        SqlTypeKind.Int64 => (long.MinValue, long.MaxValue),
        SqlTypeKind.Numeric when type.Modifier >= 4 => NumericRangeOf(type.Modifier - 4),
        _ => (-Limit, Limit),
    };

    /// <summary>numeric(4,2) goes from -99.99 to 99.99.</summary>
    private static (decimal Min, decimal Max) NumericRangeOf(int precisionAndScale)
    {
        int scale = precisionAndScale & 0x7FF;
        int digits = (precisionAndScale >> 16) - scale;
        if (digits is < 0 or >= 27 || scale > 27)
        {
            return (-Limit, Limit);
        }

        decimal end = 1;
        for (int i = 0; i < digits; i++)
        {
            end *= 10;
        }

        decimal step = 1;
        for (int i = 0; i < scale; i++)
        {
            step /= 10;
        }

        return (step - end, end - step);
    }
}
