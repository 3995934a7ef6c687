using System.Numerics;

namespace StreamDb.Expressions.Functions;

/// <summary>Logarithm, exponential and powers in fixed point: integers that count units of 10^-digits.</summary>
internal static class BigMath
{
    /// <summary>e^x; x and the result in units of 10^-digits.</summary>
    public static BigInteger Exp(BigInteger x, int digits)
    {
        // e^x = (e^(x / 2^k))^(2^k), with x / 2^k small enough for a short series; guard digits cover the squarings.
        int guard = digits + 20 + (int)(x.GetBitLength() / 8);
        BigInteger one = BigInteger.Pow(10, guard);
        BigInteger scaled = x * BigInteger.Pow(10, guard - digits);
        if (x.Sign < 0)
        {
            return one * BigInteger.Pow(10, digits) / Series(BigInteger.Abs(scaled), one);
        }

        return Series(scaled, one) / BigInteger.Pow(10, guard - digits);
    }

    /// <summary>ln x for x &gt; 0; x and the result in units of 10^-digits.</summary>
    public static BigInteger Ln(BigInteger x, int digits)
    {
        int guard = digits + 20;
        BigInteger one = BigInteger.Pow(10, guard);
        BigInteger value = x * BigInteger.Pow(10, guard - digits);

        // Roots bring the value near 1; each halves the logarithm.
        int halvings = 0;
        while (BigInteger.Abs(value - one) * 20 > one)
        {
            value = SquareRoot(value * one);
            halvings++;
        }

        // ln v = 2 artanh((v − 1) / (v + 1))
        BigInteger y = (value - one) * one / (value + one);
        BigInteger square = y * y / one;
        BigInteger term = y;
        BigInteger sum = y;
        for (int n = 3; !term.IsZero; n += 2)
        {
            term = term * square / one;
            sum += term / n;
        }

        return (sum << (halvings + 1)) / BigInteger.Pow(10, guard - digits);
    }

    public static BigInteger SquareRoot(BigInteger value)
    {
        if (value.IsZero)
        {
            return value;
        }

        BigInteger root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (root + (value / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }

    private static BigInteger Series(BigInteger x, BigInteger one)
    {
        int halvings = 0;
        while (x > one / 16)
        {
            x >>= 1;
            halvings++;
        }

        BigInteger sum = one;
        BigInteger term = one;
        for (int n = 1; !term.IsZero; n++)
        {
            term = term * x / one / n;
            sum += term;
        }

        for (int i = 0; i < halvings; i++)
        {
            sum = sum * sum / one;
        }

        return sum;
    }
}
