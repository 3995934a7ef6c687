using System.Runtime.InteropServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Deltas;

/// <summary>How the rows of a collection are packed when they are ordered by some columns: those first, then what else is needed to give the row back.</summary>
/// <remarks>
/// Order columns are written for comparing. A column that such a field reproduces exactly is not written again; every other
/// column follows, exact. So equal rows have equal bytes, rows that differ at all have different bytes, and the bytes order
/// the rows by the order columns. Immutable.
/// </remarks>
internal sealed unsafe class RowLayout
{
    private readonly int[] _fieldOf;

    /// <param name="omitted">Columns that the caller has from elsewhere and that are not written; <see cref="Decode(byte**, int)"/> leaves them null.</param>
    public RowLayout(IReadOnlyList<ColumnShape> shape, IReadOnlyList<SortKey> order, IReadOnlyList<int>? omitted = null)
    {
        Shape = shape;
        _fieldOf = new int[shape.Count];
        Array.Fill(_fieldOf, -1);
        var fields = new List<RowCodecField>();
        foreach (SortKey key in order)
        {
            ColumnShape column = shape[key.Column];
            var field = new RowCodecField(key.Column, column.Type, column.IsNullable, IsExact: false, key.Descending, key.NullsFirst);
            if (field.IsLossless)
            {
                _fieldOf[key.Column] = fields.Count;
            }

            fields.Add(field);
        }

        OrderFieldCount = fields.Count;
        for (int column = 0; column < shape.Count; column++)
        {
            if (_fieldOf[column] < 0 && omitted?.Contains(column) != true)
            {
                _fieldOf[column] = fields.Count;
                fields.Add(new RowCodecField(column, shape[column].Type, shape[column].IsNullable, IsExact: true));
            }
        }

        Codec = new RowCodec(fields);
    }

    public IReadOnlyList<ColumnShape> Shape { get; }

    public RowCodec Codec { get; }

    /// <summary>How many fields at the start order the rows.</summary>
    public int OrderFieldCount { get; }

    public PackedRows CreateRows() => new(Codec.Stride);

    /// <summary>The columns of the rows, each holding one reference.</summary>
    /// <param name="rows">Where each row starts; scratch afterwards.</param>
    public Column[] Decode(byte** rows, int count)
    {
        var columns = new Column[Shape.Count];
        if (Codec.Stride != 0)
        {
            for (int column = 0; column < columns.Length; column++)
            {
                if (_fieldOf[column] >= 0)
                {
                    columns[column] = Codec.DecodeFixed(_fieldOf[column], rows, count);
                }
            }

            return columns;
        }

        for (int field = 0; field < Codec.Fields.Length; field++)
        {
            Column decoded = Codec.DecodeNext(field, rows, count);
            int column = Codec.Fields[field].Column;
            if (_fieldOf[column] == field)
            {
                columns[column] = decoded;
            }
            else
            {
                decoded.Release();
            }
        }

        return columns;
    }

    /// <summary>One column of the rows, holding one reference.</summary>
    /// <param name="rows">Where each row starts; scratch afterwards.</param>
    public Column DecodeColumn(int column, byte** rows, int count)
    {
        if (Codec.Stride != 0)
        {
            return Codec.DecodeFixed(_fieldOf[column], rows, count);
        }

        for (int field = 0; field < _fieldOf[column]; field++)
        {
            Codec.DecodeNext(field, rows, count).Release();
        }

        return Codec.DecodeNext(_fieldOf[column], rows, count);
    }

    /// <summary>Packed rows as a batch.</summary>
    public ColumnBatch Decode(PackedRows rows)
    {
        byte** starts = (byte**)NativeMemory.Alloc((nuint)Math.Max(rows.Count, 1), (nuint)sizeof(byte*));
        try
        {
            for (int row = 0; row < rows.Count; row++)
            {
                starts[row] = rows.Row(row);
            }

            return new ColumnBatch(Decode(starts, rows.Count), rows.Count);
        }
        finally
        {
            NativeMemory.Free(starts);
        }
    }

    /// <summary>A codec of columns as a key: equal values have equal bytes, NULL included unless <paramref name="skipsNulls"/> leaves it out.</summary>
    public static RowCodec KeyCodec(IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns, Func<int, bool>? skipsNulls = null) => new(
        columns.Select((column, i) => new RowCodecField(
            column, shape[column].Type, shape[column].IsNullable && skipsNulls?.Invoke(i) != true, IsExact: false)).ToArray(),
        skipsNulls is not null);
}
