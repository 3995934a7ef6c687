namespace StreamDb.Expressions.Aggregates;

/// <summary>A sum of doubles carried to about 106 bits as an unevaluated pair: what a double drops when it adds is kept.</summary>
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

    /// <summary>Adds another sum, or takes it away when <paramref name="sign"/> is -1.</summary>
    public void Add(DoubleDouble other, long sign)
    {
        Add(other.High * sign);
        Add(other.Low * sign);
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
