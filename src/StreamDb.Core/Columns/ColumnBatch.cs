using System.Collections.Immutable;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Core.Columns;

/// <summary>Rows in columnar form, as they pass between operators. Immutable; shared by reference count like <see cref="Column"/>.</summary>
/// <remarks>Construction takes over one reference of each column. There may be rows without columns.</remarks>
public sealed class ColumnBatch
{
    private readonly Column[] _columns;
    private int _references = 1;

    public ColumnBatch(Column[] columns, int count)
    {
        foreach (Column column in columns)
        {
            Invariant.Check(column.Count == count, "columns of one batch have the same count");
        }

        _columns = columns;
        Count = count;
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    public int ColumnCount => _columns.Length;

    public ReadOnlySpan<Column> Columns => _columns;

    public Column this[int column] => _columns[column];

    /// <summary>Native memory held, in bytes (columns shared with other batches count in each).</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (Column column in _columns)
            {
                bytes += column.Bytes;
            }

            return bytes;
        }
    }

    public ColumnBatch Acquire()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Invariant.Check(left >= 0, "batch released more often than acquired");
        if (left == 0)
        {
            foreach (Column column in _columns)
            {
                column.Release();
            }
        }
    }

    /// <summary>The given rows, in that order, as a new batch.</summary>
    public ColumnBatch Gather(ReadOnlySpan<int> rows)
    {
        var columns = new Column[_columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            using var builder = new ColumnBuilder(_columns[i].Type, rows.Length);
            builder.AppendGather(_columns[i], rows);
            columns[i] = builder.Finish();
        }

        return new ColumnBatch(columns, rows.Length);
    }

    /// <summary>The given columns, shared, as a new batch.</summary>
    public ColumnBatch Select(ReadOnlySpan<int> columns)
    {
        var selected = new Column[columns.Length];
        for (int i = 0; i < selected.Length; i++)
        {
            selected[i] = _columns[columns[i]].Acquire();
        }

        return new ColumnBatch(selected, Count);
    }

    /// <summary>Rows of datums in columnar form; each row must have one datum of each type. For edges, plans and tests.</summary>
    public static ColumnBatch FromRows(ReadOnlySpan<PhysicalType> types, IReadOnlyList<ImmutableArray<Datum>> rows)
    {
        var columns = new Column[types.Length];
        for (int i = 0; i < types.Length; i++)
        {
            using var builder = new ColumnBuilder(types[i], rows.Count);
            foreach (ImmutableArray<Datum> row in rows)
            {
                builder.AppendDatum(row[i]);
            }

            columns[i] = builder.Finish();
        }

        return new ColumnBatch(columns, rows.Count);
    }

    /// <summary>One value as a datum. Allocates: for edges, plans and tests.</summary>
    public Datum GetDatum(int column, int row) => Datum.From(_columns[column], row);
}
