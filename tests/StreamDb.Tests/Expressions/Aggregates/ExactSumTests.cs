using StreamDb.Expressions.Aggregates;
using Xunit;

namespace StreamDb.Tests.Expressions.Aggregates;

public sealed class ExactSumTests
{
    [Fact]
    public void What_comes_and_goes_leaves_no_trace_in_any_order()
    {
        var random = new Random(1);
        for (int run = 0; run < 200; run++)
        {
            double[] kept = [.. Enumerable.Range(0, 8).Select(_ => Moderate(random))];
            double[] passing = [.. Enumerable.Range(0, 30).Select(_ => Moderate(random))];
            (double Value, long Weight)[] deltas = [.. kept.Select(v => (v, 1L)), .. passing.Select(v => (v, 3L)), .. passing.Select(v => (v, -3L))];
            random.Shuffle(deltas);

            Assert.Equal(Sum(kept.Select(v => (v, 1L))).Value, Sum(deltas).Value);
            Assert.True(Sum(deltas).IsExact);
        }
    }

    [Fact]
    public void Large_and_small_values_keep_their_digits()
    {
        Assert.Equal(1, Sum([(1e20, 1), (1, 1), (1e20, -1)]).Value);
        Assert.Equal(1e-20, Sum([(1e20, 1), (1e-20, 1), (1e20, -1)]).Value);
        Assert.Equal(1, Sum([(1e300, 1), (1, 1), (1e300, -1)]).Value);
    }

    [Fact]
    public void The_sum_is_rounded_once_to_nearest_even()
    {
        Assert.Equal(0.1 + 0.2, Sum([(0.1, 1), (0.2, 1)]).Value);
        Assert.Equal(9007199254740992.0, Sum([(9007199254740992, 1), (1, 1)]).Value);
        Assert.Equal(9007199254740996.0, Sum([(9007199254740992, 1), (1, 3)]).Value);
        Assert.Equal(9007199254740994.0, Sum([(9007199254740992, 1), (1, 1), (1e-15, 1)]).Value);
        Assert.Equal(-9007199254740994.0, Sum([(-9007199254740992, 1), (-1, 1), (-1e-15, 1)]).Value);
    }

    [Fact]
    public void Too_large_is_infinite_and_comes_back()
    {
        ExactSum sum = Sum([(1e308, 3)]);
        Assert.True(double.IsPositiveInfinity(sum.Value));

        sum.Add(1e308, -2);
        Assert.Equal(1e308, sum.Value);
        sum.Add(1e308, -1);
        Assert.Equal(0, sum.Value);
    }

    [Fact]
    public void Values_that_are_all_equal_have_no_variance()
    {
        foreach (double value in (double[])[0.1, 100, 1e9 / 3, 1e-7])
        {
            var sum = default(ExactSum);
            var squares = default(ExactSum);
            for (int i = 0; i < 3; i++)
            {
                sum.Add(value, 1);
                squares.AddProduct(value, value, 1);
            }

            Assert.Equal(0, ExactSum.Centered(3, squares, sum, sum), 1e-30);
        }
    }

    [Fact]
    public void Products_agree_with_big_numbers()
    {
        var random = new Random(2);
        for (int run = 0; run < 1000; run++)
        {
            long a = random.NextInt64(-1_000_000_000, 1_000_000_000);
            long b = random.NextInt64(-1_000_000_000, 1_000_000_000);
            var sum = default(ExactSum);
            sum.AddProduct(a / 1024.0, b / 1024.0, 7);

            Assert.Equal((double)((Int128)a * b * 7) / (1024.0 * 1024.0), sum.Value);
        }
    }

    private static double Moderate(Random random) => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-5, 18));

    private static ExactSum Sum(IEnumerable<(double Value, long Weight)> deltas)
    {
        var sum = default(ExactSum);
        foreach ((double value, long weight) in deltas)
        {
            sum.Add(value, weight);
        }

        return sum;
    }
}
