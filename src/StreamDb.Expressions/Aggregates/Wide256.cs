using System.Numerics;

namespace StreamDb.Expressions.Aggregates;

/// <summary>A 256-bit two's complement sum. Wraps; adding and taking away the same leaves it as it was.</summary>
internal struct Wide256
{
    private ulong _first;
    private ulong _second;
    private ulong _third;
    private ulong _fourth;

    /// <summary>Adds value · weight.</summary>
    public void AddProduct(UInt128 value, long weight) => AddProduct(value, 1, weight);

    /// <summary>Adds value · factor · weight.</summary>
    public void AddProduct(UInt128 value, UInt128 factor, long weight)
    {
        ulong magnitude = weight < 0 ? (ulong)-weight : (ulong)weight;
        var product = new Wide256 { _first = (ulong)value, _second = (ulong)(value >> 64) };
        if (factor != 1)
        {
            product = product.Times((ulong)factor).Plus(product.Times((ulong)(factor >> 64)).Shifted());
        }

        if (magnitude != 1)
        {
            product = product.Times(magnitude);
        }

        this = Plus(weight < 0 ? product.Negated() : product);
    }

    /// <summary>Adds value · 2^shift · weight.</summary>
    /// <param name="shift">At most 255.</param>
    public void AddShifted(UInt128 value, int shift, long weight)
    {
        var shifted = new Wide256 { _first = (ulong)value, _second = (ulong)(value >> 64) };
        int bits = shift & 63;
        if (bits != 0)
        {
            shifted = new Wide256
            {
                _first = shifted._first << bits,
                _second = (shifted._second << bits) | (shifted._first >> (64 - bits)),
                _third = shifted._second >> (64 - bits),
            };
        }

        for (int limb = shift >> 6; limb > 0; limb--)
        {
            shifted = shifted.Shifted();
        }

        ulong magnitude = weight < 0 ? (ulong)-weight : (ulong)weight;
        if (magnitude != 1)
        {
            shifted = shifted.Times(magnitude);
        }

        this = Plus(weight < 0 ? shifted.Negated() : shifted);
    }

    /// <summary>The number · 2^exponent, rounded to the nearest double, ties to even.</summary>
    public readonly double ToDouble(int exponent)
    {
        bool isNegative = (long)_fourth < 0;
        Wide256 magnitude = isNegative ? Negated() : this;
        Span<ulong> limbs = [magnitude._first, magnitude._second, magnitude._third, magnitude._fourth];
        int top = 3;
        while (top > 0 && limbs[top] == 0)
        {
            top--;
        }

        if (limbs[top] == 0)
        {
            return 0;
        }

        // The top 64 bits; whatever is below only tells a tie from more than a tie.
        int zeros = BitOperations.LeadingZeroCount(limbs[top]);
        ulong bits = limbs[top] << zeros;
        ulong below = 0;
        if (top > 0)
        {
            bits |= zeros == 0 ? 0 : limbs[top - 1] >> (64 - zeros);
            below = limbs[top - 1] << zeros;
            for (int i = 0; i < top - 1; i++)
            {
                below |= limbs[i];
            }
        }

        double value = Math.ScaleB((double)(below == 0 ? bits : bits | 1), (64 * top) - zeros + exponent);
        return isNegative ? -value : value;
    }

    /// <summary>number · 2^exponent, rounded to the nearest double, ties to even.</summary>
    public static double ToDouble(BigInteger number, int exponent)
    {
        BigInteger magnitude = BigInteger.Abs(number);
        long length = magnitude.GetBitLength();
        int shift = (int)Math.Max(length - 64, 0);
        BigInteger top = magnitude >> shift;
        ulong bits = (ulong)top | (top << shift == magnitude ? 0UL : 1UL);
        double value = Math.ScaleB((double)bits, shift + exponent);
        return number.Sign < 0 ? -value : value;
    }

    /// <summary>Adds another sum, or takes it away when <paramref name="sign"/> is -1.</summary>
    public void Add(Wide256 other, long sign) => this = Plus(sign < 0 ? other.Negated() : other);

    public readonly BigInteger ToBigInteger()
    {
        BigInteger value = ((BigInteger)_fourth << 192) | ((BigInteger)_third << 128) | ((BigInteger)_second << 64) | _first;
        return (long)_fourth < 0 ? value - (BigInteger.One << 256) : value;
    }

    private readonly Wide256 Shifted() => new() { _second = _first, _third = _second, _fourth = _third };

    private readonly Wide256 Times(ulong factor)
    {
        var result = default(Wide256);
        UInt128 carry = (UInt128)_first * factor;
        result._first = (ulong)carry;
        carry = ((UInt128)_second * factor) + (carry >> 64);
        result._second = (ulong)carry;
        carry = ((UInt128)_third * factor) + (carry >> 64);
        result._third = (ulong)carry;
        result._fourth = unchecked((_fourth * factor) + (ulong)(carry >> 64));
        return result;
    }

    private readonly Wide256 Plus(Wide256 other)
    {
        var result = default(Wide256);
        UInt128 carry = (UInt128)_first + other._first;
        result._first = (ulong)carry;
        carry = (carry >> 64) + _second + other._second;
        result._second = (ulong)carry;
        carry = (carry >> 64) + _third + other._third;
        result._third = (ulong)carry;
        result._fourth = unchecked((ulong)(carry >> 64) + _fourth + other._fourth);
        return result;
    }

    private readonly Wide256 Negated() =>
        new Wide256 { _first = ~_first, _second = ~_second, _third = ~_third, _fourth = ~_fourth }.Plus(new Wide256 { _first = 1 });
}
