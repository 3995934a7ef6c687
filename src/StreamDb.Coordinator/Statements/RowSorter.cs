using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Coordinator.Statements;

/// <summary>Sorts the rows of a finished query: encode the keys once, compare bytes.</summary>
internal static unsafe class RowSorter
{
    /// <summary>All rows in one batch, in order; rows with equal keys keep their order. Takes over the batches.</summary>
    public static ColumnBatch Sort(IReadOnlyList<ColumnBatch> batches, ImmutableArray<SortKey> orderBy)
    {
        ColumnBatch all = Concat(batches);
        var codec = new RowCodec([.. orderBy.Select(k => new RowCodecField(
            k.Column, all[k.Column].Type, IsNullable: true, IsExact: false, k.Descending, k.NullsFirst))]);
        using var keys = new PackedRows(codec.Stride);
        codec.Encode(all, keys);
        int[] order = new int[all.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        MemoryExtensions.Sort(order.AsSpan(), (a, b) =>
        {
            int difference = RowCodec.Compare(keys.Row(a), keys.Length(a), keys.Row(b), keys.Length(b));
            return difference != 0 ? difference : a.CompareTo(b);
        });
        ColumnBatch sorted = all.Gather(order);
        all.Release();
        return sorted;
    }

    /// <summary>All rows in one batch. Takes over the batches; there must be at least one.</summary>
    public static ColumnBatch Concat(IReadOnlyList<ColumnBatch> batches)
    {
        if (batches.Count == 1)
        {
            return batches[0];
        }

        int count = batches.Sum(b => b.Count);
        var columns = new Column[batches[0].ColumnCount];
        for (int i = 0; i < columns.Length; i++)
        {
            using var builder = new ColumnBuilder(batches[0][i].Type, count);
            foreach (ColumnBatch batch in batches)
            {
                builder.AppendRange(batch[i], 0, batch.Count);
            }

            columns[i] = builder.Finish();
        }

        foreach (ColumnBatch batch in batches)
        {
            batch.Release();
        }

        return new ColumnBatch(columns, count);
    }
}
