namespace StreamDb.Expressions.Aggregates;

/// <summary>Decimals as integers with a scale.</summary>
internal static class Decimals
{
    private static readonly UInt128[] _powers = CreatePowers();

    /// <summary>The absolute value without its decimal point: 96 bits.</summary>
    public static UInt128 Mantissa(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        return new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
    }

    /// <summary>10^exponent for exponents 0 to 28.</summary>
    public static UInt128 PowerOfTen(int exponent) => _powers[exponent];

    /// <summary>The decimal of a mantissa and a scale; false when it needs more than 96 bits.</summary>
    public static bool TryCreate(Int128 mantissa, int scale, out decimal value)
    {
        UInt128 magnitude = mantissa < 0 ? (UInt128)(-mantissa) : (UInt128)mantissa;
        if (magnitude >> 96 != 0)
        {
            value = 0;
            return false;
        }

        value = new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), mantissa < 0, (byte)scale);
        return true;
    }

    private static UInt128[] CreatePowers()
    {
        var powers = new UInt128[29];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }
}
