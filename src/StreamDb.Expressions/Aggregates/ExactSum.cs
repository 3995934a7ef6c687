using System.Numerics;

namespace StreamDb.Expressions.Aggregates;

/// <summary>A sum of doubles, or of products of two, that does not depend on the order in which they come and go.</summary>
/// <remarks>
/// Floating-point addition can neither be reordered nor undone: (1e300 + 1) − 1e300 has lost the 1. So the sum is kept as an
/// integer of 256 bits that counts units of 2^-128: adding and taking away are exact, whatever else happened in between, and
/// the result is rounded once, when it is shown. Two histories of the same rows give the same double.
/// <para>Values (or products) of 2^80 and more, and the bits of a value below 2^-128, do not fit. They are summed in a
/// <see cref="DoubleDouble"/> beside it, scaled so that it cannot overflow: still right to about 106 bits, but no longer
/// independent of the order. Doubles between 1e-22 and 1e24 in magnitude are always exact; so are products between those.
/// Up to 2^46 copies can be summed.</para>
/// <para>The state must not be reset when the count passes zero: a removal may come before its addition.</para>
/// </remarks>
internal struct ExactSum
{
    private const int UnitBits = 128;
    private const int MagnitudeBitsMax = 80;

    /// <summary>2^-128, by which what is outside is scaled.</summary>
    private const double OutsideScale = 1 / (18446744073709551616.0 * 18446744073709551616.0);

    private Wide256 _inside;
    private DoubleDouble _outside;

    public readonly bool IsExact => _outside.High == 0 && _outside.Low == 0;

    /// <summary>The sum rounded to a double; infinite when it is too large for one.</summary>
    public readonly double Value
    {
        get
        {
            double inside = _inside.ToDouble(-UnitBits);
            return IsExact ? inside : inside + (_outside.Value / OutsideScale);
        }
    }

    /// <summary>The sum in units of 2^-128; only when <see cref="IsExact"/>.</summary>
    public readonly BigInteger Units => _inside.ToBigInteger();

    // Hot path: per delta.
    public void Add(double value, long weight)
    {
        (ulong mantissa, int exponent, bool isNegative) = Split(value);
        Add(mantissa, exponent, isNegative, weight, value, 1);
    }

    /// <summary>Adds a · b · weight without rounding the product.</summary>
    public void AddProduct(double a, double b, long weight)
    {
        (ulong mantissaA, int exponentA, bool isNegativeA) = Split(a);
        (ulong mantissaB, int exponentB, bool isNegativeB) = Split(b);
        Add((UInt128)mantissaA * mantissaB, exponentA + exponentB, isNegativeA != isNegativeB, weight, a, b);
    }

    /// <summary>Adds another sum, or takes it away when <paramref name="sign"/> is -1. Taking away is exact only where both are.</summary>
    public void Merge(in ExactSum other, long sign)
    {
        _inside.Add(other._inside, sign);
        _outside.Add(other._outside, sign);
    }

    /// <summary>The numerator of n · Σab − Σa · Σb for the sums <paramref name="products"/>, <paramref name="left"/> and <paramref name="right"/> of n pairs, rounded once.</summary>
    public static double Centered(long count, in ExactSum products, in ExactSum left, in ExactSum right)
    {
        if (products.IsExact && left.IsExact && right.IsExact)
        {
            BigInteger difference = ((count * products.Units) << UnitBits) - (left.Units * right.Units);
            return Wide256.ToDouble(difference, -2 * UnitBits);
        }

        DoubleDouble means = left.Approximate().Times(right.Approximate());
        return products.Approximate().Times(count).Minus(means).Value;
    }

    private readonly DoubleDouble Approximate()
    {
        var sum = default(DoubleDouble);
        BigInteger units = Units;
        double high = Wide256.ToDouble(units, -UnitBits);
        sum.Add(high);
        sum.Add(Wide256.ToDouble(units - new BigInteger(Math.ScaleB(high, UnitBits)), -UnitBits));
        sum.Add(_outside.High / OutsideScale);
        sum.Add(_outside.Low / OutsideScale);
        return sum;
    }

    /// <summary>value = mantissa · 2^exponent.</summary>
    private static (ulong Mantissa, int Exponent, bool IsNegative) Split(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        int exponent = (int)(bits >> 52) & 0x7FF;
        ulong fraction = bits & ((1UL << 52) - 1);
        return exponent == 0
            ? (fraction, -1074, (long)bits < 0)
            : (fraction | (1UL << 52), exponent - 1075, (long)bits < 0);
    }

    private void Add(UInt128 mantissa, int exponent, bool isNegative, long weight, double a, double b)
    {
        if (mantissa == 0)
        {
            return;
        }

        int shift = exponent + UnitBits;
        int bits = 128 - (int)UInt128.LeadingZeroCount(mantissa);
        if (bits + exponent > MagnitudeBitsMax)
        {
            AddOutside(a, b, weight);
            return;
        }

        if (shift < 0)
        {
            UInt128 whole = -shift >= 128 ? 0 : mantissa >> -shift;
            UInt128 rest = -shift >= 128 ? mantissa : mantissa - (whole << -shift);
            if (rest != 0)
            {
                double small = Math.ScaleB((double)rest, exponent);
                AddOutside(isNegative ? -small : small, 1, weight);
            }

            mantissa = whole;
            shift = 0;
        }

        _inside.AddShifted(mantissa, shift, isNegative ? -weight : weight);
    }

    private void AddOutside(double a, double b, long weight)
    {
        var product = default(DoubleDouble);
        product.AddProduct(a * OutsideScale, b);
        product = product.Times(weight);
        _outside.Add(product.High);
        _outside.Add(product.Low);
    }
}
