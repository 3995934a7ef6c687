using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Expressions.Aggregates;

internal enum RegressionKind : byte
{
    Count,
    AverageX,
    AverageY,
    SumXX,
    SumYY,
    SumXY,
    Slope,
    Intercept,
    R2,
    Correlation,
    SampleCovariance,
    PopulationCovariance,
}

/// <summary>corr, covar_pop, covar_samp and regr_*: over the pairs (y, x) of which neither is NULL.</summary>
internal sealed unsafe class RegressionAccumulator(RegressionKind kind) : IAccumulator
{
    public int StateBytes => sizeof(State);

    // Hot path: per delta.
    public void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count)
    {
        Column y = arguments[0];
        Column x = arguments[1];
        for (int i = 0; i < count; i++)
        {
            if (!y.IsNull(i) && !x.IsNull(i))
            {
                ((State*)states[i])->Add(y.Get<double>(i), x.Get<double>(i), weights[i]);
            }
        }
    }

    public void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        for (int i = 0; i < count; i++)
        {
            ref State state = ref *(State*)states[i];
            if (kind == RegressionKind.Count)
            {
                output.Append(state.Count);
            }
            else if (state.Count >= (kind == RegressionKind.SampleCovariance ? 2 : 1) && state.Result(kind) is { } value)
            {
                output.Append(value);
            }
            else
            {
                output.AppendNull();
            }
        }
    }

    private struct State
    {
        public long Count;
        private long _specialCount;
        private DoubleDouble _x;
        private DoubleDouble _y;
        private DoubleDouble _xx;
        private DoubleDouble _yy;
        private DoubleDouble _xy;

        public void Add(double y, double x, long weight)
        {
            Count += weight;
            if (!double.IsFinite(x) || !double.IsFinite(y))
            {
                _specialCount += weight;
                return;
            }

            _x.AddProduct(x, weight);
            _y.AddProduct(y, weight);
            AddProduct(ref _xx, x, x, weight);
            AddProduct(ref _yy, y, y, weight);
            AddProduct(ref _xy, x, y, weight);
        }

        public readonly double? Result(RegressionKind kind)
        {
            if (_specialCount != 0)
            {
                return double.NaN;
            }

            double xx = Math.Max(Centered(_xx, _x, _x), 0);
            double yy = Math.Max(Centered(_yy, _y, _y), 0);
            double xy = Centered(_xy, _x, _y);
            double meanX = _x.Value / Count;
            double meanY = _y.Value / Count;
            return kind switch
            {
                RegressionKind.AverageX => meanX,
                RegressionKind.AverageY => meanY,
                RegressionKind.SumXX => xx,
                RegressionKind.SumYY => yy,
                RegressionKind.SumXY => xy,
                RegressionKind.Slope => xx == 0 ? null : xy / xx,
                RegressionKind.Intercept => xx == 0 ? null : meanY - (meanX * xy / xx),
                RegressionKind.R2 => xx == 0 ? null : yy == 0 ? 1 : xy * xy / (xx * yy),
                RegressionKind.Correlation => xx == 0 || yy == 0 ? null : Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1),
                RegressionKind.SampleCovariance => xy / (Count - 1),
                _ => xy / Count,
            };
        }

        private readonly double Centered(DoubleDouble products, DoubleDouble left, DoubleDouble right) =>
            products.Minus(left.Times(right).Times(1.0 / Count)).Value;

        private static void AddProduct(ref DoubleDouble sum, double a, double b, long weight)
        {
            var product = default(DoubleDouble);
            product.AddProduct(a, b);
            product = product.Times(weight);
            sum.Add(product.High);
            sum.Add(product.Low);
        }
    }
}
