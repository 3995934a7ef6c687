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
internal sealed unsafe class RegressionAccumulator(RegressionKind kind) : IMergeableAccumulator
{
    public int StateBytes => sizeof(State);

    public bool IsExact => false;

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

    // Hot path: per state.
    public void Merge(byte** targets, byte** sources, long* signs, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ((State*)targets[i])->Merge(in *(State*)sources[i], signs[i]);
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
        private ExactSum _x;
        private ExactSum _y;
        private ExactSum _xx;
        private ExactSum _yy;
        private ExactSum _xy;

        public void Add(double y, double x, long weight)
        {
            Count += weight;
            if (!double.IsFinite(x) || !double.IsFinite(y))
            {
                _specialCount += weight;
                return;
            }

            _x.Add(x, weight);
            _y.Add(y, weight);
            _xx.AddProduct(x, x, weight);
            _yy.AddProduct(y, y, weight);
            _xy.AddProduct(x, y, weight);
        }

        public void Merge(in State other, long sign)
        {
            Count += other.Count * sign;
            _specialCount += other._specialCount * sign;
            _x.Merge(in other._x, sign);
            _y.Merge(in other._y, sign);
            _xx.Merge(in other._xx, sign);
            _yy.Merge(in other._yy, sign);
            _xy.Merge(in other._xy, sign);
        }

        public readonly double? Result(RegressionKind kind)
        {
            if (_specialCount != 0)
            {
                return double.NaN;
            }

            // Each Count times the sum of the centered products: the Counts cancel out of the quotients.
            double xx = Math.Max(ExactSum.Centered(Count, _xx, _x, _x), 0);
            double yy = Math.Max(ExactSum.Centered(Count, _yy, _y, _y), 0);
            double xy = ExactSum.Centered(Count, _xy, _x, _y);
            return kind switch
            {
                RegressionKind.AverageX => _x.Value / Count,
                RegressionKind.AverageY => _y.Value / Count,
                RegressionKind.SumXX => xx / Count,
                RegressionKind.SumYY => yy / Count,
                RegressionKind.SumXY => xy / Count,
                RegressionKind.Slope => xx == 0 ? null : xy / xx,
                RegressionKind.Intercept => xx == 0 ? null : (_y.Value - (_x.Value * (xy / xx))) / Count,
                RegressionKind.R2 => xx == 0 ? null : yy == 0 ? 1 : xy / xx * (xy / yy),
                RegressionKind.Correlation => xx == 0 || yy == 0 ? null : Math.Clamp(xy / (Math.Sqrt(xx) * Math.Sqrt(yy)), -1, 1),
                RegressionKind.SampleCovariance => xy / Count / (Count - 1),
                _ => xy / Count / Count,
            };
        }
    }
}
