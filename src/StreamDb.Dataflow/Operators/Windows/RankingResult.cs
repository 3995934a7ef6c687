using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>row_number, rank, dense_rank, percent_rank, cume_dist, ntile: positions and group numbers are the results.</summary>
/// <remarks>
/// percent_rank and cume_dist are shares of the whole partition: a row that comes or goes changes the results of all others.
/// </remarks>
internal sealed unsafe class RankingResult(RankingFunction spec) : WindowFunction(spec.Output)
{
    private readonly NativeScratch<nint> _firsts = new();

    public override Dependency? DependsOn => spec.Kind switch
    {
        RankingKind.RowNumber => new Dependency(FrameSide.PartitionStart, FrameSide.Row(0)),
        RankingKind.Rank => new Dependency(FrameSide.PartitionStart, FrameSide.PeerStart),
        RankingKind.DenseRank => new Dependency(FrameSide.PartitionStart, FrameSide.PeerStart, OnlyGroups: true),
        RankingKind.Ntile when spec.Buckets > 0 => null,
        _ => Dependency.Partition,
    };

    public override void Compute(WindowBatch batch, ColumnBuilder output, IErrorSink errors)
    {
        if (spec.Kind == RankingKind.Ntile)
        {
            ComputeNtile(batch, output, errors);
            return;
        }

        output.Reserve(batch.Count);
        foreach (WindowStretch stretch in batch.Stretches)
        {
            int end = stretch.Start + stretch.Count;
            long position = stretch.Position;
            for (int i = stretch.Start; i < end; i++, position++)
            {
                switch (spec.Kind)
                {
                    case RankingKind.RowNumber: output.Append(position + 1); break;
                    case RankingKind.Rank: output.Append(batch.PeerStarts[i] + 1); break;
                    case RankingKind.DenseRank: output.Append(batch.Groups[i] + 1); break;
                    case RankingKind.PercentRank: output.Append(stretch.Rows <= 1 ? 0.0 : (double)batch.PeerStarts[i] / (stretch.Rows - 1)); break;
                    case RankingKind.CumulativeDistribution: output.Append((double)batch.PeerEnds[i] / stretch.Rows); break;
                    default: throw new InvariantException($"ranking {spec.Kind}");
                }
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _firsts.Dispose();
    }

    private void ComputeNtile(WindowBatch batch, ColumnBuilder output, IErrorSink errors)
    {
        if (spec.Buckets > 0)
        {
            foreach (WindowStretch stretch in batch.Stretches)
            {
                AppendBuckets(stretch, spec.Buckets, output);
            }

            return;
        }

        byte** firsts = (byte**)_firsts.Reserve(batch.Stretches.Count);
        for (int s = 0; s < batch.Stretches.Count; s++)
        {
            firsts[s] = batch.Stretches[s].Root->First;
        }

        Column buckets = batch.Decode(spec.BucketsColumn, firsts, batch.Stretches.Count);
        for (int s = 0; s < batch.Stretches.Count; s++)
        {
            WindowStretch stretch = batch.Stretches[s];
            long count = buckets.IsNull(s) ? 0 : buckets.Get<int>(s);
            if (!buckets.IsNull(s) && count <= 0)
            {
                errors.Report(SqlState.InvalidArgumentForNtile, "argument of ntile must be greater than zero", 1);
            }

            AppendBuckets(stretch, count, output);
        }

        buckets.Release();
    }

    private static void AppendBuckets(WindowStretch stretch, long buckets, ColumnBuilder output)
    {
        for (int i = 0; i < stretch.Count; i++)
        {
            if (buckets <= 0)
            {
                output.AppendNull();
            }
            else
            {
                output.Append((int)Bucket(stretch.Position + i, stretch.Rows, buckets));
            }
        }
    }

    /// <summary>The first rows % buckets buckets have one row more than the others.</summary>
    private static long Bucket(long position, long rows, long buckets)
    {
        long size = rows / buckets;
        long larger = rows % buckets;
        long inLarger = larger * (size + 1);
        return 1 + (position < inLarger ? position / (size + 1) : larger + ((position - inLarger) / size));
    }
}
