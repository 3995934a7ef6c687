using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using SortKey = StreamDb.Core.Rows.SortKey;

namespace StreamDb.Tests.Dataflow;

/// <summary>The oracle's collection: rows by content, with weights.</summary>
internal sealed class Multiset
{
    private readonly SortedDictionary<string, (ImmutableArray<Datum> Row, long Weight)> _rows = new(StringComparer.Ordinal);

    public IEnumerable<(ImmutableArray<Datum> Row, long Weight)> Rows => _rows.Values;

    public int Count => _rows.Count;

    public Multiset Copy()
    {
        var copy = new Multiset();
        foreach ((ImmutableArray<Datum> row, long weight) in Rows)
        {
            copy.Add(row, weight);
        }

        return copy;
    }

    public void Add(ImmutableArray<Datum> row, long weight)
    {
        string text = Text(row);
        long sum = weight + (_rows.TryGetValue(text, out (ImmutableArray<Datum> Row, long Weight) known) ? known.Weight : 0);
        if (sum == 0)
        {
            _rows.Remove(text);
        }
        else
        {
            _rows[text] = (row, sum);
        }
    }

    public void Add(DeltaBatch batch)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            Add(RowOf(batch.Rows, row), batch.Weight(row));
        }
    }

    public void Add(ColumnBatch batch)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            Add(RowOf(batch, row), 1);
        }
    }

    public DeltaBatch ToBatch(IReadOnlyList<ColumnShape> shape) =>
        DeltaBatch.FromRows(shape.Select(column => column.Type).ToArray(), _rows.Values.ToList());

    public override string ToString() => string.Join("\n", _rows.Select(row =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Key} x {row.Value.Weight}")));

    public static string Text(IEnumerable<Datum> row) => string.Join("|", row.Select(datum => datum.Value is Numeric number
        ? number.IsFinite ? number.Value.ToString(CultureInfo.InvariantCulture) : number.IsNaN ? "NaN" : number.IsPositiveInfinity ? "inf" : "-inf"
        : datum.ToString().Replace("\0", "\\0")));

    public static ImmutableArray<Datum> RowOf(ColumnBatch batch, int row) =>
        [.. Enumerable.Range(0, batch.ColumnCount).Select(column => batch.GetDatum(column, row))];

    /// <summary>SQL order of two values of one type, NULLs last.</summary>
    public static int Compare(Datum left, Datum right)
    {
        if (left.IsNull || right.IsNull)
        {
            return left.IsNull.CompareTo(right.IsNull);
        }

        return left.Value switch
        {
            byte[] bytes => bytes.AsSpan().SequenceCompareTo((byte[])right.Value!),
            Numeric number => number.CompareTo((Numeric)right.Value!),
            Interval interval => interval.CompareTo((Interval)right.Value!),
            Uuid uuid => uuid.CompareTo((Uuid)right.Value!),
            _ => System.Collections.Comparer.Default.Compare(left.Value, right.Value),
        };
    }

    /// <summary>Order by keys, each with its direction and place of NULLs.</summary>
    public static int Compare(ImmutableArray<Datum> left, ImmutableArray<Datum> right, IReadOnlyList<SortKey> keys)
    {
        foreach (SortKey key in keys)
        {
            Datum a = left[key.Column];
            Datum b = right[key.Column];
            int order = a.IsNull || b.IsNull
                ? key.NullsFirst ? b.IsNull.CompareTo(a.IsNull) : a.IsNull.CompareTo(b.IsNull)
                : key.Descending ? Compare(b, a) : Compare(a, b);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
