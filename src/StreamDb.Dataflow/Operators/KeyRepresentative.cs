using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Operators;

/// <summary>
/// How a key looks when it is given out: key columns whose equal values may look different (1.0 and 1.00) are kept in the
/// record as the first row of the group had them; the others are read back from the key.
/// </summary>
internal sealed unsafe class KeyRepresentative
{
    private readonly RowCodec _keyCodec;
    private readonly RowCodec _lossyCodec;
    private readonly int[] _lossyFieldOf;

    public KeyRepresentative(IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys, RowCodec keyCodec)
    {
        _keyCodec = keyCodec;
        _lossyFieldOf = new int[keys.Count];
        var fields = new List<RowCodecField>();
        for (int i = 0; i < keys.Count; i++)
        {
            ColumnShape column = shape[keys[i]];
            _lossyFieldOf[i] = -1;
            if (RowCodecField.IsLossy(column.Type))
            {
                _lossyFieldOf[i] = fields.Count;
                fields.Add(new RowCodecField(keys[i], column.Type, IsNullable: true, IsExact: true));
            }
        }

        _lossyCodec = new RowCodec(fields);
        Bytes = fields.Count == 0 ? 0 : _lossyCodec.Stride;
    }

    /// <summary>Bytes in the record, a multiple of 8; lossy types are all of fixed width.</summary>
    public int Bytes { get; }

    /// <summary>Where they lie in the record.</summary>
    public int Offset { get; set; }

    public PackedRows CreateRows() => new(_lossyCodec.Stride);

    /// <summary>Packs what each row would put into its group's record.</summary>
    public void Encode(ColumnBatch rows, PackedRows output)
    {
        output.Clear();
        if (Bytes > 0)
        {
            _lossyCodec.Encode(rows, output);
        }
    }

    /// <summary>The key columns of <paramref name="count"/> groups from <paramref name="start"/> on.</summary>
    /// <param name="parts">Where the record of each of these groups has its part.</param>
    public Column[] Decode(PackedRows keys, int start, int count, byte** parts)
    {
        Column[] columns = _keyCodec.Decode(keys, start, count);
        for (int i = 0; i < columns.Length; i++)
        {
            if (_lossyFieldOf[i] >= 0)
            {
                columns[i].Release();
                columns[i] = _lossyCodec.DecodeFixed(_lossyFieldOf[i], parts, count);
            }
        }

        return columns;
    }
}
