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
