using StreamDb.Core.Columns;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Benchmarks.Engine;

/// <summary>Deltas of relations whose rows are row(side, i).</summary>
internal static class KeyedRows
{
    /// <summary>Rows <paramref name="start"/> and on come.</summary>
    public static DeltaBatch Added(int side, long start, int count, ulong keyCount) => Make(side, start, count, null, keyCount);

    /// <summary>Rows <paramref name="start"/> and on go, and as many come, after the <paramref name="loaded"/> that were there first.</summary>
    public static DeltaBatch Replaced(int side, long start, int count, long loaded, ulong keyCount) => Make(side, start, count, loaded, keyCount);

    private static DeltaBatch Make(int side, long start, int count, long? loaded, ulong keyCount)
    {
        int total = loaded is null ? count : count * 2;
        using var keys = new ColumnBuilder(PhysicalType.Int64, total);
        using var values = new ColumnBuilder(PhysicalType.Int64, total);
        using var weights = new ColumnBuilder(PhysicalType.Int64, total);
        for (int i = 0; i < count; i++)
        {
            Append((loaded ?? 0) + start + i, 1);
            if (loaded is not null)
            {
                Append(start + i, -1);
            }
        }

        return new DeltaBatch(new ColumnBatch([keys.Finish(), values.Finish()], total), loaded is null ? null : weights.Finish());

        void Append(long i, long weight)
        {
            (long key, long value) = Mix.Row(side, i, keyCount);
            keys.Append(key);
            values.Append(value);
            weights.Append(weight);
        }
    }
}
