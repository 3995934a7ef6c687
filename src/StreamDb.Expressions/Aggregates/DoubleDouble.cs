namespace StreamDb.Expressions.Aggregates;

/// <summary>A sum of doubles carried to about 106 bits as an unevaluated pair.</summary>
/// <remarks>
/// Floating-point addition cannot be undone exactly: (1e300 + 1) − 1e300 has lost the 1. The pair keeps what a double drops, so
/// that adding and removing rows in any order agrees with summing afresh unless values of very different magnitude (beyond
/// 2^53) come and go. The state must not be reset when the count passes zero: a removal may come before its addition. The
/// engine drops a group's state with its last row, so errors do not outlive the group.
/// </remarks>
internal struct DoubleDouble
{
    public double High;
    public double Low;

    public readonly double Value => High + Low;

    public void Add(double value)
    {
        double sum = High + value;
        double part = sum - High;
        double error = (High - (sum - part)) + (value - part);
        Low += error;
        double high = sum + Low;
        Low -= high - sum;
        High = high;
    }

    /// <summary>Adds a · b without rounding the product.</summary>
    public void AddProduct(double a, double b)
    {
        double product = a * b;
        Add(product);
        if (double.IsFinite(product))
        {
            Add(Math.FusedMultiplyAdd(a, b, -product));
        }
    }

    public readonly DoubleDouble Times(DoubleDouble other)
    {
        var result = default(DoubleDouble);
        result.AddProduct(High, other.High);
        result.Add((High * other.Low) + (Low * other.High));
        return result;
    }

    public readonly DoubleDouble Times(double factor)
    {
        var result = default(DoubleDouble);
        result.AddProduct(High, factor);
        result.Add(Low * factor);
        return result;
    }

    public readonly DoubleDouble Minus(DoubleDouble other)
    {
        DoubleDouble result = this;
        result.Add(-other.High);
        result.Add(-other.Low);
        return result;
    }
}
